"""Reads dates as feeds and Indonesian portals write them; no clock in here."""

import re
from datetime import UTC, datetime, timedelta, timezone

WIB = timezone(timedelta(hours=7), "WIB")

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januari january", "feb peb februari pebruari february", "mar mrt maret march", "apr april",
            "mei may", "jun juni june", "jul juli july", "agu agt ags agust agustus aug august",
            "sep sept september", "okt oct oktober october", "nov nop november nopember",
            "des dec desember december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ZONES = {
    "wib": 7, "wita": 8, "wit": 9, "gmt": 0, "utc": 0, "ut": 0, "z": 0,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip

_WEEKDAY = r"(?:[^\W\d_]{3,9}['’]?[^\W\d_]{0,4}\.?[\s,]+)?"  # Rabu, Rab., Jum'at, Wed
_TIME = (
    r"(?:[\sT,|–—-]+(?:(?:pukul|jam|pkl|at)\.?\s+)?"
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\b\.?)?)?"
)
_ZONE = (
    r"(?:\s*\(?(?P<zone>[A-Z]{1,5}(?![A-Z]))?\)?\s*"
    r"(?:(?P<sign>[+-])(?P<off_hours>\d{1,2})(?::?(?P<off_minutes>\d{2}))?)?(?:\s*\([A-Z]{1,5}\))?)"
)
_DATES = (
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
    r"(?P<day>\d{1,2})[\s./-]+(?P<name>[^\W\d_]{3,9})\.?[\s.,/-]+(?P<year>\d{4}|\d{2})(?!\d)",
    r"(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<year>\d{4})",
    r"(?P<name>[^\W\d_]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?\s*,\s*(?P<year>\d{4})",
)
_FORMS = tuple(re.compile(rf"\s*{_WEEKDAY}{date}{_TIME}{_ZONE}\s*", re.IGNORECASE) for date in _DATES)
_LONGEST = 64


def read(text: str) -> datetime | None:
    """The moment that `text` names, aware and in UTC, or None.

    RFC 822, ISO 8601, and Indonesian forms such as `Rabu, 28 Februari 2024 - 13:40 WIB` or `Rab, 28 Feb 2024`; the
    whole text must be a date. Where it names no zone it is read as WIB: portals leave it out when they mean their own.
    """
    if len(text) > _LONGEST:
        return None
    for form in _FORMS:
        if (match := form.fullmatch(text)) is not None:
            return _moment(match)
    return None


def clamp(published: datetime | None, now: datetime) -> datetime:
    """The time of publication as we use it: nothing is published in the future, and no date means now."""
    return now if published is None else min(published, now)


def _moment(match: re.Match[str]) -> datetime | None:
    parts = match.groupdict()
    month = _MONTHS.get(parts["name"].casefold()) if parts.get("name") else int(parts["month"])
    if month is None:
        return None
    hour = _hour(int(parts["hour"] or 0), parts["half"])
    minute, second = int(parts["minute"] or 0), min(int(parts["second"] or 0), 59)
    try:
        local = datetime(_year(parts["year"]), month, int(parts["day"]), hour, minute, second, tzinfo=_zone(parts))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _year(written: str) -> int:
    year = int(written)
    return year if len(written) > 2 else year + (2000 if year < 70 else 1900)  # noqa: PLR2004 — as RFC 822's readers do


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    return hour % 12 + (12 if half[0] in "pP" else 0)


def _zone(parts: dict[str, str | None]) -> timezone:
    name, hours = parts["zone"], parts["off_hours"]
    if hours is not None:
        offset = timedelta(hours=int(hours), minutes=int(parts["off_minutes"] or 0))
        return timezone(-offset if parts["sign"] == "-" else offset)
    known = _ZONES.get((name or "").casefold())
    return WIB if known is None else timezone(timedelta(hours=known))
