"""A feed as a reader found it, before anything is made of it: what the strict and the lenient reader both give."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Picture:
    """Something that an entry says may be shown with it: media:content, or an enclosure."""

    address: str
    kind: str  # what it calls itself: medium and media type, "" when it does not say


@dataclass(slots=True)
class Entry:
    """One entry: strings as they stand in the document, entities resolved, nothing cleaned."""

    title: str = ""
    guid: str = ""
    link: str = ""
    published: str = ""
    updated: str = ""
    created: str = ""
    bodies: list[str] = field(default_factory=list)  # HTML, the fullest element first
    labels: list[str] = field(default_factory=list)
    thumbnails: list[str] = field(default_factory=list)  # addresses
    pictures: list[Picture] = field(default_factory=list)  # media:content, then enclosures
    fault: str = ""  # why it could not be read


@dataclass(slots=True)
class Raw:
    """The head of a feed and its entries, in the feed's order."""

    version: str = ""  # as feedparser names it: rss20, atom10, …; "" for no feed at all
    title: str = ""
    link: str = ""
    ttl: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)  # (rel, address): hub, self, alternate, …
    entries: list[Entry] = field(default_factory=list)
    flaw: str = ""  # what is wrong with the XML

    def link_to(self, rel: str) -> str:
        """The first address of this relation, "" when there is none."""
        return next((address for found, address in self.links if found == rel), "")


def fullest_first(contents: Iterable[str], summary: str) -> list[str]:
    """The bodies that say something: content:encoded (or Atom's content), then the description."""
    return [body for body in (*contents, summary) if body.strip()]
