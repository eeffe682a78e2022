"""What can go wrong in a GET, each in one clear line and with a stable reason."""

import os
import ssl
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

import aiohttp

from bot.errors import FetchError
from bot.fetch.target import shown
from bot.fetch.validators import http_date, retry_after

ADVICE = {
    401: "the site wants a login",
    403: "the site refuses us; its firewall may have to let us in",
    404: "nothing is there; is the address right?",
    410: "gone for good",
    429: "the site asks us to come less often",
}
# Looked at from top to bottom: the special ones stand above what they are a kind of.
NETWORK: tuple[tuple[type[Exception], str, str], ...] = (
    (aiohttp.ClientConnectorCertificateError, "tls", "the certificate of {host} cannot be trusted ({error})"),
    (aiohttp.ClientSSLError, "tls", "no secure connection to {host} ({error})"),
    (aiohttp.ServerTimeoutError, "timeout", "{host} did not take the connection in time"),
    (aiohttp.ClientConnectorError, "refused", "no connection to {host} ({error})"),
    (aiohttp.ClientPayloadError, "broken", "the answer was cut off in the middle"),
    (aiohttp.ServerDisconnectedError, "broken", "{host} closed the connection without an answer"),
    (aiohttp.ClientResponseError, "broken", "the answer of {host} is not HTTP"),
    (aiohttp.ClientOSError, "broken", "the connection to {host} broke"),
    (aiohttp.InvalidURL, "bad_url", "not an address that can be asked for"),
    (aiohttp.ClientError, "broken", "the request to {host} failed ({error})"),
)


def network_fault(error: aiohttp.ClientError, host: str) -> FetchError:
    """The library's error in our words."""
    reason, text = next((reason, text) for kind, reason, text in NETWORK if isinstance(error, kind))
    return FetchError(reason, text.format(host=shown(host), error=cause(error)))


def cause(error: aiohttp.ClientError) -> str:
    """The innermost short reason: "Connection refused", "self-signed certificate"."""
    inner = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    if isinstance(inner, ssl.SSLError):
        return shown(getattr(inner, "verify_message", "") or inner.reason or type(inner).__name__)
    if isinstance(inner, OSError) and inner.errno:
        return os.strerror(inner.errno)  # asyncio puts the address we connect to into its own text
    return shown(str(inner) or type(inner).__name__)


def status_fault(status: int, headers: Mapping[str, str], now: datetime) -> FetchError:
    """An answer that is no document; a Retry-After date is measured by the site's own clock where it shows one."""
    try:
        phrase = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = str(status)
    advice = ADVICE.get(status) or ("try again later" if status >= 500 else "no document")  # noqa: PLR2004
    wait = retry_after(headers.get("Retry-After"), their_time(headers, now))
    return FetchError("http_status", f"{phrase}, {advice}", status=status, retry_after=wait)


def their_time(headers: Mapping[str, str], now: datetime) -> datetime:
    """The moment of the Date header, else ours."""
    try:
        return http_date(headers.get("Date", ""))
    except (ValueError, OverflowError):
        return now
