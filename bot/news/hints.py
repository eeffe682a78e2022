"""What an answer's headers ask of whoever comes again: for how long it stays fresh, and which hub would push it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_NEVER_KEPT = re.compile(r"(?:^|,)\s*(?:no-store|no-cache)\b", re.IGNORECASE)
_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w*-]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s,;\"]+))?)*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s,;\"]+))", re.IGNORECASE)


def fresh_for(headers: Mapping[str, str], now: datetime) -> float:
    """Seconds for which the answer says that nothing changes: max-age less Age, else Expires less Date; 0: no word.

    Names of `headers` are in lower case. A document that must not be kept says nothing about its next change.
    """
    control = headers.get("cache-control", "")
    if _NEVER_KEPT.search(control):
        return 0.0
    if found := _MAX_AGE.search(control):
        age = headers.get("age", "").strip()
        return max(0.0, float(found[1]) - (float(age) if re.fullmatch(r"\d{1,9}", age) else 0.0))
    expires = _moment(headers.get("expires"))
    if expires is None:
        return 0.0
    return max(0.0, (expires - (_moment(headers.get("date")) or now)).total_seconds())


def hub_links(headers: Mapping[str, str], url: str) -> tuple[str, str]:
    """The hub and the topic that Link headers name (WebSub 4), absolute; "" for what they do not name."""
    found = {"hub": "", "self": ""}
    for link in _LINK.finditer(headers.get("link", "")):
        rel = _REL.search(link[2])
        for name in (rel[1] or rel[2] or "").lower().split() if rel else ():
            if name in found and not found[name]:
                found[name] = urljoin(url, link[1].strip())
    return found["hub"], found["self"]


def _moment(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:  # also "0" and "-1", which mean: at once
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
