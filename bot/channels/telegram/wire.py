"""One HTTP client for Telegram's two lanes, with faults that tell what was written.

Whether a request may be repeated depends on one thing: did it leave? Faults do not repeat aiohttp's own words: those
contain the address, and a Telegram address contains the token.
"""

import asyncio
import errno
from collections import deque
from dataclasses import dataclass

import aiohttp
from yarl import URL

IN_FLIGHT = 1000  # requests at once; Telegram wants fewer than that a token, and the lane keeps to 800
JSON_HEADERS = {"Content-Type": "application/json", "User-Agent": "kentongan"}
BARE_HEADERS = {"User-Agent": "kentongan"}


class TransportError(Exception):
    """A request without a whole answer; `code` is a stable word for reports."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class UnwrittenError(TransportError):
    """Proof that nothing was written: repeating is safe."""


class UnansweredError(TransportError):
    """The request was (perhaps partly) written, and what became of it is not known."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds for each stage of a request; `media` replaces `write` when files are uploaded."""

    connect: float = 5.0
    pool: float = 5.0
    write: float = 5.0
    read: float = 15.0
    media: float = 30.0

    def whole(self) -> aiohttp.ClientTimeout:
        """One bound for the whole request, as cheap as a timeout gets: the lane to many uses it."""
        return aiohttp.ClientTimeout(self.read, connect=self.connect, sock_connect=self.connect)

    def client(self) -> aiohttp.ClientTimeout:
        """The same in aiohttp's words.

        aiohttp begins to count `sock_read` when the body is written; `total` is what ends a write that never does.
        """
        total = self.connect + self.write + self.read
        return aiohttp.ClientTimeout(total, connect=self.connect, sock_connect=self.connect, sock_read=self.read)


class Wire:
    """The program's one HTTP session, as far as Telegram uses it: a bounded number of requests, faults told apart."""

    def __init__(
        self, session: aiohttp.ClientSession, timeouts: Timeouts | None = None, in_flight: int = IN_FLIGHT
    ) -> None:
        self.timeouts = timeouts or Timeouts()
        self._session = session
        self._places = in_flight
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._usual = self.timeouts.whole()

    async def send(
        self,
        method: str,
        url: str | URL,
        body: bytes | aiohttp.FormData | None = None,
        timeouts: Timeouts | None = None,
    ) -> tuple[int, bytes]:
        """One request: status and whole body, or a TransportError."""
        if self._session.closed:
            raise UnwrittenError("closed")
        # Counted by hand: this runs for every message, and asyncio's own semaphore costs 4 % of one.
        if self._places > 0:
            self._places -= 1
        else:
            await self._wait_for_place((timeouts or self.timeouts).pool)
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers=JSON_HEADERS if isinstance(body, bytes) else BARE_HEADERS,
                timeout=timeouts.client() if timeouts else self._usual,
                allow_redirects=False,
            ) as answer:
                return answer.status, await answer.read()
        except Exception as error:  # noqa: BLE001 — whatever aiohttp raises becomes one of two facts
            fault = fault_of(error)
        finally:
            self._leave_place()
        # Raised out here, so that no traceback reaches aiohttp's error and the address in it.
        raise fault

    async def _wait_for_place(self, patience: float) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await asyncio.wait({turn}, timeout=patience)
        except asyncio.CancelledError:
            if turn.done():
                self._leave_place()
            turn.cancel()
            raise
        if not turn.done():
            turn.cancel()
            raise UnwrittenError("pool_timeout")

    def _leave_place(self) -> None:
        """Hand the place to whoever has waited longest, or keep it free."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._places += 1


# What an error of aiohttp proves about the request; the first kind that fits decides.
FAULTS: tuple[tuple[type[Exception], type[TransportError], str], ...] = (
    (aiohttp.ConnectionTimeoutError, UnwrittenError, "connect_timeout"),
    (aiohttp.ClientConnectorDNSError, UnwrittenError, "dns"),
    (aiohttp.ClientConnectorSSLError, UnwrittenError, "tls"),
    (aiohttp.ClientConnectorCertificateError, UnwrittenError, "tls"),
    (aiohttp.ClientConnectorError, UnwrittenError, "connect"),
    (aiohttp.InvalidURL, UnwrittenError, "address"),
    (TimeoutError, UnansweredError, "read_timeout"),
    (aiohttp.ClientPayloadError, UnansweredError, "half_answer"),
    (aiohttp.ClientResponseError, UnansweredError, "strange_answer"),
    (Exception, UnansweredError, "connection_lost"),
)


def fault_of(error: Exception) -> TransportError:
    """The fault that stands for an error of aiohttp."""
    if isinstance(error, aiohttp.ClientConnectorError) and error.os_error.errno == errno.ECONNREFUSED:
        return UnwrittenError("refused")
    return next(fault(code) for kind, fault, code in FAULTS if isinstance(error, kind))
