"""Feeds: as they are declared, what is known of them, and what transactions say about them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.news.item import Story
from bot.news.moves import FeedMoves


@dataclass(frozen=True, slots=True)
class DeclaredFeed:
    """A feed as feeds.yaml (or an admin) declares it."""

    url: str
    every: float | None = None  # seconds; None: as the feed's volume and hints say
    categories: tuple[str, ...] = ()  # added to what the items' own labels say
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed and what we know of it."""

    id: int
    url: str
    every: float | None
    categories: tuple[str, ...]
    origin: str  # file | chat
    paused: bool = False
    title: str = ""
    etag: str | None = None
    last_modified: str | None = None
    imported_at: datetime | None = None  # the first successful poll; None: the next one sends nothing
    checked_at: datetime | None = None
    ok_at: datetime | None = None
    next_check: datetime | None = None  # None: now
    failures: int = 0
    error: str = ""  # the last failure in one line, "" when healthy
    moves: FeedMoves = field(default_factory=FeedMoves)  # where to ask instead of `url`, which stays its name
    unconditional_at: datetime | None = None  # the last document that was read without conditions
    ttl: float | None = None  # seconds, as the document asks
    volume: float | None = None  # stories a week, fading over two weeks; None: never read
    api_forbidden_until: datetime | None = None
    gap_since: datetime | None = None  # stories since then may be missing: catch up again
    gone: datetime | None = None  # when it answered 410; not asked any more
    pushed: bool = False  # a hub delivers its stories
    halted: bool = False  # an admin paused it; `paused` is what feeds.yaml says

    @property
    def asked(self) -> bool:
        """Whether it is looked at at all."""
        return not (self.paused or self.halted or self.gone)


@dataclass(frozen=True, slots=True)
class FeedCheck:
    """What a poll found out about the feed itself; None leaves a field as it was."""

    at: datetime
    next_check: datetime
    error: str = ""  # "" is a success: failures go back to 0
    etag: str | None = None
    last_modified: str | None = None
    title: str | None = None
    imported: bool = False  # a document was read (a 304 is a success but no import)
    unconditional: bool = False  # ... and no condition was asked
    ttl: float | None = None  # seconds; 0: the document asks for nothing
    volume: float | None = None
    moves: FeedMoves | None = None
    gone: bool = False  # 410: asked no more until somebody wakes it


@dataclass(frozen=True, slots=True)
class HeldFlood:
    """Stories that were recorded and not told, because they came as a flood; an admin decides."""

    feed_id: int
    url: str
    at: datetime
    why: str  # many | old
    stories: tuple[int, ...]  # ids, in the order of publication


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub that a feed names (WebSub), and how we stand with it."""

    feed_id: int
    hub: str
    topic: str
    token: str = field(repr=False)  # the unguessable end of the callback's address
    secret: str = field(repr=False)  # signs what the hub delivers
    callback: str = field(default="", repr=False)  # the address that the hub was last told, "" when never
    asked_at: datetime | None = None  # None: nothing is asked, so nothing is confirmed
    refusals: int = 0  # in a row
    lease_until: datetime | None = None


class FeedsTx(Protocol):
    """What transactions say about feeds."""

    def declare_feeds(self, feeds: Sequence[DeclaredFeed]) -> None:
        """Make the feeds of origin `file` equal to these; one declared no more is kept, paused, with its history."""

    def add_feed(self, feed: DeclaredFeed) -> bool:
        """A feed of an admin's; one that feeds.yaml declared once is theirs from now on; False when it is in use."""

    def halt_feed(self, feed_id: int, halted: bool) -> None:
        """An admin wants it asked no more (or again, and then at once)."""

    def remove_feed(self, feed_id: int) -> bool:
        """Forget a feed; its stories stay. False for one that feeds.yaml declares."""

    def feeds(self) -> list[Feed]:
        """All feeds, by id."""

    def feed(self, feed_id: int) -> Feed | None:
        """One feed as it stands now."""

    def due_feeds(self, now: datetime) -> list[Feed]:
        """Feeds that are neither paused nor gone and whose next check has come, the longest waiting first."""

    def feed_checked(self, feed_id: int, check: FeedCheck) -> None:
        """Write down a poll's result (success: failures 0; fault: failures + 1)."""

    def ask_soon(self, feed_id: int) -> None:
        """The feed is due now, also when it was gone."""

    def remember_gap(self, feed_id: int, since: datetime | None) -> None:
        """Stories since then may be missing from this feed (None: no more)."""

    def forbid_api(self, feed_id: int, until: datetime) -> None:
        """The portal's interface for programs refuses us: not asked before then."""

    def hold_flood(self, feed_id: int, why: str, story_ids: Sequence[int], now: datetime) -> None:
        """Keep these stories from being told until an admin decides; they join what is already held."""

    def held_floods(self) -> list[HeldFlood]:
        """What waits for an admin's yes, the oldest first."""

    def release_flood(self, feed_id: int, tell: bool) -> list[Story]:
        """Hold the feed's flood no longer; the stories to tell now, in order (none unless `tell`)."""

    def hub_named(self, feed_id: int, hub: str, topic: str, token: str, secret: str, now: datetime) -> None:
        """The feed names this hub; a known one with the same topic is left as it stands."""

    def due_hubs(self, base: str, now: datetime) -> list[Hub]:
        """Hubs of feeds in use that should be asked (again) now, also those that know us by another address."""

    def hub_asked(self, feed_id: int, callback: str, next_ask: datetime, now: datetime, error: str = "") -> None:
        """A subscription was asked for, or (`error`) could not be."""

    def hub_granted(self, feed_id: int, lease_until: datetime, next_ask: datetime) -> None:
        """The hub has confirmed what we asked for."""

    def hub_of(self, token: str) -> Hub | None:
        """The hub whose callback ends so."""

    def hub_delivers(self, feed_id: int, at: datetime | None) -> None:
        """The hub has delivered then; None: it has missed a story and is relied on no more."""
