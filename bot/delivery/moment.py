"""Reads the moments that people set: `07.00`, `besok 07.00`, `30 menit lagi`; no clock in here."""

import re
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

LATEST: Final = timedelta(days=365)  # later than that is a slip of the finger
EXAMPLES: Final = "07.00, besok 07.00, 30 menit lagi or 2026-11-28 13.40"
_DAYS: Final = {"hari ini": 0, "today": 0, "besok": 1, "tomorrow": 1, "lusa": 2}
_UNITS: Final = {
    "menit": timedelta(minutes=1), "minutes": timedelta(minutes=1), "minute": timedelta(minutes=1),
    "jam": timedelta(hours=1), "hours": timedelta(hours=1), "hour": timedelta(hours=1),
    "hari": timedelta(days=1), "days": timedelta(days=1), "day": timedelta(days=1),
}  # fmt: skip
_CLOCK: Final = r"(?:(?:pukul|jam|pkl\.?|at) )?(?P<hour>[01]?\d|2[0-3])[.:](?P<minute>[0-5]\d)"
_SPAN: Final = rf"(?P<count>\d{{1,4}}) ?(?P<unit>{'|'.join(_UNITS)})"
_ON_A_DAY: Final = re.compile(rf"(?:(?P<day>{'|'.join(_DAYS)}),? )?{_CLOCK}")
_ON_A_DATE: Final = re.compile(rf"(?P<date>\d{{4}}-\d\d-\d\d),? {_CLOCK}")
_FROM_NOW: Final = re.compile(rf"(?:{_SPAN} lagi|in {_SPAN.replace('<count>', '<n>').replace('<unit>', '<u>')})")


def read_moment(text: str, now: datetime, timezone: ZoneInfo) -> datetime:
    """The moment that is meant, aware, on the portal's clock where no zone is said.

    Takes a time of today, `besok` or `lusa` with a time, a date with a time, `30 menit lagi`, and ISO 8601. Raises
    ValueError for what is no moment, has passed or is more than a year away; its message says what to write instead.
    """
    words = " ".join(text.casefold().split())
    try:
        moment = _relative(words, now) or _on_a_day(words, now, timezone) or _absolute(words, timezone)
    except (ValueError, OverflowError):  # 2026-02-30
        moment = None
    if moment is None:
        raise ValueError(f"{text!r} is no moment; write for example {EXAMPLES}")
    if moment <= now:
        raise ValueError(f"{text!r} has passed{_instead(words, moment, timezone)}")
    if moment - now > LATEST:
        raise ValueError(f"{text!r} is more than a year away; write for example {EXAMPLES}")
    return moment


def _relative(words: str, now: datetime) -> datetime | None:
    match = _FROM_NOW.fullmatch(words)
    if not match:
        return None
    return now + int(match["count"] or match["n"]) * _UNITS[match["unit"] or match["u"]]


def _on_a_day(words: str, now: datetime, timezone: ZoneInfo) -> datetime | None:
    match = _ON_A_DAY.fullmatch(words)
    if not match:
        return None
    day = now.astimezone(timezone).date() + timedelta(days=_DAYS[match["day"] or "today"])
    return _at(day, match, timezone)


def _absolute(words: str, timezone: ZoneInfo) -> datetime | None:
    match = _ON_A_DATE.fullmatch(words)
    if match:
        return _at(date.fromisoformat(match["date"]), match, timezone)
    if not re.match(r"\d{4}-?\d\d-?\d\dt\d\d", words):  # a date alone says no time, and is asked for one
        return None
    moment = datetime.fromisoformat(words.upper())
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone)


def _at(day: date, match: re.Match[str], timezone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(int(match["hour"]), int(match["minute"])), timezone)


def _instead(words: str, moment: datetime, timezone: ZoneInfo) -> str:
    """Who names a time of the day that has passed means tomorrow; nobody but them can say so."""
    if _ON_A_DAY.fullmatch(words):
        return f"; write besok {moment.astimezone(timezone):%H.%M} for tomorrow"
    return f"; write for example {EXAMPLES}"
