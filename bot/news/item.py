"""The values that the news desk passes on: items of a feed, stories of the portal."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a feed as it was published, already cleaned: every text is plain, no markup, no entities."""

    guid: str  # verbatim, never normalised; the link where the feed gives none
    link: str  # absolute http(s)
    title: str
    labels: tuple[str, ...] = ()  # the feed's own category labels, in order
    published: datetime | None = None  # aware, UTC; None when absent or unreadable
    modified: datetime | None = None
    summary: str = ""  # one or two whole sentences, at most 320 characters, or nothing
    text: str = ""  # the cleaned body, for search and duplicates; at most 20,000 characters
    image: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A feed as it was read: its name, its items in the feed's order, and what was odd about it."""

    title: str
    link: str  # the site's address, "" when unknown
    items: tuple[Item, ...]
    version: str = ""  # as feedparser names it: rss20, atom10, …
    notes: tuple[str, ...] = ()  # human-readable oddities, for `feeds test`
    ttl_minutes: int | None = None  # how long the feed itself says that it stays as it is
    hub: str | None = None  # absolute; where one can subscribe to the feed (WebSub)
    self_url: str | None = None  # absolute; the feed's own address, the topic of such a subscription


@dataclass(frozen=True, slots=True)
class Story:
    """One piece of news as it stands in the store."""

    id: int
    title: str
    summary: str
    link: str
    published: datetime  # aware, UTC
    categories: tuple[str, ...]  # category ids, sorted; empty when no label is mapped
    image: str | None = None
    told: bool = False  # a broadcast exists
    portals: tuple[str, ...] = ()  # who published it, the first first; empty while only one has
