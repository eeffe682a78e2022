"""Answers to people who wrote: in order, one at a time a chat, tried again after a crash."""

from datetime import datetime, timedelta

import pytest

from bot.chat.turn import Status
from bot.delivery.plan import QueuedReply, Settled, State
from bot.ports import Recovery, Store, Tx
from tests.storage.makers import (
    NOW,
    SENT,
    TELEGRAM,
    due,
    follow,
    settle,
    tell,
)
from tests.storage.makers import claim as claim_pass

SOON = NOW + timedelta(minutes=1)


def answer(tx: Tx, address: str, message: str, now: datetime = NOW) -> None:
    tx.add_reply(TELEGRAM, address, None, message, "new", now)


def claim(tx: Tx, now: datetime = NOW, limit: int = 9, epoch: int = 1) -> list[QueuedReply]:
    return tx.claim_replies(TELEGRAM, epoch, now, limit)


def finish(tx: Tx, replies: list[QueuedReply], outcome: Settled, now: datetime = NOW) -> None:
    tx.settle_replies(TELEGRAM, [(reply, outcome) for reply in replies], now)


def messages(replies: list[QueuedReply]) -> list[str]:
    return [reply.message for reply in replies]


async def test_a_reply_comes_out_as_it_was_put_in(store: Store) -> None:
    def work(tx: Tx) -> list[QueuedReply]:
        tx.add_reply(TELEGRAM, "1", "7", "[]", "replace", NOW, target="55", callback="cb")
        return claim(tx)

    assert await store.write(work) == [QueuedReply(1, "1", "7", "[]", "replace", "55", "cb", 1)]


async def test_one_at_a_time_a_chat_and_the_oldest_first(store: Store) -> None:
    def work(tx: Tx) -> list[list[str]]:
        for n, (address, message) in enumerate([("1", "a"), ("1", "b"), ("2", "c"), ("1", "d"), ("3", "e")]):
            answer(tx, address, message, NOW + timedelta(milliseconds=n))
        first = claim(tx, SOON, limit=2)
        rest = claim(tx, SOON)
        finish(tx, first, SENT)
        return [messages(first), messages(rest), messages(claim(tx, SOON))]

    assert await store.write(work) == [["a", "c"], ["e"], ["b"]]


ENDS = {
    "sent": SENT,
    "failed": Settled(State.FAILED, "bad_request"),
    "unknown": Settled(State.UNKNOWN, "read_timeout"),
}


@pytest.mark.parametrize("name", ENDS)
async def test_a_finished_answer_leaves_the_table(store: Store, name: str) -> None:
    def work(tx: Tx) -> datetime | None:
        answer(tx, "1", "a")
        finish(tx, claim(tx), ENDS[name])
        return tx.next_due(TELEGRAM, NOW)

    assert await store.write(work) is None
    assert (await store.read(lambda tx: tx.stats(NOW)))["replies"] == {}


async def test_an_answer_that_must_wait_keeps_its_place_before_later_ones(store: Store) -> None:
    def work(tx: Tx) -> list[object]:
        answer(tx, "1", "a")
        answer(tx, "1", "b")
        finish(tx, claim(tx), Settled(State.QUEUED, next_at=SOON))
        return [messages(claim(tx)), tx.next_due(TELEGRAM, NOW), [(r.message, r.attempt) for r in claim(tx, SOON)]]

    assert await store.write(work) == [[], SOON, [("a", 2)]]


async def test_only_the_attempt_that_is_under_way_can_finish(store: Store) -> None:
    def work(tx: Tx) -> list[str]:
        answer(tx, "1", "a")
        first = claim(tx)
        finish(tx, first, Settled(State.QUEUED, next_at=NOW))
        second = claim(tx)
        finish(tx, first, SENT)
        finish(tx, second, Settled(State.QUEUED, next_at=NOW))
        return messages(claim(tx))

    assert await store.write(work) == ["a"]


