"""People: joining, changing, leaving, coming back; drafts and kept stories."""

import pytest

from bot.chat.turn import Person, Role, Status
from bot.ports import Store, Tx
from tests.storage.makers import (
    NOW,
    TELEGRAM,
    codes,
    due,
    follow,
    hours,
    imported,
    states,
    story,
    tell,
    topics,
)


def rows(tx: Tx) -> dict[str, tuple[str, ...]]:
    return {s.address: s.categories for _, s in tx.subscribers(0, 100)}


async def test_a_stranger_is_new_and_is_not_written_down(store: Store) -> None:
    person = await store.read(lambda tx: tx.person(TELEGRAM, "1", "en"))
    assert person == Person(TELEGRAM, "1", Status.NEW, Role.RESIDENT, "en")
    assert (await store.read(lambda tx: tx.stats(NOW)))["subscribers"] == {}


async def test_following_makes_a_subscriber_with_consent(store: Store) -> None:
    def work(tx: Tx) -> Person:
        tx.follow(TELEGRAM, "1", {"daerah", "hukrim"}, False, "ya", (1260, 300), "en", NOW, thread="9")
        return tx.person(TELEGRAM, "1", "id")

    person = await store.write(work)
    assert person.categories == {"daerah", "hukrim"}
    assert (person.status, person.language, person.quiet, person.follows_all) == (
        Status.ACTIVE, "en", (1260, 300), False,
    )  # fmt: skip
    ((_, kept),) = await store.read(lambda tx: tx.subscribers(0, 10))
    assert (kept.consent_at, kept.thread, kept.language) == (NOW, "9", "en")


async def test_changing_topics_replaces_them_and_keeps_consent_quiet_and_language(store: Store) -> None:
    def work(tx: Tx) -> Person:
        tx.follow(TELEGRAM, "1", {"daerah", "hukrim"}, False, "ya", (1260, 300), "en", NOW)
        tx.follow(TELEGRAM, "1", {"budaya", "hukrim"}, False, "lagi", None, "id", NOW + hours(1))
        return tx.person(TELEGRAM, "1")

    person = await store.write(work)
    assert (person.categories, person.quiet, person.language) == (topics("budaya", "hukrim"), (1260, 300), "en")
    ((_, kept),) = await store.read(lambda tx: tx.subscribers(0, 10))
    assert kept.consent_at == NOW


async def test_those_who_follow_all_follow_nothing_else_and_can_go_back_to_a_choice(store: Store) -> None:
    def work(tx: Tx) -> tuple[Person, Person]:
        follow(tx, "1", "daerah")
        follow(tx, "1", "daerah", "*")
        everything = tx.person(TELEGRAM, "1")
        follow(tx, "1", "daerah")
        return everything, tx.person(TELEGRAM, "1")

    everything, choice = await store.write(work)
    assert (everything.follows_all, everything.categories) == (True, frozenset())
    assert (choice.follows_all, choice.categories) == (False, topics("daerah"))


async def test_the_same_address_on_another_channel_is_another_person(store: Store) -> None:
    def work(tx: Tx) -> tuple[Person, Person]:
        follow(tx, "1", "daerah")
        follow(tx, "1", "budaya", channel="whatsapp")
        tx.stop("whatsapp", "1", False, NOW)
        return tx.person(TELEGRAM, "1"), tx.person("whatsapp", "1")

    here, there = await store.write(work)
    assert (here.status, here.categories) == (Status.ACTIVE, topics("daerah"))
    assert (there.status, there.categories) == (Status.STOPPED, frozenset())


async def test_stopping_drops_topics_drafts_and_what_was_queued(store: Store) -> None:
    def work(tx: Tx) -> Person:
        follow(tx, "1", "daerah")
        broadcast = tell(tx)
        tx.queue_deliveries(broadcast, [(tx.readers(TELEGRAM, broadcast, 1)[0], NOW)], NOW)
        tx.set_draft(TELEGRAM, "1", {"budaya"})
        tx.stop(TELEGRAM, "1", False, NOW)
        assert due(tx, NOW, 10) == []
        return tx.person(TELEGRAM, "1")

    person = await store.write(work)
    assert (person.status, person.categories, person.draft) == (Status.STOPPED, frozenset(), None)
    assert await store.read(codes) == {"stopped": 1}


