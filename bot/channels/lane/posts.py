"""The lane to many: prepared posts over kept connections, at a sixth of the CPU of a general client.

Why not the program's HTTP session, as for everything else? A message's CPU was mostly aiohttp's (`python -m bench
message` and `wire` show both). And why none of the fast clients? pyreqwest calls a connection that was reset after the
request a ConnectError and a missing answer a ConnectTimeoutError, so whether the request left can only be read out of
its words; here it is known, because here it is written.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from yarl import URL

from bot.channels.lane.connection import Connection
from bot.channels.lane.dial import Dialer
from bot.channels.lane.faults import UnwrittenError
from bot.channels.lane.patience import Patience

KEEP_IDLE = 15.0  # seconds: a request on a connection that the server is just closing is a send that nobody knows of


class Lane:
    """Posts JSON to a few addresses; follows no redirect, keeps no cookies, asks no proxy."""

    def __init__(
        self, connect: float, read: float, keep_idle: float = KEEP_IDLE, *, headers: Mapping[str, str] | None = None
    ) -> None:  # fmt: skip
        """In seconds; `headers` go with every request, and are shown to nobody else."""
        self._connect, self._keep_idle = connect, keep_idle
        self._headers = "".join(f"{name}: {_one_line(value)}\r\n" for name, value in (headers or {}).items())
        self._patience = Patience(read)
        self._targets: dict[str, _Target] = {}
        self._pools: dict[URL, _Pool] = {}
        self._closed = False

    async def post(self, url: str, body: bytes) -> tuple[int, bytes]:
        """Status and whole body, or a TransportError within `connect` and `read` seconds."""
        target = self._targets.get(url) or self._target(url)
        connection = target.pool.take() or await target.pool.dial()
        return await connection.ask(b"%b%d\r\n\r\n%b" % (target.head, len(body), body))

    async def close(self) -> None:
        """Hang up where nothing is under way; what is under way ends its connection itself."""
        self._closed = True
        for pool in self._pools.values():
            pool.close()
        self._patience.end()
        await asyncio.sleep(0)  # asyncio closes sockets in the loop's next round

    def _target(self, address: str) -> "_Target":
        """The head of every request to this address, made once; the address is that of one of our own methods."""
        try:
            url = URL(address)
        except ValueError:
            url = URL()
        if url.scheme not in {"http", "https"} or not url.raw_host:
            raise UnwrittenError("address")
        head = (
            f"POST {url.raw_path_qs} HTTP/1.1\r\nHost: {url.host_port_subcomponent}\r\nUser-Agent: kentongan\r\n"
            f"{self._headers}Content-Type: application/json\r\nContent-Length: "
        )
        self._targets[address] = _Target(head.encode("ascii"), self._pool(url))
        return self._targets[address]

    def _pool(self, url: URL) -> "_Pool":
        origin = url.origin()
        if origin not in self._pools:
            dialer = Dialer(origin, self._connect)
            self._pools[origin] = _Pool(dialer, self._patience, self._keep_idle, closed=self._closed)
        return self._pools[origin]


class _Pool:
    """The idle connections to one server; the last to come free is the first to be used, so that few stay open."""

    def __init__(self, dialer: Dialer, patience: Patience, keep_idle: float, *, closed: bool) -> None:
        self._dialer, self._patience, self._keep_idle = dialer, patience, keep_idle
        self._loop = asyncio.get_running_loop()
        self._idle: deque[Connection] = deque()  # the longest idle first
        self._sweeping: asyncio.TimerHandle | None = None
        self._closed = closed

    def take(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
        return None

    async def dial(self) -> Connection:
        return await self._dialer.dial(lambda: Connection(self._keep, self._patience))

    def close(self) -> None:
        self._closed = True
        if self._sweeping is not None:
            self._sweeping.cancel()
        while self._idle:
            self._idle.pop().end()

    def _keep(self, connection: Connection) -> None:
        if self._closed:
            connection.end()
            return
        connection.idle_since = self._loop.time()
        self._idle.append(connection)
        if self._sweeping is None:
            self._sweeping = self._loop.call_later(self._keep_idle, self._sweep)

    def _sweep(self) -> None:
        old = self._loop.time() - self._keep_idle
        while self._idle and self._idle[0].idle_since <= old:
            self._idle.popleft().end()
        due = self._idle[0].idle_since + self._keep_idle if self._idle else None
        self._sweeping = None if due is None else self._loop.call_at(due, self._sweep)


@dataclass(frozen=True, slots=True)
class _Target:
    head: bytes  # all of a request before the number of its body's bytes
    pool: _Pool


def _one_line(value: str) -> str:
    """A header's value that ends where its line ends."""
    if not value.isascii() or not value.isprintable():
        raise ValueError("a header is one line of ASCII")
    return value
