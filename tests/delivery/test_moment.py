"""Moments as people at a shell set them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.delivery.moment import EXAMPLES, read_moment

WIB = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 25, 19, 30, tzinfo=WIB)  # a Wednesday evening


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("20.15", "2026-11-25T20:15+07:00"),
        ("20:15", "2026-11-25T20:15+07:00"),
        ("pukul 20.15", "2026-11-25T20:15+07:00"),
        ("hari ini 23.59", "2026-11-25T23:59+07:00"),
        ("besok 07.00", "2026-11-26T07:00+07:00"),
        ("Besok,  7.00", "2026-11-26T07:00+07:00"),
        ("besok pukul 00:00", "2026-11-26T00:00+07:00"),
        ("tomorrow 07:00", "2026-11-26T07:00+07:00"),
        ("lusa 13.40", "2026-11-27T13:40+07:00"),
        ("2026-11-28 13.40", "2026-11-28T13:40+07:00"),
        ("2026-11-28 13:40", "2026-11-28T13:40+07:00"),
        ("30 menit lagi", "2026-11-25T20:00+07:00"),
        ("1 jam lagi", "2026-11-25T20:30+07:00"),
        ("in 5 minutes", "2026-11-25T19:35+07:00"),
        ("2026-11-28T13:40", "2026-11-28T13:40+07:00"),
        ("2026-11-28T13:40:30+08:00", "2026-11-28T13:40:30+08:00"),
        ("2026-11-28T06:40Z", "2026-11-28T13:40+07:00"),
        ("20261128T134000", "2026-11-28T13:40+07:00"),
    ],
)
def test_what_people_write_is_the_moment_they_mean(text: str, meant: str) -> None:
    assert read_moment(text, NOW, WIB) == datetime.fromisoformat(meant)


@pytest.mark.parametrize("zone", ["Asia/Makassar", "Asia/Jayapura"])
def test_a_time_is_on_the_portals_clock(zone: str) -> None:
    moment = read_moment("besok 07.00", NOW, ZoneInfo(zone))
    assert moment.isoformat(timespec="minutes") == f"2026-11-26T07:00+0{8 if 'M' in zone else 9}:00"


def test_tomorrow_is_the_portals_tomorrow_also_when_the_server_is_a_day_behind() -> None:
    just_after_midnight_there = datetime(2026, 11, 25, 17, 30, tzinfo=UTC)
    moment = read_moment("besok 07.00", just_after_midnight_there, WIB)
    assert moment == datetime(2026, 11, 27, 7, 0, tzinfo=WIB)


@pytest.mark.parametrize(
    "text",
    ["", " ", "nanti", "besok", "25.00", "07.60", "7", "0700", "2026-11-28", "2026-02-30 07.00", "28/11/2026 07.00",
     "menit lagi", "-5 menit lagi", "2026-11-28T25:00", "07.00 kemarin", "99999999999 menit lagi", "２０.15x"],
)  # fmt: skip
def test_what_is_no_moment_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="is no moment") as refused:
        read_moment(text, NOW, WIB)
    assert EXAMPLES in str(refused.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("07.00", "has passed; write besok 07.00 for tomorrow"),
        ("19.30", "has passed; write besok 19.30 for tomorrow"),
        ("hari ini 07.00", "has passed; write besok 07.00 for tomorrow"),
        ("0 menit lagi", "has passed; write for example"),
        ("2026-11-24 13.40", "has passed; write for example"),
        ("2026-11-25T12:29:59Z", "has passed; write for example"),
        ("2062-11-28 13.40", "more than a year away; write for example"),
        ("9999 hari lagi", "more than a year away"),
    ],
)
def test_what_has_passed_or_is_far_away_is_refused_with_what_to_write_instead(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_moment(text, NOW, WIB)
