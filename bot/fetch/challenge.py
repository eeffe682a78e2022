"""Pages that a site's firewall gives instead of a feed, to see whether a person asks."""

import re
from collections.abc import Mapping

from bot.errors import FetchError

_BEGINNING = 16_384
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|meta|script|title|body)\b", re.IGNORECASE)
# What each of them leaves in its page; all are looked for only in a page, never in a feed.
_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"window._cf_chl_opt", "Cloudflare"),
    (b"/cdn-cgi/challenge-platform/", "Cloudflare"),
    (b"<title>just a moment...</title>", "Cloudflare"),
    (b"checking your browser", "the site's firewall"),
    (b"sucuri_cloudproxy", "Sucuri"),
    (b"/.well-known/sgcaptcha/", "SiteGround"),
    (b"imunify360", "Imunify360"),
    (b"one moment, please...", "Imunify360"),
    (b"/.ddos-guard/", "DDoS-Guard"),
    (b"_incapsula_resource", "Imperva"),
    (b"slowaes.decrypt", "the host's script test"),
    (b"/.lsrecap/recaptcha", "LiteSpeed"),
)


def challenge(status: int, headers: Mapping[str, str], body: bytes) -> FetchError | None:
    """The error for such a page, or None when this is none; names of `headers` are in lower case."""
    who = _who(headers, body)
    if who is None:
        return None
    text = f"{who} asks whether we are human; whoever runs the site can let our user agent through to the feed"
    return FetchError("challenge", text, status=status)


def _who(headers: Mapping[str, str], body: bytes) -> str | None:
    if "challenge" in headers.get("cf-mitigated", "").lower():
        return "Cloudflare"
    beginning = body[:_BEGINNING].removeprefix(b"\xef\xbb\xbf").lstrip()
    while beginning.startswith(b"<!--") and b"-->" in beginning:
        beginning = beginning.partition(b"-->")[2].lstrip()
    if not _PAGE.match(beginning):
        return None
    beginning = beginning.lower()
    return next((who for mark, who in _MARKS if mark in beginning), None)
