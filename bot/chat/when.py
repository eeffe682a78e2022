"""Reads the moment that an editor types, in Indonesian: `besok 07.00`, `Senin 06.30`, `30 menit lagi`.

Strict on purpose: an alert that leaves at another time than was meant is worse than a question. Whatever is not
understood as a whole, says no time of the day, or can mean two days, is a Fault; nothing is guessed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

LATEST: Final = timedelta(days=365)  # later than that is a slip of the finger
LONGEST: Final = 80  # characters; whoever writes more is not naming a moment
# A date without its year may lie in the next one, but only just: `27 Februari` on the 28th is a slip, not a plan.
_NEXT_YEAR: Final = timedelta(days=183)

Why = Literal["unclear", "no_time", "past", "too_far", "which_day", "weekday", "zone"]


@dataclass(frozen=True, slots=True)
class When:
    """A moment in the future, aware, on the portal's clock."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text is no moment.

    `unclear`: not understood. `no_time`: a day without a time of the day. `past`: `at` has passed. `too_far`: more
    than a year away. `which_day`: it can mean two days. `weekday`: the date is another day of the week. `zone`:
    another time zone than the portal's.
    """

    why: Why
    at: datetime | None = None


_WEEKDAYS: Final = {
    "senin": 0, "selasa": 1, "rabu": 2, "kamis": 3, "jumat": 4, "jum'at": 4, "jum’at": 4, "sabtu": 5, "minggu": 6,
    "ahad": 6,
}  # fmt: skip
_MONTHS: Final = {
    "januari": 1, "jan": 1, "februari": 2, "pebruari": 2, "feb": 2, "maret": 3, "mar": 3, "april": 4, "apr": 4,
    "mei": 5, "juni": 6, "jun": 6, "juli": 7, "jul": 7, "agustus": 8, "agu": 8, "agt": 8, "september": 9, "sep": 9,
    "sept": 9, "oktober": 10, "okt": 10, "november": 11, "nopember": 11, "nov": 11, "nop": 11, "desember": 12,
    "des": 12,
}  # fmt: skip
# When each part of the day begins and ends, as people speak; the parts overlap, for some say siang where others say
# sore. An hour that is outside of its part is a contradiction: `nanti malam 7.00`.
_PARTS: Final = {
    "dini hari": (time(0), time(4, 59)), "subuh": (time(3), time(5, 59)), "pagi": (time(3), time(11)),
    "siang": (time(10), time(15)), "sore": (time(14, 30), time(18, 59)), "petang": (time(16), time(18, 59)),
    "malam": (time(18), time(23, 59)),
}  # fmt: skip
_DAYS: Final = {"hari ini": 0, "nanti": 0, "besok": 1, "esok": 1, "lusa": 2}


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_ZONE: Final = re.compile(r"(?P<said>.+) (?P<zone>wib|wita|wit|utc|gmt)")
_TIME: Final = re.compile(
    r"(?:(?!(?:pukul|jam|pkl\.?) )(?P<day>.+?),? )?(?:(?:pukul|jam|pkl\.?) )?"
    rf"(?P<hour>\d{{1,2}})[.:](?P<minute>\d\d)(?: (?P<part>{_any(_PARTS)}))?",
    re.ASCII,
)
_DAY: Final = re.compile(rf"(?P<day>.*?) ?(?P<part>{_any(_PARTS)})?(?P<now> ini)?")
_DATE: Final = re.compile(
    rf"(?:tanggal |tgl\.? )?(?:(?P<d>\d{{1,2}}) (?P<month>{_any(_MONTHS)})\.?(?: (?P<y>\d{{4}}))?"
    r"|(?P<d2>\d{1,2})(?P<by>[-/.])(?P<m2>\d{1,2})(?P=by)(?P<y2>\d{4})|(?P<y3>\d{4})-(?P<m3>\d\d)-(?P<d3>\d\d))",
    re.ASCII,
)
_ON_WEEKDAY: Final = re.compile(rf"(?:hari )?(?P<weekday>{_any(_WEEKDAYS)})(?:,? (?P<date>\S.*))?")
_SPAN: Final = re.compile(
    r"(?:(?P<half>setengah jam)|(?:(?P<hours>\d{1,3}) ?jam)?(?: ?(?P<minutes>\d{1,4}) ?menit)?) lagi",
    re.ASCII,
)


def read(text: str, now: datetime, timezone: ZoneInfo) -> When | Fault:
    """The moment that is meant; `now` is aware. Never raises, whatever the text is.

    Takes `HH.MM` of today, behind `besok`, `lusa`, a weekday, or a date; `30 menit lagi`, `1 jam 15 menit lagi`. A part
    of the day (`besok pagi 07.00`) is taken where it agrees with the hour; the portal's own zone may be named.
    """
    words = " ".join(text.casefold().split()).removesuffix(".")
    local = now.astimezone(timezone)
    named = _ZONE.fullmatch(words)
    if len(words) > LONGEST:
        return Fault("unclear")
    if named is not None:
        if named["zone"] != (local.tzname() or "").casefold():
            return Fault("zone")
        words = named["said"]
    span = _span(words)
    found = _at(words, local, timezone) if span is None else When(now + span)
    return _checked(found, now, timezone) if isinstance(found, When) else found


def _checked(when: When, now: datetime, timezone: ZoneInfo) -> When | Fault:
    at = when.at.astimezone(timezone)
    if at <= now:
        return Fault("past", at)
    return Fault("too_far", at) if at - now > LATEST else When(at)


def _span(words: str) -> timedelta | None:
    match = _SPAN.fullmatch(words)
    if match is None:
        return None
    if match["half"]:
        return timedelta(minutes=30)
    if match["hours"] is None and match["minutes"] is None:
        return None
    return timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))


def _at(words: str, local: datetime, timezone: ZoneInfo) -> When | Fault:
    """The moment that a day and a time of the day name."""
    match = _TIME.fullmatch(words)
    if match is None:
        day, _ = _day_and_part(words)
        return Fault("no_time") if day and not isinstance(_day(day, local, time()), str) else Fault("unclear")
    day, part = _day_and_part(match["day"] or "")
    if (part and match["part"]) or int(match["hour"]) > 23 or int(match["minute"]) > 59:  # noqa: PLR2004 — a clock's
        return Fault("unclear")
    clock = time(int(match["hour"]), int(match["minute"]))
    part = part or match["part"]
    if part and not _PARTS[part][0] <= clock <= _PARTS[part][1]:
        return Fault("unclear")
    found = _day(day, local, clock)
    if isinstance(found, str):
        return Fault(found)
    at = datetime.combine(found, clock, timezone)
    # A time that the clock leaves out or shows twice when it is changed is no one moment.
    exists = at.astimezone(UTC).astimezone(timezone) == at and at.utcoffset() == at.replace(fold=1).utcoffset()
    return When(at) if exists else Fault("unclear")


def _day_and_part(words: str) -> tuple[str, str | None]:
    """`besok pagi` as `besok` and `pagi`; `malam ini` as today's."""
    match = _DAY.fullmatch(words)
    if match is None or not match["part"]:
        return words, None
    if match["now"]:  # `malam ini`, but not `senin malam ini`
        return ("", match["part"]) if not match["day"] else (words, None)
    return match["day"].removesuffix(","), match["part"]