async def test_what_waits_for_a_topic_that_is_followed_no_more_is_dropped(store: Store) -> None:
    def work(tx: Tx) -> None:
        follow(tx, "1", "daerah", "budaya")
        for name, category in {"a": "daerah", "b": "budaya"}.items():
            broadcast = tell(tx, name, [category])
            tx.queue_deliveries(broadcast, [(tx.readers(TELEGRAM, broadcast, 1)[0], NOW)], NOW)
        follow(tx, "1", "budaya")

    await store.write(work)
    assert await store.read(codes) == {"unfollowed": 1}
    assert (await store.read(states))["queued"] == 1


async def test_stopping_is_remembered_of_a_stranger(store: Store) -> None:
    def work(tx: Tx) -> int:
        tx.stop(TELEGRAM, "1", False, NOW)
        return tx.import_subscribers([imported(1, "daerah", consent_at=NOW - hours(1))], NOW)

    assert await store.write(work) == 0
    assert (await store.read(lambda tx: tx.person(TELEGRAM, "1"))).status is Status.STOPPED


LEAVINGS = {
    "their own word": ([False], Status.STOPPED),
    "the platform's": ([True], Status.GONE),
    "their own word outlives the platform's": ([False, True], Status.STOPPED),
    "their own word after the platform's": ([True, False], Status.STOPPED),
}


@pytest.mark.parametrize("name", LEAVINGS)
async def test_leaving(store: Store, name: str) -> None:
    words, status = LEAVINGS[name]

    def work(tx: Tx) -> Status:
        follow(tx, "1", "daerah")
        for gone in words:
            tx.stop(TELEGRAM, "1", gone, NOW)
        return tx.person(TELEGRAM, "1").status

    assert await store.write(work) is status


async def test_coming_back_is_a_new_consent(store: Store) -> None:
    def work(tx: Tx) -> Person:
        tx.follow(TELEGRAM, "1", {"daerah"}, False, "ya", (1260, 300), "id", NOW)
        tx.stop(TELEGRAM, "1", False, NOW)
        tx.follow(TELEGRAM, "1", {"budaya"}, False, "ya lagi", None, "en", NOW + hours(5))
        return tx.person(TELEGRAM, "1")

    person = await store.write(work)
    assert (person.status, person.categories, person.quiet) == (Status.ACTIVE, topics("budaya"), None)
    ((_, kept),) = await store.read(lambda tx: tx.subscribers(0, 10))
    assert kept.consent_at == NOW + hours(5)


async def test_a_strangers_language_and_ticks_are_remembered_but_make_no_subscriber(store: Store) -> None:
    def work(tx: Tx) -> tuple[Person, Person]:
        tx.set_draft(TELEGRAM, "1", {"daerah"})
        ticks = tx.person(TELEGRAM, "1", "en")
        tx.set_language(TELEGRAM, "1", "id")
        tx.set_draft(TELEGRAM, "1", set())
        return ticks, tx.person(TELEGRAM, "1", "en")

    ticks, person = await store.write(work)
    assert (ticks.status, ticks.draft, ticks.language) == (Status.NEW, topics("daerah"), "en")
    assert (person.language, person.draft) == ("id", frozenset())
    assert await store.read(rows) == {}


async def test_forgetting_ticks_of_a_stranger_writes_nothing(store: Store) -> None:
    await store.write(lambda tx: tx.set_draft(TELEGRAM, "1", None))
    assert (await store.read(lambda tx: tx.stats(NOW)))["subscribers"] == {}


async def test_following_ends_the_draft(store: Store) -> None:
    def work(tx: Tx) -> Person:
        tx.set_draft(TELEGRAM, "1", {"daerah"})
        follow(tx, "1", "daerah")
        return tx.person(TELEGRAM, "1")

    assert (await store.write(work)).draft is None


async def test_kept_stories_come_newest_first_each_once_and_can_be_let_go(store: Store) -> None:
    def work(tx: Tx) -> tuple[list[str], list[str], list[str]]:
        a, b, c = (story(tx, name) for name in "abc")
        for n, story_id in enumerate((b, a, c, b)):
            tx.save_story(TELEGRAM, "1", story_id, True, NOW + hours(n))
        tx.save_story(TELEGRAM, "1", c, False, NOW)
        tx.save_story(TELEGRAM, "stranger", c, False, NOW)
        kept = [s.title for s in tx.saved(TELEGRAM, "1", 10)]
        return kept, [s.title for s in tx.saved(TELEGRAM, "1", 1)], [s.title for s in tx.saved(TELEGRAM, "2", 10)]

    assert await store.write(work) == (["Judul a", "Judul b"], ["Judul a"], [])
