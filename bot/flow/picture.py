"""Figures as a picture: readers by topic, messages by day. Drawn by Pillow with the letters that it carries along.

Telegram shows no SVG, and a page would need an address that an admin's phone can reach: a PNG is seen everywhere.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from bot.chat.office import Day, Draw

WIDTH: Final = 1080
MOST_TOPICS: Final = 12
_MARGIN: Final = 48
_ROW: Final = 62  # height of a topic's bar with its space
_BARS: Final = 360  # height of the days' panel
_NAMES: Final = 380  # width that topics' names get
_NUMBERS: Final = 150  # ... and what stands behind a bar
_BIG, _MIDDLE, _SMALL = 52, 38, 32  # a phone shows it at a third of its width
_INK, _PALE, _GROUND = "#1f2430", "#6b7280", "#ffffff"
_READERS, _SENT, _FAILED = "#1d6fb8", "#2e8b57", "#c2410c"

Font = ImageFont.ImageFont | ImageFont.FreeTypeFont


@dataclass(frozen=True, slots=True)
class _Page:
    """Where is drawn, and with which letters."""

    draw: ImageDraw.ImageDraw
    fonts: Mapping[int, Font]

    def write(self, at: tuple[float, float], text: str, size: int, ink: str = _INK, anchor: str = "la") -> None:
        self.draw.text(at, text, fill=ink, font=self.fonts[size], anchor=anchor)

    def width(self, text: str, size: int) -> float:
        return self.draw.textlength(text, font=self.fonts[size])

    def bar(self, left: float, top: float, right: float, bottom: float, ink: str) -> None:
        """A bar that is seen even where it is almost nothing."""
        self.draw.rectangle((left, min(top, bottom - 1), max(right, left + 1), bottom), fill=ink)


def draw(wanted: Draw) -> bytes:
    """A PNG, 1080 pixels wide; what it cannot hold (more than a dozen topics) is left out."""
    topics = sorted(wanted.figures.followers, key=lambda pair: (-pair[1], pair[0]))[:MOST_TOPICS]
    below_title = _MARGIN + 2 * _BIG
    below_topics = below_title + 2 * _MIDDLE + _ROW * max(1, len(topics)) + _MARGIN
    image = Image.new("RGB", (WIDTH, below_topics + 2 * _MIDDLE + _BARS + 3 * _MARGIN), _GROUND)
    page = _Page(ImageDraw.Draw(image), {size: ImageFont.load_default(size) for size in (_BIG, _MIDDLE, _SMALL)})
    page.write((_MARGIN, _MARGIN), _shortened(page, wanted.title, _BIG, WIDTH - 2 * _MARGIN), _BIG)
    _topics(page, wanted, topics, below_title)
    _days(page, wanted, below_topics)
    written = BytesIO()
    image.quantize(64).save(written, "PNG", optimize=True)
    return written.getvalue()


def _topics(page: _Page, wanted: Draw, topics: Sequence[tuple[str, int]], top: float) -> None:
    page.write((_MARGIN, top), wanted.followers, _MIDDLE, _PALE)
    most, names = max((count for _, count in topics), default=0) or 1, dict(wanted.names)
    left, room = _MARGIN + _NAMES, WIDTH - 2 * _MARGIN - _NAMES - _NUMBERS
    for row, (category, count) in enumerate(topics):
        middle = top + 2 * _MIDDLE + _ROW * (row + 0.5)
        name = _shortened(page, names.get(category, category), _SMALL, _NAMES - _SMALL)
        page.write((left - _SMALL / 2, middle), name, _SMALL, anchor="rm")
        end = left + room * count / most
        page.bar(left, middle - _ROW * 0.35, end, middle + _ROW * 0.35, _READERS)
        page.write((max(end, left) + _SMALL / 2, middle), _number(count), _SMALL, anchor="lm")


def _days(page: _Page, wanted: Draw, top: float) -> None:
    days = wanted.figures.days
    page.write((_MARGIN, top), wanted.sends, _MIDDLE, _PALE)
    _legend(page, ((wanted.sent, _SENT), (wanted.failed, _FAILED)), top)
    most = max((max(day.sent, day.failed) for day in days), default=0)
    floor, step = top + 3 * _MIDDLE + _BARS, (WIDTH - 2 * _MARGIN) / max(1, len(days))
    page.write((_MARGIN, floor - _BARS - _SMALL), _number(most), _SMALL, _PALE)
    page.draw.line((_MARGIN, floor, WIDTH - _MARGIN, floor), fill=_PALE)
    for place, day in enumerate(days):
        _day(page, day, _MARGIN + step * place, step, floor, (_BARS - _SMALL) / (most or 1))


def _day(page: _Page, day: Day, left: float, step: float, floor: float, scale: float) -> None:
    middle = left + step / 2
    for count, ink, begin, end in ((day.sent, _SENT, -0.36, 0.06), (day.failed, _FAILED, 0.08, 0.36)):
        if count:
            page.bar(middle + step * begin, floor - count * scale, middle + step * end, floor, ink)
    page.write((middle, floor + _SMALL / 3), str(day.on.day), _SMALL, _PALE, anchor="ma")


def _legend(page: _Page, entries: Sequence[tuple[str, str]], top: float) -> None:
    right = float(WIDTH - _MARGIN)
    for text, ink in reversed(entries):
        page.write((right, top + _MIDDLE / 2), text, _SMALL, anchor="rm")
        right -= page.width(text, _SMALL) + _SMALL
        page.bar(right - _SMALL / 2, top + _SMALL / 4, right + _SMALL / 2, top + _SMALL * 1.25, ink)
        right -= 2 * _SMALL


def _shortened(page: _Page, text: str, size: int, room: float) -> str:
    """The beginning that fits, in letters that the font has."""
    text = " ".join(text.encode("latin-1", "ignore").decode("latin-1").split()) or "-"
    if page.width(text, size) <= room:
        return text
    fitting = bisect_right(range(len(text)), room, key=lambda end: page.width(f"{text[:end]}...", size))
    return f"{text[: max(0, fitting - 1)]}..."


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")
