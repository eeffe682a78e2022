"""Reads hours as people type them: `22.00-04.30`, `dari jam 10 malam sampai jam 5 pagi`, `10 pm to 5 am`.

Strict where they can mean two things: `10 sampai 5` may begin in the evening or in the morning, so whoever writes that
is asked for it again.
"""

import re
from typing import Final

_MINUTES: Final = 24 * 60
_NOON: Final = 12 * 60
_LONGEST: Final = 14 * 60  # `10.00-05.00` would be nineteen hours: somebody means ten in the evening
_NIGHT: Final = (18 * 60, 4 * 60)  # from, to
# What an hour is called through the day: from, to, as hours of the clock of twelve and of that of twenty-four.
_PARTS: Final = {
    "dini hari": ((1, 4, 0), (0, 4, 0)), "subuh": ((3, 5, 0), (3, 5, 0)), "pagi": ((1, 11, 0), (0, 11, 0)),
    "siang": ((1, 3, 12), (10, 15, 0)), "sore": ((3, 6, 12), (15, 18, 0)), "petang": ((4, 6, 12), (16, 18, 0)),
    "malam": ((6, 11, 12), (18, 24, 0)), "am": ((1, 11, 0), (0, 0, 0)), "pm": ((1, 11, 12), (12, 12, 0)),
}  # fmt: skip
_AFTER_MIDNIGHT: Final = range(1, 4)  # `jam 2 malam` is two o'clock at night
_TWELVE: Final = {"malam": 0, "am": 0, "siang": 12, "pm": 12}
_ALIASES: Final = {"malem": "malam", "mlm": "malam", "pg": "pagi", "a.m.": "am", "p.m.": "pm"}
_PART: Final = "|".join(sorted(map(re.escape, (*_PARTS, *_ALIASES)), key=len, reverse=True))
_ZONE: Final = r"(?:\s*(?:wib|wita|wit))?"
_O_CLOCK: Final = r"(?:(?:pukul|pkl\.?|jam|jm)\s*)?"
_CLOCK: Final = rf"{_O_CLOCK}(setengah\s+)?(\d{{1,2}})(?:[.:](\d{{2}}))?(?:\s*({_PART}))?{_ZONE}"
_TO: Final = r"\s*(?:-|–|—|~|sampai dengan|sampai|sampe|smp|s\s*/\s*d|s\.\s?d\.?|sd|hingga|ke|dan|until|till|to|and)\s*"
_BEFORE: Final = (
    r"(?:(?:tenang|jam tenang|quiet(?: hours)?|setiap hari|tiap hari|setiap malam|tiap malam|dari|mulai|antara|from|"
    r"between|tolong|mau|saya|ya)\s+)*"
)
_BEHIND: Final = r"(?:\s*,?\s*(?:saja|aja|ya|yah|dong|deh|min|kak|pak|bu|please|terima kasih|makasih))*"
_SPAN: Final = re.compile(rf"{_BEFORE}{_CLOCK}{_TO}{_CLOCK}{_BEHIND}", re.ASCII)
_WITH_MINUTES: Final = re.compile(r"\d[.:]\d{2}")
_OF_HOURS: Final = re.compile(
    r"(?:dini|hari|subuh|pagi|siang|sore|petang|malam|malem|mlm|pg|am|pm|[amp]|pukul|pkl|jam|jm|setengah|wib|wita|wit|"
    r"sampai|dengan|sampe|smp|[sdo]|sd|hingga|ke|dan|until|till|to|and|tenang|quiet|hours|setiap|tiap|dari|mulai|antara|"
    r"from|between|tolong|mau|saya|ya|saja|aja|yah|dong|deh|min|kak|pak|bu|please|terima|kasih|makasih|tengah|lewat|"
    r"kurang|seperempat|besok|nanti|ini|itu|midnight|noon|satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh|"
    r"sebelas|belas|clock|\d+)"
)
_NUMBERS_ALONE: Final = re.compile(r"[\d\s,]+")


def names_minutes(text: str) -> bool:
    """Whether hours are written as no numbers of anything else are: 22.00-04.30."""
    return _WITH_MINUTES.search(text) is not None


def is_about_hours(text: str) -> bool:
    """Whether it speaks of hours and of nothing else, understood or not; numbers alone are those of some list."""
    words = re.findall(r"[^\W\d_]+|\d+", text.casefold())
    return bool(words) and all(map(_OF_HOURS.fullmatch, words)) and not _NUMBERS_ALONE.fullmatch(text)


def read_span(text: str) -> tuple[int, int] | None:
    """The hours in minutes of the day; None when it is no span, or one that can mean two."""
    found = _SPAN.fullmatch(" ".join(text.casefold().split()).rstrip(" .!"))
    if found is None:
        return None
    half, hour, minute, part, half_to, hour_to, minute_to, part_to = found.groups()
    start, end = _minute(half, hour, minute, part), _minute(half_to, hour_to, minute_to, part_to)
    if start is None or end is None or start % _MINUTES == end % _MINUTES:
        return None
    span, clear = (start % _MINUTES, end % _MINUTES), (_of_twenty_four(hour), _of_twenty_four(hour_to))
    if part is None and part_to is None:
        plain = any(clear) and (max(start, end) > _NOON or (span[1] - span[0]) % _MINUTES <= _LONGEST)
    else:
        plain = (clear[0] or part is not None) and (clear[1] or part_to is not None or _is_morning_after(start, end))
    return span if plain else None


def _of_twenty_four(hour: str) -> bool:
    """Whether an hour is written as only the clock of twenty-four has it: 22, 05, 0."""
    return hour.startswith("0") or int(hour) > 12  # noqa: PLR2004 — of a clock


def _is_morning_after(start: int, end: int) -> bool:
    """Whether an hour without a name follows the night: `10 malam sampai 5`."""
    begin, late = _NIGHT
    return (start >= begin or start < late) and 3 * 60 <= end < _NOON


def _minute(half: str | None, hour: str, minute: str | None, part: str | None) -> int | None:
    """The minute of the day (1440 for 24.00); None for an hour that no clock has, or not in that part of the day."""
    hours, minutes = int(hour), int(minute or 0)
    if hours > 24 or minutes > 59 or (hours == 24 and minutes) or (half and minute):  # noqa: PLR2004 — of a clock
        return None
    named = hours if part is None else _named_hour(hours, _ALIASES.get(part, part))
    if named is None:
        return None
    return (60 * named - 30) % _MINUTES if half else 60 * named + minutes  # half to ten


def _named_hour(hour: int, part: str) -> int | None:
    """The hour of the clock of twenty-four; None where the part of the day has none like it."""
    if hour == 12 and part in _TWELVE:  # noqa: PLR2004 — noon, midnight
        return _TWELVE[part]
    if part == "malam" and hour in (0, *_AFTER_MIDNIGHT):
        return hour
    for first, last, later in _PARTS[part]:
        if first <= hour <= last:
            return hour + later
    return None
