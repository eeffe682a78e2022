"""Quiet hours as people type them: understood, or asked for again; never taken for others."""

from dataclasses import replace

import pytest

from bot.chat.answer import answer
from bot.chat.residents.quiet_hours import is_about_hours, read_span
from bot.chat.turn import Command, Person, Status, Text
from bot.chat.wishes import SetStep, SetTimes
from tests.support.town import NOW, board

READER = Person("telegram", "1", Status.ACTIVE, categories=frozenset({"daerah"}), quiet=(1260, 300))
ASKED = replace(READER, step="quiet", step_at=NOW)
UNCLEAR = "Jamnya belum jelas."
NIGHT = (22 * 60, 5 * 60)
UNDERSTOOD = {
    "22 sampai 5 pagi": NIGHT, "dari jam 10 malam sampai jam 5 pagi": NIGHT, "22-5": NIGHT,
    "21.30 s.d. 05.00": (1290, 300), "jam 10 malam - 4 subuh": (1320, 240), "22.00-04.30": (1320, 270),
    "22:00 - 04:30": (1320, 270), "22.00–04.30": (1320, 270), "22 sampai 5": NIGHT, "jam 9 hingga 17": (540, 1020),
    "pukul 21.00 s/d 05.00 WIB": (1260, 300), "00.00-06.00": (0, 360), "22.00-24.00": (1320, 0), "9 to 17": (540, 1020),
    "Jam 22 sampai jam 5.": NIGHT, "pkl. 22.00 s.d 05.00": NIGHT, "22 sd 5": NIGHT, "22 sampe 5 pagi ya": NIGHT,
    "10 malem smp 5 pagi": NIGHT, "mulai pukul 22.00 hingga pukul 05.00 WIB": NIGHT, "10 malam sampai 5": NIGHT,
    "10 malam - 05.00": NIGHT, "antara jam 10 malam dan jam 5 pagi": NIGHT, "setiap malam 22.00 sampai 05.00": NIGHT,
    "22.00 wib - 05.00 wib": NIGHT, "jam tenang 22.00 ke 05.00": NIGHT,
    "setengah 10 malam sampai setengah 6 pagi": (1290, 330),
    "9.30 malam - 5.15 pagi": (1290, 315), "12 malam sampai 5 pagi": (0, 300), "24.00 - 05.00": (0, 300),
    "1 dini hari - 6 pagi": (60, 360), "jam 2 malam sampai jam 5 subuh": (120, 300), "11 malam - 12 siang": (1380, 720),
    "1 siang sampai 3 sore": (780, 900), "22 malam - 5 pagi": NIGHT, "10 pm to 5 am": NIGHT, "10pm-5am": NIGHT,
    "from 10 p.m. until 5 a.m. please": NIGHT, "12 am - 6 am": (0, 360),
    "tolong dari jam 22 sampai dengan jam 5 pagi": NIGHT,
    "01.00-05.00": (60, 300), "7 malam - 12 malam": (1140, 0),
}  # fmt: skip
ASKED_BACK = {
    "both may be morning or evening": "10 sampai 5", "the first may be": "10 sampai 5 pagi",
    "the last may be": "9 pagi - 5",
    "nineteen hours": "10.00-05.00", "minutes and no name": "9.30-5.30", "both small": "1-5",
    "no such hour": "25.00-05.00",
    "no such minute": "22.60-05.00", "past midnight": "24.30-05.00", "no such morning": "22 pagi - 5 pagi",
    "no such evening": "5 malam sampai 5 pagi", "no such dawn": "22 - 10 subuh", "the same": "22.00-22.00",
    "midnight twice": "24.00-00.00", "one alone": "jam 22", "with minutes": "22.00", "words": "malam sampai pagi",
    "a day": "22.00-04.30 besok", "tomorrow": "22 sampai besok jam 5 pagi", "no beginning": "-5 pagi",
    "in letters": "sepuluh malam sampai lima pagi", "past ten": "10 malam lewat 15 sampai 5 pagi", "three": "22-5-6",
    "half with minutes": "setengah 10.15 malam - 5 pagi", "half, no name": "setengah 10 sampai setengah 6",
}  # fmt: skip
ELSE = ["Jalan rusak di RT 3 mohon diliput", "kenapa beritanya telat", "🙂", ""]


def test_the_table_is_long_enough() -> None:
    assert len(UNDERSTOOD) + len(ASKED_BACK) >= 60


@pytest.mark.parametrize(("typed", "span"), UNDERSTOOD.items(), ids=UNDERSTOOD.keys())
def test_hours_are_understood(typed: str, span: tuple[int, int]) -> None:
    assert read_span(typed) == span
    for turn in (answer(ASKED, Text(typed), board()), answer(READER, Command("quiet", typed), board())):
        assert turn.changes == (SetTimes("instant", span, None), SetStep("quiet"))


@pytest.mark.parametrize("typed", ASKED_BACK.values(), ids=ASKED_BACK.keys())
def test_hours_that_are_not_plain_are_asked_for_again(typed: str) -> None:
    assert read_span(typed) is None
    for turn in (answer(ASKED, Text(typed), board()), answer(READER, Command("quiet", typed), board())):
        assert turn.changes == (SetStep("quiet"),)
        assert turn.replies[0].message.plain().startswith(UNCLEAR)


@pytest.mark.parametrize("typed", ELSE)
def test_what_speaks_of_something_else_is_no_answer_about_hours(typed: str) -> None:
    assert not is_about_hours(typed)
    assert not any(isinstance(change, SetTimes) for change in answer(ASKED, Text(typed), board()).changes)
    assert UNCLEAR not in answer(ASKED, Text(typed), board()).replies[0].message.plain()


@pytest.mark.parametrize("typed", ["22 sampai 5 pagi", "10 malam - 5 pagi", "jam 22"])
def test_hours_change_nothing_where_they_were_not_asked_for(typed: str) -> None:
    assert not any(isinstance(change, SetTimes) for change in answer(READER, Text(typed), board()).changes)
