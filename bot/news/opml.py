"""OPML 2.0, the list of feeds that feed readers exchange: in, however it was written, and out.

Whoever sends such a file may mean harm: no document type, no entities, no network, and limits on everything.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from bot.errors import FeedError
from bot.news.links import absolute

LARGEST = 2_000_000  # bytes; a thousand feeds need a tenth
MOST = 2_000  # feeds of one file
LONGEST_NAME = 300
_DECLARES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list: its address, its name, and the folders and categories under which it stands."""

    url: str
    title: str = ""
    labels: tuple[str, ...] = ()


def read_opml(data: bytes) -> tuple[Outline, ...]:
    """The feeds in the order of the file, each address once; FeedError `too_large`, `entities`, `not_opml`, `too_many`.

    What has no `xmlUrl` is a folder; attribute names are read in any case, as programs write them.
    """
    if len(data) > LARGEST:
        raise FeedError("too_large", f"the list has more than {LARGEST / 1_000_000:g} MB; no list of feeds is so large")
    if _DECLARES.search(data.replace(b"\x00", b"")):  # also where every second byte is nothing (UTF-16)
        raise FeedError("entities", "the list declares a document type or entities; no list of feeds needs them")
    root = _root(data)
    feeds: dict[str, Outline] = {}
    for outline in _outlines(root):
        known = feeds.get(outline.url)
        labels = dict.fromkeys([*(known.labels if known else ()), *outline.labels])
        feeds[outline.url] = Outline(outline.url, (known.title if known else "") or outline.title, tuple(labels))
        if len(feeds) > MOST:
            raise FeedError("too_many", f"the list names more than {MOST} feeds")
    return tuple(feeds.values())


def write_opml(title: str, feeds: Iterable[Outline]) -> str:
    """A list that every feed reader takes."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">',
        f"  <head><title>{escape(_clean(title))}</title></head>", "  <body>",
        *(f"    {_written(feed)}" for feed in feeds),
        "  </body>", "</opml>", "",
    ]  # fmt: skip
    return "\n".join(lines)


def _root(data: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )  # fmt: skip
    try:
        root = etree.fromstring(data.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise FeedError("not_opml", f"this is no list of feeds (OPML): {_why(error)}") from None
    if root is None or root.tag.lower() != "opml":
        raise FeedError("not_opml", "this is no list of feeds (OPML): its first element must be <opml>")
    return root


def _why(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or "it cannot be read"


def _outlines(root: etree._Element) -> Iterator[Outline]:
    """Every outline with an address; folders above it are labels."""
    for element in root.iter():
        if not isinstance(element.tag, str) or element.tag.lower() != "outline":
            continue
        fields = _fields(element)
        if url := absolute(fields.get("xmlurl", ""), ""):
            folders = [_name(_fields(folder)) for folder in element.iterancestors() if _is_folder(folder)]
            yield Outline(url, _name(fields), _labels(fields.get("category", ""), reversed(folders)))


def _is_folder(element: etree._Element) -> bool:
    return isinstance(element.tag, str) and element.tag.lower() == "outline"


def _fields(element: etree._Element) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in element.attrib.items()}


def _name(fields: dict[str, str]) -> str:
    return _clean(fields.get("title") or fields.get("text") or "")[:LONGEST_NAME]


def _labels(categories: str, folders: Iterable[str]) -> tuple[str, ...]:
    """OPML's categories are paths with commas between them: `/Berita/Hukum,Daerah`."""
    own = (part for path in categories.split(",") for part in path.split("/"))
    names = (_clean(name)[:LONGEST_NAME] for name in (*folders, *own))
    return tuple(dict.fromkeys(name for name in names if name))


def _written(feed: Outline) -> str:
    name = quoteattr(_clean(feed.title or feed.url))
    category = f" category={quoteattr(_categories(feed.labels))}" if feed.labels else ""
    return f'<outline type="rss" text={name} title={name} xmlUrl={quoteattr(_clean(feed.url))}{category}/>'


def _categories(labels: Sequence[str]) -> str:
    """Without what separates them."""
    return ",".join(re.sub(r"[,/]", " ", _clean(label)) for label in labels)


def _clean(text: str) -> str:
    return " ".join(_FORBIDDEN.sub("", text).split())
