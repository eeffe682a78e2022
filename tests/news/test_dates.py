"""Dates as feeds and Indonesian portals write them."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.news.dates import SKEW, Dated, clamp, dated, read

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
    "weekday between bars": ("Rabu | 28 Februari 2024 | 13:40 WIB", AT),
    "weekday before a bracket": ("Rabu (28/02/2024) 13.40 WIB", AT),
    "bullet": ("28 Februari 2024 • 13:40 WIB", AT),
    "middle dot": ("28 Februari 2024 · 13.40", AT),
    "comma": ("28 Februari 2024, 13:40 WIB", AT),
    "at sign": ("28 Februari 2024 @ 13:40", AT),
    "long dash": ("Rabu, 28 Februari 2024 — 13.40 WIB", AT),
    "Pkl.": ("Rabu, 28 Februari 2024 Pkl. 13.40 WIB", AT),
    "Pukul with a colon": ("28 Februari 2024 Pukul: 13.40 WIB", AT),
    "jam": ("28 Februari 2024, jam 13.40", AT),
    "seconds with full stops": ("28 Februari 2024 13.40.05 WIB", "2024-02-28T06:40:05+00:00"),
    "time first": ("13:40 WIB, 28 Februari 2024", AT),
    "time first with weekday": ("13.40 WIB | Rabu, 28 Februari 2024", AT),
    "time first with slashes": ("13:40 - 28/02/2024", AT),
    "zone with a full stop": ("28 Februari 2024 13.40 WIB.", AT),
    "zone explained": ("28 Februari 2024 13.40 WIB (UTC+7)", AT),
    "capitals": ("RABU, 28 FEBRUARI 2024 - 13:40 WIB", AT),
    "small letters": ("rabu, 28 februari 2024 - 13:40 wib", AT),
    "no-break spaces": ("Rabu,\u00a028\u00a0Februari\u00a02024\u00a013:40\u00a0WIB", AT),
    "slashes, two-digit year": ("28/02/24 13.40", AT),
    "slashes without time": ("28/02/2024", "2024-02-27T17:00:00+00:00"),
    "slashes and seconds": ("28/02/2024 13:40:00 WIB", AT),
    "slashes without noughts": ("3/5/2024 10.00", "2024-05-03T03:00:00+00:00"),
    "full stops": ("28.02.2024 13.40", AT),
    "hyphens": ("28-02-2024 13:40", AT),
    "hyphens and a name": ("28-Feb-2024 13:40", AT),
    "hyphens, a name, two digits": ("28-Feb-24 13:40", AT),
    "year first with slashes": ("2024/02/28 13:40:00", AT),
    "compact": ("20240228T064000Z", AT),
    "compact day": ("20240228", "2024-02-27T17:00:00+00:00"),
    "ISO with hours only as offset": ("2024-02-28T13:40:00+07", AT),
    "ISO in small letters": ("2024-02-28t06:40:00z", AT),
    "ISO west of Greenwich": ("2024-02-28T01:40:00-05:00", AT),
    "ISO without seconds": ("2024-02-28T13:40", AT),
    "end of the day": ("28 Februari 2024 pukul 24.00 WIB", "2024-02-28T17:00:00+00:00"),
    "first minute": ("28 Februari 2024 00:01 WIB", "2024-02-27T17:01:00+00:00"),
    "leap day": ("29 Februari 2024 13:40 WIB", "2024-02-29T06:40:00+00:00"),
    "RFC 822 in Indonesian": ("Rab, 28 Feb 2024 13:40:00 +0700", AT),
    "RFC 822 in Indonesian, Mei": ("Min, 05 Mei 2024 10:00:00 +0700", "2024-05-05T03:00:00+00:00"),
    "RFC 822 in Indonesian, Agu": ("Sab, 17 Agu 2024 10:00:00 +0700", "2024-08-17T03:00:00+00:00"),
    "RFC 822 in Indonesian, Des": ("Sel, 24 Des 2024 10:00:00 GMT", "2024-12-24T10:00:00+00:00"),
    "RFC 822 with a full weekday": ("Wednesday, 28-Feb-24 06:40:00 GMT", AT),
    "RFC 822 without seconds": ("Wed, 28 Feb 2024 13:40 +0700", AT),
    "the clock of C": ("Wed Feb 28 13:40:00 2024", AT),
    "the clock of Java": ("Wed Feb 28 13:40:00 WIB 2024", AT),
    "the clock of a chirp": ("Wed Feb 28 06:40:00 +0000 2024", AT),
    "the clock of a browser": ("Wed Feb 28 2024 13:40:00 GMT+0700 (Western Indonesia Time)", AT),
    "GMT+7 with a gap": ("28 Feb 2024 13:40 GMT +7", AT),
    "GMT+7 with noughts": ("28 Feb 2024 13:40 GMT+07:00", AT),
    "UTC": ("28 Feb 2024 06:40 UTC", AT),
    "Singapore": ("28 Feb 2024 14:40 SGT", AT),
    "Agt": ("17 Agt 2024 10:00 WIB", "2024-08-17T03:00:00+00:00"),
    "Agust": ("17 Agust 2024 10:00 WIB", "2024-08-17T03:00:00+00:00"),
    "Ags with a full stop": ("17 Ags. 2024 10.00 WIB", "2024-08-17T03:00:00+00:00"),
    "Sept": ("5 Sept 2024 10.00 WIB", "2024-09-05T03:00:00+00:00"),
    "Nop": ("10 Nop 2024 10:00 WIB", "2024-11-10T03:00:00+00:00"),
    "Nov": ("10 Nov 2024 10:00 WIB", "2024-11-10T03:00:00+00:00"),
    "Januari": ("1 Januari 2024 07.00 WIB", "2024-01-01T00:00:00+00:00"),
    "Maret": ("Jumat, 1 Maret 2024 13:40 WIB", "2024-03-01T06:40:00+00:00"),
    "Mrt": ("1 Mrt 2024 13:40", "2024-03-01T06:40:00+00:00"),
    "Juni": ("Sabtu, 1 Juni 2024 13:40 WIB", "2024-06-01T06:40:00+00:00"),
    "Juli": ("Senin, 1 Juli 2024 13:40 WIB", "2024-07-01T06:40:00+00:00"),
    "Oktober": ("Selasa, 1 Oktober 2024 13:40 WIB", "2024-10-01T06:40:00+00:00"),
    "Desember": ("Minggu, 1 Desember 2024 13:40 WIB", "2024-12-01T06:40:00+00:00"),
    "Ahad": ("Ahad, 3 Maret 2024 08.00 WIB", "2024-03-03T01:00:00+00:00"),
    "Friday's curly apostrophe": ("Jum’at, 1 Maret 2024 13:40 WIB", "2024-03-01T06:40:00+00:00"),
    "month before the day": ("Feb 28, 2024 13:40", AT),
    "ordinal": ("28th February 2024 13:40", AT),
    "nought before the day": ("Kamis, 07 Maret 2024 08:05 WIB", "2024-03-07T01:05:00+00:00"),
    "a wrong weekday does not matter": ("Senin, 28 Februari 2024 13:40 WIB", AT),
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
    "hour 24 and a minute": "28 Feb 2024 24:01 WIB",
    "minute 60": "28 Feb 2024 10:60 WIB",
    "second 61": "28 Feb 2024 10:00:61 WIB",
    "a zone that nobody knows": "28 Feb 2024 10:00 XYZ",
    "an offset beyond the date line": "28 Feb 2024 10:00 +1500",
    "afternoon before noon": "February 28, 2024 13:40 AM",
    "month first with slashes": "02/28/2024 13:40",
    "mixed separators": "28/02-2024",
    "three-digit year": "28 Feb 202",
    "day nought": "0 Februari 2024",
    "29 February of another year": "29 Februari 2023",
    "no weekday of any language": "Hingga 28 Februari 2024",
    "WordPress's zero": "Mon, 30 Nov -0001 00:00:00 +0000",
    "MySQL's zero": "0000-00-00 00:00:00",
    "the epoch": "Thu, 01 Jan 1970 00:00:00 +0000",
    "a range": "27-28 Februari 2024",
    "yesterday": "Kemarin, 13.40 WIB",
    "hours ago": "2 jam lalu",
    "a year alone": "2024",
    "a time alone": "13.40 WIB",
    "a script's answer": "Invalid Date",
    "two dates": "28 Feb 2024 29 Feb 2024",
    "before all calendars": "0001-01-01T00:00:00+07:00",
    "a sentence with a date": "Acara digelar 28 Februari 2024 di balai kota",
    "two numbers": "28 2024",
    "very long": "28 Feb 2024 " + " " * 100,
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_anything_else_is_no_date(text: str) -> None:
    assert read(text) is None


def test_there_are_at_least_eighty_dates() -> None:
    assert len({text for text, _ in READABLE.values()} | set(UNREADABLE.values())) >= 80


HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
JUDGED = {
    "the past": (NOON - HOUR, Dated(NOON - HOUR)),
    "just now": (NOON, Dated(NOON)),
    "a clock that is a little fast": (NOON + SKEW, Dated(NOON)),
    "the future": (NOON + SKEW + SECOND, Dated(NOON, clamped=True)),
    "local time called UTC": (NOON + 7 * HOUR, Dated(NOON, clamped=True)),
    "no date": (None, Dated(NOON)),
}


@pytest.mark.parametrize(("published", "judged"), JUDGED.values(), ids=JUDGED.keys())
def test_the_future_is_clamped_and_reported_and_no_date_means_now(published: datetime | None, judged: Dated) -> None:
    assert dated(published, NOON) == judged
    assert clamp(published, NOON) == judged.at
