"""A careful GET against real servers: documents, conditions, redirects, addresses."""

import gzip
import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web

from bot.errors import FetchError
from bot.fetch import Address, Fetcher
from bot.fetch.validators import plain_etag, retry_after
from bot.ports import Fetch

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[int]]

FEED = b"<?xml version='1.0'?><rss version='2.0'><channel><title>Kabar Desa</title></channel></rss>"
NOON = datetime(2026, 1, 31, 5, 0, tzinfo=UTC)
ETAGS = {
    "plain": ('"abc"', '"abc"'),
    "weak": ('W/"abc"', '"abc"'),
    "compressed by Apache": ('"abc-gzip"', '"abc"'),
    "weak and compressed": ('W/"abc-gzip"', '"abc"'),
    "brotli": ('"abc-br"', '"abc"'),
    "Jetty": ('"abc--gzip"', '"abc"'),
    "with a semicolon": ('"abc;gzip"', '"abc"'),
    "outside the quotes": ('"abc"-gzip', '"abc"'),
    "no quotes": ("abc", "abc"),
    "a word that only looks so": ('"tarbr"', '"tarbr"'),
}
WAITS = {
    "seconds": ("120", 120.0),
    "a date": ("Sat, 31 Jan 2026 05:01:30 GMT", 90.0),
    "a date that has passed": ("Sat, 31 Jan 2026 04:00:00 GMT", 0.0),
    "nothing": (None, None),
    "empty": ("", None),
    "words": ("soon", None),
    "negative": ("-5", None),
    "not a number": ("nan", None),
    "a day that does not exist": ("Sat, 99 Jan 2026 05:00:00 GMT", None),
}
STATUSES = {
    "forbidden": (403, "403 Forbidden, the site refuses us; its firewall may have to let us in"),
    "missing": (404, "404 Not Found, nothing is there; is the address right?"),
    "gone": (410, "410 Gone, gone for good"),
    "too often": (429, "429 Too Many Requests, the site asks us to come less often"),
    "server": (503, "503 Service Unavailable, try again later"),
    "a proxy's own": (599, "599, try again later"),
    "nothing in it": (204, "204 No Content, no document"),
    "304 without a condition": (304, "304 Not Modified, no document"),
}


def answering(body: bytes = FEED, **headers: str) -> Handler:
    """A handler that answers every request so."""

    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=body, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return handler


async def to_loopback(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def nothing_refused(_address: Address) -> None:
    return None


async def refused(fetch: Fetch, url: str) -> FetchError:
    """The error that this URL ends in."""
    with pytest.raises(FetchError) as caught:
        await fetch(url)
    return caught.value


async def test_a_feed_comes_whole_with_its_headers(serve: Serve, session: aiohttp.ClientSession) -> None:
    port = await serve(answering(ETag='"abc"', Content_Type="application/rss+xml"))
    answer = await Fetcher(session, allow_private=True)(f"http://127.0.0.1:{port}/feed/#top")
    assert (answer.status, answer.body, answer.url) == (200, FEED, f"http://127.0.0.1:{port}/feed/")
    assert answer.headers["etag"] == '"abc"'
    assert answer.headers["content-type"] == "application/rss+xml"


async def test_a_request_says_who_asks_and_for_what(serve: Serve, session: aiohttp.ClientSession) -> None:
    asked: list[web.Request] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request)
        return web.Response(body=FEED)

    port = await serve(handler)
    fetch = Fetcher(session, resolve=to_loopback, check=nothing_refused)
    await fetch(f"http://feeds.example:{port}/kabar?feed=rss2&cat=dé")
    (request,) = asked
    assert request.headers["Host"] == f"feeds.example:{port}"
    assert request.headers["User-Agent"].startswith("Kentongan/")
    assert "application/rss+xml" in request.headers["Accept"]
    assert request.raw_path == "/kabar?feed=rss2&cat=d%C3%A9"
    assert "If-None-Match" not in request.headers


