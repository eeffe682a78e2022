"""The numbers, dates and names of a text, in one form each: by them two copies of one form letter differ."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("januari jan", "februari feb pebruari", "maret mar", "april apr", "mei", "juni jun", "juli jul",
         "agustus agu agt ags", "september sep sept", "oktober okt", "november nov nopember", "desember des"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_WEEKDAYS = "senin selasa rabu kamis jumat sabtu minggu".split()  # noqa: SIM905 — a sentence of names
_DIGITS = {
    word: number
    for number, word in enumerate(
        ("dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"), start=2
    )
}
_SCALES = {"ribu": 3, "rb": 3, "juta": 6, "jt": 6, "miliar": 9, "milyar": 9, "triliun": 12}
_UNITS = "|".join(_DIGITS)

_DATE = re.compile(
    r"(?<![\d.,/-])(?P<day>\d{1,2})(?:\s+(?P<name>" + "|".join(_MONTHS) + r")\b\.?|[/-](?P<month>0?[1-9]|1[0-2])(?!\d))"
    r"(?:[\s/-]+(?:\d{4}|\d{2})\b)?"
)
_WEEKDAY = re.compile(r"\b(?:" + "|".join(_WEEKDAYS) + r"|jum[’']at)\b")
_TIME = re.compile(r"\b(?P<hour>[01]?\d|2[0-4])[.:](?P<minute>[0-5]\d)\b(?!\.?\d)")
_NUMBER = re.compile(
    r"(?:(?<!\w)|(?<=rp))(?P<figure>\d+(?:[.,]\d+)*)(?:[\s-]?(?P<scale>" + "|".join(_SCALES) + r")\b)?"
)
_WORD = re.compile(
    rf"\b(?:(?P<unit>{_UNITS})(?:\s(?P<kind>belas|puluh|ratus)(?:\s(?P<rest>{_UNITS}))?)?"
    rf"(?:\s(?P<scale>{'|'.join(_SCALES)}))?)\b"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_NAME = re.compile(
    r"(?<=[\w,;)/] )[A-Z](?:[^\W\d_]|[’'-](?=\w))+"
)  # within a sentence: its first word is always capital
_OPENING = 250  # characters: who, where and when stand there
_TITLES = frozenset(
    (  # noqa: SIM905 — a list of words is read as a line of words
        "bapak ibu pak bu desa kelurahan kecamatan kabupaten kota dusun jalan provinsi bupati wali wakil kepala camat "
        "kapolres kapolsek kapolresta sekretaris ketua dinas badan kantor tni polri polres polsek koramil kodim "
        "wib wita wit indonesia jawa timur tengah barat selatan utara rp rt rw"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Marks:
    """What a text is about beside its wording, all folded.

    `subjects` are the names that it says more than once or near its beginning; offices and kinds of place (`Bupati`,
    `Desa`) are no names.
    """

    numbers: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()


def read(text: str) -> Marks:
    """The marks of a plain text."""
    lower = text.lower()
    counts = Counter(name.lower() for name in _NAME.findall(text))
    names = counts.keys() - _NO_NAMES
    opening = {name.lower() for name in _NAME.findall(text[:_OPENING])}
    subjects = frozenset(name for name in names if counts[name] > 1 or name in opening)
    numbers = frozenset(_numbers(_DATE.sub(" ", lower)))
    return Marks(numbers, frozenset(_dates(lower)), frozenset(names), subjects)


def _dates(text: str) -> Iterator[str]:
    """`day-month`; a year is left out as often as it is written. Weekdays by their names."""
    for found in _DATE.finditer(text):
        month = _MONTHS[found["name"]] if found["name"] else int(found["month"])
        yield f"{int(found['day'])}-{month}"
    for found in _WEEKDAY.finditer(text):
        yield found[0].replace("’", "").replace("'", "")


def _numbers(text: str) -> Iterator[str]:
    """`Rp 1,5 juta` and `1.500.000` are one number, so are `tiga` and `3`; `satu` is too often no number at all."""
    for found in _TIME.finditer(text):
        yield f"{int(found['hour'])}:{found['minute']}"
    for found in _NUMBER.finditer(_TIME.sub(" ", text)):
        if (number := _figure(found["figure"], found["scale"])) != "1":
            yield number
    for found in _WORD.finditer(text):
        yield _scaled(_spelled(found), found["scale"])


def _figure(written: str, scale: str | None) -> str:
    if _THOUSANDS.fullmatch(written):
        return _scaled(re.sub(r"[.,]", "", written), scale)
    whole, _, part = written.replace(",", ".").partition(".")
    return _scaled(whole, scale, part.replace(".", ""))


def _spelled(found: re.Match[str]) -> str:
    unit = _DIGITS[found["unit"]]
    rest = _DIGITS[found["rest"]] if found["rest"] else 0
    match found["kind"]:
        case "belas":
            return str(unit + 10)
        case "puluh":
            return str(unit * 10 + rest)
        case "ratus":
            return str(unit * 100 + rest)
    return str(unit)


def _scaled(whole: str, scale: str | None, part: str = "") -> str:
    """Moved by the scale's zeros as text: no rounding, and no zeros at either end."""
    zeros = _SCALES[scale] if scale else 0
    part = part.rstrip("0")
    if len(part) <= zeros:
        return (whole + part.ljust(zeros, "0")).lstrip("0") or "0"
    return f"{(whole + part[:zeros]).lstrip('0') or '0'}.{part[zeros:]}"


_NO_NAMES = _TITLES | frozenset(_WEEKDAYS) | frozenset(_MONTHS) | {"jum’at", "jum'at"}
