"""Moves: a chat with a new address keeps its subscription, and two that become one are one."""

import pytest

from bot.chat.turn import Role, Status
from bot.delivery.plan import Delivery, Settled, State
from bot.ports import Store, Tx
from tests.storage.makers import (
    NOW,
    SENT,
    TELEGRAM,
    claim,
    due,
    follow,
    hours,
    settle,
    started,
    states,
    story,
    tell,
)

MOVED = Settled(State.QUEUED, "migrated", next_at=NOW, new_address="-100")


async def test_a_chat_that_moved_is_sent_to_at_its_new_address(store: Store) -> None:
    def work(tx: Tx) -> list[Delivery]:
        epoch, deliveries = started(tx, "1")
        settle(tx, deliveries, MOVED, epoch)
        assert tx.person(TELEGRAM, "1").status is Status.NEW
        assert tx.person(TELEGRAM, "-100").categories == {"daerah"}
        return due(tx, NOW, 9)

    assert [(d.address, d.attempt) for d in await store.write(work)] == [("-100", 2)]


async def test_a_chat_that_moved_to_a_subscriber_becomes_that_subscriber(store: Store) -> None:
    def work(tx: Tx) -> list[tuple[str, tuple[str, ...]]]:
        epoch, deliveries = started(tx, "1", "2")
        follow(tx, "-100", "budaya")
        tx.save_story(TELEGRAM, "1", story(tx, "kept"), True, NOW)
        tx.add_invitation("code", Role.EDITOR, NOW, NOW + hours(1))
        tx.redeem_invitation(TELEGRAM, "1", "code", NOW)
        settle(tx, deliveries, SENT, epoch)
        settle(tx, claim(tx, tell(tx, "b"), 1, epoch), MOVED, epoch)
        person = tx.person(TELEGRAM, "-100")
        assert (person.role, len(tx.saved(TELEGRAM, "-100", 9))) == (Role.EDITOR, 1)
        return [(s.address, s.categories) for _, s in tx.subscribers(0, 9)]

    assert await store.write(work) == [("2", ("daerah",)), ("-100", ("budaya",))]
    assert (await store.read(lambda tx: tx.stats(NOW)))["followers"] == {TELEGRAM: {"budaya": 1, "daerah": 1}}


async def test_what_was_under_way_to_the_old_address_goes_on_to_the_subscriber_at_the_new_one(store: Store) -> None:
    def work(tx: Tx) -> list[Delivery]:
        epoch, deliveries = started(tx, "1")
        follow(tx, "-100", "daerah")
        settle(tx, deliveries, MOVED, epoch)
        return due(tx, NOW, 9)

    assert [(d.address, d.attempt) for d in await store.write(work)] == [("-100", 2)]


async def test_who_moved_onto_a_subscriber_that_had_the_story_gets_no_second_copy(store: Store) -> None:
    def work(tx: Tx) -> list[Delivery]:
        epoch, deliveries = started(tx, "1", "-100")
        settle(tx, deliveries[1:], SENT, epoch)
        settle(tx, deliveries[:1], MOVED, epoch)
        return due(tx, NOW, 9)

    assert await store.write(work) == []
    assert await store.read(states) == {"sent": 1}


async def test_a_stop_at_the_new_address_is_a_stop(store: Store) -> None:
    def work(tx: Tx) -> Status:
        epoch, deliveries = started(tx, "1")
        tx.stop(TELEGRAM, "-100", False, NOW)
        settle(tx, deliveries, MOVED, epoch)
        assert due(tx, NOW, 9) == []
        return tx.person(TELEGRAM, "-100").status

    assert await store.write(work) is Status.STOPPED
    assert await store.read(lambda tx: tx.subscribers(0, 9)) == []


async def test_who_only_chose_a_language_at_the_new_address_keeps_the_subscription(store: Store) -> None:
    def work(tx: Tx) -> Status:
        epoch, deliveries = started(tx, "1")
        tx.set_language(TELEGRAM, "-100", "en")
        settle(tx, deliveries, MOVED, epoch)
        return tx.person(TELEGRAM, "-100").status

    assert await store.write(work) is Status.ACTIVE
    assert len(await store.read(lambda tx: due(tx, NOW, 9))) == 1


async def test_a_new_subscriber_is_never_taken_for_one_that_was_dropped(store: Store) -> None:
    """Ids are not given twice: else a newcomer would stand inside an older snapshot, or have "had" its story."""

    def work(tx: Tx) -> tuple[int, int]:
        follow(tx, "-100", "daerah")
        epoch, deliveries = started(tx, "-100", "1")
        dropped = deliveries[-1].subscriber_id
        settle(tx, deliveries[-1:], MOVED, epoch)
        return dropped, follow(tx, "new", "daerah")

    dropped, new = await store.write(work)
    assert new > dropped


@pytest.mark.parametrize(("here", "there"), [(1, 2), (0, 2), (2, 0)])
async def test_what_both_had_today_counts_for_the_limit_of_the_one(store: Store, here: int, there: int) -> None:
    def work(tx: Tx) -> int:
        for address in ("-100", "1"):
            tx.follow(TELEGRAM, address, {"daerah"}, False, "ya", None, "id", NOW, None, 9)
        epoch = tx.begin_epoch(NOW).epoch
        deliveries = claim(tx, tell(tx, "b"), 2, epoch)
        kept, moved = (d.subscriber_id for d in deliveries)
        tx.count_today([*here * [kept], *there * [moved]], NOW.toordinal())
        settle(tx, deliveries[1:], MOVED, epoch)
        [reader] = tx.readers(TELEGRAM, tell(tx, "c"), 9)
        return reader.day_count

    assert await store.write(work) == here + there
