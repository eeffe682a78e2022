"""Deliveries: outcomes, retries, holds, the gone, and what a crash leaves behind."""

from datetime import timedelta

import pytest

from bot.chat.turn import Status as PersonStatus
from bot.delivery.plan import Broadcast, Delivery, Rank, Settled, State, Status
from bot.ports import Recovery, Store, Tx
from tests.storage.makers import (
    NOW,
    SENT,
    TELEGRAM,
    addresses,
    alert,
    codes,
    due,
    follow,
    hours,
    imported,
    settle,
    started,
    states,
    tell,
)  # fmt: skip

SOON = NOW + timedelta(minutes=1)


def queued(tx: Tx, broadcast: Broadcast, limit: int = 10) -> None:
    """All readers of the broadcast are asleep until NOW."""
    readers = tx.readers(TELEGRAM, broadcast, limit)
    tx.queue_deliveries(broadcast, [(reader, NOW) for reader in readers], NOW)


FINISHED = {
    "sent": (SENT, {"sent": 1}, {}),
    "failed": (Settled(State.FAILED, "blocked"), {"failed": 1}, {"blocked": 1}),
    "unknown": (Settled(State.UNKNOWN, "read_timeout"), {"unknown": 1}, {"read_timeout": 1}),
}


@pytest.mark.parametrize("name", FINISHED)
async def test_a_finished_attempt_is_written_once(store: Store, name: str) -> None:
    outcome, by_state, by_code = FINISHED[name]

    def work(tx: Tx) -> None:
        epoch, deliveries = started(tx, "1")
        settle(tx, deliveries, outcome, epoch)
        settle(tx, deliveries, Settled(State.FAILED, "too late"), epoch)

    await store.write(work)
    assert (await store.read(states), await store.read(codes)) == (by_state, by_code)


async def test_a_retry_comes_back_with_its_attempt_when_its_time_has_come(store: Store) -> None:
    def work(tx: Tx) -> tuple[list[Delivery], list[Delivery]]:
        epoch, deliveries = started(tx, "1")
        settle(tx, deliveries, Settled(State.QUEUED, "server", next_at=SOON), epoch)
        assert tx.next_due(TELEGRAM, NOW) == SOON
        early, late = due(tx, NOW, 9), due(tx, SOON, 9)
        tx.start_deliveries(late, epoch, SOON)
        assert tx.next_due(TELEGRAM, SOON) is None
        settle(tx, late, Settled(State.QUEUED, "server"), epoch, SOON)
        return early, late + due(tx, SOON, 9)

    early, found = await store.write(work)
    assert early == []
    assert [(d.address, d.attempt) for d in found] == [("1", 2), ("1", 3)]


async def test_those_asleep_wait_and_their_first_attempt_is_the_first(store: Store) -> None:
    def work(tx: Tx) -> list[Delivery]:
        follow(tx, "1", "daerah")
        broadcast = tell(tx)
        queued(tx, broadcast)
        queued(tx, broadcast)
        return due(tx, NOW, 9)

    assert [(d.address, d.attempt, d.story_id) for d in await store.write(work)] == [("1", 1, 1)]


async def test_an_alerts_retry_is_due_before_older_stories(store: Store) -> None:
    def work(tx: Tx) -> tuple[list[int | None], list[int | None]]:
        follow(tx, "1", "daerah")
        for name, rank in {"a": Rank.STORY, "b": Rank.ALERT, "c": Rank.DIGEST}.items():
            queued(tx, tell(tx, name, rank=rank))
        found = [[d.story_id for d in due(tx, NOW, limit)] for limit in (2, 9)]
        return found[0], found[1]

    assert await store.write(work) == ([2, 1], [2, 1, 3])


