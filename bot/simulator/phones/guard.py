"""Only the page itself may drive the phones: no foreign web page, no rebound name."""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def refusal(headers: Mapping[str, str], *, writes: bool) -> tuple[int, str] | None:
    """Why a request is turned away (HTTP status, word), or None.

    A host that is an address (or localhost) cannot be a foreign name pointed at us. A post must come from a page of
    this very origin and say that it is JSON, which no form of another site can.
    """
    host = headers.get("Host", "")
    if not _is_ours(host):
        return 403, "host"
    if not writes:
        return None
    if headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        return 415, "content_type"
    foreign = headers.get("Sec-Fetch-Site", "same-origin") != "same-origin"
    return (403, "origin") if foreign or headers.get("Origin", "") != f"http://{host}" else None


def _is_ours(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost":
        return True
    try:
        return bool(ip_address(name))
    except ValueError:
        return False
