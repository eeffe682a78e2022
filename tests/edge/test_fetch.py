"""A careful GET against real servers: documents, conditions, redirects, addresses."""

import asyncio
import gzip
import ssl
import subprocess
import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.errors import FetchError
from bot.fetch import Address, Fetcher, Limits, refusal
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


# Redirects ----------------------------------------------------------------------------------------------------------


def redirecting(to: Callable[[str], str | None]) -> Handler:
    """A handler that sends a path to another address, or answers with the feed when there is none."""

    async def handler(request: web.Request) -> web.Response:
        location = to(request.raw_path)
        if location is None:
            return web.Response(body=FEED)
        return web.Response(status=302, headers={"Location": location})

    return handler


@pytest.mark.parametrize("location", ["/b", "b", "//127.0.0.1:{port}/b", "http://127.0.0.1:{port}/b#x", "  /b "])
async def test_a_redirect_is_followed_from_where_it_stands(
    location: str, serve: Serve, session: aiohttp.ClientSession
) -> None:
    ports: list[int] = []
    port = await serve(redirecting(lambda path: location.format(port=ports[0]) if path == "/a" else None))
    ports.append(port)
    answer = await Fetcher(session, allow_private=True)(f"http://127.0.0.1:{port}/a")
    assert (answer.body, answer.url) == (FEED, f"http://127.0.0.1:{port}/b")


async def test_five_redirects_are_followed_and_a_sixth_is_not(serve: Serve, session: aiohttp.ClientSession) -> None:
    port = await serve(redirecting(lambda path: f"/{int(path[1:]) - 1}" if path != "/0" else None))
    fetch = Fetcher(session, allow_private=True)
    assert (await fetch(f"http://127.0.0.1:{port}/5")).body == FEED
    error = await refused(fetch, f"http://127.0.0.1:{port}/6")
    assert (error.reason, str(error)) == ("too_many_redirects", "more than 5 redirects")


async def test_redirects_in_a_circle_end_at_once(serve: Serve, session: aiohttp.ClientSession) -> None:
    asked: list[str] = []

    def to(path: str) -> str:
        asked.append(path)
        return "/b" if path == "/a" else "/a"

    error = await refused(Fetcher(session, allow_private=True), f"http://127.0.0.1:{await serve(redirecting(to))}/a")
    assert (error.reason, asked) == ("too_many_redirects", ["/a", "/b"])


NOWHERE = {
    "a file": ("file:///etc/passwd", "bad_url"),
    "a script": ("javascript:alert(1)", "bad_url"),
    "no address": ("http://[", "bad_url"),
    "a password": ("http://a:b@feeds.example/", "bad_url"),
    "loopback": ("http://127.0.0.1/", "address_refused"),
    "loopback in short": ("http://127.1/", "address_refused"),
    "metadata": ("http://169.254.169.254/latest/meta-data/", "address_refused"),
    "a mail server": ("http://feeds.example:25/", "address_refused"),
}


@pytest.mark.parametrize(("location", "reason"), NOWHERE.values(), ids=NOWHERE)
async def test_a_redirect_to_a_forbidden_place_is_not_followed(
    location: str, reason: str, serve: Serve, session: aiohttp.ClientSession
) -> None:
    """Our public site is a name that leads to 127.0.0.1; the same address spelled out is refused as always."""
    port = await serve(redirecting(lambda _path: location))
    guests = ip_address("127.0.0.1"), iter([True])

    def only_once(address: Address) -> str | None:
        return None if address == guests[0] and next(guests[1], False) else refusal(address)

    fetch = Fetcher(session, resolve=to_loopback, check=only_once)
    error = await refused(fetch, f"http://feeds.example:{port}/")
    assert error.reason == reason


async def test_the_error_behind_a_redirect_names_where_it_led(serve: Serve, session: aiohttp.ClientSession) -> None:
    port = await serve(redirecting(lambda _path: "http://169.254.169.254/"))
    error = await refused(Fetcher(session, allow_private=True), f"http://127.0.0.1:{port}/")
    assert str(error).startswith("it redirects to 169.254.169.254: ")


# Names --------------------------------------------------------------------------------------------------------------