async def test_a_hold_keeps_answers_and_deliveries_of_that_chat_only(store: Store) -> None:
    def work(tx: Tx) -> list[object]:
        epoch = tx.begin_epoch(NOW).epoch
        follow(tx, "1", "daerah")
        settle(tx, claim_pass(tx, tell(tx), 1, epoch), Settled(State.QUEUED, next_at=NOW), epoch)
        answer(tx, "1", "a")
        answer(tx, "1", "b")
        answer(tx, "2", "c")
        finish(tx, claim(tx, limit=1), Settled(State.QUEUED, "flood", next_at=NOW, hold_until=SOON))
        answer(tx, "1", "d")
        early = [messages(claim(tx)), due(tx, NOW, 9)]
        return [*early, messages(claim(tx, SOON)), len(due(tx, SOON, 9))]

    assert await store.write(work) == [["c"], [], ["a"], 1]


async def test_a_delivery_that_meets_a_flood_holds_the_answers_too(store: Store) -> None:
    def work(tx: Tx) -> list[str]:
        epoch = tx.begin_epoch(NOW).epoch
        follow(tx, "1", "daerah")
        settle(tx, claim_pass(tx, tell(tx), 1, epoch), Settled(State.QUEUED, hold_until=SOON), epoch)
        answer(tx, "1", "a")
        return messages(claim(tx))

    assert await store.write(work) == []
    assert await store.read(lambda tx: tx.next_due(TELEGRAM, NOW)) == SOON


async def test_an_answer_follows_the_chat_to_its_new_address(store: Store) -> None:
    def work(tx: Tx) -> list[tuple[str, str]]:
        answer(tx, "1", "a")
        answer(tx, "1", "b")
        finish(tx, claim(tx), Settled(State.QUEUED, next_at=NOW, new_address="-100"))
        first = claim(tx)
        finish(tx, first, SENT)
        return [(r.address, r.message) for r in first + claim(tx)]

    assert await store.write(work) == [("-100", "a"), ("-100", "b")]


async def test_an_answer_that_finds_a_closed_door_unsubscribes(store: Store) -> None:
    def work(tx: Tx) -> Status:
        follow(tx, "1", "daerah")
        answer(tx, "1", "a")
        finish(tx, claim(tx), Settled(State.FAILED, "blocked", gone=True))
        return tx.person(TELEGRAM, "1").status

    assert await store.write(work) is Status.GONE


async def test_a_crash_tries_an_answer_once_more_and_then_lets_it_go(store: Store) -> None:
    def work(tx: Tx) -> list[object]:
        answer(tx, "1", "a")
        recoveries: list[object] = [tx.begin_epoch(NOW)]
        for epoch in (1, 2):
            claim(tx, epoch=epoch)
            recoveries.append(tx.begin_epoch(NOW))
        return [*recoveries, tx.next_due(TELEGRAM, NOW)]

    assert await store.write(work) == [Recovery(1, 0, 0), Recovery(2, 0, 1), Recovery(3, 0, 0), None]


async def test_the_earliest_of_answers_and_deliveries_is_due_next(store: Store) -> None:
    def work(tx: Tx) -> list[datetime | None]:
        seen = [tx.next_due(TELEGRAM, NOW)]
        follow(tx, "1", "daerah")
        broadcast = tell(tx)
        tx.queue_deliveries(broadcast, [(tx.readers(TELEGRAM, broadcast, 1)[0], SOON)], NOW)
        seen.append(tx.next_due(TELEGRAM, NOW))
        answer(tx, "2", "a")
        seen.append(tx.next_due(TELEGRAM, NOW))
        claim(tx)
        answer(tx, "2", "b")
        return [*seen, tx.next_due(TELEGRAM, NOW)]

    assert await store.write(work) == [None, SOON, NOW, SOON]


async def test_what_was_held_back_has_not_been_tried(store: Store) -> None:
    held_back = Settled(State.QUEUED, "held_back", next_at=NOW)

    def work(tx: Tx) -> tuple[list[int], list[int]]:
        epoch = tx.begin_epoch(NOW).epoch
        follow(tx, "1", "daerah")
        answer(tx, "1", "halo")
        replies, deliveries = claim(tx), claim_pass(tx, tell(tx), 9, epoch)
        finish(tx, replies, held_back)
        settle(tx, deliveries, held_back, epoch)
        return [reply.attempt for reply in claim(tx)], [delivery.attempt for delivery in due(tx, NOW)]

    assert await store.write(work) == ([1], [1])
