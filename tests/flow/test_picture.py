"""The picture of the figures: a PNG whose bars say what the numbers say, whatever topics are called."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from PIL import Image

from bot.chat.office import Day, Draw, Figures
from bot.flow.picture import _FAILED, _READERS, _SENT, MOST_TOPICS, WIDTH, draw

FIRST = date(2024, 2, 15)


def wanted(followers: dict[str, int], days: dict[int, tuple[int, int]], name: str = "Daerah") -> Draw:
    span = tuple(Day(FIRST + timedelta(days=n), *days.get(n, (0, 0))) for n in range(14))
    figures = Figures(10, 0, tuple(followers.items()), span)
    return Draw(figures, name, "Pelanggan", "Kiriman", "sampai", "gagal", tuple((key, name) for key in followers))


def seen(made: bytes) -> Image.Image:
    picture = Image.open(BytesIO(made))
    assert picture.format == "PNG"
    return picture.convert("RGB")


def pixels(picture: Image.Image, ink: str) -> int:
    """How many have this colour."""
    colour = tuple(int(ink[n : n + 2], 16) for n in (1, 3, 5))
    return sum(count for count, found in picture.getcolors(2**24) or () if found == colour)


def test_twice_as_many_readers_have_twice_as_much_of_a_bar() -> None:
    one, two = (pixels(seen(draw(wanted({"a": 100, "b": n}, {}))), _READERS) for n in (0, 100))
    assert two == pytest.approx(2 * one, rel=0.02)


def test_what_failed_stands_beside_what_was_sent_in_its_proportion() -> None:
    half = seen(draw(wanted({}, {3: (1000, 500)})))
    sent, failed = pixels(half, _SENT), pixels(half, _FAILED)
    assert 0.2 < failed / sent < 0.6
    assert pixels(seen(draw(wanted({}, {3: (1000, 0)}))), _FAILED) < failed


NAMES = {
    "plain": "Hukum & Kriminal", "endless": "Nama" * 500, "emoji": "🚨🇮🇩", "from the right": "مرحبا", "nothing": "",
    "lines": "a\nb\tc", "half a character": "\ud83d",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_any_name_is_drawn_and_the_width_stays(name: str) -> None:
    picture = seen(draw(wanted({f"t{n}": 10**n for n in range(12)}, {0: (10**9, 1)}, name)))
    assert picture.width == WIDTH
    assert picture.height < 2 * WIDTH


def test_more_topics_than_fit_are_left_out_and_none_at_all_is_no_fault() -> None:
    many = seen(draw(wanted({f"t{n:02d}": 50 for n in range(40)}, {})))
    full = seen(draw(wanted({f"t{n:02d}": 50 for n in range(MOST_TOPICS)}, {})))
    assert many.size == full.size
    assert pixels(seen(draw(wanted({}, {}))), _READERS) == 0
