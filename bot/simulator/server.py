"""One local server for both sides of the world: Telegram and the portal."""

from collections.abc import Iterable

from aiohttp import web

from bot.simulator.portal import Portal
from bot.simulator.telegram import Telegram

_MAX_BODY = 64 * 2**20


class Simulator:
    """Telegram, the portal and whatever else is given, on one port of the loopback."""

    def __init__(self, telegram: Telegram, portal: Portal, extra_routes: Iterable[web.RouteDef] = ()) -> None:
        self.telegram = telegram
        self.portal = portal
        self.base_url = ""
        self._extra = list(extra_routes)
        self._runner: web.AppRunner | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen; the base URL (also the portal's, when it had none)."""
        app = web.Application(client_max_size=_MAX_BODY)
        app.add_routes(self._routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port, backlog=1024).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self.base_url = f"http://{host}:{self._runner.addresses[0][1]}"
        self.portal.base_url = self.portal.base_url or self.base_url
        self.telegram.open()
        return self.base_url

    def _routes(self) -> list[web.RouteDef]:
        """The extra routes come first: a page at / takes the place of the portal's front page."""
        taken = {route.path for route in self._extra}
        own = [*self.telegram.routes(), *self.portal.routes()]
        return [*self._extra, *(route for route in own if route.path not in taken)]

    async def stop(self) -> None:
        """Close every connection and the port; a later start goes on with the same state."""
        await self.telegram.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
