"""Well-formed feeds, read by lxml: tens of times faster than feedparser, and with the same result.

Whatever is not plain is refused and left to the lenient reader: a DOCTYPE, markup where text belongs, nested items,
elements that feedparser understands and nobody here does. That the two agree is what `tests/news/test_strict_agrees.py`
shows.
"""

import re

from lxml import etree

from bot.news.names import ATOM, ATOM_03, RDF, RSS_090, RSS_10, declared, is_misleading, name_of
from bot.news.raw import Raw
from bot.news.strict_entry import EntryReader
from bot.news.strict_parts import (
    Element,
    Refused,
    address_of,
    attributes_of,
    content_of,
    href_of,
    is_alternate,
    link_text,
    pass_over,
    text_of,
)  # fmt: skip

_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
# Control codes that feedparser takes for marks of Windows-1252, written out or by number.
_C1 = (re.compile(rb"\xc2[\x80-\x9f]"), re.compile(rb"&#0*(?:1[2-5][0-9]|[xX]0*[89][0-9a-fA-F]);"))
_BASES = etree.XPath("boolean(//@*[translate(local-name(), 'BASE', 'base') = 'base' and name() != 'xml:base'])")
_RSS_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_BY_NAMESPACE = {RSS_10.lower(): "rss10", ATOM.lower(): "atom10"}
_TITLES = frozenset({"title", "dc:title", "media:title"})
_TEXTS = frozenset({"copyright", "description", "rights", "subtitle", "tagline"})
_OF_CHANNEL = frozenset({
    "author", "category", "cloud", "contributor", "docs", "generator", "icon", "items", "language", "lastbuilddate",
    "logo", "managingeditor", "modified", "pubdate", "published", "rating", "skipdays", "skiphours", "updated",
    "webmaster",
})  # fmt: skip
_OF_IMAGE = frozenset({"title", "link", "description", "url", "width", "height"})
_CDF = frozenset({"href", "lastmod"})  # attributes of a format that nobody writes any more


def read(text: str) -> Raw | None:
    """The feed, or None where this is not a plain and well-formed feed."""
    written = text[match.end() :] if (match := _DECLARATION.match(text)) else text
    if "<!DOCTYPE" in text or any(is_misleading(*each) for each in declared(text)):
        return None
    try:
        root = _parsed(written.encode())
        return _Feed(root, _version(root)).raw
    except Refused:
        return None


def _parsed(document: bytes) -> Element:
    if any(form.search(document) for form in _C1):
        raise Refused
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False,
        remove_comments=True, remove_pis=True, collect_ids=False,
    )  # fmt: skip
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        raise Refused from error
    if _BASES(root):
        raise Refused
    return root


def _version(root: Element) -> str:
    """The kind of feed in feedparser's words, which looks at the namespaces first."""
    by_namespace = next((version for each in root.nsmap.items() if (version := _of_namespace(*each))), "")
    if root.tag == "rss":
        written = attributes_of(root).get("version", "")
        version = _RSS_VERSIONS.get(written) or ("rss20" if written.startswith("2.") else "rss")
        return by_namespace if by_namespace.startswith("rss") else version
    if root.tag == f"{{{ATOM}}}feed" and by_namespace == "atom10":
        return by_namespace
    if root.tag == f"{{{ATOM_03}}}feed" and not by_namespace:
        return {"0.1": "atom01", "0.2": "atom02", "0.3": "atom03"}.get(attributes_of(root).get("version", ""), "atom")
    if root.tag == f"{{{RDF}}}RDF" and by_namespace.startswith("rss"):
        return by_namespace
    raise Refused


def _of_namespace(prefix: str | None, address: str) -> str:
    return "rss090" if prefix is None and address == RSS_090 else _BY_NAMESPACE.get(address.lower(), "")


class _Feed:
    """Walks over the head of the feed and hands each entry to its reader."""

    def __init__(self, root: Element, version: str) -> None:
        self.raw = Raw(version)
        self._titled = self._linked = False
        if version.startswith("atom"):
            self._walk(root, "entry")
        else:
            self._walk_root(root)

    def _walk_root(self, root: Element) -> None:
        """One channel; beside it, in RDF, stand the items and the channel's image."""
        channels = [child for child in root if name_of(child) == "channel"]
        if len(channels) != 1:
            raise Refused
        for child in root:
            name = name_of(child)
            if name == "channel":
                self._walk(child, "item")
            elif name == "item" and root.tag != "rss":
                self._entry(child)
            elif name == "image" and root.tag != "rss":
                _check_image(child)
            elif name.startswith("?"):
                pass_over(child)
            else:
                raise Refused

    def _walk(self, channel: Element, items: str) -> None:
        if channel.attrib and _CDF & set(attributes_of(channel)):
            raise Refused
        for child in channel:
            name = name_of(child)
            if name == items:
                self._entry(child)
            else:
                self._head(child, name)

    def _entry(self, element: Element) -> None:
        if element.attrib and _CDF & set(attributes_of(element)):
            raise Refused
        self.raw.entries.append(EntryReader(self.raw.version).read(element))

    def _head(self, child: Element, name: str) -> None:
        if name in _TITLES:
            self._title(child)
        elif name == "link":
            self._link(child)
        elif name in {"id", "guid"}:
            self._id(child)
        elif name == "ttl":
            text = text_of(child)
            self.raw.ttl = "" if child.attrib else text
        elif name == "image":
            _check_image(child)
        elif name in _TEXTS:
            content_of(child)
        elif name in _OF_CHANNEL or ":" in name or name.startswith("?"):
            pass_over(child, name)
        else:
            raise Refused

    def _title(self, child: Element) -> None:
        if self._titled:
            raise Refused
        self._titled = True
        self.raw.title = content_of(child, sole_div=self.raw.version == "atom10")

    def _link(self, child: Element) -> None:
        attributes = attributes_of(child)
        address = href_of(attributes)
        if address is None:
            address = self.raw.link = link_text(child)
            self._linked = True
        elif is_alternate(attributes):
            self.raw.link, self._linked = address, True
        self.raw.links.append((attributes.get("rel", "alternate"), address))

    def _id(self, child: Element) -> None:
        """The address of an Atom feed that names no other."""
        text = address_of(text_of(child))
        if not text or child.attrib:
            raise Refused
        if not self._linked:
            self.raw.link, self._linked = text, True


def _check_image(image: Element) -> None:
    """An image has a title and a link of its own; what else stands in it would be taken for the feed's."""
    for child in image:
        if name_of(child) not in _OF_IMAGE or len(child):
            raise Refused
