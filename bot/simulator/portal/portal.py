"""A WordPress-shaped portal: an editor publishes, edits and withdraws; feeds, pages and REST show it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from aiohttp import web

from bot.simulator.clock import Clock, SystemClock
from bot.simulator.portal.faults import Faults
from bot.simulator.portal.post import Hit, Post


class Portal:
    """A news site with categories (slug -> label)."""

    def __init__(
        self, *, name: str, categories: Mapping[str, str], base_url: str = "", language: str = "id",
        clock: Clock | None = None, seed: int = 0,
    ) -> None:  # fmt: skip
        self.name = name
        self.categories = dict(categories)
        self.base_url = base_url
        self.language = language
        self.clock = clock or SystemClock()
        self.posts: list[Post] = []
        self.hits: list[Hit] = []
        self.faults = Faults(seed)

    def publish(
        self, title: str, body_html: str, categories: Sequence[str], *, published: datetime | None = None,
        author: str = "redaksi", image: str | None = None, excerpt: str | None = None,
    ) -> int:  # fmt: skip
        """Put an article online; its post id."""
        raise NotImplementedError

    def edit(
        self, post_id: int, *, title: str | None = None, body_html: str | None = None,
        categories: Sequence[str] | None = None,
    ) -> None:  # fmt: skip
        """Change what is given, and the time of modification."""
        raise NotImplementedError

    def withdraw(self, post_id: int) -> None:
        """Take an article offline: it leaves the feeds and its page answers 410."""
        raise NotImplementedError

    def routes(self) -> list[web.RouteDef]:
        """Feeds, article pages, REST and robots.txt over HTTP."""
        raise NotImplementedError
