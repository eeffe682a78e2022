"""The board: what a conversation may look at, built from the settings and the store."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.chat.texts import Texts
from bot.chat.turn import Board, Category
from bot.ports import Feed, Tx
from bot.settings import Settings

FAILS = 3  # in a row; one hiccup is nothing that readers need to know
REACH_HOLDS = timedelta(seconds=30)
VOLUME_HOLDS = timedelta(minutes=5)  # a category's weekly volume moves slowly


@dataclass(slots=True)
class Facts:
    """Makes boards; `address` gives the bot's public link once the platform has told it."""

    settings: Settings
    texts: Texts
    address: Callable[[], str | None] = lambda: None
    _weekly: Mapping[str, int] = field(default_factory=dict)
    _counted: datetime | None = None
    _out_of_reach: bool = False
    _looked: datetime | None = None

    def board(self, now: datetime, tx: Tx | None = None) -> Board:
        """The board at this moment; with a transaction the volumes and what feeds do are kept fresh."""
        if tx is not None and (self._counted is None or now - self._counted > VOLUME_HOLDS):
            self._weekly, self._counted = tx.weekly_volume(now), now
        if tx is not None and (self._looked is None or now - self._looked > REACH_HOLDS):
            self._out_of_reach, self._looked = out_of_reach(tx.feeds()), now
        portal = self.settings.portal
        return Board(
            portal=portal.name, host=host_of(portal.url), area=portal.area, timezone=portal.timezone,
            categories=tuple(Category(c.id, dict(c.names), self._weekly.get(c.id)) for c in self.settings.categories),
            texts=self.texts, now=now, address=self.address(), quiet=self.settings.quiet,
            out_of_reach=self._out_of_reach,
        )  # fmt: skip


def out_of_reach(feeds: Iterable[Feed]) -> bool:
    """Whether the portal cannot be reached: every feed that is asked failed as often as admins hear of it."""
    asked = [feed for feed in feeds if feed.asked]
    return bool(asked) and all(feed.failures >= FAILS for feed in asked)


def host_of(url: str) -> str:
    """The host as readers know it: without `www.`."""
    return (urlsplit(url).hostname or "").removeprefix("www.")
