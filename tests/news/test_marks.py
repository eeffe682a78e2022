"""Figures, dates and names have one form each, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.news import marks
from bot.news.duplicates import agree

NUMBERS = {
    "Rp 1,5 juta": {"1500000"},
    "Rp1.500.000": {"1500000"},
    "1,5 miliar": {"1500000000"},
    "20 ribu": {"20000"},
    "12,50 persen": {"12.5"},
    "12,5%": {"12.5"},
    "tiga orang dan 3 rumah": {"3"},
    "Dua puluh lima": {"25"},
    "dua belas": {"12"},
    "lima ratus ribu": {"500000"},
    "tiga juta": {"3000000"},
    "pukul 08.00 WIB": {"8:00"},
    "pukul 8:00": {"8:00"},
    "salah satu, 1 dari mereka": set(),
    "2.000 dan 2.00": {"2000", "2:00"},
    "pasal 363": {"363"},
    "COVID19": set(),
    "5kg": {"5"},
    "0,75 hektare": {"0.75"},
    "": set(),
}
DATES = {
    "Senin (12/2/2024)": {"senin", "12-2"},
    "Senin, 12 Februari 2024": {"senin", "12-2"},
    "12 Feb": {"12-2"},
    "12-2-24": {"12-2"},
    "Jum’at 1 Agt": {"jumat", "1-8"},
    "Jumat, 01/08": {"jumat", "1-8"},
    "99/2 dan 12/13": {"99-2"},
    "28 meinung": set(),
}


@pytest.mark.parametrize(("text", "numbers"), NUMBERS.items(), ids=NUMBERS.keys())
def test_one_number_is_one_number(text: str, numbers: set[str]) -> None:
    assert marks.read(text).numbers == numbers


@pytest.mark.parametrize(("text", "dates"), DATES.items(), ids=DATES.keys())
def test_one_day_is_one_day(text: str, dates: set[str]) -> None:
    assert marks.read(text).dates == dates


def test_a_dates_figures_are_no_numbers() -> None:
    assert marks.read("Rabu (28/2/2024), 14 orang pada 29 Februari 2024").numbers == {"14"}


def test_names_are_what_is_capital_within_a_sentence_without_offices_and_kinds_of_place() -> None:
    found = marks.read("Warga Desa Sumberrejo menemui Bupati Rini. Setelah itu Rini ke Pacet, Senin.")
    assert found.names == {"sumberrejo", "rini", "pacet"}


def test_subjects_stand_near_the_beginning_or_more_than_once() -> None:
    far = "kata " * 60
    found = marks.read(f"Warga Pacet senang. {far} ujar Bambang. {far} tambah Rini, dan kata Rini.")
    assert found.subjects == {"pacet", "rini"}


@given(st.text(st.sampled_from("0123456789.,/- :rpRAaduatigpuhbelsjtmri’\n"), max_size=60) | st.text(max_size=60))
def test_any_text_has_marks_and_agrees_with_itself(text: str) -> None:
    found = marks.read(text)
    assert found.subjects <= found.names
    assert all(" " not in word for word in (*found.numbers, *found.dates, *found.names))
    assert agree(found, found)
