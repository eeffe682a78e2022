"""Where a site may have its feeds: as its headers and its page say, and where sites usually have them.

Only addresses come out of here; whether a feed is there must be tried (`bot.flow.discover`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Literal
from urllib.parse import urljoin, urlsplit, urlunsplit

from bot.news.links import absolute

MOST_NAMED, MOST_SECTIONS = 12, 20
_LOOKED_AT = 500_000  # characters of a page: heads and menus stand before
_TYPES = frozenset({
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml",
    "application/x.rss+xml", "application/x-atom+xml",
})  # fmt: skip
_FEED_TYPES = _TYPES - {"application/xml", "text/xml"}
_TAG = re.compile(r"<(link|a|base)\b([^<>]{1,4000})>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ATTRIBUTE = re.compile(r"([a-zA-Z-]{1,30})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_HEADER_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w*-]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s,;\"]+))?)*)")
_HEADER_FIELD = re.compile(r";\s*([\w*-]+)\s*=\s*(?:\"([^\"]*)\"|([^\s,;\"]+))")
_LOOKS_LIKE_ONE = re.compile(
    r"(?:^|/)(?:feed|rss2?|atom|rdf)/?$|\.(?:rss|atom|rdf)$|(?:rss|feed|atom)[^/]*\.xml$", re.IGNORECASE
)
_COMMENTS = re.compile(r"/comments/(?:feed|default)\b|[?&]feed=comments|/\d{4}/\d\d/.+/feed/?$", re.IGNORECASE)
_SECTION = re.compile(r"(?:/[^/]+)?/(?:category|kategori|rubrik|topik|tag)/(?:[^/]+/)*[^/]+/?", re.IGNORECASE)
# In the order of their likelihood: WordPress, its form without pretty addresses, others.
_USUAL = ("feed/", "?feed=rss2", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml", "feeds/posts/default?alt=rss")

Way = Literal["header", "page", "link", "section", "usual"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address where a feed may be, and why we think so.

    `header` and `page`: the site names it as its feed; `link`: the page links to it; `section`: the usual feed of a
    section that the page links to; `usual`: where sites often have one.
    """

    url: str
    way: Way
    title: str = ""


def named(url: str, headers: Mapping[str, str], page: str) -> tuple[Candidate, ...]:
    """The feeds that a site names itself, the best first; feeds of comments are left out.

    `url` is where the page was read, after redirects; names of `headers` are in lower case.
    """
    found = [*_from_headers(url, headers), *_from_page(url, page)]
    first: dict[str, Candidate] = {}
    for candidate in found:
        if not _COMMENTS.search(candidate.url):
            first.setdefault(candidate.url, candidate)
    return tuple(first.values())[:MOST_NAMED]


def sections(url: str, page: str) -> tuple[Candidate, ...]:
    """The feeds that WordPress gives to the sections which the page links to, in the page's order."""
    site = _site(url)
    found: dict[str, Candidate] = {}
    for tag, fields, base in _tags(url, page):
        address = absolute(fields.get("href", ""), base) if tag == "a" else None
        if address is None or _site(address) != site:
            continue
        parts = urlsplit(address)
        if _SECTION.fullmatch(parts.path):
            feed = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") + "/feed/", "", ""))
            found.setdefault(feed, Candidate(feed, "section"))
    return tuple(found.values())[:MOST_SECTIONS]


def usual(url: str) -> tuple[Candidate, ...]:
    """Where sites usually have their feed: below the address that was given, then at the site's root."""
    parts = urlsplit(url)
    root = urlunsplit((parts.scheme, parts.netloc, "/", "", ""))
    folder = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") + "/", "", ""))
    places = [urljoin(folder, _USUAL[0])] if folder != root else []
    return tuple(Candidate(place, "usual") for place in [*places, *(urljoin(root, end) for end in _USUAL)])


def _from_headers(url: str, headers: Mapping[str, str]) -> Iterator[Candidate]:
    for link in _HEADER_LINK.finditer(headers.get("link", "")):
        fields = {name.lower(): quoted or bare for name, quoted, bare in _HEADER_FIELD.findall(link[2])}
        address = absolute(link[1], url)
        if address and _is_alternate(fields) and fields.get("type", "").lower() in _TYPES:
            yield Candidate(address, "header", fields.get("title", ""))


def _from_page(url: str, page: str) -> Iterator[Candidate]:
    """What the head names before what the page only links to."""
    links = []
    for tag, fields, base in _tags(url, page):
        address = absolute(fields.get("href", ""), base)
        if address is None:
            continue
        kind = fields.get("type", "").partition(";")[0].strip().lower()
        if tag == "link" and _is_alternate(fields) and kind in _TYPES:
            yield Candidate(address, "page", " ".join(fields.get("title", "").split()))
        elif tag == "a" and (kind in _FEED_TYPES or _LOOKS_LIKE_ONE.search(urlsplit(address).path)):
            links.append(Candidate(address, "link"))
    yield from links


def _tags(url: str, page: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """Links of a page with their fields and what their addresses stand on."""
    base = url
    for found in _TAG.finditer(_COMMENT.sub(" ", page[:_LOOKED_AT])):
        tag = found[1].lower()
        fields = {
            name.lower(): unescape(double or single or bare)
            for name, double, single, bare in _ATTRIBUTE.findall(found[2])
        }
        if tag == "base":
            base = absolute(fields.get("href", ""), url) or base
        else:
            yield tag, fields, base


def _is_alternate(fields: Mapping[str, str]) -> bool:
    return "alternate" in fields.get("rel", "").lower().split()


def _site(url: str) -> str:
    return urlsplit(url).netloc.lower().removeprefix("www.")
