"""HTML of an article to blocks of plain text: the only place that looks at tags."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from selectolax.lexbor import LexborHTMLParser, LexborNode

LONGEST_HTML = 300_000  # characters of one article that are looked at
DEEPEST = 2_000  # open tags; the parser's time grows with the square of the depth

# Around the text of a link. Private-use characters never stand in the text itself.
LINK_OPENS, LINK_CLOSES = "\ue000", "\ue001"
_LINE = "\ue002"
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_STRUCTURE = re.compile(r"<(?:p|div|br|li|h[1-6]|table|section|article|blockquote)\b", re.IGNORECASE)
_EMPTY_LINE = re.compile(r"\n\s*\n")
_TAG = re.compile(r"<(/?)[a-zA-Z]")

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = HEADINGS | {
    "address", "article", "blockquote", "center", "dd", "details", "div", "dl", "dt", "figure", "footer", "header",
    "hr", "li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "ul",
}  # fmt: skip
_HIDDEN = frozenset({
    "aside", "audio", "button", "canvas", "figcaption", "form", "iframe", "input", "link", "meta", "nav", "noscript",
    "object", "script", "select", "style", "svg", "template", "textarea", "title", "video",
})  # fmt: skip
_BOLD = frozenset({"b", "strong"})
_APART = frozenset({"blockquote", "center", "cite", "em", "i", "small"})  # quotations, captions, notes
_ROWS = frozenset({"dd", "dt", "li", "td", "th"})
_CENTRED = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_UNSEEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_CAPTION = re.compile(r"\[caption\b[^\]]{0,400}\].{0,800}?\[/caption\]", re.DOTALL)
# What WordPress and its usual plugins call captions, share bars, related stories, boxes about the author and the like.
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:wp-caption-text|sharedaddy|share|sharing|social|addtoany\w*|jp-relatedposts|relatedposts?|related|"
    r"yarpp|crp_related|baca-?juga|bacajuga|read-?also|also-?read|inline-?related|post-?tags|tags-?links|newsletter|"
    r"latest-?posts|recent-?posts|popular-?posts|wp-block-embed|wp-block-buttons?|wp-block-pullquote|twitter-tweet|"
    r"instagram-media|tiktok-embed|fb-post|ads?|adsbygoogle|advertisement|screen-reader-text|toc|lwptoc|"
    r"author-(?:box|bio|info|card|desc\w*)|about-(?:the-)?author|post-author|abh_box|saboxplugin-\w+|reading-time|"
    r"printfriendly|kk-star-ratings|post-ratings|responsivevoice-button)(?=$|[\s_-])",
    re.IGNORECASE,
)
_LONG_FURNITURE, _MANY_NODES = 600, 1_500  # characters; nodes on entering and on leaving
_TINY = frozenset({"0", "1", "2"})


class Kind(StrEnum):
    """What a block is in the page."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST_ITEM = "list item"  # also a cell of a table


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text between two block borders, its links still marked."""

    text: str
    kind: Kind = Kind.PARAGRAPH
    bold: bool = False  # all of it
    apart: bool = False  # all of it is set apart: a quotation, a caption in italics, something centred


@dataclass(slots=True)
class _Gatherer:
    """Turns the walk over the tree into blocks."""

    blocks: list[Block] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)  # the open headings, list items and cells
    bold: int = 0  # open bold tags
    plain: bool = False  # the block has text that is not bold
    apart: int = 0  # open tags that set apart
    own: bool = False  # the block has text that is not set apart

    def enter(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if node.is_text_node:
            self._take(node.text_content or "")
        elif tag == "br":
            self.parts.append(_LINE)
        elif tag == "a":
            self.parts.append(LINK_OPENS)
        elif tag in _BOLD:
            self.bold += 1
        elif tag in _BLOCKS:
            self.close()
            if tag in HEADINGS or tag in _ROWS:
                self.kinds.append(tag)
        self.apart += _sets_apart(node)

    def leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag == "a":
            self.parts.append(LINK_CLOSES)
        elif tag in _BOLD:
            self.bold -= 1
        elif tag in _BLOCKS:
            self.close()
            if self.kinds and self.kinds[-1] == tag:
                self.kinds.pop()
        self.apart -= _sets_apart(node)

    def close(self) -> None:
        """End the block that is being gathered."""
        for line in _lines("".join(self.parts)):
            self.blocks.append(Block(line, self._kind(), not self.plain, not self.own))
        self.parts, self.plain, self.own = [], False, False

    def _take(self, text: str) -> None:
        text = _INVISIBLE.sub("", _PRIVATE.sub("", text))
        self.parts.append(text)
        if text.strip():
            self.plain = self.plain or not self.bold
            self.own = self.own or not self.apart

    def _kind(self) -> Kind:
        if any(tag in HEADINGS for tag in self.kinds):
            return Kind.HEADING
        return Kind.LIST_ITEM if self.kinds else Kind.PARAGRAPH


def blocks(html: str) -> list[Block]:
    """The blocks of an article in order, without scripts, captions, forms and what is known furniture."""
    gatherer = _Gatherer()
    html = html[:LONGEST_HTML]
    if "[/caption]" in html:
        html = _CAPTION.sub("", html)
    root = _parse(html if _STRUCTURE.search(html) else _EMPTY_LINE.sub("<br><br>", html))
    if root is None:
        return []
    skipped: int | None = None  # the furniture that we are in
    for node, entering in _walk(root):
        if skipped is not None:
            if not entering and node.mem_id == skipped:
                skipped = None
        elif entering and _is_furniture(node):
            skipped = node.mem_id
            gatherer.close()
        elif entering:
            gatherer.enter(node)
        else:
            gatherer.leave(node)
    gatherer.close()
    return gatherer.blocks


def first_image(html: str) -> str | None:
    """The address of the first picture of an article, as it stands there; no emoji, no counting pixel."""
    if "<img" not in html.lower():
        return None
    root = _parse(html)
    for image in root.css("img") if root is not None else []:
        attributes = image.attributes
        address = attributes.get("data-lazy-src") or attributes.get("data-src") or attributes.get("src") or ""
        tiny = attributes.get("width") in _TINY or attributes.get("height") in _TINY
        if address.strip() and not tiny and not address.startswith("data:") and "/emoji/" not in address:
            return address.strip()
    return None


def _parse(html: str) -> LexborNode | None:
    html = html[:LONGEST_HTML]
    return None if _too_deep(html) else LexborHTMLParser(html).body


def _too_deep(html: str) -> bool:
    depth = 0
    for match in _TAG.finditer(html):
        depth += -1 if match[1] else 1
        if depth > DEEPEST:
            return True
    return False


def _walk(root: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """Every node below `root` twice: on entering (True) and on leaving; without recursion, pages nest deeply.

    Nodes are never compared: the parser's `==` writes both out as HTML first.
    """
    above: list[LexborNode] = []  # the open nodes
    node = root.first_child
    while node is not None or above:
        if node is None:
            node = above.pop()
            yield node, False
            node = node.next
            continue
        yield node, True
        above.append(node)
        node = node.first_child


def _is_furniture(node: LexborNode) -> bool:
    if node.is_text_node or not node.is_element_node:
        return False
    tag, attributes = node.tag or "", node.attributes
    if tag in _HIDDEN or tag.startswith("amp-") or "hidden" in attributes:
        return True
    if _UNSEEN.search(attributes.get("style") or ""):
        return True
    named = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    # A theme may call the whole article "share-content": furniture is short.
    return bool(named.strip() and _FURNITURE.search(named)) and _is_short(node)


def _is_short(node: LexborNode) -> bool:
    """Whether it has little text; judged by its first nodes, because boxes may stand in boxes."""
    length = 0
    for count, (inner, entering) in enumerate(_walk(node)):
        if inner.is_text_node and entering:
            length += len(inner.text_content or "")
        if length >= _LONG_FURNITURE or count >= _MANY_NODES:
            return False
    return True


def _sets_apart(node: LexborNode) -> bool:
    if node.is_text_node or not node.is_element_node:
        return False
    return node.tag in _APART or _CENTRED.search(node.attributes.get("style") or "") is not None


def _lines(text: str) -> Iterator[str]:
    """The lines of one block; a single <br> in the middle of a sentence only wraps it."""
    pending: list[str] = []
    for line in text.split(_LINE):
        line = " ".join(line.split())  # noqa: PLW2901 — whitespace means nothing in HTML
        if pending and not (line and _wraps(pending[-1], line)):
            yield " ".join(pending)
            pending = []
        if line:
            pending.append(line)
    if pending:
        yield " ".join(pending)


def _wraps(above: str, below: str) -> bool:
    return below.lstrip(LINK_OPENS)[:1].islower() and above.rstrip(LINK_CLOSES)[-1:] not in ".!?:"
