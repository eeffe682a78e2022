"""Followed words: subscriptions like those of topics, found by their own index, never shown."""

from contextlib import closing
from datetime import timedelta

import pytest

from bot.news.following import category_of, is_word, word_of
from bot.ports import Store, Tx
from storage import database_path
from storage.sqlite.connection import connect
from tests.storage.makers import NOW, TELEGRAM, addresses, codes, follow, imported, story, tell


async def test_a_word_is_followed_and_let_go_however_it_is_written(store: Store) -> None:
    def work(tx: Tx) -> None:
        follow(tx, "1", "daerah")
        assert tx.follow_word(TELEGRAM, "1", "PDAM")
        assert tx.follow_word(TELEGRAM, "1", "Gajah Mada")
        assert not tx.follow_word(TELEGRAM, "1", " pdam ")
        assert tx.words_of(TELEGRAM, "1") == ["gajah mada", "pdam"]
        assert tx.unfollow_word(TELEGRAM, "1", "Pdam", NOW)
        assert not tx.unfollow_word(TELEGRAM, "1", "Pdam", NOW)
        assert tx.words_of(TELEGRAM, "1") == ["gajah mada"]

    await store.write(work)


async def test_only_a_subscriber_follows_words(store: Store) -> None:
    def work(tx: Tx) -> list[bool]:
        follow(tx, "1", "daerah")
        tx.stop(TELEGRAM, "1", False, NOW)
        tx.set_language(TELEGRAM, "2", "id")
        return [tx.follow_word(TELEGRAM, address, "pacet") for address in "123"]

    assert await store.write(work) == [False, False, False]


async def test_a_person_shows_topics_and_no_words(store: Store) -> None:
    def work(tx: Tx) -> None:
        follow(tx, "1", "daerah", "zakat")
        for word in ("aaa", "kali", "zzz"):
            tx.follow_word(TELEGRAM, "1", word)
        assert tx.person(TELEGRAM, "1").categories == {"daerah", "zakat"}
        tx.follow(TELEGRAM, "1", {"budaya"}, False, "ya", None, "id", NOW)  # other topics, the same words
        assert tx.person(TELEGRAM, "1").categories == {"budaya"}
        assert tx.words_of(TELEGRAM, "1") == ["aaa", "kali", "zzz"]
        assert tx.stats(NOW)["followers"] == {TELEGRAM: {"budaya": 1, "kata:*": 3}}
        assert [row.categories for _, row in tx.subscribers(0, 9)] == [("budaya",)]

    await store.write(work)


@pytest.mark.parametrize("way", ["stops", "is gone"])
async def test_whoever_leaves_follows_no_words(store: Store, way: str) -> None:
    def work(tx: Tx) -> None:
        follow(tx, "1", "daerah")
        tx.follow_word(TELEGRAM, "1", "pacet")
        tx.stop(TELEGRAM, "1", way == "is gone", NOW)
        assert tx.words_of(TELEGRAM, "1") == []
        assert tx.changed_words(0)[1] == [("pacet", False)]

    await store.write(work)


async def test_what_changes_is_told_once(store: Store) -> None:
    def work(tx: Tx) -> None:
        for address in "12":
            follow(tx, address, "daerah")
            tx.follow_word(TELEGRAM, address, "pacet")
        seen, changed = tx.changed_words(0)
        assert changed == [("pacet", True)]
        assert tx.changed_words(seen) == (seen, [])
        tx.unfollow_word(TELEGRAM, "1", "pacet", NOW)
        assert tx.changed_words(seen) == (seen, [])  # somebody follows it still
        tx.unfollow_word(TELEGRAM, "2", "pacet", NOW)
        later, changed = tx.changed_words(seen)
        assert (later > seen, changed) == (True, [("pacet", False)])
        tx.follow_word(TELEGRAM, "2", "pacet")
        assert tx.changed_words(later)[1] == [("pacet", True)]

    await store.write(work)


