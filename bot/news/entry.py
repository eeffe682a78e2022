"""From an entry as it was found to a clean item."""

import re
from collections.abc import Sequence
from datetime import datetime
from html import unescape

from bot.news import dates
from bot.news.clean import clean
from bot.news.encoding import without_control
from bot.news.item import Item
from bot.news.links import absolute, without_tracking
from bot.news.markup import first_image
from bot.news.raw import Entry, Picture
from bot.news.summary import summarise

_LONGEST_TITLE, _LONGEST_LABEL, _MOST_LABELS = 500, 100, 50
_TAGS = re.compile(r"</?[a-zA-Z][^<>]*>")
_IMAGE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:$|\?)", re.IGNORECASE)


class UnusableError(ValueError):
    """An entry that cannot become an item; the message says why."""


def item_of(entry: Entry, base: str) -> Item:
    """The item, or UnusableError; relative addresses stand on `base`."""
    if entry.fault:
        raise UnusableError(entry.fault)
    title = plain(entry.title)[:_LONGEST_TITLE].rstrip()
    guid = without_control(entry.guid).strip()
    link = _link(without_control(entry.link).strip(), guid, base)
    if not title:
        raise UnusableError("it has no title")
    if link is None:
        raise UnusableError(f"“{title[:60]}” has no link")
    bodies = [without_control(body) for body in entry.bodies]
    text, summary = _text(bodies, title)
    published, modified = _dates(entry)
    return Item(
        guid=guid or link, link=without_tracking(link), title=title, labels=_labels(entry.labels),
        published=published, modified=modified, summary=summary, text=text, image=_image(entry, bodies, base),
    )  # fmt: skip


def plain(text: str) -> str:
    """One line without tags and entities, also where an editor escaped them twice."""
    for _ in range(2):
        text = unescape(_TAGS.sub("", text))
    text = "".join(c for c in text if c.isprintable() or c.isspace())
    return " ".join(text.split())


def _link(link: str, guid: str, base: str) -> str | None:
    """The entry's address; its guid only where that is one (feedparser takes any guid for a missing link)."""
    if link in {"", guid} and not guid.startswith(("http://", "https://")):
        return None
    return absolute(link or guid, base)


def _text(bodies: Sequence[str], title: str) -> tuple[str, str]:
    """The cleaned body and its summary; where the body gives none, an editor's own excerpt may."""
    text = summary = ""
    for body in dict.fromkeys(bodies):
        cleaned = clean(body, title)
        text = text or cleaned
        summary = summary or summarise(title, cleaned)
        if text and summary:
            break
    return text, summary


def _dates(entry: Entry) -> tuple[datetime | None, datetime | None]:
    published, modified = dates.read(entry.published), dates.read(entry.updated)
    return published or modified or dates.read(entry.created), modified


def _labels(written: Sequence[str]) -> tuple[str, ...]:
    labels: dict[str, str] = {}
    for label in (plain(each)[:_LONGEST_LABEL] for each in written):
        if label:
            labels.setdefault(label.casefold(), label)
    return tuple(labels.values())[:_MOST_LABELS]


def _image(entry: Entry, bodies: Sequence[str], base: str) -> str | None:
    """media:thumbnail, media:content, enclosure, else the first picture of the body."""
    candidates = [*entry.thumbnails, *(picture.address for picture in entry.pictures if _is_image(picture))]
    candidates += [image for image in map(first_image, bodies) if image]
    found = (absolute(without_control(candidate), base) for candidate in candidates if candidate)
    return next((image for image in found if image), None)


def _is_image(picture: Picture) -> bool:
    return "image" in picture.kind or (not picture.kind and _IMAGE.search(picture.address) is not None)