async def test_a_second_request_asks_only_for_changes(serve: Serve, session: aiohttp.ClientSession) -> None:
    """The site compares byte by byte, as WordPress does; a proxy had decorated its ETag."""
    date = "Sat, 31 Jan 2026 05:00:00 GMT"

    async def handler(request: web.Request) -> web.Response:
        conditions = (request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since"))
        if conditions == ('"abc"', date):
            return web.Response(status=304)
        return web.Response(body=FEED, headers={"ETag": 'W/"abc-gzip"', "Last-Modified": date})

    port = await serve(handler)
    fetch = Fetcher(session, allow_private=True)
    first = await fetch(f"http://127.0.0.1:{port}/")
    second = await fetch(f"http://127.0.0.1:{port}/", etag=first.headers["etag"], last_modified=date)
    assert (first.status, second.status, second.body) == (200, 304, b"")


@pytest.mark.parametrize(("etag", "bare"), ETAGS.values(), ids=ETAGS)
def test_an_etag_loses_its_decoration(etag: str, bare: str) -> None:
    assert plain_etag(etag) == bare


@pytest.mark.parametrize("etag", ['"a\r\nX-Evil: 1"', '"\udcff"', '"ä"', "", "   "])
async def test_an_etag_that_cannot_be_sent_is_left_out(etag: str, serve: Serve, session: aiohttp.ClientSession) -> None:
    asked: list[web.Request] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request)
        return web.Response(body=FEED)

    port = await serve(handler)
    await Fetcher(session, allow_private=True)(f"http://127.0.0.1:{port}/", etag=etag)
    assert not {"If-None-Match", "X-Evil"} & set(asked[0].headers)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKED = {
    "gzip": ("gzip", gzip.compress(FEED)),
    "x-gzip": ("x-gzip", gzip.compress(FEED)),
    "gzip in two members": ("gzip", gzip.compress(FEED[:20]) + gzip.compress(FEED[20:])),
    "gzip with padding": ("gzip", gzip.compress(FEED) + b"\0" * 40),
    "deflate": ("deflate", zlib.compress(FEED)),
    "deflate without its wrapper": ("deflate", raw_deflate(FEED)),
    "gzip only by name": ("gzip", FEED),
    "identity": ("identity", FEED),
}


@pytest.mark.parametrize(("encoding", "body"), PACKED.values(), ids=PACKED)
async def test_a_packed_feed_is_unpacked(
    encoding: str, body: bytes, serve: Serve, session: aiohttp.ClientSession
) -> None:
    port = await serve(answering(body, Content_Encoding=encoding))
    answer = await Fetcher(session, allow_private=True)(f"http://127.0.0.1:{port}/")
    assert answer.body == FEED


@pytest.mark.parametrize(("status", "message"), STATUSES.values(), ids=STATUSES)
async def test_a_status_that_is_no_document_is_told_in_one_line(
    status: int, message: str, serve: Serve, session: aiohttp.ClientSession
) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(status=status)

    error = await refused(Fetcher(session, allow_private=True), f"http://127.0.0.1:{await serve(handler)}/")
    assert (error.reason, error.status, str(error)) == ("http_status", status, message)


async def test_retry_after_is_measured_by_the_sites_own_clock(serve: Serve, session: aiohttp.ClientSession) -> None:
    async def handler(_request: web.Request) -> web.Response:
        dates = {"Date": "Sat, 31 Jan 2026 05:00:00 GMT", "Retry-After": "Sat, 31 Jan 2026 05:10:00 GMT"}
        return web.Response(status=503, headers=dates)

    error = await refused(Fetcher(session, allow_private=True), f"http://127.0.0.1:{await serve(handler)}/")
    assert error.retry_after == 600.0


@pytest.mark.parametrize(("value", "seconds"), WAITS.values(), ids=WAITS)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOON) == seconds
