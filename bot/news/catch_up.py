"""Stories that came and went between two polls: where a WordPress site still shows them, and in which form.

The site's interface for programs answers in JSON. It is turned into RSS here and read by the same parser as the feed,
so that an article has the same keys, text and summary whichever way it came.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape, unescape
from itertools import chain
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from bot.news import identity
from bot.news.item import Document, Item

PAGE_SIZE = 100  # as many as WordPress gives
API_PAGES = 5
LAST_FEED_PAGE = 12  # asked for one after the other, and only while all of a page is new
SLACK = timedelta(hours=1)  # their clock and ours; what is known already is passed over
BACK_DATED = timedelta(hours=48)  # before the last poll; an older article in the answer was only edited since

_FIELDS = "id,date_gmt,guid,link,title,content,excerpt,_links,_embedded"
_FEED_PATH = re.compile(
    r"(?P<base>.*?)/(?:(?P<kind>category|tag)/(?:[^/]+/)*(?P<slug>[^/]+)/)?feed(?:/(?:rss2?|atom|rdf))?/?"
)
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title/>'
)
_NEXT = re.compile(r"\s*[\[,]?\s*")  # of a list: its beginning, or what stands between two elements
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Api:
    """The interface that belongs to a feed: of a whole site, or of one category or tag of it."""

    base: str  # …/wp-json/wp/v2
    kind: str = ""  # category | tag
    slug: str = ""

    def term_url(self) -> str:
        """Where the number of the category or tag is told."""
        kinds = {"category": "categories", "tag": "tags"}
        return f"{self.base}/{kinds[self.kind]}?" + urlencode({"slug": self.slug, "_fields": "id"})

    def posts_url(self, since: datetime, page: int, term: int | None = None) -> str:
        """Where the articles are listed that were published or changed after `since`, the oldest first."""
        query = {
            "modified_after": (since - SLACK).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "orderby": "modified", "order": "asc", "per_page": str(PAGE_SIZE), "page": str(page),
            "_embed": "wp:term", "_fields": _FIELDS,
        }  # fmt: skip
        if term is not None:
            query[{"category": "categories", "tag": "tags"}[self.kind]] = str(term)
        return f"{self.base}/posts?{urlencode(query, safe=':,')}"


def api_of(feed_url: str) -> Api | None:
    """The interface beside this feed; None where the address is not one that WordPress makes."""
    parts = urlsplit(feed_url)
    found = _FEED_PATH.fullmatch(parts.path)
    if found is None or parts.query:
        return None
    base = urlunsplit((parts.scheme, parts.netloc, f"{found['base']}/wp-json/wp/v2", "", ""))
    return Api(base, found["kind"] or "", found["slug"] or "")


def page_url(feed_url: str, number: int) -> str:
    """The feed's further pages, which WordPress gives to every feed."""
    parts = urlsplit(feed_url)
    query = "&".join(filter(None, (parts.query, f"paged={number}")))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def oldest(items: Sequence[Item]) -> Item | None:
    """The item that will leave the feed next: the oldest by date, or the last one where dates are missing."""
    dated = [(item.published, item) for item in items if item.published is not None]
    if len(dated) < len(items):
        return items[-1]
    return min(dated, key=lambda pair: pair[0])[1] if dated else None


def overrun(items: Sequence[Item], known: Mapping[str, int], site: str) -> bool:
    """Whether more may have been published than the feed holds: even the oldest of its items is new to us."""
    item = oldest(items)
    return item is not None and not any(key in known for key in identity.keys(item, site))


def missed(items: Sequence[Item], since: datetime, imported_at: datetime) -> tuple[Item, ...]:
    """Those of the interface's articles that can be news: it also lists old ones that were only edited."""
    earliest = max(since - BACK_DATED, imported_at)
    return tuple(item for item in items if item.published is None or item.published >= earliest)


def joined(document: Document, others: Sequence[Item]) -> Document:
    """The document with what it no longer holds; its own form of an item comes first."""
    return replace(document, items=(*document.items, *others))


def term_of(body: bytes) -> int | None:
    """The number of a category or tag; None where there is none."""
    try:
        number = next(_elements(body.decode("utf-8-sig", "replace")), {}).get("id")
    except (ValueError, RecursionError):
        return None
    return number if isinstance(number, int) else None


def rss_of(body: bytes, link: str) -> tuple[bytes, int] | None:
    """A page of articles as RSS with the newest first, and how many they are; None when it is not such a page.

    `link` is the site's address as the feed gives it: relative addresses stand on it.
    """
    try:
        posts = [_item(post) for post in _elements(body.decode("utf-8-sig", "replace"))]
    except (ValueError, RecursionError):
        return None
    # Feeds have the newest first, and of two with the same date the lower one counts as the older.
    head = _bytes(f"{_HEAD}<link>{escape(link)}</link>")
    return b"".join([head, *reversed(posts), b"</channel></rss>"]), len(posts)


def _elements(text: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a JSON list, one after the other: decoding megabytes at once would hold up every other thread."""
    decoder, at = json.JSONDecoder(), _NEXT.match(text, 0)
    if at is None or at[0].strip() != "[":
        raise ValueError("no list")
    place = at.end()
    while text[place : place + 1] != "]":
        element, place = decoder.raw_decode(text, place)
        if not isinstance(element, dict):
            raise ValueError("no object")  # noqa: TRY004 — of the same kind as broken JSON
        yield element
        after = _NEXT.match(text, place)
        if after is None or after[0].strip() not in {",", ""}:
            raise ValueError("no list")
        place = after.end()


def _item(post: Mapping[str, Any]) -> bytes:
    fields = [
        ("title", _rendered(post, "title")),
        ("link", unescape(str(post.get("link") or ""))),
        ("guid", unescape(_rendered(post, "guid"))),
        ("pubDate", _date(str(post.get("date_gmt") or ""))),
        *(("category", label) for label in _labels(post)),
        ("description", _rendered(post, "excerpt")),
        ("content:encoded", _rendered(post, "content")),
    ]
    # A title is text with entities in the feed too; bodies are HTML and stay as they are.
    texts = ((name, unescape(value) if name == "title" else value) for name, value in fields if value)
    elements = (f"<{name}>{escape(value, quote=False)}</{name}>" for name, value in texts)
    return _bytes(f"<item>{''.join(elements)}</item>")


def _bytes(xml: str) -> bytes:
    """Without what XML may not contain."""
    return _CONTROL.sub("", xml).encode("utf-8", "replace")


def _rendered(post: Mapping[str, Any], name: str) -> str:
    value = post.get(name)
    return str(value.get("rendered") or "") if isinstance(value, dict) else ""


def _date(text: str) -> str:
    """A date as the feed writes it: RFC 822 in UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return format_datetime(moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC))


def _labels(post: Mapping[str, Any]) -> list[str]:
    """Categories and tags, as the feed lists them: in that order."""
    embedded = post.get("_embedded")
    groups = embedded.get("wp:term") if isinstance(embedded, dict) else None
    lists = [group for group in groups or () if isinstance(group, list)] if isinstance(groups, list) else []
    terms = [term for term in chain.from_iterable(lists) if isinstance(term, dict)]
    return [unescape(str(term.get("name") or "")) for term in terms]
