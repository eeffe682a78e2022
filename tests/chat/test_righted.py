"""The corrected form of a text: what counts as the same words, and what is done where they do not stand."""

import pytest

from bot.chat.fit import cut, units
from bot.chat.righted import ALERT_ROOM, STORY_ROOM, amendment, replaced, revised, righted, stands
from bot.chat.stories import LONGEST_LINE
from tests.support.town import TEXTS

REPLACED = {
    "as it stands there": ("Jalan Pahlawan macet.", "Jalan Pahlawan", "Jalan Majapahit", "Jalan Majapahit macet."),
    "another capital": ("Tiga korban dirawat.", "tiga korban", "dua korban", "Dua korban dirawat."),
    "a capital that was not there": ("Ada tiga korban.", "Tiga korban", "dua korban", "Ada dua korban."),
    "a name where none was": ("Kata seorang saksi,", "seorang saksi", "Budi", "Kata Budi,"),
    "blanks and a new line": ("Tiga  korban\ndirawat.", " tiga korban   dirawat", "Dua dirawat", "Dua dirawat."),
    "every place": ("Lima luka. Yang lima dirawat.", "lima", "tiga", "Tiga luka. Yang tiga dirawat."),
    "a full stop of its own": ("Tiga korban dirawat.", "tiga korban dirawat", "Dua dirawat.", "Dua dirawat."),
    "signs of patterns": ("Biaya (Rp5.000)?", "(Rp5.000)?", r"(Rp6.000\1)?", r"Biaya (Rp6.000\1)?"),
    "a number beside longer ones": ("Pukul 13.30, 3 korban", "3", "2", "Pukul 13.30, 2 korban"),
    "a number at the end": ("Di Km 33 ada 3.", "3", "2", "Di Km 33 ada 2."),
}  # fmt: skip

LEFT = {
    "inside a word": ("Perkotaan sepi", "kota"),
    "the beginning of a word": ("Kotamadya", "kota"),
    "inside a number": ("Km 33", "3"),
    "a time's hour": ("Pukul 13.30", "13"),
    "a time's minutes": ("Pukul 13.30", "30"),
    "a time with a colon": ("Pukul 13:30", "30"),
    "thousands": ("Rp3.500 per kilo", "500"),
    "before thousands": ("Harga Rp3.500", "Rp3"),
    "a fraction": ("Naik 2,5 persen", "5"),
    "before a fraction": ("Naik 2,5 persen", "2"),
    "a stop that belongs to a number": ("Ada 3.500 orang", "3."),
    "nothing": ("Ada apa saja", " "),
}


@pytest.mark.parametrize(("text", "wrong", "right", "corrected"), REPLACED.values(), ids=REPLACED)
def test_wrong_words_are_replaced_where_somebody_would_find_them(
    text: str, wrong: str, right: str, corrected: str
) -> None:
    assert stands(text, wrong)
    assert replaced(text, wrong, right) == corrected


@pytest.mark.parametrize(("text", "wrong"), LEFT.values(), ids=LEFT)
def test_what_only_looks_like_the_wrong_words_is_left(text: str, wrong: str) -> None:
    assert not stands(text, wrong)
    assert replaced(text, wrong, "9") == text


def test_words_that_stand_in_the_title_alone_are_replaced_there_and_nothing_is_added() -> None:
    assert righted("Tiga luka", "Di Pasar Legi.", "tiga", "Dua", "Ralat: Dua", ALERT_ROOM) == (
        "Dua luka", "Di Pasar Legi.",
    )  # fmt: skip


def test_what_stands_nowhere_is_added_once_as_a_line_of_its_own() -> None:
    once = righted("Judul", "Isi lama.\n", "Enam", "Dua", "Ralat: Dua", ALERT_ROOM)
    assert once == ("Judul", "Isi lama.\n\nRalat: Dua")
    assert righted(*once, "Enam", "Dua", "Ralat: Dua", ALERT_ROOM) == once
    assert righted("Judul", "", "Enam", "Dua", "Ralat: Dua", ALERT_ROOM) == ("Judul", "Ralat: Dua")


