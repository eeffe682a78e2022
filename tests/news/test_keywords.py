"""Followed words in a story: whole words, however they are written, and nothing that only looks like them."""

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.news.keywords import Fault, Keywords, fault, key
from tests.news.measure import lines_run

FOLLOWED = ("PDAM", "Pacet", "Gajah Mada", "Moh. Ali", "Jl. Gajah Mada", "masa", "Abdul", "kebakaran", "Jum'at", "R&D")

FOUND = {
    "in capitals": ("Air PDAM mati sejak subuh.", "pdam"),
    "in small letters": ("air pdam mati", "pdam"),
    "at the beginning": ("Pacet diguyur hujan.", "pacet"),
    "at the end": ("Longsor di Pacet", "pacet"),
    "before a full stop": ("Longsor di Pacet.", "pacet"),
    "before a comma": ("Di Pacet, longsor.", "pacet"),
    "in brackets": ("Longsor (Pacet) teratasi.", "pacet"),
    "in quotation marks": ("Ia menulis “Pacet” besar.", "pacet"),
    "in single marks": ("Ia menulis 'Pacet' besar.", "pacet"),
    "behind a hyphen": ("Lomba se-Pacet dimulai.", "pacet"),
    "between strokes": ("Jalur Mojosari/Pacet/Cangar macet.", "pacet"),
    "after a line break": ("Judul\nPacet sepi", "pacet"),
    "with -nya": ("Pacetnya ramai.", "pacet"),
    "with -lah": ("Ke Pacetlah mereka pergi.", "pacet"),
    "with -kah": ("Pacetkah tujuannya?", "pacet"),
    "with -pun": ("Pacetpun macet.", "pacet"),
    "with a hyphen and -nya": ("Tarif PDAM-nya naik.", "pdam"),
    "ends in n, with -nya": ("Kebakarannya padam.", "kebakaran"),
    "with diacritics": ("Warga Pacét berkumpul.", "pacet"),
    "diacritics apart": ("Warga Pace\u0301t berkumpul.", "pacet"),
    "fullwidth": ("ＰＤＡＭ", "pdam"),
    "a phrase": ("Universitas Gajah Mada libur.", "gajah mada"),
    "a phrase in capitals": ("GAJAH MADA DITUTUP", "gajah mada"),
    "a phrase with -nya": ("Kisah Gajah Madanya menarik.", "gajah mada"),
    "a phrase with a hyphen": ("Simpang Gajah-Mada macet.", "gajah mada"),
    "a phrase over two blanks": ("Gajah  Mada", "gajah mada"),
    "a phrase over a wrapped line's blank": ("Gajah\u00a0Mada", "gajah mada"),
    "a title with its full stop": ("Pj Wali Kota Moh. Ali hadir.", "moh ali"),
    "a title without its full stop": ("Pj Wali Kota Moh Ali hadir.", "moh ali"),
    "an apostrophe": ("Salat Jum’at pindah.", "jumat"),
    "no apostrophe": ("Salat Jumat pindah.", "jumat"),
    "an ampersand": ("Tim R&D datang.", "r d"),
}

NOT_FOUND = {
    "a longer word": "Paceto bukan desa.",
    "a longer word in front": "Desa Kepacet sepi.",
    "a longer word with a suffix": "Pacetonya ramai.",
    "glued to a number": "Pacet2 rusak.",
    "masalah is no masa": "Ini masalah dan permasalahan lama.",
    "Abdullah is no Abdul": "Abdullah datang.",
    "half a phrase": "Gajah itu lari.",
    "the other half": "Mada itu nama.",
    "turned round": "Mada Gajah",
    "a word between": "Gajah liar Mada",
    "over a full stop": "Itu gajah. Mada nama orang.",
    "over a comma": "Ada gajah, Mada, dan kuda.",
    "over a line": "Gajah\nMada",
    "over a bracket": "Gajah (Mada)",
    "a suffix within a phrase": "Gajahnya Mada",
    "nothing": "",
    "only marks": "... !? “”",
}


@pytest.mark.parametrize(("text", "word"), FOUND.values(), ids=FOUND.keys())
def test_a_followed_word_is_found(text: str, word: str) -> None:
    assert word in Keywords(FOLLOWED).match(text)


@pytest.mark.parametrize("text", NOT_FOUND.values(), ids=NOT_FOUND.keys())
def test_what_only_looks_like_it_is_not(text: str) -> None:
    assert Keywords(FOLLOWED).match(text) == set()


