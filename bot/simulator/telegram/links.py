"""Addresses as Telegram judges them: in links of a text and under buttons."""

import re
from urllib.parse import urlsplit

_MENTION = re.compile(r"tg://(?:user|openmessage)\?(?:user_)?id=(\d+)", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:(?!\d)")  # not a host with its port


class BadLink(ValueError):  # noqa: N818 — the server's words
    """What the server says about an address."""


def mentioned_user(url: str) -> int | None:
    """The user whom a tg://user?id= address means."""
    found = _MENTION.fullmatch(url.strip())
    return int(found.group(1)) if found else None


def strict_link(url: str) -> str:
    """The address in its full form, or BadLink."""
    url = url.strip()
    if url.lower().startswith(("tg:", "ton:", "tonsite:")):
        return url
    if "://" not in url:
        if _SCHEME.match(url):
            raise BadLink("Unsupported URL protocol")
        url = "http://" + url
    return _checked_http(url)


def _checked_http(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise BadLink("Wrong HTTP URL") from None
    if parts.scheme not in {"http", "https"}:
        raise BadLink("Unsupported URL protocol")
    if not host:
        raise BadLink("URL host is empty")
    if re.search(r"\s", url) or ("." not in host and ":" not in host):
        raise BadLink("Wrong HTTP URL")
    return url if parts.path or parts.query or parts.fragment else url + "/"


def checked_link(url: str) -> str:
    """The address in its full form, "" for one that Telegram drops silently."""
    try:
        return strict_link(url)
    except BadLink:
        return ""