def test_what_the_portal_has_mended_itself_is_not_said_twice() -> None:
    mended = ("Pasar dipindah ke stadion", "Mulai Jumat.")
    assert (
        righted(*mended, "Pasar dipindah ke alun-alun", "pasar dipindah ke stadion", "Ralat: …", STORY_ROOM) == mended
    )
    # A few words may stand there by chance.
    _, text = righted(*mended, "Sabtu", "Jumat", "Ralat: Jumat", STORY_ROOM)
    assert text == "Mulai Jumat.\n\nRalat: Jumat"


@pytest.mark.parametrize("length", [*range(90, 115), 600])
def test_what_is_added_is_never_what_a_digest_cuts_away(length: int) -> None:
    summary = ("kata " * 200)[: length - 1] + "."
    _, text = righted("Judul", summary, "Enam", "Dua", "Ralat: Dua", STORY_ROOM)
    assert "Ralat: Dua" in cut(" ".join(text.split()), LONGEST_LINE)
    assert text.startswith("Ralat: Dua") == (units(summary + " Ralat: Dua") > LONGEST_LINE)


@pytest.mark.parametrize(("language", "line"), [("id", "Ralat: Dua luka."), ("en", "Correction: Dua luka.")])
def test_the_line_says_what_it_is(language: str, line: str) -> None:
    assert amendment(TEXTS.voice(language), "Dua\nluka.") == line


TO_TWO = [("Tiga", "Dua")]
# What stood with us, what the portal said before, what it says now, the corrections, what stands with us then.
REVISED = {
    "never corrected": ("Tiga luka", "Tiga luka", "Empat luka", [], "Empat luka"),
    "corrected, and the portal says the same": ("Dua luka", "Tiga luka", "Tiga luka", TO_TWO, "Dua luka"),
    "corrected, and the portal repeats it": ("Dua luka", "Tiga luka", "Tiga orang luka", TO_TWO, "Dua luka"),
    "corrected, and the portal has mended it": ("Dua luka", "Tiga luka", "Dua orang luka", TO_TWO, "Dua orang luka"),
    "corrected elsewhere, and brought back here": ("Ada luka", "Ada luka", "Ada tiga luka", TO_TWO, "Ada luka"),
    "a correction that was put back": (
        "Tiga luka", "Tiga luka", "Tiga orang luka", [*TO_TWO, ("Dua", "Tiga")], "Tiga orang luka",
    ),
    "what is right begins with what was wrong": (
        "Tiga puluh luka", "Tiga luka", "Tiga puluh orang luka", [("Tiga", "Tiga puluh")], "Tiga puluh orang luka",
    ),
    "a line was added": ("Ada luka.\n\nRalat: Dua", "Ada luka.", "Warga luka.", TO_TWO, "Warga luka.\n\nRalat: Dua"),
    "a line was added, and the portal says it now": (
        "Ada luka.\n\nRalat: Dua", "Ada luka.", "Dua luka.", TO_TWO, "Dua luka.",
    ),
    "a line was added to nothing": ("Ralat: Dua", "", "Warga luka.", TO_TWO, "Warga luka.\n\nRalat: Dua"),
    "a line was added, and there is nothing left": ("Ada luka.\n\nRalat: Dua", "Ada luka.", "", TO_TWO, "Ralat: Dua"),
}  # fmt: skip


@pytest.mark.parametrize(("ours", "before", "new", "corrections", "then"), REVISED.values(), ids=REVISED)
def test_what_was_corrected_stays_so_while_the_portal_says_no_better(
    ours: str, before: str, new: str, corrections: list[tuple[str, str]], then: str
) -> None:
    assert revised(ours, before, new, corrections) == then


def test_an_added_line_stands_before_a_new_text_whose_end_may_be_cut() -> None:
    long = "Warga luka. " * 40
    assert revised("Ada luka.\n\nRalat: Dua", "Ada luka.", long, TO_TWO) == f"Ralat: Dua\n\n{long}"