async def test_followers_of_a_word_are_readers_of_the_story_each_once(store: Store) -> None:
    def work(tx: Tx) -> None:
        follow(tx, "1", "daerah")
        follow(tx, "2", "budaya")
        follow(tx, "3", "budaya")
        for address in "12":
            tx.follow_word(TELEGRAM, address, "pacet")
        broadcast = tell(tx, categories=("daerah", category_of("Pacet")))
        assert addresses(tx.readers(TELEGRAM, broadcast, 9)) == ["1", "2"]
        assert tx.stories([broadcast.story_id or 0])[broadcast.story_id or 0].categories == ("daerah",)
        assert tx.story_audience(broadcast.story_id or 0) == ("daerah", "kata:pacet")
        assert [sent.categories for sent in tx.broadcasts(1)] == [("daerah",)]
        assert tx.weekly_volume(NOW) == {"daerah": 1}

    await store.write(work)


async def test_a_story_with_more_words_than_a_query_can_join_reaches_all_their_followers(store: Store) -> None:
    def work(tx: Tx) -> None:
        words = [f"kata{n}" for n in range(1_000)]
        for n, word in enumerate(words):
            follow(tx, str(n), "budaya")
            tx.follow_word(TELEGRAM, str(n), word)
        broadcast = tell(tx, categories=[category_of(word) for word in words])
        assert len(tx.readers(TELEGRAM, broadcast, 2_000)) == 1_000
        assert addresses(tx.readers(TELEGRAM, broadcast, 3)) == ["0", "1", "2"]

    await store.write(work)


async def test_a_queued_story_is_dropped_with_the_word_and_kept_by_a_topic(store: Store) -> None:
    def work(tx: Tx) -> None:
        for address, topic in (("1", "budaya"), ("2", "daerah")):
            follow(tx, address, topic)
            tx.follow_word(TELEGRAM, address, "pacet")
        broadcast = tell(tx, categories=("daerah", "kata:pacet"))
        readers = tx.readers(TELEGRAM, broadcast, 9)
        tx.queue_deliveries(broadcast, [(reader, NOW) for reader in readers], NOW)
        for address in "12":
            tx.unfollow_word(TELEGRAM, address, "pacet", NOW)
        assert codes(tx) == {"unfollowed": 1}

    await store.write(work)


async def test_a_digest_owes_what_a_word_was_in(store: Store) -> None:
    def work(tx: Tx) -> None:
        one, two = follow(tx, "1", "budaya"), follow(tx, "2", "budaya")
        tx.follow_word(TELEGRAM, "1", "pacet")
        tell(tx, categories=("daerah", "kata:pacet"))
        tellings = tx.tellings(TELEGRAM, NOW + timedelta(seconds=1))
        owings = tx.owings(TELEGRAM, [one, two], tellings, NOW)
        assert (dict(owings[one].follows), dict(owings[two].follows)) == ({"kata:pacet": 0}, {})

    await store.write(work)


async def test_a_hundred_thousand_words_do_not_slow_down_who_looks_at_one_person(url: str, store: Store) -> None:
    """A person is looked up with every message; so is a page of subscribers."""

    def many(tx: Tx) -> None:
        tx.import_subscribers([imported(n, "daerah", "zakat") for n in range(200)], NOW)
        for n in range(200):
            for k in range(20):
                tx.follow_word(TELEGRAM, str(n), f"kata{n}nomor{k}")

    await store.write(many)
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with closing(connect(database_path(url), writes=False, busy_seconds=1)) as db:
        from storage.sqlite.tx import SqliteTx  # noqa: PLC0415 — one test looks behind the curtain

        db.conn.set_progress_handler(count, 100)  # called every 100 steps of SQLite's machine
        assert SqliteTx(db, writes=False).person(TELEGRAM, "7").categories == {"daerah", "zakat"}
        db.conn.set_progress_handler(None, 100)
    assert steps < 10


async def test_words_of_a_story_are_no_topics_of_a_list(store: Store) -> None:
    def work(tx: Tx) -> None:
        story(tx, "banjir", ("daerah", "kata:pacet"))
        assert [s.categories for s in tx.latest(None, 9)] == [("daerah",)]

    await store.write(work)


def test_a_word_is_a_category_and_back() -> None:
    assert category_of("Jl. Gajah  Mada") == "kata:jl gajah mada"
    assert word_of(category_of("PDAM")) == "pdam"
    assert is_word("kata:pdam")
    assert not is_word("kata")
