"""What an answer says besides its document: firewalls' pages, moves, repeated headers; and forms that are sent."""

from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web

from bot.errors import FetchError
from bot.fetch import Address, Fetcher
from bot.fetch.challenge import challenge
from bot.ports import Post

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[int]]
FEED = b"<?xml version='1.0'?><rss version='2.0'><channel><title>Kabar Desa</title></channel></rss>"
PAGE = "<!DOCTYPE html><html><head><title>{}</title></head><body>{}</body></html>"

CHALLENGES: dict[str, tuple[int, dict[str, str], str, str]] = {
    "Cloudflare, by its header": (403, {"cf-mitigated": "challenge"}, "", "Cloudflare"),
    "Cloudflare, by its script": (200, {}, PAGE.format("a", "<script>window._cf_chl_opt={}</script>"), "Cloudflare"),
    "Cloudflare, by its title": (503, {}, PAGE.format("Just a moment...", ""), "Cloudflare"),
    "SiteGround": (
        202,
        {},
        '<html><head><meta http-equiv="refresh" content="0;/.well-known/sgcaptcha/?r=%2F"></head></html>',
        "SiteGround",
    ),
    "Imunify360": (200, {}, PAGE.format("One moment, please...", "Imunify360"), "Imunify360"),
    "a free host's script": (
        200,
        {},
        '<html><body><script src="/aes.js"></script>slowAES.decrypt(c,2,a,b)',
        "the host's",
    ),
    "Sucuri, behind comments": (200, {}, "<!-- a --><!-- b --> <html><script>sucuri_cloudproxy_js=1", "Sucuri"),
    "with a mark of byte order": (200, {}, "\ufeff" + PAGE.format("", "Checking your browser"), "the site's firewall"),
}
NONE: dict[str, tuple[int, dict[str, str], str]] = {
    "a feed": (200, {}, FEED.decode()),
    "a feed that writes about one": (
        200,
        {},
        "<rss><title>&lt;html&gt; Checking your browser, sgcaptcha</title></rss>",
    ),
    "a plain refusal": (403, {"server": "cloudflare"}, PAGE.format("403", "Forbidden")),
    "a page with a form": (200, {}, PAGE.format("Kontak", '<div class="g-recaptcha"></div>')),
    "comments without end": (200, {}, "<!--" * 4000),
    "nothing": (200, {}, ""),
}


@pytest.mark.parametrize(("status", "headers", "page", "who"), CHALLENGES.values(), ids=CHALLENGES)
async def test_a_firewalls_page_is_called_by_its_name(
    status: int, headers: dict[str, str], page: str, who: str, serve: Serve, session: aiohttp.ClientSession
) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers=headers, body=page.encode(), content_type="text/html")

    with pytest.raises(FetchError, match=f"^{who}.*asks whether we are human") as caught:
        await Fetcher(session, allow_private=True)(f"http://127.0.0.1:{await serve(handler)}/feed/")
    assert (caught.value.reason, caught.value.status) == ("challenge", status)


@pytest.mark.parametrize(("status", "headers", "page"), NONE.values(), ids=NONE)
def test_what_is_no_challenge(status: int, headers: dict[str, str], page: str) -> None:
    assert challenge(status, headers, page.encode()) is None


ROUTES = {
    "no redirect": ({}, None),
    "for good": ({"/a": (301, "/b")}, "/b"),
    "for good, the newer number": ({"/a": (308, "/b")}, "/b"),
    "for now": ({"/a": (302, "/b")}, None),
    "for good, twice": ({"/a": (301, "/b"), "/b": (308, "/c")}, "/c"),
    "for good, then for now": ({"/a": (301, "/b"), "/b": (307, "/c")}, "/b"),
    "for now, then for good": ({"/a": (302, "/b"), "/b": (301, "/c")}, None),
    "for good, for now, for good": ({"/a": (301, "/b"), "/b": (303, "/c"), "/c": (301, "/d")}, "/b"),
}


@pytest.mark.parametrize(("route", "moved"), ROUTES.values(), ids=ROUTES)
async def test_where_the_redirects_lead_that_hold_for_good(
    route: dict[str, tuple[int, str]], moved: str | None, serve: Serve, session: aiohttp.ClientSession
) -> None:
    async def handler(request: web.Request) -> web.Response:
        if request.path in route:
            status, to = route[request.path]
            return web.Response(status=status, headers={"Location": to})
        return web.Response(body=FEED)

    base = f"http://127.0.0.1:{await serve(handler)}"
    answer = await Fetcher(session, allow_private=True)(f"{base}/a")
    assert answer.moved_permanently_to == (None if moved is None else base + moved)
    assert answer.body == FEED


async def test_headers_that_come_twice_are_kept_both(serve: Serve, session: aiohttp.ClientSession) -> None:
    async def handler(_request: web.Request) -> web.Response:
        response = web.Response(body=FEED)
        response.headers.add("Link", "<https://a.example/>; rel=hub")
        response.headers.add("Link", "<https://b.example/>; rel=self")
        return response

    answer = await Fetcher(session, allow_private=True)(f"http://127.0.0.1:{await serve(handler)}/")
    assert answer.headers["link"] == "<https://a.example/>; rel=hub, <https://b.example/>; rel=self"


# Forms ----------------------------------------------------------------------------------------------------------------


async def to_loopback(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


async def refused(post: Post, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await post(url, {"hub.mode": "subscribe"})
    return caught.value


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_a_form_arrives_and_any_answer_of_success_will_do(
    status: int, serve: Serve, session: aiohttp.ClientSession
) -> None:
    forms: list[dict[str, str]] = []

    async def handler(request: web.Request) -> web.Response:
        forms.append({name: str(value) for name, value in (await request.post()).items()})
        return web.Response(status=status)

    form = {"hub.mode": "subscribe", "hub.topic": "https://a.example/feed/?a=1&b=2"}
    answer = await Fetcher(session, allow_private=True).post(f"http://127.0.0.1:{await serve(handler)}/hub", form)
    assert (answer.status, forms) == (status, [form])


@pytest.mark.parametrize(("status", "arrives"), [(307, True), (308, True), (301, False), (302, False), (303, False)])
async def test_only_redirects_that_keep_the_form_are_followed(
    status: int, arrives: bool, serve: Serve, session: aiohttp.ClientSession
) -> None:
    forms: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        if request.path == "/a":
            return web.Response(status=status, headers={"Location": "/b"})
        forms.append(str((await request.post())["hub.mode"]))
        return web.Response(status=202)

    post, url = Fetcher(session, allow_private=True).post, f"http://127.0.0.1:{await serve(handler)}/a"
    if arrives:
        assert (await post(url, {"hub.mode": "subscribe"})).status == 202
    else:
        assert (await refused(post, url)).status == status
    assert forms == (["subscribe"] if arrives else [])


async def test_a_form_goes_to_no_forbidden_address(serve: Serve, session: aiohttp.ClientSession) -> None:
    reached: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        reached.append(request.path)
        return web.Response(status=307, headers={"Location": "http://10.0.0.1/"})

    port = await serve(handler)
    assert (await refused(Fetcher(session).post, f"http://127.0.0.1:{port}/")).reason == "address_refused"
    assert reached == []

    def loopback_may(address: Address) -> str | None:
        return None if str(address) == "127.0.0.1" else "a private address"

    post = Fetcher(session, resolve=to_loopback, check=loopback_may).post
    assert (await refused(post, f"http://hub.example:{port}/")).reason == "address_refused"
    assert reached == ["/"]