async def test_nothing_is_due_on_another_channel(store: Store) -> None:
    def work(tx: Tx) -> None:
        follow(tx, "1", "daerah")
        queued(tx, tell(tx))

    await store.write(work)
    assert await store.read(lambda tx: due(tx, NOW, 9, "whatsapp")) == []
    assert await store.read(lambda tx: tx.next_due("whatsapp", NOW)) is None


async def test_consent_is_read_again_before_a_retry(store: Store) -> None:
    def work(tx: Tx) -> list[str]:
        tx.import_subscribers([imported(n, "daerah") for n in (1, 2)], NOW)
        queued(tx, tell(tx))
        tx.import_subscribers([imported(1, "budaya")], NOW)
        return addresses(due(tx, NOW, 1))

    assert await store.write(work) == ["2"]
    assert await store.read(codes) == {"unfollowed": 1}


async def test_an_alert_waits_for_all_subscribers_and_gives_up_when_it_expires(store: Store) -> None:
    def work(tx: Tx) -> tuple[list[str], list[str]]:
        tx.import_subscribers([imported(n, "daerah") for n in (1, 2)], NOW)
        queued(tx, alert(tx, life=hours(6)))
        tx.import_subscribers([imported(1, "budaya")], NOW)
        return addresses(due(tx, NOW)), addresses(due(tx, NOW + hours(6)))

    assert await store.write(work) == (["1", "2"], [])
    assert await store.read(codes) == {"expired": 2}


CLOSED = {
    Status.CANCELLED: {"cancelled": 1},
    Status.WITHDRAWN: {"withdrawn": 1},
    Status.INTERRUPTED: {"interrupted": 1},
    Status.PAUSED: {},
}


@pytest.mark.parametrize("status", CLOSED)
async def test_nothing_of_a_broadcast_that_stands_still_is_due(store: Store, status: Status) -> None:
    def work(tx: Tx) -> list[Delivery]:
        tx.import_subscribers([imported(1, "daerah")], NOW)
        broadcast = tell(tx)
        queued(tx, broadcast)
        tx.set_status(broadcast.id, status, "", NOW)
        return due(tx, NOW)

    assert await store.write(work) == []
    assert await store.read(codes) == CLOSED[status]


async def test_looking_at_what_is_due_changes_nothing(store: Store) -> None:
    def work(tx: Tx) -> None:
        tx.import_subscribers([imported(1, "daerah")], NOW)
        queued(tx, tell(tx))
        tx.import_subscribers([imported(1, "budaya")], NOW)

    await store.write(work)
    assert await store.read(lambda tx: due(tx, NOW, 9)) == []
    assert await store.read(states) == {"queued": 1}


async def test_the_gone_are_unsubscribed_and_what_waits_for_them_is_dropped(store: Store) -> None:
    def work(tx: Tx) -> PersonStatus:
        epoch, deliveries = started(tx, "1")
        queued(tx, tell(tx, "b"))
        settle(tx, deliveries, Settled(State.FAILED, "blocked", gone=True), epoch)
        assert due(tx, NOW, 9) == []
        assert tx.readers(TELEGRAM, tell(tx, "c"), 9) == []
        return tx.person(TELEGRAM, "1").status

    assert await store.write(work) is PersonStatus.GONE
    assert await store.read(codes) == {"blocked": 1, "gone": 1}


async def test_who_came_back_while_the_attempt_was_under_way_is_not_gone(store: Store) -> None:
    def work(tx: Tx) -> PersonStatus:
        epoch, deliveries = started(tx, "1")
        tx.stop(TELEGRAM, "1", True, NOW)
        follow(tx, "1", "daerah", now=SOON)
        settle(tx, deliveries, Settled(State.FAILED, "blocked", gone=True), epoch, SOON)
        return tx.person(TELEGRAM, "1").status

    assert await store.write(work) is PersonStatus.ACTIVE


