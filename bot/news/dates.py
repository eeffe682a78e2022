"""Reads dates as feeds and Indonesian portals write them; no clock in here."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

WIB = timezone(timedelta(hours=7), "WIB")

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januari january", "feb peb februari pebruari february", "mar mrt maret march", "apr april",
            "mei may", "jun juni june", "jul juli july", "agu agt ags agust agus agustus aug august",
            "sep sept september", "okt oct oktober october", "nov nop november nopember",
            "des dec desember december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ZONES = {
    "wib": 7, "wita": 8, "wit": 9, "gmt": 0, "utc": 0, "ut": 0, "z": 0,
    "sgt": 8, "myt": 8, "hkt": 8, "ict": 7, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "cet": 1, "cest": 2, "bst": 1,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip

_DAYS = (
    r"(?:senin|sen|selasa|sel|rabu|rab|rebo|kamis|kam|jum.?at|jum|jmt|sabtu|sab|minggu|ming|mgg|min|ahad|"
    r"monday|mon|tuesday|tues|tue|wednesday|wed|thursday|thurs|thur|thu|friday|fri|saturday|sat|sunday|sun)"
)
_WEEKDAY = rf"(?:{_DAYS}\.?[\s,|/]+)?"
_MONTH = r"(?P<name>[^\W\d_]{3,9})\.?"
_CLOCK = (
    r"(?:(?:pukul|jam|pkl|at)\.?\s*:?\s*)?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})"
    r"(?:[:.](?P<second>\d{2})(?:[.,]\d{1,9})?)?\s*(?P<half>[ap]\.?m\b\.?)?"
)
_COMPACT = r"(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?"
_ZONE = (
    r"(?:\s*\(?(?P<zone>[A-Z]{1,5}(?![A-Z]))?\)?\s*"
    r"(?:(?P<sign>[+-])(?P<off_hours>\d{1,2})(?:[:.]?(?P<off_minutes>\d{2}))?)?(?:\s*\([A-Z +:\d]{1,30}\))?\.?)"
)
_BETWEEN = r"[\s,|/•·@–—-]+"  # date and time
_DATES = (
    r"(?P<year>\d{4})(?P<mark>[./-])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s./-]+{_MONTH}[\s.,/-]+(?P<year>\d{{4}}|\d{{2}})(?!\d)",
    r"\(?(?P<day>\d{1,2})(?P<mark>[./-])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})(?!\d)\)?",
    rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*[,\s]\s*(?P<year>\d{{4}})",
)
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        *(rf"\s*{_WEEKDAY}{date}(?:(?:{_BETWEEN}|T){_CLOCK})?{_ZONE}\s*" for date in _DATES),
        *(rf"\s*{_CLOCK}{_ZONE}{_BETWEEN}{_WEEKDAY}{date}\s*" for date in _DATES),
        # Wed Feb 28 13:40:00 WIB 2024
        rf"\s*{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}})\s+{_CLOCK}{_ZONE}\s+(?P<year>\d{{4}})\s*",
        # 20240228T134000Z
        rf"\s*(?P<year>\d{{4}})(?P<month>\d\d)(?P<day>\d\d)(?:T{_COMPACT}{_ZONE})?\s*",
    )
)
_LONGEST = 64
_EARLIEST = 1990  # what is older is a server's zero, no date of publication
_FARTHEST = timedelta(hours=14)  # of all zones
SKEW = timedelta(minutes=5)  # so far ahead of ours a portal's clock may be without anybody being told


@dataclass(frozen=True, slots=True)
class Dated:
    """When a story was published, as we use it, and whether the portal's own date had to give way."""

    at: datetime  # aware, UTC, never later than the now it was judged at
    clamped: bool = False  # the portal wrote a time more than five minutes ahead


def read(text: str) -> datetime | None:
    """The moment that `text` names, aware and in UTC, or None.

    RFC 822, ISO 8601, and Indonesian forms such as `Rabu, 28 Februari 2024 - 13:40 WIB` or `Rab, 28 Feb 2024`; the
    whole text must be a date. Where it names no zone it is read as WIB: portals leave it out when they mean their own.
    A zone that nobody knows, a day that no calendar has and a year before 1990 give None.
    """
    if len(text) > _LONGEST:
        return None
    for form in _FORMS:
        if (match := form.fullmatch(text)) is not None:
            return _moment(match)
    return None


def dated(published: datetime | None, now: datetime) -> Dated:
    """The time of publication as we use it: nothing is published in the future, and no date means now."""
    if published is None:
        return Dated(now)
    return Dated(min(published, now), clamped=published > now + SKEW)


def clamp(published: datetime | None, now: datetime) -> datetime:
    """The moment alone of what `dated` says."""
    return dated(published, now).at


def _moment(match: re.Match[str]) -> datetime | None:
    parts = match.groupdict()
    month = _MONTHS.get(parts["name"].casefold()) if parts.get("name") else int(parts["month"])
    zone = _zone(parts)
    if month is None or zone is None:
        return None
    try:
        local = datetime(_year(parts["year"]), month, int(parts["day"]), tzinfo=zone) + _time(parts)
        moment = local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= _EARLIEST else None


def _year(written: str) -> int:
    year = int(written)
    return year if len(written) > 2 else year + (2000 if year < 70 else 1900)  # noqa: PLR2004 — as RFC 822's readers do


def _time(parts: dict[str, str | None]) -> timedelta:
    """Since midnight; `24.00` is the end of the day, a leap second the one before it; ValueError for no time at all."""
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    if (half := parts.get("half")) is not None:
        hour = _of_half_day(hour, half[0] in "pP")
    written = timedelta(hours=hour, minutes=minute, seconds=min(second, 59))
    if minute > 59 or second > 60 or written > timedelta(days=1):  # noqa: PLR2004 — the clock's face
        raise ValueError("no time of day")
    return written


def _of_half_day(hour: int, afternoon: bool) -> int:
    if not afternoon and hour > 12:  # noqa: PLR2004 — 13.40 AM
        raise ValueError("no hour before noon")
    return hour % 12 + (12 if afternoon else 0)


def _zone(parts: dict[str, str | None]) -> timezone | None:
    """WIB where none is named, None where nobody knows it."""
    name, hours = parts.get("zone"), parts.get("off_hours")
    if hours is not None:
        offset = timedelta(hours=int(hours), minutes=int(parts["off_minutes"] or 0))
        if offset > _FARTHEST:
            return None
        return timezone(-offset if parts["sign"] == "-" else offset)
    if not name:
        return WIB
    known = _ZONES.get(name.casefold())
    return None if known is None else timezone(timedelta(hours=known))
