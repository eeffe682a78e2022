"""By which keys an item is known again: when its link changes, its guid, or the portal's whole domain."""

import re
from hashlib import sha256
from urllib.parse import urlsplit

from bot.news.item import Item
from bot.news.links import without_tracking

_POST_ID = re.compile(r"[?&;]p=(\d{1,18})(?:&|$)")
_EVERYWHERE = re.compile(r"(?:https?|tag|urn|ftp):", re.IGNORECASE)
_LONGEST = 500  # characters of a key; longer ones are kept as a digest


def keys(item: Item, site: str) -> tuple[str, ...]:
    """The item's identity keys, the strongest first; `site` is the host of the feed's declared address without `www.`.

    `g:` the guid, verbatim (a bare number is only unique on its site, so the site is named); `l:` the link without
    scheme, `www.`, closing slash and tracking; `p:` the WordPress post id, which outlives a change of domain. Two items
    that share only a `p:` key are the same story only if something else says so too (`bot.news.changes`).
    """
    found = [f"g:{item.guid}" if _EVERYWHERE.match(item.guid) else f"g:{site}:{item.guid}"]
    if link := _link_key(item.link):
        found.append(f"l:{link}")
    if post := _POST_ID.search(item.guid):
        found.append(f"p:{site}:{post[1]}")
    return tuple(dict.fromkeys(_short(key) for key in found))


def _link_key(link: str) -> str:
    """Nothing for a portal's front page: a feed that links every item there would be one single story."""
    try:
        parts = urlsplit(without_tracking(link))
    except ValueError:
        return ""
    path = parts.path.rstrip("/")
    if not (path or parts.query or parts.fragment):
        return ""
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{parts.netloc.lower().removeprefix('www.')}{path}{query}{fragment}"


def _short(key: str) -> str:
    return key if len(key) <= _LONGEST else f"{key[:2]}sha256:{sha256(key.encode(errors='replace')).hexdigest()}"
