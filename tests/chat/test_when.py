"""The moments that editors type: what is understood, and that nothing else is guessed."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.when import LATEST, Fault, When, read

WIB: Final = ZoneInfo("Asia/Jakarta")
NOW: Final = datetime(2024, 2, 28, 13, 45, tzinfo=WIB)  # a Wednesday, the day before the 29th

# What is typed -> what is meant, as `month-day hour.minute` of 2024 (or with its year).
UNDERSTOOD: Final = """
besok 07.00 = 02-29 07.00
Besok 07.00 = 02-29 07.00
BESOK 07.00 = 02-29 07.00
besok  07.00 = 02-29 07.00
besok, 07.00 = 02-29 07.00
besok 7.00 = 02-29 07.00
besok 07:00 = 02-29 07.00
besok 7:05 = 02-29 07.05
besok pukul 07.00 = 02-29 07.00
besok jam 07.00 = 02-29 07.00
besok pkl 07.00 = 02-29 07.00
besok pkl. 07.00 = 02-29 07.00
besok 07.00 WIB = 02-29 07.00
besok 07.00 wib. = 02-29 07.00
besok 07.00. = 02-29 07.00
besok pagi 07.00 = 02-29 07.00
besok pagi pukul 07.00 = 02-29 07.00
besok pagi, pukul 07.00 WIB = 02-29 07.00
besok 07.00 pagi = 02-29 07.00
besok siang 12.30 = 02-29 12.30
besok sore 16.00 = 02-29 16.00
besok petang 17.45 = 02-29 17.45
besok malam 20.00 = 02-29 20.00
besok 20.00 malam = 02-29 20.00
besok subuh 04.30 = 02-29 04.30
besok dini hari 02.00 = 02-29 02.00
besok 00.00 = 02-29 00.00
besok 0.05 = 02-29 00.05
besok 23.59 = 02-29 23.59
esok 06.15 = 02-29 06.15
esok hari 06.15 = unclear
lusa 08.00 = 03-01 08.00
lusa pukul 08:00 = 03-01 08.00
lusa pagi 08.00 = 03-01 08.00
Lusa, 19.30 = 03-01 19.30
13.46 = 02-28 13.46
14.00 = 02-28 14.00
14:00 = 02-28 14.00
pukul 14.00 = 02-28 14.00
jam 14.00 = 02-28 14.00
pkl. 14.00 = 02-28 14.00
14.00 WIB = 02-28 14.00
14.00 siang = 02-28 14.00
siang 14.00 = 02-28 14.00
hari ini 15.30 = 02-28 15.30
hari ini pukul 15.30 = 02-28 15.30
hari ini, 15.30 WIB = 02-28 15.30
hari ini sore 15.30 = 02-28 15.30
nanti 16.00 = 02-28 16.00
nanti pukul 16.00 = 02-28 16.00
nanti sore 16.00 = 02-28 16.00
nanti malam 19.00 = 02-28 19.00
nanti malam pukul 19.00 = 02-28 19.00
malam ini 19.00 = 02-28 19.00
malam ini pukul 21.15 = 02-28 21.15
sore ini 17.00 = 02-28 17.00
malam 22.00 = 02-28 22.00
19.00 malam = 02-28 19.00
23.59 = 02-28 23.59
Kamis 06.30 = 02-29 06.30
Jumat 06.30 = 03-01 06.30
Jum'at 06.30 = 03-01 06.30
Jum’at 06.30 = 03-01 06.30
Sabtu 06.30 = 03-02 06.30
Minggu 06.30 = 03-03 06.30
Ahad 06.30 = 03-03 06.30
Senin 06.30 = 03-04 06.30
senin 6.30 = 03-04 06.30
Senin, 06.30 = 03-04 06.30
Senin pukul 06.30 = 03-04 06.30
hari Senin 06.30 = 03-04 06.30
Hari Senin, pukul 06.30 WIB = 03-04 06.30
Senin pagi 06.30 = 03-04 06.30
Senin 06.30 pagi = 03-04 06.30
Selasa 06.30 = 03-05 06.30
Selasa malam 19.00 = 03-05 19.00
Sabtu pagi pukul 06.00 = 03-02 06.00
Minggu siang jam 11.30 = 03-03 11.30
30 menit lagi = 02-28 14.15
30menit lagi = 02-28 14.15
1 menit lagi = 02-28 13.46
90 menit lagi = 02-28 15.15
600 menit lagi = 02-28 23.45
1 jam lagi = 02-28 14.45
2 jam lagi = 02-28 15.45
2jam lagi = 02-28 15.45
1 jam 15 menit lagi = 02-28 15.00
10 jam 15 menit lagi = 02-29 00.00
24 jam lagi = 02-29 13.45
100 jam lagi = 03-03 17.45
setengah jam lagi = 02-28 14.15
Setengah Jam Lagi = 02-28 14.15
29 Februari 07.00 = 02-29 07.00
29 Februari 2024 07.00 = 02-29 07.00
29 Feb 2024 07.00 = 02-29 07.00
29 Feb. 2024 07.00 = 02-29 07.00
29 Februari 2024, 07.00 = 02-29 07.00
29 Februari 2024 pukul 07.00 = 02-29 07.00
29 Februari 2024 pagi 07.00 = 02-29 07.00
29 Februari 2024, pukul 07.00 WIB = 02-29 07.00
Kamis 29 Februari 2024 07.00 = 02-29 07.00
Kamis, 29 Februari 2024 07.00 = 02-29 07.00
Kamis, 29 Februari 2024, 07.00 WIB = 02-29 07.00
hari Kamis, 29 Februari 2024 pukul 07.00 = 02-29 07.00
Rabu, 28 Februari 2024 19.00 = 02-28 19.00
Rabu 28 Februari 19.00 = 02-28 19.00
28 Februari 19.00 = 02-28 19.00
tanggal 1 Maret 07.00 = 03-01 07.00
tgl 1 Maret 07.00 = 03-01 07.00
tgl. 1 Maret 2024 07.00 = 03-01 07.00
1 Maret 07.00 = 03-01 07.00
1 Mar 07.00 = 03-01 07.00
17 April 09.00 = 04-17 09.00
17 apr 09.00 = 04-17 09.00
2 Mei 09.00 = 05-02 09.00
2 Juni 09.00 = 06-02 09.00
2 jun 09.00 = 06-02 09.00
2 Juli 09.00 = 07-02 09.00
2 jul 09.00 = 07-02 09.00
17 Agustus 2024 10.00 = 08-17 10.00
17 Agt 10.00 = 08-17 10.00
17 Agu 10.00 = 08-17 10.00
2 September 09.00 = 09-02 09.00
2 Sept 09.00 = 09-02 09.00
2 Sep 09.00 = 09-02 09.00
28 Oktober 09.00 = 10-28 09.00
28 Okt 09.00 = 10-28 09.00
28 November 2024 13.40 = 11-28 13.40
28 Nopember 2024 13.40 = 11-28 13.40
28 Nov 2024 13.40 = 11-28 13.40
31 Desember 23.59 = 12-31 23.59
31 Des 2024 23.59 = 12-31 23.59
1 Januari 2025 00.00 = 2025-01-01 00.00
27 Februari 2025 07.00 = 2025-02-27 07.00
29/02/2024 07.00 = 02-29 07.00
29-02-2024 07:00 = 02-29 07.00
29.02.2024 07.00 = 02-29 07.00
1/3/2024 07.00 = 03-01 07.00
3/4/2024 07.00 = 04-03 07.00
Kamis, 29/02/2024 07.00 = 02-29 07.00
2024-02-29 07.00 = 02-29 07.00
2024-02-29 07:00 = 02-29 07.00
2024-03-01, 07.00 = 03-01 07.00
"""
REFUSED: Final = """
07.00 = past
pukul 07.00 = past
13.45 = past
13.44 = past
00.00 = past
hari ini 13.00 = past
nanti 08.00 = past
nanti pagi 08.00 = past
pagi ini 07.00 = past
malam 19.00 WIB kemarin = unclear
kemarin 07.00 = unclear
kemarin = unclear
28 Februari 07.00 = past
27 Februari 07.00 = past
27 Februari 2024 07.00 = past
1 Januari 07.00 = past
28 November 2023 13.40 = past
Selasa, 27 Februari 2024 07.00 = past
01/02/2024 07.00 = past
2023-12-31 23.59 = past
0 menit lagi = past
0 jam lagi = past
28 November 2026 13.40 = too_far
1 Maret 2025 07.00 = too_far
28/02/2025 13.46 = too_far
9999-12-31 23.59 = too_far
besok = no_time
besok pagi = no_time
besok malam = no_time
lusa = no_time
nanti malam = no_time
nanti = no_time
malam ini = unclear
hari ini = no_time
Senin = no_time
Senin pagi = no_time
hari Senin = no_time
29 Februari = no_time
29 Februari 2024 = no_time
Kamis, 29 Februari 2024 = no_time
29/02/2024 = no_time
2024-02-29 = no_time
Rabu 15.00 = which_day
Rabu 07.00 = which_day
hari Rabu pukul 19.00 = which_day
Rabu malam 19.00 = which_day
Jumat, 29 Februari 2024 07.00 = weekday
Senin 29 Februari 07.00 = weekday
Minggu, 1/3/2024 07.00 = weekday
besok 07.00 WITA = zone
besok 07.00 WIT = zone
07.00 UTC = zone
besok 07.00 GMT = zone
nanti malam 7.00 = unclear
nanti malam 07.00 = unclear
besok pagi 19.00 = unclear
besok sore 07.00 = unclear
besok malam 02.00 = unclear
besok siang 09.00 = unclear
besok dini hari 19.00 = unclear
besok pagi 07.00 pagi = unclear
besok pagi 07.00 malam = unclear
besok 24.00 = unclear
besok 25.00 = unclear
besok 12.60 = unclear
besok 7 = unclear
besok jam 7 = unclear
besok jam 7 pagi = unclear
besok jam setengah 8 = unclear
besok 0700 = unclear
besok 7.0 = unclear
besok 07.000 = unclear
besok 07.00.00 = unclear
besok 07,00 = unclear
besok 07-00 = unclear
besok 7 am = unclear
besok 07.00 am = unclear
besok 07.00 pm = unclear
besok 107.00 = unclear
besok -7.00 = unclear
besok 07.00 atau 08.00 = unclear
besok 07.00-08.00 = unclear
besok lusa 07.00 = unclear
besok besok 07.00 = unclear
besok Senin 07.00 = unclear
jangan besok 07.00 = unclear
besok 07.00 ya = unclear
kira-kira besok 07.00 = unclear
sekitar 07.00 = unclear
sebelum 19.00 = unclear
setelah 19.00 = unclear
tulat 07.00 = unclear
Senin depan 06.30 = unclear
Minggu depan 06.30 = unclear
minggu ini 06.30 = unclear
bulan depan = unclear
malam Minggu 19.00 = unclear
malam Jumat 19.00 = unclear
tahun baru 00.00 = unclear
Sein 06.30 = unclear
Monday 06.30 = unclear
tomorrow 07.00 = unclear
in 30 minutes = unclear
30 menit = unclear
30 = unclear
lagi = unclear
menit lagi = unclear
30 detik lagi = unclear
2 hari lagi = unclear
2 hari lagi 07.00 = unclear
1 minggu lagi = unclear
seminggu lagi = unclear
sejam lagi = unclear
satu jam lagi = unclear
tiga puluh menit lagi = unclear
-30 menit lagi = unclear
1,5 jam lagi = unclear
1.5 jam lagi = unclear
15 menit 1 jam lagi = unclear
99999 menit lagi = unclear
30 Februari 2024 07.00 = unclear
30 Februari 07.00 = unclear
31 April 07.00 = unclear
0 Maret 07.00 = unclear
32 Maret 07.00 = unclear
29 Februari 2025 07.00 = unclear
Maret 07.00 = unclear
Maret 1 07.00 = unclear
1 Marett 07.00 = unclear
1 Maret 24 07.00 = unclear
1/3 07.00 = unclear
1/3/24 07.00 = unclear
13/13/2024 07.00 = unclear
2/29/2024 07.00 = unclear
29/02-2024 07.00 = unclear
2024/02/29 07.00 = unclear
2024-2-29 07.00 = unclear
2024-02-29T07:00 = unclear
2024-02-30 07.00 = unclear
0000-01-01 07.00 = unclear
Kamis Jumat 07.00 = unclear
sekarang = unclear
segera = unclear
secepatnya = unclear
nanti saja = unclear
pagi = unclear
malam = unclear
besok pukul = unclear
pukul = unclear
jam = unclear
. = unclear
07 = unclear
: = unclear
؟ = unclear
١٢.٠٠ = unclear
besok ٠٧.٠٠ = unclear
besok ０７.００ = unclear
'; DROP TABLE broadcast; -- = unclear
"""
UNITED: Final = UNDERSTOOD + REFUSED


def table() -> list[tuple[str, str]]:
    rows = [line.rpartition(" = ") for line in UNITED.splitlines() if line]
    return [(text, meant) for text, _, meant in rows]


def said(found: When | Fault) -> str:
    if isinstance(found, Fault):
        return found.why
    return f"{found.at:%m-%d %H.%M}" if found.at.year == NOW.year else f"{found.at:%Y-%m-%d %H.%M}"


def test_the_table_has_two_hundred_phrases_and_none_twice() -> None:
    phrases = [text for text, _ in table()]
    assert len(phrases) >= 200
    assert len(set(phrases)) == len(phrases)


@pytest.mark.parametrize(("text", "meant"), table(), ids=[text for text, _ in table()])
def test_a_phrase_means_what_the_table_says(text: str, meant: str) -> None:
    found = read(text, NOW, WIB)
    assert said(found) == meant
    assert not isinstance(found, When) or found.at.tzinfo == WIB


def test_what_has_passed_says_which_moment_that_was() -> None:
    assert read("07.00", NOW, WIB) == Fault("past", datetime(2024, 2, 28, 7, 0, tzinfo=WIB))


def test_the_example_of_the_design_is_understood_in_its_year() -> None:
    now = datetime(2026, 2, 17, 12, tzinfo=WIB)
    assert read("28 November 2026 13.40", now, WIB) == When(datetime(2026, 11, 28, 13, 40, tzinfo=WIB))


def test_a_date_without_its_year_may_lie_in_the_next_one_when_that_is_near() -> None:
    december = datetime(2024, 12, 28, 13, 45, tzinfo=WIB)
    assert read("2 Januari 07.00", december, WIB) == When(datetime(2025, 1, 2, 7, 0, tzinfo=WIB))
    assert said(read("27 Desember 07.00", december, WIB)) == "past"


def test_a_portal_in_another_zone_names_its_own() -> None:
    wita = ZoneInfo("Asia/Makassar")
    now = NOW.astimezone(wita)
    assert read("besok 07.00 WITA", now, wita) == When(datetime(2024, 2, 29, 7, 0, tzinfo=wita))
    assert read("besok 07.00 WIB", now, wita) == Fault("zone")


@pytest.mark.parametrize("text", ["31 Maret 2024 02.30", "27 Oktober 2024 02.30"])
def test_a_time_that_a_changed_clock_skips_or_repeats_is_no_moment(text: str) -> None:
    assert read(text, NOW, ZoneInfo("Europe/Berlin")) == Fault("unclear")


@settings(max_examples=400)
@given(st.one_of(st.text(max_size=90), st.from_regex(r"(besok|senin|1 mei|malam)? ?[0-9]{1,3}[.: ][0-9]{0,3}( lagi)?")))
def test_whatever_is_typed_is_a_future_moment_or_a_fault(text: str) -> None:
    found = read(text, NOW, WIB)
    assert isinstance(found, Fault) or NOW < found.at <= NOW + LATEST