async def test_the_address_that_was_checked_is_the_one_connected_to(
    serve: Serve, session: aiohttp.ClientSession
) -> None:
    """A name that would lead to our server at a second look-up is looked up once only, and nothing is read there."""
    port = await serve(answering(b"inside"))
    answers = iter([["127.0.0.9"], ["127.0.0.1"]])

    async def rebinding(_host: str, _port: int) -> list[str]:
        return next(answers)

    fetch = Fetcher(session, resolve=rebinding, check=nothing_refused, limits=Limits(connect_seconds=0.5))
    error = await refused(fetch, f"http://rebind.example:{port}/")
    assert error.reason in {"refused", "timeout"}  # nothing listens at the first address
    assert next(answers) == ["127.0.0.1"]


async def test_every_hop_is_looked_up_and_checked_anew(serve: Serve, session: aiohttp.ClientSession) -> None:
    port = await serve(redirecting(lambda path: "/b" if path == "/a" else None))
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])

    async def rebinding(_host: str, _port: int) -> list[str]:
        return next(answers)

    def check(address: Address) -> str | None:
        return refusal(address, allow_private=str(address) == "127.0.0.1")

    error = await refused(Fetcher(session, resolve=rebinding, check=check), f"http://rebind.example:{port}/a")
    assert error.reason == "address_refused"
    assert "10.0.0.1" in str(error)


async def test_the_next_address_of_a_name_gets_its_try(serve: Serve, session: aiohttp.ClientSession) -> None:
    port = await serve(answering())

    async def two(_host: str, _port: int) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]

    fetch = Fetcher(session, resolve=two, check=nothing_refused, limits=Limits(connect_seconds=0.5))
    assert (await fetch(f"http://feeds.example:{port}/")).body == FEED


@pytest.mark.parametrize("fault", [OSError("no such name"), UnicodeError("label too long")])
async def test_a_name_that_cannot_be_found_is_a_dns_fault(fault: Exception, session: aiohttp.ClientSession) -> None:
    async def failing(_host: str, _port: int) -> list[str]:
        raise fault

    error = await refused(Fetcher(session, resolve=failing), "http://feeds.example/")
    assert (error.reason, str(error)) == ("dns", "the name feeds.example cannot be found")


@pytest.mark.parametrize("answer", [[], ["not an address"]])
async def test_a_name_without_an_address_is_a_dns_fault(answer: list[str], session: aiohttp.ClientSession) -> None:
    async def empty(_host: str, _port: int) -> list[str]:
        return answer

    assert (await refused(Fetcher(session, resolve=empty), "http://feeds.example/")).reason == "dns"


# TLS ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for feeds.example that signs itself, and its key, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    key, file = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(file), "-days", "2", "-subj", "/CN=feeds.example"]
    try:
        subprocess.run([*command, "-addext", "subjectAltName=DNS:feeds.example"], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl, which makes the certificate, is not installed")
    file.write_text(file.read_text() + key.read_text())
    return file


async def serve_tls(certificate: Path, names: list[str | None]) -> asyncio.Server:
    """An HTTPS server that notes by which name it was asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _socket, name, _context: names.append(name)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(FEED), FEED))
        writer.close()

    return await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)


async def test_a_certificate_is_checked_against_the_name_though_we_connect_to_an_address(certificate: Path) -> None:
    names: list[str | None] = []
    trust = ssl.create_default_context(cafile=certificate)
    async with (
        await serve_tls(certificate, names) as server,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust)) as session,
    ):
        port = server.sockets[0].getsockname()[1]
        fetch = Fetcher(session, resolve=to_loopback, check=nothing_refused)
        assert (await fetch(f"https://feeds.example:{port}/")).body == FEED
        error = await refused(fetch, f"https://other.example:{port}/")
    assert error.reason == "tls"
    assert "other.example" in str(error)
    assert names == ["feeds.example", "other.example"]


async def test_a_certificate_that_nobody_vouches_for_is_a_tls_fault(
    certificate: Path, session: aiohttp.ClientSession
) -> None:
    async with await serve_tls(certificate, []) as server:
        port = server.sockets[0].getsockname()[1]
        fetch = Fetcher(session, resolve=to_loopback, check=nothing_refused)
        error = await refused(fetch, f"https://feeds.example:{port}/")
    assert error.reason == "tls"
    assert str(error) == "the certificate of feeds.example cannot be trusted (self-signed certificate)"
