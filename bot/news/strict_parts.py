"""Single elements of a well-formed feed: their text, their markup, their attributes."""

import re
from html import escape
from typing import Any

from lxml import etree

from bot.news.names import name_of, usual_name

Element = Any  # lxml has no types of its own

_TEXT_TYPES = frozenset({"text", "plain", "text/plain", "html", "text/html"})
_XHTML_TYPES = frozenset({"xhtml", "application/xhtml+xml"})
_PAGE_TYPES = frozenset({"html", "text/html"}) | _XHTML_TYPES
_MODES = frozenset({"", "escaped", "xml"})
_READ = frozenset({
    "base", "domain", "href", "label", "medium", "mode", "rel", "scheme", "src", "term", "type", "uri", "url",
})  # fmt: skip
# Inside XHTML: feedparser stumbles over what is an element of feeds too, such as `title` and `summary`.
_HTML = frozenset({
    "a", "abbr", "article", "audio", "b", "blockquote", "br", "caption", "center", "cite", "code", "dd", "del",
    "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "i", "iframe", "img", "ins", "li", "mark", "nav", "ol", "p", "picture", "pre", "q", "s", "section",
    "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt",
    "u", "ul", "video",
})  # fmt: skip
_BARE = re.compile(r"<([^\s<>/]+)([^<>]*)/>")
_C1 = re.compile("[\x80-\x9f]")
_REFERENCE = re.compile(r"&[A-Za-z0-9_]+;")
_PERSON = frozenset({"email", "homepage", "name", "uri", "url"})
_PARTS = {
    "author": _PERSON, "contributor": _PERSON, "skiphours": frozenset({"hour"}), "skipdays": frozenset({"day"}),
}  # fmt: skip


class Refused(Exception):  # noqa: N818 — an answer more than an error
    """This is nothing for the strict reader."""


def text_of(element: Element) -> str:
    """The text of an element that holds nothing else."""
    if len(element):
        raise Refused
    text = (element.text or "").strip()
    return text if text.isascii() else mended(text)


def content_of(element: Element, *, sole_div: bool = False) -> str:
    """The HTML of a title, a summary or a body, by its `type`; `sole_div`: without the one div around XHTML."""
    attributes = attributes_of(element) if element.attrib else {}
    kind = attributes.get("type", "text")
    if attributes.get("mode", "") not in _MODES or kind not in _TEXT_TYPES | _XHTML_TYPES:
        raise Refused
    if kind in _TEXT_TYPES:
        return text_of(element)
    return mended(_markup(element, sole_div=sole_div).strip())


def _markup(element: Element, *, sole_div: bool) -> str:
    """The markup inside, as HTML reads it: `<p></p>` for `<p/>`, but one `<br>` for `<br/>`."""
    for inner in element.iterdescendants():
        if inner.prefix is not None or etree.QName(inner).localname.lower() not in _HTML:
            raise Refused
    if sole_div and _is_wrapped(element):
        element = element[0]
    inside = "".join(etree.tostring(child, encoding="unicode") for child in element)
    return (escape(element.text or "", quote=False) + _BARE.sub(r"<\1\2></\1>", inside)).replace("</br>", "")


def _is_wrapped(element: Element) -> bool:
    if len(element) != 1 or (element.text or "").strip() or (element[0].tail or "").strip():
        return False
    return bool(etree.QName(element[0]).localname.lower() == "div")


def mended(text: str) -> str:
    """UTF-8 that was taken for Latin-1 set right, as feedparser does."""
    try:  # no `suppress`: this is where the time goes
        text = text.encode("latin-1").decode()
    except UnicodeError:
        return text
    if _C1.search(text):
        raise Refused
    return text


def attributes_of(element: Element) -> dict[str, str]:
    """The attributes in small letters; `rel` and `type` are words, and small too."""
    found = {}
    for name, value in element.attrib.items():
        if name.startswith("{"):
            if ":" not in usual_name(name) and name.rpartition("}")[2].lower() in _READ:
                raise Refused  # feedparser takes it for an attribute of the element's own
            continue
        lowered = name.lower()
        found[lowered] = value.lower() if lowered in {"rel", "type"} else value
    return found


def href_of(attributes: dict[str, str]) -> str | None:
    """The address that an element names in an attribute, if it does."""
    address = attributes.get("url", attributes.get("uri", attributes.get("href")))
    if address == "":
        raise Refused
    return None if address is None else address_of(address)


def address_of(text: str) -> str:
    """An address as it stands; feedparser would take slashes away from it."""
    if "///" in text:
        raise Refused
    return text


def link_text(element: Element) -> str:
    """The address in a link's text, unless entities are left in it."""
    text = address_of(text_of(element))
    if _REFERENCE.search(text):
        raise Refused
    return text


def is_alternate(attributes: dict[str, str]) -> bool:
    """Whether a link leads to the page itself."""
    return attributes.get("rel", "alternate") == "alternate" and attributes.get("type", "text/html") in _PAGE_TYPES


def pass_over(element: Element, name: str = "?") -> None:
    """Nothing here is for us; refused where feedparser might see something of the feed's own in it."""
    if not len(element):
        return
    parts = _PARTS.get(name, frozenset())
    for inner in element.iterdescendants():
        inner_name = name_of(inner)
        if inner_name not in parts and not inner_name.startswith(("?", "rdf:")):
            raise Refused
