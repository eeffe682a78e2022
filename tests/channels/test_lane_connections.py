"""The lane to many on real sockets: which connections it keeps, and what their ends prove."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.channels.lane import dial
from bot.channels.lane.faults import UnansweredError, UnwrittenError
from tests.channels.lane_rig import OK, Counting, fault, lane
from tests.channels.misbehaving import (
    address,
    answering,
    bound,
    read_request,
    reset_after_reading,
    server,
    silent,
)

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


async def test_idle_connections_are_hung_up_also_when_nothing_follows() -> None:
    serve = Counting(OK)
    async with server(serve) as base, lane(keep_idle=0.1) as asked:
        await asyncio.gather(*(asked.post(base, b"{}") for _ in range(2)))
        await asyncio.sleep(0.05)
        await asked.post(base, b"{}")  # this one's is idle only from now on
        await asyncio.wait_for(serve.all_hung_up.wait(), 5)


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
    assert await idle_and(lambda writer: writer.write(b"HTTP/1.1 408")) == [0, 1]


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


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that were looked up."""
    names: list[str] = []
    really = dial._look_up

    async def counted(host: str, port: int) -> Any:
        names.append(host)
        return await really(host, port)

    monkeypatch.setattr(dial, "_look_up", counted)
    return names


async def test_a_burst_looks_a_name_up_once(looked_up: list[str]) -> None:
    serve = Counting(OK)
    async with server(serve) as base, lane() as asked:
        url = base.replace("127.0.0.1", "localhost")
        await asyncio.gather(*(asked.post(url, b"{}") for _ in range(5)))
    assert sorted(serve.asked_of) == [0, 1, 2, 3, 4]
    assert looked_up == ["localhost"]


async def test_a_name_that_was_not_found_is_looked_up_again(looked_up: list[str]) -> None:
    async with lane() as asked:
        for _ in range(2):
            assert (await fault(asked, "http://telegram..invalid/x")).code == "dns"
    assert looked_up == ["telegram..invalid"] * 2


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
