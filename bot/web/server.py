"""Listening, and stopping without leaving a caller in the dark."""

import os
from collections.abc import Iterable

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.errors import OperationError


@web.middleware
async def _as_it_is(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Bodies are signed as they come, and nobody unproven makes us unpack anything: what is packed is refused."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise web.HTTPUnsupportedMediaType
    return await handler(request)


class WebServer:
    """Serves the routes it is given on one address."""

    def __init__(self, listen: tuple[str, int], routes: Iterable[web.RouteDef]) -> None:
        self._listen = listen
        application = web.Application(client_max_size=1 << 20, middlewares=[_as_it_is])
        application.add_routes(routes)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=2.0, auto_decompress=False)

    async def start(self) -> None:
        """Listen; OperationError when the address is taken."""
        await self._runner.setup()
        host, port = self._listen
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            await self._runner.cleanup()
            # asyncio puts the address a second time into its own text.
            why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
            raise OperationError(
                f"cannot listen on {host}:{port} ({why}); stop what uses it or set LISTEN=HOST:PORT"
            ) from error  # fmt: skip

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, with the port that the system chose when 0 was asked for."""
        host, port = self._runner.addresses[0][:2]
        return host, port

    async def stop(self) -> None:
        """Answer what was asked, then close."""
        await self._runner.cleanup()
