"""One kept connection of the lane: a request is written whole, and its answer read by llhttp (httptools).

What a fault proves is plain here: `ask` raises UnwrittenError until the one `write`, UnansweredError after it.
"""

import asyncio
from collections.abc import Callable
from typing import cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from bot.channels.lane.faults import UnansweredError, UnwrittenError
from bot.channels.lane.patience import Patience

MOST = 1_048_576  # bytes of one answer with its headers; the Bot API's to a send are below 20,000
FINAL = 200  # the first status that is no interim one (100, 103)


class Connection(asyncio.Protocol):
    """HTTP/1.1 to one server, one request at a time; `keep` is told when another one may follow."""

    __slots__ = (
        "_answer", "_begun", "_body", "_keep", "_keeps", "_loop", "_parser", "_patience", "_received", "_status",
        "_transport", "idle_since",
    )  # fmt: skip

    def __init__(self, keep: Callable[["Connection"], None], patience: Patience) -> None:
        self.idle_since = 0.0  # by the loop's clock; the pool's to set and to read
        self._keep, self._patience = keep, patience
        self._loop = asyncio.get_running_loop()
        self._parser = HttpResponseParser(self)
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._rest()

    def _rest(self) -> None:
        self._body: list[bytes] = []
        self._received = 0
        self._status = 0  # known once the answer is whole
        self._begun = self._keeps = False

    @property
    def usable(self) -> bool:
        """Whether neither side has hung up, as far as we have heard."""
        return not self._transport.is_closing()

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Write the request; status and whole body, or a TransportError while there is patience."""
        if self._transport.is_closing():
            raise UnwrittenError("connect")
        answer: asyncio.Future[tuple[int, bytes]] = self._loop.create_future()
        self._answer = answer
        self._patience.begin(answer, self._late)
        self._transport.write(request)
        try:
            return await answer
        finally:
            if self._answer is answer:  # cancelled: what still comes belongs to nobody
                self.end()

    def end(self) -> None:
        """Hang up at once."""
        self._answer = None
        self._transport.abort()

    # asyncio's side -------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The way is open, TLS included."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class is no subclass of it

    def data_received(self, data: bytes) -> None:
        """Some of the answer; unasked bytes, bytes that are not HTTP and too many of them end the connection."""
        if self._answer is None:
            self.end()
            return
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self._keeps = False
        else:
            if not self._status and self._received <= MOST:
                return  # more is to come
        self._finish() if self._status else self._fail("strange_answer")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 — how it was lost proves nothing more
        """The other side hung up; an answer that only ends with its connection is not known to be whole."""
        self._fail("half_answer" if self._begun else "connection_lost")

    def _late(self, answer: "asyncio.Future[tuple[int, bytes]]") -> None:
        if self._answer is answer:
            self._fail("read_timeout")

    def _fail(self, code: str) -> None:
        answer = self._answer
        self.end()
        if answer is not None and not answer.done():
            answer.set_exception(UnansweredError(code))

    def _finish(self) -> None:
        answer, result, keeps = self._answer, (self._status, b"".join(self._body)), self._keeps
        self._answer = None
        self._rest()
        if answer is None or answer.done() or not keeps:
            self.end()
        else:
            self._keep(self)
        if answer is not None and not answer.done():
            answer.set_result(result)

    # The parser's side ----------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """An answer begins; a second one to a single request says that the two sides have lost each other."""
        if self._status:
            raise ValueError

    def on_headers_complete(self) -> None:
        """From here on the answer is half there."""
        self._begun = True

    def on_body(self, body: bytes) -> None:
        """A piece of the body, chunks taken apart."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """The answer is whole, by its own length; an interim one (103 Early Hints) only announces it."""
        status = self._parser.get_status_code()
        if status >= FINAL:
            self._status, self._keeps = status, self._parser.should_keep_alive()
        else:
            self._begun = False
