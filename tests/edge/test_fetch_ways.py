"""Where a GET goes: redirects, names and their addresses, certificates."""

import asyncio
import ssl
import subprocess
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.errors import FetchError
from bot.fetch import Address, Fetcher, Limits, refusal
from bot.ports import Fetch

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[int]]
FEED = b"<?xml version='1.0'?><rss version='2.0'><channel><title>Kabar Desa</title></channel></rss>"


async def feed(_request: web.Request) -> web.Response:
    """The feed, whatever is asked."""
    return web.Response(body=FEED)


async def to_loopback(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def nothing_refused(_address: Address) -> None:
    return None


async def refused(fetch: Fetch, url: str) -> FetchError:
    """The error that this URL ends in."""
    with pytest.raises(FetchError) as caught:
        await fetch(url)
    return caught.value


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
    port = await serve(feed)
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
    port = await serve(feed)

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