def _day(words: str, local: datetime, clock: time) -> date | Why:
    """The date that the words before the time mean, or why they mean none."""
    today = local.date()
    if not words:
        return today
    if words in _DAYS:
        return today + timedelta(days=_DAYS[words])
    weekday = _ON_WEEKDAY.fullmatch(words)
    if weekday is None:
        return _date(words, local, clock)
    wanted = _WEEKDAYS[weekday["weekday"]]
    if weekday["date"]:
        found = _date(weekday["date"], local, clock)
        return found if isinstance(found, str) or found.weekday() == wanted else "weekday"
    ahead = (wanted - today.weekday()) % 7
    return today + timedelta(days=ahead) if ahead else "which_day"  # today, or in a week?


def _date(words: str, local: datetime, clock: time) -> date | Why:
    match = _DATE.fullmatch(words)
    if match is None:
        return "unclear"
    day = int(match["d"] or match["d2"] or match["d3"])
    month = _MONTHS[match["month"]] if match["month"] else int(match["m2"] or match["m3"])
    year = match["y"] or match["y2"] or match["y3"]
    try:
        return date(int(year), month, day) if year else _soon(day, month, local, clock)
    except ValueError:  # 30 Februari
        return "unclear"


def _soon(day: int, month: int, local: datetime, clock: time) -> date:
    """A date without its year: of this one, or of the next where that is not far."""
    this_year = date(local.year, month, day)
    if datetime.combine(this_year, clock) > local.replace(tzinfo=None):
        return this_year
    next_year = date(local.year + 1, month, day)
    return next_year if next_year - local.date() <= _NEXT_YEAR else this_year
