"""One local server for both sides of the world: Telegram and the portal."""

from collections.abc import Iterable

from aiohttp import web

from bot.simulator.portal import Portal
from bot.simulator.telegram import Telegram


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
        app = web.Application(client_max_size=64 * 2**20)
        app.add_routes([*self._extra, *self.telegram.routes(), *self.portal.routes()])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        bound = self._runner.addresses[0][1]
        self.base_url = f"http://{host}:{bound}"
        self.portal.base_url = self.portal.base_url or self.base_url
        return self.base_url

    async def stop(self) -> None:
        """Close every connection and the port."""
        await self.telegram.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
