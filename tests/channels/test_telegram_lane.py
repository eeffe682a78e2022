"""The lane to many on real sockets: what it writes, which connections it keeps, and what it can prove."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram.connection import MOST
from bot.channels.telegram.faults import TransportError, UnansweredError, UnwrittenError
from bot.channels.telegram.lane import KEEP_IDLE, Lane
from tests.channels.misbehaving import (
    address,
    answering,
    bound,
    http,
    read_request,
    reset_after_reading,
    server,
    silent,
)

OK = http(200, b"{}")


@asynccontextmanager
async def lane(connect: float = 2, read: float = 2, keep_idle: float = KEEP_IDLE) -> AsyncIterator[Lane]:
    made = Lane(connect, read, keep_idle)
    yield made
    await made.close()


class Counting:
    """Answers every request with the next of some answers (the last again and again), and counts connections."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.connections: list[asyncio.StreamWriter] = []
        self.asked_of: list[int] = []
        self.hung_up = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(self.connections)
        self.connections.append(writer)
        try:
            while True:
                await read_request(reader)
                self.asked_of.append(number)
                writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
        except (asyncio.IncompleteReadError, ConnectionError):
            self.hung_up.set()
            raise asyncio.IncompleteReadError(b"", None) from None


async def fault(asked: Lane, url: str) -> TransportError:
    with pytest.raises(TransportError) as caught:
        await asked.post(url, b"{}")
    return caught.value


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


async def test_nothing_in_an_address_ends_its_line() -> None:
    written: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        written.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK)

    async with server(serve) as base, lane() as asked:
        await asked.post(f"{base}/a b\r\nX-Evil: 1", b"")
    assert b"X-Evil:" not in written[0].replace(b"%20", b" ").split(b"\r\n", 1)[1]


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


# Connections --------------------------------------------------------------------------------------------------------


async def test_one_after_the_other_shares_a_connection_and_side_by_side_has_its_own() -> None:
    serve = Counting(OK)
    async with server(serve) as base, lane() as asked:
        for _ in range(3):
            await asked.post(f"{base}/a", b"{}")
        assert serve.asked_of == [0, 0, 0]
        await asyncio.gather(*(asked.post(f"{base}/b", b"{}") for _ in range(3)))
        assert sorted(serve.asked_of[3:]) == [0, 1, 2]


async def test_the_connection_that_came_free_last_is_used_next_and_the_idle_one_is_hung_up() -> None:
    serve = Counting(OK)
    async with server(serve) as base, lane(keep_idle=0.2) as asked:
        await asyncio.gather(*(asked.post(base, b"{}") for _ in range(2)))
        busy = serve.asked_of[-1]
        while not serve.hung_up.is_set():
            await asked.post(base, b"{}")
            await asyncio.sleep(0.01)
        await asked.post(base, b"{}")
    assert set(serve.asked_of[2:]) == {busy}


async def test_an_idle_connection_is_hung_up_also_when_nothing_follows() -> None:
    serve = Counting(OK)
    async with server(serve) as base, lane(keep_idle=0.05) as asked:
        await asked.post(base, b"{}")
        await asyncio.wait_for(serve.hung_up.wait(), 5)


async def test_closing_hangs_up_what_is_idle_and_keeps_nothing_afterwards() -> None:
    serve = Counting(OK)
    async with server(serve) as base, lane() as asked:
        await asked.post(base, b"{}")
        await asked.close()
        await asyncio.wait_for(serve.hung_up.wait(), 5)
        for _ in range(2):
            assert await asked.post(base, b"{}") == (200, b"{}")
    assert serve.asked_of == [0, 1, 2]


LAST_ANSWERS = {
    "that says so": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
    "of HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "with rubbish behind it": OK + b"rubbish",
    "with another behind it": OK + OK,
}


@pytest.mark.parametrize("answer", LAST_ANSWERS.values(), ids=LAST_ANSWERS.keys())
async def test_no_request_follows_an_answer(answer: bytes) -> None:
    serve = Counting(answer, OK)
    async with server(serve) as base, lane() as asked:
        for _ in range(2):
            assert await asked.post(base, b"{}") == (200, b"{}")
    assert serve.asked_of == [0, 1]


async def idle_and(then: Callable[[asyncio.StreamWriter], Any]) -> list[int]:
    """Which connections two requests took, between which the server did something to the idle one."""
    serve = Counting(OK)
    async with server(serve) as base, lane() as asked:
        await asked.post(base, b"{}")
        then(serve.connections[0])
        await asyncio.wait_for(serve.hung_up.wait(), 5)
        await asyncio.sleep(0.05)  # our side of the loop has heard of it too
        assert await asked.post(base, b"{}") == (200, b"{}")
    return serve.asked_of


