"""Opening a connection: name, address, TLS. Whatever goes wrong here proves that nothing was written."""

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable
from typing import TypeVar

from aiohappyeyeballs import AddrInfoType, start_connection
from yarl import URL

from bot.channels.lane.faults import UnwrittenError

P = TypeVar("P", bound=asyncio.BaseProtocol)

NAMES_LAST = 60.0  # seconds; connections are opened in bursts, and each look-up takes a thread
NEXT_FAMILY = 0.25  # seconds until the other of IPv6 and IPv4 is tried beside the first (RFC 8305)


class Dialer:
    """Opens connections to one origin (`https://host:port`), each within `patience` seconds; no proxy is asked."""

    def __init__(self, origin: URL, patience: float) -> None:
        self._host, self._port, self._secure = origin.raw_host or "", origin.port or 0, origin.scheme == "https"
        self._patience = patience
        self._tls: ssl.SSLContext | None = None
        self._looked_up: asyncio.Task[list[AddrInfoType]] | None = None
        self._looked_up_at = 0.0

    async def dial(self, protocol: Callable[[], P]) -> P:
        """An open connection with this protocol on it, or an UnwrittenError."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._secured(await self._reached(await self._addresses()), protocol)
        except TimeoutError:
            fault = UnwrittenError("connect_timeout")
        # Raised out here, so that no traceback reaches the error below and the name in it.
        raise fault

    async def _addresses(self) -> list[AddrInfoType]:
        """The addresses of the host; a burst of connections shares one look-up."""
        loop = asyncio.get_running_loop()
        task = self._looked_up
        if task is None or (task.done() and loop.time() - self._looked_up_at > NAMES_LAST):
            task = loop.create_task(_look_up(self._host, self._port))
            self._looked_up, self._looked_up_at = task, loop.time()
        try:
            return await asyncio.shield(task)
        except (OSError, UnicodeError):  # the second: a name that no name server could be asked for
            self._looked_up = None
        raise UnwrittenError("dns")

    async def _reached(self, addresses: list[AddrInfoType]) -> socket.socket:
        try:
            return await start_connection(addresses, happy_eyeballs_delay=NEXT_FAMILY)
        except (OSError, RuntimeError) as error:  # uvloop has RuntimeErrors of its own
            refused = isinstance(error, OSError) and error.errno == errno.ECONNREFUSED
        self._looked_up = None  # the host may have moved
        raise UnwrittenError("refused" if refused else "connect")

    async def _secured(self, reached: socket.socket, protocol: Callable[[], P]) -> P:
        """The protocol on the connected socket, behind TLS where that is asked for."""
        if self._secure and self._tls is None:
            self._tls = ssl.create_default_context()
            self._tls.set_alpn_protocols(["http/1.1"])
        try:
            _, made = await asyncio.get_running_loop().create_connection(
                protocol, sock=reached, ssl=self._tls, server_hostname=self._host if self._secure else None
            )
        except BaseException as error:
            reached.close()
            if not isinstance(error, Exception):
                raise
        else:
            return made
        raise UnwrittenError("tls" if self._secure else "connect")


async def _look_up(host: str, port: int) -> list[AddrInfoType]:
    return [*await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)]
