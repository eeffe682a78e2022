"""Feed bytes to a document of clean items. Slow on hostile input: runs only in the sandbox's child.

Two readers give the same (`bot.news.raw.Raw`): the strict one takes what is plain and well-formed, the lenient one
everything else. What is right for both stands here and in `bot.news.entry`.

The strict reader runs in the child too. lxml lets the event loop run while it parses, but that is a fiftieth of the
work: the rest is ours, holds the interpreter, and looks with regular expressions at what strangers wrote. On a busy
machine ten items read in a thread made the loop up to 50 ms late and took 35 ms of this process's CPU; read in the
child, 11 ms (an idle loop: 6) and 2 ms.
"""

import re
from html import unescape

from bot.errors import FeedError
from bot.news import strict
from bot.news.encoding import divided
from bot.news.entry import UnusableError, item_of, plain
from bot.news.extent import MOST_ITEMS, is_whole, readable
from bot.news.guard import identify, inspect
from bot.news.item import Document, Item
from bot.news.links import absolute
from bot.news.raw import Entry, Raw

_ROOT = re.compile(r"\s*(?:<\?xml\b[^>]*\?>)?\s*(?:<!--.*?-->\s*)*<(?:rss|feed|rdf:RDF)\b", re.DOTALL)
_BASE = re.compile(r"<(?:rss|feed|rdf:RDF)\b[^<>]*?\sxml:base\s*=\s*[\"']([^\"'<>]+)[\"']")
_LOOKED_AT = 5_000  # characters in which the root element is looked for
_TTL = re.compile(r"\d{1,6}")  # minutes
_QUOTED = 80  # characters


def read(body: bytes, *, url: str, content_type: str | None = None) -> Document:
    """The feed's items, at most 200, in the feed's order, or FeedError.

    Its reasons: `empty`, `html`, `challenge`, `not_a_feed`, `truncated` (nothing could be read), `malformed`,
    `entities`, `too_deep`. `url` is where the bytes came from (relative links stand on the root's xml:base, the feed's
    own link, or else on it), `content_type` the header that came with them. An entry that cannot be used is named in
    the notes and hurts no other. A feed without entries is a document, no error.
    """
    before, text = divided(body, content_type)
    identify(text)
    text, notes = readable(text)
    raw = strict.read(text) or _leniently(text)
    return document(raw, text, url, [*_before(before), *([raw.flaw] if raw.flaw else []), *notes])


def _leniently(text: str) -> Raw:
    inspect(text)
    from bot.news import lenient  # noqa: PLC0415 — 60 ms of CPU and 9 MB that most feeds do not need

    raw = lenient.read(text)
    if not raw.entries:
        _insist_on_feed(raw, text)
    return raw


def _insist_on_feed(raw: Raw, text: str) -> None:
    """A feed without entries is fine, if it is one: feedparser itself takes anything without complaint."""
    if _ROOT.match(text) and not is_whole(text):
        raise FeedError("truncated", "the feed breaks off before its first item")
    if not raw.version:
        raise FeedError("not_a_feed", "the document is neither RSS nor Atom")


def document(raw: Raw, text: str, url: str, notes: list[str]) -> Document:
    """The document of what a reader found in the text that came from `url`."""
    root = _BASE.search(text[:_LOOKED_AT])
    own = absolute(unescape(root[1]), url) if root else None
    link = absolute(raw.link, own or url)
    items = _items(raw.entries[:MOST_ITEMS], own or link or url, notes)
    ttl = int(raw.ttl) if _TTL.fullmatch(raw.ttl) else 0
    return Document(
        plain(raw.title), link or "", tuple(items), raw.version, tuple(notes), ttl_minutes=ttl or None,
        hub=absolute(raw.link_to("hub"), own or url), self_url=absolute(raw.link_to("self"), own or url),
    )  # fmt: skip


def _before(text: str) -> list[str]:
    quoted = plain(text)[:_QUOTED]
    return [f"what stands before the document was left out: “{quoted}”"] if quoted else []


def _items(entries: list[Entry], base: str, notes: list[str]) -> list[Item]:
    items = []
    for number, entry in enumerate(entries, start=1):
        try:
            items.append(item_of(entry, base))
        except UnusableError as fault:
            notes.append(f"item {number} left out: {fault}")
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 — one bad item never fails the feed
            notes.append(f"item {number} left out: {type(error).__name__}")
    return items
