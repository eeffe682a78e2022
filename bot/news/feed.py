"""Feed bytes to a document of clean items. Slow on hostile input: runs only in the sandbox's child."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import unescape
from io import BytesIO
from typing import Any

import feedparser

from bot.errors import FeedError
from bot.news import dates
from bot.news.clean import clean
from bot.news.encoding import decoded, is_page, without_control
from bot.news.guard import inspect
from bot.news.item import Document, Item
from bot.news.links import absolute, without_tracking
from bot.news.markup import first_image
from bot.news.summary import summarise

MOST_ITEMS = 200
_TAIL = 5_000  # characters in which the end of a feed is looked for
_LONGEST_TITLE, _LONGEST_LABEL, _MOST_LABELS = 500, 100, 50

_TAGS = re.compile(r"</?[a-zA-Z][^<>]*>")
_IMAGE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:$|\?)", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_ROOT = re.compile(r"\s*(?:<\?xml\b[^>]*\?>)?\s*(?:<!--.*?-->\s*)*<(?:rss|feed|rdf:RDF)\b", re.DOTALL)
_END_OF_ITEM = re.compile(r"</(?:item|entry)\s*>")
_CLOSED = re.compile(r"</(?:rss|feed|rdf:RDF|channel)\s*>\s*(?:<!--.*?-->\s*)*$", re.DOTALL)
Entry = Mapping[str, Any]


class _UnusableError(ValueError):
    """An entry that cannot become an item; the message says why."""


def read(body: bytes, *, url: str, content_type: str | None = None) -> Document:
    """The feed's items, at most 200, in the feed's order, or FeedError.

    Its reasons: `empty`, `html`, `not_a_feed`, `truncated` (nothing could be read), `entities`, `too_deep`. `url` is
    where the bytes came from (relative links stand on it), `content_type` the header that came with them. An entry that
    cannot be used is named in the notes and hurts no other. A feed without entries is a document, no error.
    """
    text = decoded(body, content_type)
    if not text.strip():
        raise FeedError("empty", "the address answered with an empty document")
    if is_page(text):
        raise FeedError("html", "the address answered with a web page, not with a feed")
    inspect(text)
    text, count = _shortened(text)
    parsed = _parse(text)
    if not parsed.entries:
        _insist_on_feed(parsed, text)
    base = absolute(_string(parsed.feed, "link"), url) or url
    notes = _oddities(parsed, text, count)
    items = _items(parsed.entries[:MOST_ITEMS], base, notes)
    title, link = _plain(_string(parsed.feed, "title")), absolute(_string(parsed.feed, "link"), url) or ""
    return Document(title, link, tuple(items), str(parsed.version or ""), tuple(notes))


def _parse(text: str) -> Any:  # noqa: ANN401 — feedparser has no types
    """As a stream, so that no text is ever taken for a file's name or an address."""
    stream = BytesIO(_DECLARATION.sub("", text, count=1).encode("utf-8"))
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        return feedparser.parse(  # noqa: TID251 — the one place that may
            stream, sanitize_html=False, resolve_relative_uris=False, response_headers=headers
        )
    except MemoryError:
        raise
    except Exception as error:  # feedparser's own handlers raise whatever a strange document makes them
        raise FeedError("not_a_feed", f"the document cannot be read as a feed ({type(error).__name__})") from error


def _shortened(text: str) -> tuple[str, int]:
    """The document without the items past the first 200, and how many it had: a parser's time grows with them."""
    ends = [end.end() for end in _END_OF_ITEM.finditer(text)]
    if len(ends) <= MOST_ITEMS:
        return text, len(ends)
    return text[: ends[MOST_ITEMS - 1]] + text[ends[-1] :], len(ends)


def _insist_on_feed(parsed: Any, text: str) -> None:  # noqa: ANN401 — likewise
    """A feed without entries is fine, if it is one: feedparser itself takes anything without complaint."""
    if _ROOT.match(text) and not _CLOSED.search(text[-_TAIL:]):
        raise FeedError("truncated", "the feed breaks off before its first item")
    if not parsed.version:
        raise FeedError("not_a_feed", "the document is neither RSS nor Atom")


