"""A WordPress-shaped portal: an editor publishes, edits and withdraws; feeds, pages and REST show it."""

from aiohttp import web

from bot.simulator.portal.cms import Cms
from bot.simulator.portal.http import HttpFace


class Portal(Cms):
    """A news site with categories (slug -> label) and its HTTP face."""

    def routes(self) -> list[web.RouteDef]:
        """Feeds, article pages, REST and robots.txt over HTTP."""
        return HttpFace(self).routes()
