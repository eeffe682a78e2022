"""Dates as feeds and Indonesian portals write them."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.news.dates import clamp, read

NOON = datetime(2024, 2, 28, 12, 0, tzinfo=UTC)
AT = "2024-02-28T06:40:00+00:00"  # 13.40 WIB

READABLE = {
    "RFC 822": ("Wed, 28 Feb 2024 13:40:00 +0700", AT),
    "RFC 822 without weekday": ("28 Feb 2024 06:40:00 GMT", AT),
    "RFC 822 with a two-digit year": ("Wed, 28 Feb 24 06:40 UT", AT),
    "RFC 822 of the last century": ("Wed, 28 Feb 96 06:40 GMT", "1996-02-28T06:40:00+00:00"),
    "American zone": ("Wed, 28 Feb 2024 01:40:00 EST", AT),
    "ISO 8601": ("2024-02-28T13:40:00+07:00", AT),
    "ISO 8601 with Z": ("2024-02-28T06:40:00Z", AT),
    "ISO 8601 with fractions": ("2024-02-28T06:40:00.123456Z", AT),
    "ISO 8601 with a space": ("2024-02-28 13:40:00", AT),
    "ISO 8601 offset without colon": ("2024-02-28T13:40+0700", AT),
    "day only": ("2024-02-28", "2024-02-27T17:00:00+00:00"),
    "portal's page": ("Rabu, 28 Februari 2024 - 13:40 WIB", AT),
    "portal's page with a bar": ("Rabu, 28 Februari 2024 | 13:40 WIB", AT),
    "portal's page with pukul": ("Rabu 28 Februari 2024 pukul 13.40 WIB", AT),
    "short weekday": ("Rab, 28 Feb 2024 13:40 WIB", AT),
    "short weekday, no time": ("Rab, 28 Feb 2024", "2024-02-27T17:00:00+00:00"),
    "no weekday": ("28 Feb 2024", "2024-02-27T17:00:00+00:00"),
    "Friday's apostrophe": ("Jum'at, 1 Maret 2024 13:40 WIB", "2024-03-01T06:40:00+00:00"),
    "scraper's form": ("Selasa 27-02-2024,20:00 WIB", "2024-02-27T13:00:00+00:00"),
    "slashes": ("28/02/2024 13:40", AT),
    "Mei": ("5 Mei 2024 10:00 WIB", "2024-05-05T03:00:00+00:00"),
    "Agu": ("17 Agu 2024 10:00 WIB", "2024-08-17T03:00:00+00:00"),
    "Agustus": ("Sabtu, 17 Agustus 2024 10:00 WIB", "2024-08-17T03:00:00+00:00"),
    "Okt": ("1 Okt 2024 10:00 WIB", "2024-10-01T03:00:00+00:00"),
    "Des": ("25 Des 2024 10:00 WIB", "2024-12-25T03:00:00+00:00"),
    "Pebruari": ("28 Pebruari 2024 13:40 WIB", AT),
    "Nopember": ("10 Nopember 2024 10:00 WIB", "2024-11-10T03:00:00+00:00"),
    "WITA": ("28 Feb 2024 14:40 WITA", AT),
    "WIT": ("28 Feb 2024 15:40 WIT", AT),
    "GMT+7": ("28 Feb 2024 13:40 GMT+7", AT),
    "UTC+07:00": ("Wed, 28 Feb 2024 13:40:00 UTC+07:00", AT),
    "zone in brackets": ("Wed, 28 Feb 2024 13:40:00 +0700 (WIB)", AT),
    "afternoon": ("February 28, 2024 1:40 PM WIB", AT),
    "noon is not midnight": ("February 28, 2024 12:40 pm WIB", "2024-02-28T05:40:00+00:00"),
    "surrounded by blanks": ("  Wed, 28 Feb 2024 13:40:00 +0700\n", AT),
    "leap second": ("31 Dec 2016 23:59:60 GMT", "2016-12-31T23:59:59+00:00"),
}


@pytest.mark.parametrize(("text", "moment"), READABLE.values(), ids=READABLE.keys())
def test_reads_what_portals_write(text: str, moment: str) -> None:
    found = read(text)
    assert found is not None
    assert found.isoformat() == moment
    assert found.tzinfo is UTC


UNREADABLE = {
    "nothing": "",
    "words": "kemarin sore",
    "thirtieth of February": "30 Feb 2024 10:00 WIB",
    "month thirteen": "2024-13-01",
    "no month": "28 Foo 2024",
    "hour 25": "28 Feb 2024 25:00 WIB",
    "impossible offset": "28 Feb 2024 10:00 GMT+99",
    "before all calendars": "0001-01-01T00:00:00+07:00",
    "a sentence with a date": "Acara digelar 28 Februari 2024 di balai kota",
    "two numbers": "28 2024",
    "very long": "28 Feb 2024 " + " " * 100,
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_anything_else_is_no_date(text: str) -> None:
    assert read(text) is None


def test_the_future_is_clamped_and_no_date_means_now() -> None:
    hour = timedelta(hours=1)
    assert clamp(NOON + hour, NOON) == NOON
    assert clamp(NOON - hour, NOON) == NOON - hour
    assert clamp(None, NOON) == NOON
