"""The headers that say "only if it has changed" and "not before"."""

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

DECORATION = re.compile(r"(?:--?|;)(?:gzip|br|zstd|deflate)$")
SENDABLE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")


def conditions(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """The request headers for what we had the last time."""
    pairs = (("If-None-Match", plain_etag(etag or "")), ("If-Modified-Since", (last_modified or "").strip()))
    return {name: value for name, value in pairs if SENDABLE.fullmatch(value)}


def plain_etag(etag: str) -> str:
    """The ETag as the site itself made it, without what proxies and compressors hang on it.

    nginx turns `"x"` into `W/"x"` and Apache into `"x-gzip"` when they compress; WordPress compares byte by byte and
    Apache with its own form, so the decorated one never matches and a 304 never comes.
    """
    bare = etag.strip().removeprefix("W/")
    if bare.endswith('"'):
        return DECORATION.sub("", bare[:-1]) + '"'
    return DECORATION.sub("", bare)  # also the old Apache form "x"-gzip


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, from a Retry-After of seconds or of a date; None when there is none that can be read."""
    text = (value or "").strip()
    try:
        seconds = (
            float(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", text) else (http_date(text) - now).total_seconds()
        )
    except (ValueError, OverflowError):
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def http_date(text: str) -> datetime:
    """The moment of an HTTP date header; ValueError when it is none."""
    moment = parsedate_to_datetime(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
