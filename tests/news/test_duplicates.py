"""One text or two: copies are known, form letters for the next village are not suppressed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.news.duplicates import Candidate, Likely, Likeness, Match, agree, compare, judge
from bot.news.marks import Marks
from bot.news.shingles import Sketch, sketch

NOW = datetime(2026, 2, 12, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

RELEASE = """
Dinas Sosial membagikan 214 paket sembako kepada warga lanjut usia di Desa Sumberrejo, Kecamatan Pacet, Kamis
(12/2/2026). Pembagian dimulai pukul 08.00 WIB di balai desa dan diantar ke rumah bagi yang sakit.

Kepala Desa Sumberrejo Bambang Utomo mengatakan bantuan itu sudah lama ditunggu warganya. “Beras kami memang
tinggal sedikit sejak sawah terendam bulan lalu,” ujar Bambang.

Tiap paket berisi beras 5 kilogram, gula, minyak goreng, dan teh. Petugas mencatat nama penerima satu per satu
supaya tidak ada yang mendapat dua kali. Sisa paket disimpan untuk Dusun Kedung Wangi yang baru bisa dijangkau
besok pagi.
"""
TITLE = "Dinas Sosial Bagikan 214 Paket Sembako di Sumberrejo"


def judged(text: str, title: str = "Lansia Pacet Terima Bantuan Sembako Pekan Ini", **stored: Any) -> Likeness:
    """What the stored press release is to a new story with this text, from another portal two hours later."""
    new, old = sketch(title, text), sketch(TITLE, RELEASE)
    fields: dict[str, Any] = {
        "story_id": 1, "portal": "a.example", "published": NOW, "samples": len(old.samples),
        "shared": len(old.samples & new.samples), "same_title": old.title == new.title, "marks": old.marks,
    }  # fmt: skip
    return judge(new, len(new.samples), "b.example", NOW + 2 * HOUR, Candidate(**fields | stored))


COPIES = {
    "word by word": RELEASE,
    "mistyped": RELEASE.replace("membagikan", "membagiakn").replace("sedikit", "sedikt").replace("ujar", "uajr"),
    "cut": RELEASE[:330],
    "extended": RELEASE + "Sebelumnya bantuan serupa dibagikan di Kecamatan Trawas oleh Yayasan Harapan, 90 paket.",
    "the figure as a word": RELEASE.replace("5 kilogram", "lima kilogram"),
    "another way to write the date": RELEASE.replace("(12/2/2026)", "12 Februari 2026"),
}  # fmt: skip
NO_COPIES = {
    "for another village": RELEASE.replace("Sumberrejo", "Karangagung").replace("Bambang Utomo", "Rini Astuti"),
    "other figures": RELEASE.replace("214", "187").replace("5 kilogram", "10 kilogram"),
    "the next day": RELEASE.replace("Kamis", "Jumat").replace("12/2", "13/2").replace("08.00", "09.30"),
}


@pytest.mark.parametrize("text", COPIES.values(), ids=COPIES.keys())
def test_a_copy_is_the_same(text: str) -> None:
    assert judged(text) is Likeness.SAME


@pytest.mark.parametrize("text", NO_COPIES.values(), ids=NO_COPIES.keys())
def test_a_form_letter_is_related_and_never_suppressed(text: str) -> None:
    assert judged(text) is Likeness.RELATED


def test_within_one_portal_another_title_is_never_suppressed() -> None:
    assert judged(RELEASE, portal="b.example") is Likeness.RELATED
    assert judged(RELEASE, title=TITLE, portal="b.example") is Likeness.SAME


def test_after_three_days_nothing_is_the_same_any_more() -> None:
    for hours, likeness in ((-70, Likeness.SAME), (-71, Likeness.OTHER), (74, Likeness.SAME), (75, Likeness.OTHER)):
        assert judged(RELEASE, published=NOW + hours * HOUR) is likeness, hours


SHARED: dict[str, tuple[int, int, int, Likeness]] = {
    "half": (20, 40, 10, Likeness.SAME),
    "half of the shorter": (40, 20, 10, Likeness.SAME),
    "a little less": (20, 40, 9, Likeness.RELATED),
    "a fifth": (40, 40, 8, Likeness.RELATED),
    "a fifth, but few": (25, 25, 5, Likeness.OTHER),
    "three of four": (4, 60, 3, Likeness.SAME),
    "two of three": (3, 60, 2, Likeness.OTHER),
    "nothing": (40, 40, 0, Likeness.OTHER),
}


@pytest.mark.parametrize(("mine", "theirs", "shared", "likeness"), SHARED.values(), ids=SHARED.keys())
def test_how_much_must_be_shared(mine: int, theirs: int, shared: int, likeness: Likeness) -> None:
    new = Sketch(frozenset(range(mine)), 1, 6, Marks(), "")
    assert judge(new, mine, "b.example", NOW, candidate(samples=theirs, shared=shared)) is likeness


def candidate(story_id: int = 1, **fields: Any) -> Candidate:
    usual: dict[str, Any] = {
        "portal": "a.example", "published": NOW, "samples": 40, "shared": 40, "same_title": False, "marks": Marks(),
    }  # fmt: skip
    return Candidate(story_id, **usual | fields)


TITLES: dict[str, tuple[str, dict[str, Any], Likeness]] = {
    "the same headline elsewhere": (TITLE, {}, Likeness.SAME),
    "two days apart": (TITLE, {"published": NOW - 49 * HOUR}, Likeness.OTHER),
    "within one portal": (TITLE, {"portal": "b.example"}, Likeness.RELATED),
    "a rubric": ("Jadwal Salat Hari Ini", {}, Likeness.RELATED),
    "other figures below": (TITLE, {"marks": Marks(numbers=frozenset({"187"}))}, Likeness.RELATED),
    "another headline": (TITLE, {"same_title": False}, Likeness.OTHER),
}


@pytest.mark.parametrize(("title", "stored", "likeness"), TITLES.values(), ids=TITLES.keys())
def test_with_hardly_any_text_the_title_tells(title: str, stored: dict[str, Any], likeness: Likeness) -> None:
    new = sketch(title, "Sebanyak 214 paket.")
    found = candidate(**{"samples": 30, "shared": 0, "same_title": True} | stored)
    assert judge(new, len(new.samples), "b.example", NOW, found) is likeness


def marked(**words: str) -> Marks:
    return Marks(**{kind: frozenset(said.split()) for kind, said in words.items()})


AGREEMENTS: dict[str, tuple[Marks, Marks, bool]] = {
    "one says nothing": (marked(numbers="3 4", dates="12-2", names="pacet"), marked(), True),
    "one says more": (marked(numbers="3"), marked(numbers="3 4 5"), True),
    "each says its own": (marked(numbers="3 7 8"), marked(numbers="3 4 5"), False),
    "three of four figures": (marked(numbers="1 2 3 9"), marked(numbers="1 2 3 4"), True),
    "another day": (marked(dates="kamis 12-2"), marked(dates="jumat 13-2"), False),
    "a day mistyped": (marked(dates="kamis 12-2"), marked(dates="kamis 21-2"), True),
    "another village": (
        marked(names="a b c d pacet", subjects="pacet"), marked(names="a b c d trawas", subjects="trawas"), False,
    ),
    "a village mistyped": (
        marked(names="a b c d pacet", subjects="pacet"), marked(names="a b c d pcaet", subjects="pcaet"), True,
    ),
    "a letter left out": (
        marked(names="a b c d pacet", subjects="pacet"), marked(names="a b c d pact", subjects="pact"), True,
    ),
    "one letter is another village": (
        marked(names="a b c d mojosari", subjects="mojosari"), marked(names="a b c d bojosari", subjects="bojosari"),
        False,
    ),
    "a subject more": (marked(names="a b", subjects="a b"), marked(names="a b c", subjects="a b c"), True),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other", "expected"), AGREEMENTS.values(), ids=AGREEMENTS.keys())
def test_marks_agree_as_far_as_both_say_something(one: Marks, other: Marks, expected: bool) -> None:
    assert agree(one, other) == expected
    assert agree(other, one) == expected


def test_of_several_the_most_alike_is_the_same_and_the_others_are_related() -> None:
    new = Sketch(frozenset(range(40)), 1, 6, Marks(), "")
    found = [
        candidate(1, shared=30), candidate(2, shared=40), candidate(3, shared=10), candidate(4, shared=0),
        candidate(5, shared=40),
    ]  # fmt: skip
    assert compare(new, 40, "b.example", NOW, found) == Likely(
        Match(2, 1.0), (Match(5, 1.0), Match(1, 0.75), Match(3, 0.25))
    )
    assert compare(new, 40, "b.example", NOW, []) == Likely()