def test_every_word_of_a_story_is_named_once() -> None:
    text = "PDAM Pacet memperbaiki pipa di Jl. Gajah Mada. Pelanggan PDAM di Pacet diminta menampung air."
    assert Keywords(FOLLOWED).match(text) == {"pdam", "pacet", "gajah mada", "jl gajah mada"}


def test_words_are_added_and_removed_one_by_one() -> None:
    words = Keywords()
    assert words.match("PDAM di Gajah Mada") == set()
    words.add("pdam")
    words.add("PDAM")
    words.add("Gajah Mada")
    words.add("Gajah Liar")
    assert len(words) == 3
    assert "Pdam" in words
    assert words.match("PDAM di Gajah Mada") == {"pdam", "gajah mada"}
    words.remove("gajah  mada")
    words.remove("gajah mada")
    words.remove("never followed")
    assert words.match("PDAM di Gajah Mada, gajah liar") == {"pdam", "gajah liar"}
    words.remove("Gajah Liar")
    words.remove("PDAM")
    assert len(words) == 0
    assert words.match("PDAM di Gajah Mada, gajah liar") == set()


FAULTS = {
    "PDAM": None, "Pacet": None, "Gajah Mada": None, "Jl. K.H. Hasyim Asyari": None, "KA 112": None, "R&D": None,
    "  Gajah   Mada ": None, "Jum’at": None, "se-Jatim": None, "di Pacet": None, "UU": None, "x" * 40: None,
    "": Fault.TOO_SHORT, "a": Fault.TOO_SHORT, " b ": Fault.TOO_SHORT, "x" * 41: Fault.TOO_LONG,
    "air bersih di kecamatan Pacet": Fault.TOO_MANY_WORDS, "a.b.c.d.e.f.g.h.i": Fault.TOO_MANY_WORDS,
    "yang": Fault.STOP_WORD, "Di": Fault.STOP_WORD, "yang di": Fault.STOP_WORD, "dan/atau": Fault.NOT_WORDS,
    "/stop": Fault.NOT_WORDS, "https://a.example": Fault.NOT_WORDS, "😀😀": Fault.NOT_WORDS, "123": Fault.NOT_WORDS,
    "...": Fault.NOT_WORDS, "Pacet, Trawas": Fault.NOT_WORDS,
    "Mojosari/Pacet": Fault.NOT_WORDS, "Gajah. Mada": Fault.NOT_WORDS, "Pacet.": None,
    "<b>Pacet</b>": Fault.NOT_WORDS, "a\nb c": None,
}  # fmt: skip


@pytest.mark.parametrize(("word", "expected"), FAULTS.items(), ids=[repr(word)[:24] for word in FAULTS])
def test_a_residents_word_is_accepted_or_its_fault_is_named(word: str, expected: Fault | None) -> None:
    assert fault(word) == expected


TYPED = st.text(st.sampled_from("abGé1 .'’-&/JlyangNYA"), max_size=45) | st.text(max_size=45)


@settings(max_examples=400)
@given(TYPED)
def test_what_is_accepted_is_found_where_it_stands(word: str) -> None:
    if fault(word) is None:
        assert key(word) in Keywords([word]).match(f"Kabar dari {' '.join(word.split())} hari ini.")


@given(st.text(max_size=200), st.lists(st.text(max_size=30), max_size=8))
def test_any_text_and_any_words_give_followed_words_only(text: str, words: list[str]) -> None:
    assert Keywords(words).match(text) <= {key(word) for word in words}


@given(st.text(max_size=60))
def test_a_key_is_its_own_key(word: str) -> None:
    assert key(key(word)) == key(word)


HOSTILE = {
    "heads that never end": "gajah ",
    "suffixes on suffixes": "pacetnyanyanya ",
    "one endless word": "gajah",
    "marks on marks": "a\u0300\u0316",
    "full stops": ". ",
    "abbreviations": "Jl. ",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
def test_time_grows_with_the_text_and_not_with_its_square(piece: str) -> None:
    words = Keywords([*FOLLOWED, "gajah gajah", "jl jl", "a a"])
    once, twice = (lines_run(partial(words.match, piece * count)) for count in (1_000, 2_000))
    assert twice <= 2.1 * once + 100


def test_a_hundred_thousand_words_cost_a_story_what_a_thousand_cost() -> None:
    story = "PDAM Pacet memperbaiki pipa di Jl. Gajah Mada sejak Senin pagi. " * 40
    few, many = (Keywords([*FOLLOWED, *(f"kata{n}" for n in range(size))]) for size in (1_000, 100_000))
    assert lines_run(lambda: many.match(story)) == lines_run(lambda: few.match(story))
