"""The names of a feed's elements, whatever prefix a feed gives their namespace."""

import re
from functools import lru_cache
from typing import Any

ATOM, ATOM_03 = "http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#"
RSS_10, RSS_090 = "http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XHTML = "http://www.w3.org/1999/xhtml"
XML = "http://www.w3.org/XML/1998/namespace"

_PREFIXES = {
    address.lower(): prefix
    for address, prefix in (
        (ATOM, ""), (ATOM_03, ""), (RSS_10, ""), (RSS_090, ""), (RDF, "rdf"), (XML, "xml"), (XHTML, "xhtml"),
        ("http://purl.org/rss/1.0/modules/content/", "content"), ("http://purl.org/dc/elements/1.1/", "dc"),
        ("http://purl.org/dc/terms/", "dcterms"), ("http://search.yahoo.com/mrss/", "media"),
        ("http://search.yahoo.com/mrss", "media"), ("http://www.itunes.com/dtds/podcast-1.0.dtd", "itunes"),
        ("http://example.com/dtds/podcast-1.0.dtd", "itunes"), ("http://podlove.org/simple-chapters", "psc"),
    )
}  # fmt: skip
# Drafts of RSS and Atom whose elements feedparser takes for today's.
_OUTDATED = frozenset({
    "http://blogs.law.harvard.edu/tech/rss", "http://example.com/necho", "http://example.com/newformat#",
    "http://purl.org/echo/", "http://purl.org/pie/", "http://purl.org/rss/1.0/modules/rss091#",
    "uri/of/echo/namespace#",
})  # fmt: skip
_MEANT = frozenset(filter(None, _PREFIXES.values()))
_DECLARED = re.compile(r"xmlns(?::([^\s=]+))?\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


def name_of(element: Any) -> str:  # noqa: ANN401 — lxml has no types of its own
    """`title`, `dc:date`, `media:content`: in small letters, with the usual prefix; `?name` of an unknown namespace."""
    name = usual_name(element.tag)
    return name[1:].lower() if name.startswith("?") and element.prefix is None else name


@lru_cache(maxsize=2_000)
def usual_name(tag: str) -> str:
    """The same of a tag or an attribute as lxml writes it, `{namespace}name`."""
    address, _, local = tag.rpartition("}")
    known = "" if not address else _PREFIXES.get(address[1:].lower())
    if known is None:
        return f"?{local}"
    return f"{known}:{local.lower()}" if known else local.lower()


def declared(text: str) -> list[tuple[str, str]]:
    """Every prefix ("" for the default) that is bound in the text, with its namespace, in order."""
    return [(prefix, double or single) for prefix, double, single in _DECLARED.findall(text)]


def is_misleading(prefix: str, address: str) -> bool:
    """Whether a usual prefix stands for another namespace than it does, or the namespace is an outdated one."""
    address = address.lower()
    outdated = address in _OUTDATED or "backend.userland.com/rss" in address
    return outdated or (prefix in _MEANT and _PREFIXES.get(address) != prefix)
