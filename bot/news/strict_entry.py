"""One entry of a well-formed feed."""

from collections.abc import Callable

from bot.news.names import RDF, name_of
from bot.news.raw import Entry, Picture, fullest_first
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

_DATES = {
    "pubdate": "published", "published": "published", "issued": "published", "dcterms:issued": "published",
    "updated": "updated", "modified": "updated", "lastbuilddate": "updated", "dc:date": "updated",
    "dcterms:modified": "updated", "created": "created", "dcterms:created": "created",
}  # fmt: skip
_TEXTS = frozenset({"copyright", "rights"})
# What feedparser understands in its own way. Other names without a prefix mean nothing to it, nor to us.
_ODD = frozenset({
    "abstract", "body", "channel", "cloud", "date", "email", "enclosures", "entries", "entry", "feed", "fullitem",
    "height", "homepage", "image", "info", "item", "items", "keywords", "links", "name", "newlocation", "subtitle",
    "tagline", "tags", "textinput", "uri", "url", "width",
})  # fmt: skip
_ODD_PREFIXES = ("itunes:", "psc:", "xhtml:")
_OF_SOURCE = frozenset({
    "author", "category", "contributor", "copyright", "created", "generator", "guid", "icon", "id", "issued", "link",
    "logo", "modified", "published", "rights", "subtitle", "tagline", "title", "updated",
})  # fmt: skip


class EntryReader:
    """Reads the parts of one entry in their order: a later date replaces an earlier one, the first title stays."""

    def __init__(self, version: str) -> None:
        self._sole_div = version == "atom10"
        self._entry = Entry()
        self._contents: list[str] = []
        self._summary: str | None = None
        self._enclosures: list[Picture] = []
        self._titles: list[str] = []
        self._picture_titles: list[str] = []
        self._guids = 0
        self._linked = self._sourced = False

    def read(self, element: Element) -> Entry:
        """The entry, or Refused."""
        entry = self._entry
        entry.guid = element.get(f"{{{RDF}}}about", "")
        for child in element:
            self._take(child, name_of(child))
        entry.title = self._chosen_title()
        entry.link = entry.link if self._linked else entry.guid
        entry.bodies = fullest_first(self._contents, self._summary or "")
        entry.pictures += self._enclosures
        return entry

    def _take(self, child: Element, name: str) -> None:
        if (reader := _READERS.get(name)) is not None:
            reader(self, child)
        elif name in _DATES:
            setattr(self._entry, _DATES[name], text_of(child))
        elif name.startswith("?"):
            pass_over(child)
        elif name.startswith("media:"):
            self._media(child, name)
        elif name in _TEXTS:
            content_of(child)
        elif name in _ODD or name.startswith(_ODD_PREFIXES) or "_" in name:
            raise Refused
        else:
            pass_over(child, name)

    def title(self, child: Element) -> None:
        self._titles.append(content_of(child, sole_div=self._sole_div))

    def _chosen_title(self) -> str:
        """The first that says something; a picture's title where the entry has none of its own."""
        if len(self._titles) > 1 and self._sourced:
            raise Refused
        title = next(filter(None, self._titles), "")
        if title or not self._picture_titles:
            return title
        if self._titles or self._sourced or len(self._picture_titles) > 1:
            raise Refused
        return self._picture_titles[0]

    def link(self, child: Element) -> None:
        attributes = attributes_of(child)
        address = href_of(attributes)
        if address is None:
            address = link_text(child)
            self._entry.link, self._linked = address, True
        elif is_alternate(attributes):
            self._entry.link, self._linked = address, True
        if attributes.get("rel") == "enclosure":
            self._enclosures.append(Picture(address, _kind({"type": "text/html"} | attributes)))

    def guid(self, child: Element) -> None:
        self._guids += 1
        if self._guids > 1:
            raise Refused
        self._entry.guid = address_of(text_of(child))

    def description(self, child: Element) -> None:
        """A second description is taken for the body, where there is none."""
        text = content_of(child, sole_div=self._sole_div)
        if self._summary is not None and not self._contents:
            self._contents.append(text)
        else:
            self._summary = text

    def content(self, child: Element) -> None:
        text = content_of(child, sole_div=self._sole_div)
        self._contents.append(text)
        self._summary = text if self._summary is None else self._summary

    def category(self, child: Element) -> None:
        attributes = attributes_of(child)
        term, label, text = attributes.get("term"), attributes.get("label"), text_of(child)
        if label and not term and not text:
            raise Refused
        if term or label:
            self._entry.labels.append(label or term or "")
        if text and (term or not label):
            self._entry.labels.append(text)

    def enclosure(self, child: Element) -> None:
        attributes = attributes_of(child)
        pass_over(child)
        self._enclosures.append(Picture(href_of(attributes) or "", _kind(attributes)))

    def source(self, child: Element) -> None:
        """Where the story was taken from: its title and dates are not the entry's."""
        self._sourced = True
        for inner in child:
            name = name_of(inner)
            if name not in _OF_SOURCE and not name.startswith("?"):
                raise Refused
            pass_over(inner, name)

    def _media(self, child: Element, name: str) -> None:
        if child.prefix is None:
            raise Refused
        if name in {"media:group", "media:content"}:
            self._media_group(child, name)
        elif name == "media:thumbnail":
            address, text = attributes_of(child).get("url"), address_of(text_of(child))
            self._entry.thumbnails.append(text if address is None else address)
        elif name == "media:title":
            self._picture_titles.append(content_of(child))
        elif name == "media:category":
            self.category(child)
        elif name == "media:keywords" or len(child):
            raise Refused

    def _media_group(self, child: Element, name: str) -> None:
        if name == "media:content":
            attributes = attributes_of(child)
            address = attributes.get("url") or attributes.get("href") or ""
            self._entry.pictures.append(Picture(address, _kind(attributes)))
        for inner in child:
            inner_name = name_of(inner)
            if inner_name.startswith("?"):
                pass_over(inner)
            elif inner_name.startswith("media:"):
                self._media(inner, inner_name)
            else:
                raise Refused


def _kind(attributes: dict[str, str]) -> str:
    return f"{attributes.get('medium', '')} {attributes.get('type', '')}".strip()


_READERS: dict[str, Callable[[EntryReader, Element], None]] = {
    "title": EntryReader.title, "dc:title": EntryReader.title, "link": EntryReader.link,
    "guid": EntryReader.guid, "id": EntryReader.guid, "summary": EntryReader.description,
    "description": EntryReader.description, "dc:description": EntryReader.description,
    "content": EntryReader.content, "content:encoded": EntryReader.content, "category": EntryReader.category,
    "dc:subject": EntryReader.category, "enclosure": EntryReader.enclosure, "source": EntryReader.source,
}  # fmt: skip
