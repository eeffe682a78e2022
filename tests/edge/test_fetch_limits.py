"""Servers that misbehave: each ends in one clear error, in time, and hurts nothing else."""

import asyncio
import errno
import gzip
import os
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import FetchError
from bot.fetch import Fetcher, Limits
from bot.fetch.body import Unpacker

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
QUICK = Limits(seconds=0.4, connect_seconds=0.3)
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Raw = Callable[[Talk], Awaitable[int]]
Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[int]]


def saying(*parts: bytes) -> Talk:
    """Write these parts and close."""

    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()

    return talk


async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"\r\n")
    while True:
        writer.write(b"<item>kabar</item>" * 4000)
        await writer.drain()


async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A byte now and then, for as long as somebody listens."""
    writer.write(HEAD + b"Content-Length: 100000\r\n\r\n")
    while not reader.at_eof():
        writer.write(b"<")
        await writer.drain()
        await asyncio.sleep(0.02)


async def dripping_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not reader.at_eof():
        writer.write(b"z")
        await writer.drain()
        await asyncio.sleep(0.02)


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


TOO_LARGE = "more than 5 MB; a feed of that size is not read"
BOMB = gzip.compress(b"\0" * 50_000_000)
MISBEHAVIOUR: dict[str, tuple[Talk, str, str]] = {
    "endless": (endless, "too_large", TOO_LARGE),
    "50 MB announced": (saying(HEAD + b"Content-Length: 50000000\r\n\r\n"), "too_large", TOO_LARGE),
    "gzip bomb": (saying(HEAD + b"Content-Encoding: gzip\r\n\r\n", BOMB), "too_large", TOO_LARGE),
    "20 MB that unpack to nothing": (
        saying(HEAD + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"<rss/>"), *[b"\0" * 1_000_000] * 20),
        "too_large", TOO_LARGE,
    ),
    "slow drip": (dripping, "timeout", "no complete answer within 0.4 s"),
    "slow drip of headers": (dripping_head, "timeout", "no complete answer within 0.4 s"),
    "silence": (silent, "timeout", "no complete answer within 0.4 s"),
    "cut off": (
        saying(HEAD + b"Content-Length: 100\r\n\r\n<rss>"), "broken", "the answer was cut off in the middle"
    ),
    "cut off in a chunk": (
        saying(HEAD + b"Transfer-Encoding: chunked\r\n\r\n50\r\n<rss>"), "broken",
        "the answer was cut off in the middle",
    ),
    "cut off while packed": (
        saying(HEAD + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"<rss>" * 99)[:20]), "broken",
        "the answer was cut off in the middle",
    ),
    "damaged while packed": (
        saying(HEAD + b"Content-Encoding: gzip\r\n\r\n", b"\x1f\x8b" + b"\xff" * 50), "broken",
        "the answer's packed data is damaged",
    ),
    "packed as we did not ask": (
        saying(HEAD + b"Content-Encoding: br\r\nContent-Length: 1\r\n\r\nx"), "broken",
        "the answer is packed in a way that we did not ask for",
    ),
    "closed at once": (saying(), "broken", "127.0.0.1 closed the connection without an answer"),
    "not HTTP": (saying(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), "broken", "the answer of 127.0.0.1 is not HTTP"),
    "enormous header": (
        saying(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n"), "broken",
        "the answer of 127.0.0.1 is not HTTP",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("talk", "reason", "message"), MISBEHAVIOUR.values(), ids=MISBEHAVIOUR)
async def test_misbehaviour_ends_in_one_clear_line(
    talk: Talk, reason: str, message: str, raw: Raw, session: aiohttp.ClientSession
) -> None:
    limits = QUICK if reason == "timeout" else Limits()
    with pytest.raises(FetchError) as caught:
        await Fetcher(session, allow_private=True, limits=limits)(f"http://127.0.0.1:{await raw(talk)}/feed/")
    assert (caught.value.reason, str(caught.value)) == (reason, message)


async def test_a_body_without_a_length_ends_with_the_connection(raw: Raw, session: aiohttp.ClientSession) -> None:
    port = await raw(saying(HEAD + b"\r\n<rss>", b"</rss>"))
    assert (await Fetcher(session, allow_private=True)(f"http://127.0.0.1:{port}/")).body == b"<rss></rss>"


async def test_a_closed_port_is_a_refused_connection(session: aiohttp.ClientSession) -> None:
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    with pytest.raises(FetchError) as caught:
        await Fetcher(session, allow_private=True)(f"http://127.0.0.1:{port}/")
    assert (caught.value.reason, str(caught.value)) == (
        "refused",
        f"no connection to 127.0.0.1 ({os.strerror(errno.ECONNREFUSED)})",
    )


async def test_a_name_server_that_hangs_counts_toward_the_deadline(session: aiohttp.ClientSession) -> None:
    async def hanging(_host: str, _port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    with pytest.raises(FetchError) as caught:
        await Fetcher(session, resolve=hanging, limits=QUICK)("http://feeds.example/")
    assert caught.value.reason == "timeout"


async def test_slow_redirects_share_one_deadline(serve: Serve, session: aiohttp.ClientSession) -> None:
    """Each hop alone would be quick enough."""

    async def handler(request: web.Request) -> web.Response:
        await asyncio.sleep(0.15)
        return web.Response(status=302, headers={"Location": request.raw_path + "x"})

    port = await serve(handler)
    with pytest.raises(FetchError) as caught:
        await Fetcher(session, allow_private=True, limits=QUICK)(f"http://127.0.0.1:{port}/")
    assert caught.value.reason == "timeout"


async def test_two_at_a_time_ask_one_host_and_other_hosts_do_not_wait(
    serve: Serve, session: aiohttp.ClientSession
) -> None:
    """Six requests to one host stand in line; the deadline of those in line has not begun."""
    door = asyncio.Event()
    inside: list[str] = []
    most = 0

    async def handler(request: web.Request) -> web.Response:
        nonlocal most
        name = request.host.split(":")[0]
        inside.append(name)
        most = max(most, inside.count("busy.example"))
        if name == "busy.example":
            await door.wait()
        inside.remove(name)
        return web.Response(body=name.encode())

    async def to_loopback(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    port = await serve(handler)
    fetch = Fetcher(session, resolve=to_loopback, check=lambda _address: None)
    busy = [asyncio.create_task(fetch(f"http://busy.example:{port}/{n}")) for n in range(6)]
    other = await fetch(f"http://calm.example:{port}/")
    assert other.body == b"calm.example"
    assert not any(task.done() for task in busy)
    door.set()
    answers = await asyncio.gather(*busy)
    assert len(answers) == 6
    assert most == 2
    assert not fetch._gates  # nobody asks any more: nothing is kept


async def test_one_connection_serves_the_feeds_of_one_portal(serve: Serve, session: aiohttp.ClientSession) -> None:
    peers: set[object] = set()

    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        return web.Response(body=b"<rss/>")

    port = await serve(handler)
    fetch = Fetcher(session, allow_private=True)
    for number in range(4):
        await fetch(f"http://127.0.0.1:{port}/{number}")
    assert len(peers) == 1


def test_a_bomb_is_never_unpacked_further_than_the_limit() -> None:
    unpacker = Unpacker("gzip", 1000)
    with pytest.raises(FetchError):
        unpacker.feed(BOMB)
    assert len(unpacker._out) == 1001


@given(st.binary(max_size=400), st.lists(st.integers(1, 60), max_size=8), st.booleans())
def test_unpacking_does_not_depend_on_how_the_bytes_arrive(data: bytes, cuts: list[int], double: bool) -> None:
    packed = gzip.compress(data) + (gzip.compress(data) if double else b"")
    unpacker = Unpacker("gzip", 1000)
    for cut in cuts:
        unpacker.feed(packed[:cut])
        packed = packed[cut:]
    unpacker.feed(packed)
    assert unpacker.finish() == data * (2 if double else 1)


@given(st.sampled_from(["gzip", "deflate", ""]), st.lists(st.binary(max_size=80), max_size=5), st.integers(0, 60))
def test_unpacking_rubbish_gives_bytes_or_a_fetch_error(encoding: str, chunks: list[bytes], limit: int) -> None:
    unpacker = Unpacker(encoding, limit)
    try:
        for chunk in chunks:
            unpacker.feed(chunk)
        body = unpacker.finish()
    except FetchError as error:
        body, reason = b"", error.reason
    else:
        reason = ""
    assert reason in {"", "broken", "too_large"}
    assert len(body) <= max(limit, 1)
