"""By which keys an item is known again: when its link changes, its guid, or the portal's whole domain."""

import re
from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import urlsplit

from bot.news.item import Item
from bot.news.links import without_tracking

# Where whoever wants may have a name: there the portal is the name.
_SHARED_HOSTS = frozenset({"blogspot", "wordpress", "medium", "substack", "github", "wixsite", "weebly", "netlify"})
_SECOND_LEVELS = frozenset(
    {"ac", "biz", "co", "com", "desa", "edu", "go", "gov", "mil", "my", "net", "or", "org", "ponpes", "sch", "web"}
)
_POST_ID = re.compile(r"[?&;]p=(\d{1,18})(?:&|$)")
_EVERYWHERE = re.compile(r"(?:https?|tag|urn|ftp):", re.IGNORECASE)
_LONGEST = 500  # characters of a key; longer ones are kept as a digest


def keys(item: Item, site: str) -> tuple[str, ...]:
    """The item's identity keys, the strongest first; `site` is the host of the feed's declared address without `www.`.

    `g:` the guid, verbatim (a bare number is only unique on its site, so the site is named); `i:` the WordPress post id
    with the host and folder of its guid, which outlives a change from http to https; `l:` the link without scheme,
    `www.`, closing slash and tracking; `p:` the post id with `site`, which outlives a change of domain. A feed may
    gather several portals, whose post ids repeat: two items that share only a `p:` key are the same story only if
    something else says so too (`bot.news.changes`).
    """
    found = [f"g:{item.guid}" if _EVERYWHERE.match(item.guid) else f"g:{site}:{item.guid}"]
    post = _POST_ID.search(item.guid)
    if post and (folder := _folder(item.guid)):
        found.append(f"i:{folder}:{post[1]}")
    if link := _link_key(item.link):
        found.append(f"l:{link}")
    if post:
        found.append(f"p:{site}:{post[1]}")
    return tuple(dict.fromkeys(_short(key) for key in found))


def portal(link: str) -> str:
    """The portal that an address belongs to: its host's family, so that `jatim.` and `www.` of one house are one.

    `https://jatim.kabar.co.id/x` is `kabar.co.id`, `https://a.blogspot.com/` is `a.blogspot.com`; a number or a bare
    name (`localhost`) keeps its port, "" is nobody's.
    """
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return ""
    labels = host.split(".")
    if len(labels) == 1 or labels[-1].isdigit() or ":" in host:
        return parts.netloc.lower().rpartition("@")[2]
    return ".".join(labels[-_family(labels) :])


def _family(labels: Sequence[str]) -> int:
    """How many labels name the portal."""
    second = labels[-2]
    ends = 2 if len(labels[-1]) == 2 and second in _SECOND_LEVELS else 1  # noqa: PLR2004 — a country's domain
    return ends + (2 if labels[-ends - 1 :][0] in _SHARED_HOSTS and ends == 1 else 1)


def _folder(guid: str) -> str:
    """Host and folder of a guid that is an address: several sites may live in one host's folders."""
    try:
        parts = urlsplit(guid)
        host = parts.hostname
    except ValueError:
        return ""
    return f"{host.removeprefix('www.')}{parts.path.rstrip('/')}" if host and parts.scheme in {"http", "https"} else ""


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
