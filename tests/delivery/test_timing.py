"""Quiet hours, as the clock of the reader's wall shows them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.delivery.timing import quiet_ends

WIB = ZoneInfo("Asia/Jakarta")
NIGHT = (21 * 60, 5 * 60)
SIESTA = (12 * 60, 13 * 60 + 30)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 2, day, hour, minute, tzinfo=WIB)


@pytest.mark.parametrize(
    ("now", "quiet", "ends"),
    [
        (at(17, 20, 59), NIGHT, None),
        (at(17, 21), NIGHT, at(18, 5)),
        (at(17, 23, 59), NIGHT, at(18, 5)),
        (at(18, 0), NIGHT, at(18, 5)),
        (at(18, 4, 59), NIGHT, at(18, 5)),
        (at(18, 5), NIGHT, None),
        (at(18, 12), SIESTA, at(18, 13, 30)),
        (at(18, 13, 30), SIESTA, None),
        (at(18, 3), None, None),
        (at(18, 3), (300, 300), None),
    ],
)
def test_quiet_hours_end_when_they_should(now: datetime, quiet: tuple[int, int] | None, ends: datetime | None) -> None:
    assert quiet_ends(now.astimezone(ZoneInfo("UTC")), quiet, WIB) == ends
