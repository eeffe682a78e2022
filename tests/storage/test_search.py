"""The archive by words: what residents type finds what they mean, and can be nothing but words."""

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]

from bot.news.item import Item
from bot.ports import Store, Tx
from storage.sqlite.search import asked
from tests.storage.makers import NOW, hours

STORIES = {
    "banjir": ("Banjir di Pacet surut", "Air sungai sudah turun, warga Pacet membersihkan rumah dari lumpur."),
    "pasar": ("Pasar Tanjung dibuka lagi", "Pedagang menata lapak setelah banjir dua pekan lalu."),
    "jalan": ("Jalan Gajah Mada diperbaiki", "Pengerjaan di Jl. Gajah Mada memakan Rp 1.500.000.000 dari APBD."),
    "jumat": ("Salat Jum'at di lapangan", "Masjid direnovasi, jamaah salat di lapangan Pacet."),
    "sekolah": ("Sekolah Café Belajar", "Anak-anak belajar membaca di masjid NEAR pasar."),
    "lama": ("Banjir bandang tahun lalu", "Kilas balik banjir bandang."),
}


@pytest.fixture
async def archive(store: Store) -> Store:
    def work(tx: Tx) -> None:
        for n, (name, (title, text)) in enumerate(STORIES.items()):
            published = NOW - (timedelta(days=400) if name == "lama" else hours(n))
            item = Item(f"g-{name}", f"https://portal.example/{name}", title, text=text, published=published)
            tx.add_story(item, published, ["daerah"], NOW)

    await store.write(work)
    return store


async def found(store: Store, words: str, limit: int = 9, offset: int = 0) -> list[str]:
    stories = await store.read(lambda tx: tx.search(words, limit, offset))
    return [story.link.rpartition("/")[2] for story in stories]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("banjir pacet", ["banjir"]),
        ("BANJIR", ["banjir", "pasar", "lama"]),
        ("gajah mada", ["jalan"]),
        ("jl. gajah mada", ["jalan"]),
        ("1.500.000.000", ["jalan"]),
        ("jum'at", ["jumat"]),
        ("cafe", ["sekolah"]),
        ("perbaik", []),  # not the beginning of a word that stands there
        ("diperb", ["jalan"]),
        ("pasar tanju", ["pasar"]),
        ("pac", []),  # too short to be the beginning of anything
        ("di", ["banjir", "jumat", "jalan", "sekolah"]),  # nothing but words that every story has
        ("banjir di tanjung", ["pasar"]),
        ("banjir tsunami", ["banjir", "pasar", "lama"]),  # none has both
        ("tsunami", []),
        ("", []),
        ("  \t ", []),
        ("?!", []),
    ],
)
async def test_what_is_typed_finds_what_is_meant(archive: Store, words: str, names: list[str]) -> None:
    assert sorted(await found(archive, words)) == sorted(names)


async def test_a_suffix_more_or_less_finds_the_same(archive: Store) -> None:
    assert await found(archive, "banjirnya pacet") == ["banjir"]
    assert sorted(await found(archive, "masjidnya")) == ["jumat", "sekolah"]


async def test_the_headline_counts_most_and_the_newer_of_two_comes_first(archive: Store) -> None:
    assert (await found(archive, "banjir"))[0] == "banjir"
    assert (await found(archive, "banjir"))[-1] == "lama"


async def test_a_list_goes_on_where_it_ended(archive: Store) -> None:
    whole = await found(archive, "banjir")
    assert await found(archive, "banjir", 1) + await found(archive, "banjir", 9, 1) == whole
    assert await found(archive, "banjir", 9, 3) == []


async def test_what_the_portal_took_down_is_not_found(archive: Store) -> None:
    (story,) = await archive.read(lambda tx: tx.search("gajah", 9))
    await archive.write(lambda tx: tx.withdraw(story.id, NOW))
    assert await found(archive, "gajah") == []


OPERATORS = (
    '"', '""', '"banjir', "banjir*", "*", "^banjir", "NEAR(banjir pacet)", "banjir NEAR pacet", "banjir AND", "OR",
    "NOT banjir", "title:banjir", "{title}:banjir", "- title : banjir", "(banjir", "banjir)", "banjir + pacet",
    "'; DROP TABLE story; --", "\x00banjir", "banjir\x00", "ban\ud800jir", "\\", "%", "_", "banjir" * 1000,
    "a " * 5000, "🥁", "'", "a'b", "--", "/* */",
)  # fmt: skip


@pytest.mark.parametrize("words", OPERATORS, ids=range(len(OPERATORS)))
async def test_what_would_mean_something_to_the_machine_is_only_words(archive: Store, words: str) -> None:
    assert set(await found(archive, words)) <= set(STORIES)
    assert len(await found(archive, "banjir")) == 3


async def test_words_among_operators_find_as_without_them(archive: Store) -> None:
    for words in ('"banjir pacet"', "(banjir) +pacet*", "^banjir pacet", "banjir -pacet", "banjir, pacet."):
        assert await found(archive, words) == ["banjir"], words


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_query_that_fts5_takes(text: str) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5(a, tokenize='unicode61 remove_diacritics 2')")
    wanted = asked(text)
    if wanted:
        db.execute("SELECT * FROM t WHERE t MATCH ?", [" AND ".join(wanted)]).fetchall()
    db.close()


def test_of_a_long_question_the_first_words_count() -> None:
    assert len(asked(" ".join(f"kata{n}" for n in range(500)))) == 8


@pytest.mark.parametrize("seed", range(3))
async def test_of_very_many_the_newest_are_found(store: Store, seed: int) -> None:
    """A word that stands in more stories than are ranked: nothing newer is missed."""
    chance = random.Random(seed)

    def work(tx: Tx) -> None:
        for n in range(1_300):
            item = Item(
                f"g{n}", f"https://portal.example/{n}", f"Warga nomor {n}", text="Isi " + "x" * chance.randint(1, 9)
            )
            tx.add_story(item, NOW + timedelta(minutes=n), [], NOW)

    await store.write(work)
    newest = await store.read(lambda tx: tx.search("warga", 50))
    assert min(story.id for story in newest) > 300
