"""Refuses documents that are built to hurt whoever reads them, before a parser sees them."""

import re

from bot.errors import FeedError

DEEPEST = 2_000  # open elements within one item; real feeds stay below fifty
_LONGEST_ENTITY = 200  # characters; `&nbsp;` and its like are short

_ENTITY = re.compile(
    r"<!ENTITY\s+%?\s*\S+\s+(?:(?:SYSTEM|PUBLIC)\b|\"(?P<double>[^\"]*)|'(?P<single>[^']*))", re.IGNORECASE
)
_PIECE = re.compile(
    r"<!\[CDATA\[.*?\]\]>|<!--.*?-->|<(?P<close>/?)(?P<name>[a-zA-Z][\w:.-]*)[^<>]*?(?P<empty>/?)>", re.DOTALL
)
_ITEMS = frozenset({"item", "entry"})


def inspect(text: str) -> None:
    """Raise FeedError `entities` or `too_deep` when no honest feed looks like this."""
    if "<!ENTITY" in text.upper()[:200_000] and any(map(_is_bomb, _ENTITY.finditer(text))):
        raise FeedError("entities", "the document declares entities that expand into others; no feed needs them")
    if _is_too_deep(text):
        raise FeedError("too_deep", f"the document nests more than {DEEPEST} elements")


def _is_bomb(entity: re.Match[str]) -> bool:
    value = entity["double"] or entity["single"] or ""
    return len(value) > _LONGEST_ENTITY or re.search(r"[&%][A-Za-z_][\w.-]*;", value) is not None


def _is_too_deep(text: str) -> bool:
    depth = 0
    for piece in _PIECE.finditer(text):
        if piece["name"] in _ITEMS:
            depth = 0  # HTML that nobody escaped leaves its tags open; the next item starts afresh
        elif piece["name"] and not piece["empty"]:
            depth += -1 if piece["close"] else 1
            if depth > DEEPEST:
                return True
    return False