async def test_a_connection_that_the_server_hung_up_is_not_used_again() -> None:
    assert await idle_and(lambda writer: writer.close()) == [0, 1]


async def test_unasked_bytes_end_a_connection() -> None:
    assert await idle_and(lambda writer: writer.write(http(408, b""))) == [0, 1]


async def test_a_connection_lost_under_a_request_is_ambiguous_also_when_it_was_used_before() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answering(OK)(reader, writer)
        await reset_after_reading(reader, writer)

    async with server(serve) as base, lane() as asked:
        await asked.post(base, b"{}")
        error = await fault(asked, base)
    assert isinstance(error, UnansweredError)
    assert error.code == "connection_lost"


async def test_a_request_that_is_given_up_takes_its_connection_along() -> None:
    hung_up = asyncio.Event()
    asked_for = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        asked_for.set()
        try:
            await reader.read()
        finally:
            hung_up.set()
            writer.close()

    async with server(serve) as base, lane() as asked:
        sending = asyncio.create_task(asked.post(base, b"{}"))
        await asked_for.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await asyncio.wait_for(hung_up.wait(), 5)


# Proof that nothing was written -------------------------------------------------------------------------------------


async def test_a_name_that_no_name_server_could_be_asked_for_was_not_written_to() -> None:
    async with lane() as asked:
        error = await fault(asked, "http://telegram..invalid/x")
    assert isinstance(error, UnwrittenError)
    assert error.code == "dns"


async def test_a_host_that_takes_no_connection_was_not_written_to() -> None:
    with bound() as full, socket.socket() as first, socket.socket() as second:
        full.listen(0)
        for waiting in (first, second):  # they fill the queue of those who wait to be accepted
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        async with lane(connect=0.2) as asked:
            error = await fault(asked, f"http://{address(full)}")
    assert isinstance(error, UnwrittenError)
    assert error.code == "connect_timeout"


async def test_after_a_refusal_the_same_host_is_tried_anew() -> None:
    with bound() as port:
        async with lane() as asked:
            assert (await fault(asked, f"http://{address(port)}")).code == "refused"
            async with server(answering(OK), at=port) as base:
                assert await asked.post(base, b"{}") == (200, b"{}")


# TLS ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of our own for 127.0.0.1, with its key in the same file."""
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=lane",
            "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key", "-out", folder / "cert",
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_bytes((folder / "key").read_bytes() + (folder / "cert").read_bytes())
    return both


def tls_of(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The server's side of TLS, with a certificate that the system trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return tls_of(certificate)


async def test_a_trusted_server_is_spoken_to_in_http_1_on_a_kept_connection(trusted: ssl.SSLContext) -> None:
    serve = Counting(OK)
    async with server(serve, trusted) as base, lane() as asked:
        for _ in range(2):
            assert await asked.post(base, b"{}") == (200, b"{}")
    assert serve.asked_of == [0, 0]
    assert serve.connections[0].get_extra_info("ssl_object").selected_alpn_protocol() == "http/1.1"


async def test_a_server_that_nobody_vouches_for_is_not_written_to(certificate: Path) -> None:
    serve = Counting(OK)
    async with server(serve, tls_of(certificate)) as base, lane() as asked:
        error = await fault(asked, base)
    assert isinstance(error, UnwrittenError)
    assert error.code == "tls"
    assert serve.asked_of == []


async def test_a_certificate_of_another_name_is_not_written_to(trusted: ssl.SSLContext) -> None:
    serve = Counting(OK)
    async with server(serve, trusted) as base, lane() as asked:
        error = await fault(asked, base.replace("127.0.0.1", "localhost"))
    assert isinstance(error, UnwrittenError)
    assert error.code == "tls"
    assert serve.asked_of == []


async def test_a_connection_that_is_reset_after_a_request_in_tls_is_ambiguous(trusted: ssl.SSLContext) -> None:
    async with server(reset_after_reading, trusted) as base, lane() as asked:
        error = await fault(asked, base)
    assert isinstance(error, UnansweredError)
    assert error.code == "connection_lost"


async def test_a_server_that_ends_its_tls_is_not_asked_again_on_that_connection(trusted: ssl.SSLContext) -> None:
    serve = Counting(OK)
    async with server(serve, trusted) as base, lane() as asked:
        await asked.post(base, b"{}")
        serve.connections[0].close()
        await asyncio.sleep(0.1)  # both sides have said farewell
        assert await asked.post(base, b"{}") == (200, b"{}")
    assert serve.asked_of == [0, 1]


async def test_silence_instead_of_tls_proves_that_nothing_was_written() -> None:
    async with server(silent) as base, lane(connect=0.2) as asked:
        error = await fault(asked, base.replace("http:", "https:"))
    assert isinstance(error, UnwrittenError)
    assert error.code == "connect_timeout"
