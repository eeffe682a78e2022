"""The lane to many on real sockets: what it writes, and what it takes for an answer."""

import asyncio
import socket
from contextlib import suppress

import pytest

from bot.channels.lane import Lane
from bot.channels.lane.connection import MOST
from bot.channels.lane.faults import UnansweredError, UnwrittenError
from tests.channels.lane_rig import OK, fault, lane
from tests.channels.misbehaving import answering, bound, http, read_request, server

# What is written ----------------------------------------------------------------------------------------------------


async def test_a_request_is_one_plain_post() -> None:
    written: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        written.append(await reader.readuntil(b"}"))
        writer.write(http(200, b'{"ok":true}'))

    async with server(serve) as base, lane() as asked:
        assert await asked.post(f"{base}/bot1:a-B_c/sendMessage", b'{"chat_id":7}') == (200, b'{"ok":true}')
    assert written == [
        b"POST /bot1:a-B_c/sendMessage HTTP/1.1\r\n"
        b"Host: %b\r\n"
        b"User-Agent: kentongan\r\n"
        b"Content-Type: application/json\r\n"
        b"Content-Length: 13\r\n\r\n"
        b'{"chat_id":7}' % base.removeprefix("http://").encode()
    ]


@pytest.mark.parametrize("path", ["/a b\r\nX-Evil: 1", "/a%20b%0d%0aX-Evil:%201"])
async def test_nothing_in_an_address_ends_its_line(path: str) -> None:
    written: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        written.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK)

    async with server(serve) as base, lane() as asked:
        await asked.post(base + path, b"")
    names = [line.split(b":")[0] for line in written[0].split(b"\r\n")[1:-2]]
    assert names == [b"Host", b"User-Agent", b"Content-Type", b"Content-Length"]


ADDRESSES = ["", "ftp://127.0.0.1/x", "http:///x", "http://127.0.0.1:99999/x", "127.0.0.1/x"]


@pytest.mark.parametrize("url", ADDRESSES)
async def test_an_address_that_is_none_proves_that_nothing_was_written(url: str) -> None:
    async with lane() as asked:
        error = await fault(asked, url)
    assert isinstance(error, UnwrittenError)
    assert error.code == "address"


async def test_the_environments_proxies_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with server(answering(OK)) as base, lane() as asked:
        assert await asked.post(base, b"{}") == (200, b"{}")


async def test_an_address_of_version_6_is_spoken_to() -> None:
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK)

    try:
        here = bound("::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    async with server(serve, at=here) as base, lane() as asked:
        assert await asked.post(f"{base}/x", b"") == (200, b"{}")
    assert f"Host: {base.removeprefix('http://')}\r\n".encode() in heads[0]


# Answers ------------------------------------------------------------------------------------------------------------

EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"

ANSWERS: dict[str, tuple[bytes, tuple[int, bytes]]] = {
    "chunked": (CHUNKED, (200, b"abcde")),
    "announced": (EARLY + EARLY + http(200, b"{}"), (200, b"{}")),
    "without a body": (b"HTTP/1.1 204 No Content\r\n\r\n", (204, b"")),
    "a redirect": (b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", (302, b"")),
    "followed by rubbish": (http(200, b"{}") + b"rubbish", (200, b"{}")),
    "followed by an answer to nobody": (http(200, b"{}") + http(403, b"[]"), (200, b"{}")),
    "of HTTP/1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", (200, b"{}")),
    "of a status that nobody knows": (b"HTTP/1.1 299 \r\nContent-Length: 2\r\n\r\n{}", (299, b"{}")),
}


@pytest.mark.parametrize(("answer", "expected"), ANSWERS.values(), ids=ANSWERS.keys())
async def test_a_whole_answer_is_read(answer: bytes, expected: tuple[int, bytes]) -> None:
    async with server(answering(answer)) as base, lane() as asked:
        assert await asked.post(base, b"{}") == expected


@pytest.mark.parametrize(("answer", "expected"), ANSWERS.values(), ids=ANSWERS.keys())
async def test_an_answer_may_come_byte_by_byte(answer: bytes, expected: tuple[int, bytes]) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await read_request(reader)
        for byte in answer:
            writer.write(bytes([byte]))
            await asyncio.sleep(0)

    async with server(serve) as base, lane() as asked:
        assert await asked.post(base, b"{}") == expected


BROKEN = {
    "another protocol": (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "strange_answer"),
    "two lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "strange_answer"),
    "too much of a header": (b"HTTP/1.1 200 OK\r\nX: " + b"x" * (MOST + 1), "strange_answer"),
    "too much of a body": (http(200, b"x" * (MOST + 1), length=2 * MOST), "strange_answer"),
    "endless announcements": (EARLY * (MOST // len(EARLY) + 1), "strange_answer"),
    "a chunk without its end": (CHUNKED[:-9], "half_answer"),
    "no length": (b"HTTP/1.1 200 OK\r\n\r\n{}", "half_answer"),
    "nothing but an announcement": (EARLY, "connection_lost"),
}


@pytest.mark.parametrize(("answer", "code"), BROKEN.values(), ids=BROKEN.keys())
async def test_an_answer_that_is_not_whole_leaves_open_what_happened(answer: bytes, code: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answering(answer)(reader, writer)
        writer.write_eof()
        await reader.read()

    async with server(serve) as base, lane() as asked:
        error = await fault(asked, base)
    assert isinstance(error, UnansweredError)
    assert error.code == code


async def test_an_answer_that_never_ends_is_waited_for_only_so_long() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(http(200, b"{", length=9_000))
        for _ in range(200):
            writer.write(b" ")
            await asyncio.sleep(0.01)

    async with server(serve) as base, lane(read=0.1) as asked:
        error = await fault(asked, base)
    assert isinstance(error, UnansweredError)
    assert error.code == "read_timeout"


async def test_each_request_is_waited_for_from_its_own_beginning() -> None:
    """Begun one after the other, answered or silent: the silent are given up each at its time, in their order."""
    ended: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            asked = await read_request(reader)
            if b"answered" in asked:
                writer.write(http(200, b"{}"))

    async with server(serve) as base, lane(read=0.3) as asked:

        async def post(name: str) -> float:
            began = asyncio.get_running_loop().time()
            with suppress(UnansweredError):
                await asked.post(base, f'{{"{name}":1}}'.encode())
            ended.append(name)
            return asyncio.get_running_loop().time() - began

        posts = []
        for name in ("answered first", "silent early", "answered later", "silent late"):
            posts.append(asyncio.create_task(post(name)))
            await asyncio.sleep(0.1)
        seconds = await asyncio.gather(*posts)
    assert ended == ["answered first", "answered later", "silent early", "silent late"]
    assert [0.29 <= each < 2 for each in seconds] == [False, True, False, True], seconds


async def test_headers_of_our_own_go_with_every_request_and_end_no_line() -> None:
    written: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        written.append(await reader.readuntil(b"}"))
        writer.write(OK)

    async with server(serve) as base:
        asked = Lane(2, 2, headers={"Authorization": "Bearer abc"})
        assert await asked.post(f"{base}/v26.0/1/messages", b"{}") == (200, b"{}")
        await asked.close()
    assert b"\r\nAuthorization: Bearer abc\r\n" in written[0]
    with pytest.raises(ValueError, match="one line"):
        Lane(2, 2, headers={"Authorization": "Bearer a\r\nX-Evil: 1"})
