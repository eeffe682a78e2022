"""Names what is no feed, and refuses documents that are built to hurt whoever reads them."""

import re

from bot.errors import FeedError
from bot.news.encoding import is_page

DEEPEST = 2_000  # open elements within one item; real feeds stay below fifty
_LONGEST_ENTITY = 200  # characters; `&nbsp;` and its like are short
_MOST_STRAY = 5_000  # opening brackets that open nothing; the lenient reader's time grows with their square
_LOOKED_AT = 20_000  # characters of a page

# The words of pages that stand between a program and a site: Cloudflare, Sucuri, DDoS-Guard, Imunify360, testcookie.
_CHALLENGE = re.compile(
    r"just a moment|checking your browser|attention required! \| cloudflare|challenge-platform|cf[-_]chl|"
    r"enable javascript and cookies|sucuri_cloudproxy|sucuri website firewall|ddos-guard|imunify360|"
    r"slowaes|captcha|are you (?:a )?(?:human|robot)|verifying you are human|bot verification",
    re.IGNORECASE,
)
_ENTITY = re.compile(
    r"<!ENTITY\s+%?\s*\S+\s+(?:(?:SYSTEM|PUBLIC)\b|\"(?P<double>[^\"]*)|'(?P<single>[^']*))", re.IGNORECASE
)
_PIECE = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<(?P<close>/?)(?P<name>[a-zA-Z][\w:.-]*)[^<>]*?(?P<empty>/?)>",
    re.DOTALL,
)
_STRAY = re.compile(r"<(?![a-zA-Z/!?])")
_ITEMS = frozenset({"item", "entry"})


def identify(text: str) -> None:
    """Raise FeedError `empty`, `challenge` or `html` where this is no document to read."""
    if not text.strip():
        raise FeedError("empty", "the address answered with an empty document")
    if not is_page(text):
        return
    if _CHALLENGE.search(text[:_LOOKED_AT]):
        raise FeedError("challenge", "the site asks whether we are human instead of giving the feed")
    raise FeedError("html", "the address answered with a web page, not with a feed")


def inspect(text: str) -> None:
    """Raise FeedError `entities`, `malformed` or `too_deep` when no honest feed looks like this."""
    if "<!ENTITY" in text.upper()[:200_000] and any(map(_is_bomb, _ENTITY.finditer(text))):
        raise FeedError("entities", "the document declares entities that expand into others; no feed needs them")
    if sum(1 for _ in _STRAY.finditer(text)) > _MOST_STRAY:
        raise FeedError("malformed", f"the document has more than {_MOST_STRAY} opening brackets that open nothing")
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