def _oddities(parsed: Any, text: str, count: int) -> list[str]:  # noqa: ANN401 — likewise
    notes = []
    if parsed.bozo:
        where = getattr(parsed.get("bozo_exception"), "getLineNumber", lambda: None)()
        notes.append("the XML is malformed" + (f" at line {where}" if where else "") + "; what could be read was read")
    if not _CLOSED.search(text[-_TAIL:]):
        notes.append("the feed breaks off before its end")
    if count > MOST_ITEMS:
        notes.append(f"{count} items; the first {MOST_ITEMS} were read")
    return notes


def _items(entries: Sequence[Entry], base: str, notes: list[str]) -> list[Item]:
    items = []
    for number, entry in enumerate(entries, start=1):
        try:
            items.append(_item(entry, base))
        except _UnusableError as fault:
            notes.append(f"item {number} left out: {fault}")
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 — one bad item never fails the feed
            notes.append(f"item {number} left out: {type(error).__name__}")
    return items


def _item(entry: Entry, base: str) -> Item:
    title = _plain(_string(entry, "title"))[:_LONGEST_TITLE]
    guid = _string(entry, "id").strip()
    link = _link(entry, guid, base)
    if not title:
        raise _UnusableError("it has no title")
    if link is None:
        raise _UnusableError(f"“{title[:60]}” has no link")
    bodies = _bodies(entry)
    text, summary = _text(bodies, title)
    published, modified = _dates(entry)
    return Item(
        guid=guid or link, link=without_tracking(link), title=title, labels=_labels(entry),
        published=published, modified=modified, summary=summary, text=text, image=_image(entry, bodies, base),
    )  # fmt: skip


def _link(entry: Entry, guid: str, base: str) -> str | None:
    """The entry's address; its guid only where that is one (feedparser takes any guid for a missing link)."""
    link = _string(entry, "link").strip()
    if link in {"", guid} and not guid.startswith(("http://", "https://")):
        return None
    return absolute(link or guid, base)


def _bodies(entry: Entry) -> list[str]:
    """The HTML of the entry, the fullest element first: content:encoded (or Atom's content), then description."""
    contents = [_string(content, "value") for content in entry.get("content") or ()]
    return [body for body in (*contents, _string(entry, "summary")) if body.strip()]


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
    published = dates.read(_string(entry, "published"))
    modified = dates.read(_string(entry, "updated"))
    return published or modified or dates.read(_string(entry, "created")), modified


def _labels(entry: Entry) -> tuple[str, ...]:
    labels: dict[str, str] = {}
    for tag in entry.get("tags") or ():
        label = _plain(str(tag.get("label") or tag.get("term") or ""))[:_LONGEST_LABEL]
        if label:
            labels.setdefault(label.casefold(), label)
    return tuple(labels.values())[:_MOST_LABELS]


def _image(entry: Entry, bodies: Sequence[str], base: str) -> str | None:
    """media:thumbnail, media:content, enclosure, else the first picture of the body."""
    candidates = [str(thumbnail.get("url") or "") for thumbnail in entry.get("media_thumbnail") or ()]
    media = [*(entry.get("media_content") or ()), *(entry.get("enclosures") or ())]
    candidates += [str(m.get("url") or m.get("href") or "") for m in media if _is_image(m)]
    candidates += [image for image in map(first_image, bodies) if image]
    found = (absolute(candidate, base) for candidate in candidates if candidate)
    return next((image for image in found if image), None)


def _is_image(media: Entry) -> bool:
    kind = str(media.get("medium") or "") + " " + str(media.get("type") or "")
    return "image" in kind or (not kind.strip() and _IMAGE.search(str(media.get("url") or "")) is not None)


def _plain(text: str) -> str:
    """One line without tags and entities, also where an editor escaped them twice."""
    for _ in range(2):
        text = unescape(_TAGS.sub("", text))
    text = "".join(c for c in text if c.isprintable() or c.isspace())
    return " ".join(text.split())


def _string(values: Entry, name: str) -> str:
    """The value as it stands; `dict.get` because feedparser's own answers with other fields in its place."""
    value = dict.get(values, name) if isinstance(values, dict) else None
    return without_control(value) if isinstance(value, str) else ""
