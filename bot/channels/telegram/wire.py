"""The two ways to Telegram under one limit: the program's HTTP session for all kinds of requests, the lane for many.

Whether a request may be repeated depends on one thing: did it leave? Each way's faults tell.
"""

import asyncio
import errno
from collections import deque
from dataclasses import dataclass

import aiohttp
from yarl import URL

from bot.channels.lane.faults import TransportError, UnansweredError, UnwrittenError
from bot.channels.lane.posts import Lane

IN_FLIGHT = 1000  # requests at once; Telegram wants fewer than that a token, and the lane keeps to 800
JSON_HEADERS = {"Content-Type": "application/json", "User-Agent": "kentongan"}
BARE_HEADERS = {"User-Agent": "kentongan"}


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds for each stage of a request; `media` replaces `write` when files are uploaded."""

    connect: float = 5.0
    pool: float = 5.0
    write: float = 5.0
    read: float = 15.0
    media: float = 30.0

    def client(self) -> aiohttp.ClientTimeout:
        """The same as aiohttp takes them.

        aiohttp begins to count `sock_read` when the body is written; `total` is what ends a write that never does.
        """
        total = self.connect + self.write + self.read
        return aiohttp.ClientTimeout(total, connect=self.connect, sock_connect=self.connect, sock_read=self.read)


class Wire:
    """Requests to Telegram, a bounded number of them at once, with faults told apart."""

    def __init__(
        self, session: aiohttp.ClientSession, timeouts: Timeouts | None = None, in_flight: int = IN_FLIGHT
    ) -> None:
        self.timeouts = timeouts or Timeouts()
        self._session = session
        self._lane = Lane(self.timeouts.connect, self.timeouts.read)
        self._places = in_flight
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def post(self, url: str, body: bytes) -> tuple[int, bytes]:
        """One post of encoded JSON on the lane: status and whole body, or a TransportError."""
        await self._take_place(self.timeouts.pool)
        try:
            return await self._lane.post(url, body)
        finally:
            self._leave_place()

    async def send(
        self,
        method: str,
        url: str | URL,
        body: bytes | aiohttp.FormData | None = None,
        timeouts: Timeouts | None = None,
    ) -> tuple[int, bytes]:
        """One request of any kind on the session: status and whole body, or a TransportError."""
        bounds = timeouts or self.timeouts
        await self._take_place(bounds.pool)
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers=JSON_HEADERS if isinstance(body, bytes) else BARE_HEADERS,
                timeout=bounds.client(),
                allow_redirects=False,
            ) as answer:
                return answer.status, await answer.read()
        except Exception as error:  # noqa: BLE001 — whatever aiohttp raises becomes one of two facts
            fault = fault_of(error)
        finally:
            self._leave_place()
        # Raised out here, so that no traceback reaches aiohttp's error and the address in it.
        raise fault

    async def close(self) -> None:
        """Hang up the lane's idle connections; the session is closed by whoever opened it."""
        await self._lane.close()

    async def _take_place(self, patience: float) -> None:
        if self._session.closed:
            raise UnwrittenError("closed")
        # Counted by hand: this runs for every message, and asyncio's own semaphore costs 4 % of one.
        if self._places > 0:
            self._places -= 1
        else:
            await self._wait_for_place(patience)

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
