"""Addresses in feeds: absolute, on the web, without what only counts readers."""

from urllib.parse import urljoin, urlsplit

# Short on purpose: an address is changed as little as possible, and `?p=12345` is the article itself.
_TRACKING = frozenset({
    "fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "igshid", "mc_cid", "mc_eid", "_ga", "_gl",
    "ref_src",
})  # fmt: skip
_LONGEST = 2_000


def absolute(link: str, base: str) -> str | None:
    """The link as an absolute http(s) address, or None when it is none."""
    link = link.strip()
    if not link:
        return None
    try:
        address = urljoin(base, link)
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and len(address) <= _LONGEST
    except ValueError:
        return None
    return address if usable and not any(c.isspace() for c in address) else None


def without_tracking(link: str) -> str:
    """The address without parameters such as `utm_source` and `fbclid`; everything else stays as it was written."""
    head, question, query = link.partition("?")
    if not question:
        return link
    query, hash_, fragment = query.partition("#")
    kept = [part for part in query.split("&") if not _tracks(part.partition("=")[0].lower())]
    return head + (f"?{'&'.join(kept)}" if kept else "") + hash_ + fragment


def _tracks(name: str) -> bool:
    return name.startswith("utm_") or name in _TRACKING