async def test_a_dead_epochs_outcome_changes_nothing(store: Store) -> None:
    def work(tx: Tx) -> tuple[Recovery, PersonStatus]:
        old, deliveries = started(tx, "1")
        recovery = tx.begin_epoch(NOW)
        settle(tx, deliveries, Settled(State.FAILED, "blocked", gone=True), old)
        settle(tx, deliveries, SENT, recovery.epoch)
        return recovery, tx.person(TELEGRAM, "1").status

    recovery, status = await store.write(work)
    assert (recovery, status) == (Recovery(2, 1, 0), PersonStatus.ACTIVE)
    assert (await store.read(states), await store.read(codes)) == ({"unknown": 1}, {"crash": 1})


async def test_an_outcome_of_a_dead_epoch_does_not_end_the_attempt_of_this_one(store: Store) -> None:
    def work(tx: Tx) -> None:
        old, deliveries = started(tx, "1")
        settle(tx, deliveries, Settled(State.QUEUED, "server"), old)
        new = tx.begin_epoch(NOW).epoch
        tx.start_deliveries(due(tx, NOW, 9), new, NOW)
        settle(tx, deliveries, Settled(State.FAILED, "too late"), old)

    await store.write(work)
    assert await store.read(states) == {"started": 1}


async def test_a_crash_makes_unknown_exactly_what_was_under_way(store: Store) -> None:
    def work(tx: Tx) -> list[Recovery]:
        epoch, deliveries = started(tx, "1", "2", "3", "4")
        settle(tx, deliveries[:1], SENT, epoch)
        settle(tx, deliveries[1:2], Settled(State.QUEUED, next_at=SOON), epoch)
        return [tx.begin_epoch(NOW), tx.begin_epoch(NOW)]

    assert await store.write(work) == [Recovery(2, 2, 0), Recovery(3, 0, 0)]
    assert await store.read(states) == {"sent": 1, "queued": 1, "unknown": 2}


async def test_a_chat_on_hold_is_told_to_the_claim_and_what_waits_for_it_waits_as_long(store: Store) -> None:
    def work(tx: Tx) -> list[object]:
        epoch, (one, _) = started(tx, "1", "2")
        queued(tx, tell(tx, "b"))
        settle(tx, [one], Settled(State.QUEUED, "flood", next_at=NOW, hold_until=SOON), epoch)
        holds = [r.hold_until for r in tx.readers(TELEGRAM, tell(tx, "c"), 9)]
        return [holds, addresses(due(tx, NOW, 9)), len(due(tx, SOON, 9))]

    assert await store.write(work) == [[SOON, None], ["2"], 3]


async def test_the_longer_hold_counts_and_a_past_one_is_forgotten(store: Store) -> None:
    def work(tx: Tx) -> list[object]:
        epoch, (one, two) = started(tx, "1", "2")
        settle(tx, [one], Settled(State.QUEUED, hold_until=SOON), epoch)
        settle(tx, [two], Settled(State.QUEUED, next_at=NOW), epoch)
        (again,) = due(tx, NOW, 9)
        assert again.address == "2"
        held = next(d for d in due(tx, SOON, 9) if d.address == "1")
        tx.start_deliveries([held], epoch, NOW)
        settle(tx, [held], Settled(State.QUEUED, hold_until=SOON - timedelta(seconds=30)), epoch)
        still = tx.readers(TELEGRAM, tell(tx, "b"), 1)[0].hold_until
        settle(tx, [], SENT, epoch, SOON)
        return [still, tx.readers(TELEGRAM, tell(tx, "c"), 1)[0].hold_until]

    assert await store.write(work) == [SOON, None]


async def test_readers_on_hold_are_queued_no_earlier_than_the_hold_ends(store: Store) -> None:
    def work(tx: Tx) -> list[str]:
        epoch, deliveries = started(tx, "1")
        settle(tx, deliveries, Settled(State.FAILED, hold_until=SOON), epoch)
        queued(tx, tell(tx, "b"))
        return addresses(due(tx, SOON - timedelta(milliseconds=1), 9))

    assert await store.write(work) == []
