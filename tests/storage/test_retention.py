"""What is let go, what is kept, and how little of the write lock it takes."""

import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.chat.push import Draft, Stage
from bot.chat.turn import Role
from bot.delivery.content import Note
from bot.delivery.receipts import ANSWER_LIVES
from bot.flow.tidy import DELIVERIES_KEPT, PART, tidy
from bot.ports import Store, Tx
from storage import database_path
from storage.sqlite.connection import connect
from tests.storage.makers import NOW, SENT, TELEGRAM, claim, delivery, follow, imported, settle, tell

LATER = NOW + DELIVERIES_KEPT + timedelta(days=1)


def told(
    tx: Tx, *, name: str = "banjir", readers: int = 3, now: datetime = NOW, close: bool = True, epoch: int = 0
) -> int:
    """A broadcast that has reached this many readers; its id."""
    epoch = epoch or tx.begin_epoch(now).epoch
    for n in range(readers):
        follow(tx, str(n), "daerah")
    broadcast = tell(tx, name, now=now)
    started = claim(tx, broadcast, readers + 1, epoch, now)
    assert len(started) == readers
    if close:
        settle(tx, started, SENT, epoch, now)
        assert tx.close_broadcasts(now) == [broadcast.id]
    return broadcast.id


def rows(url: str, table: str) -> int:
    with closing(connect(database_path(url), writes=False, busy_seconds=1)) as db:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 — a name of the test


async def test_deliveries_of_a_month_ago_go_and_their_broadcast_stays(url: str, store: Store) -> None:
    await store.write(told)
    assert await tidy(store, LATER) == 3
    assert (rows(url, "delivery"), rows(url, "broadcast")) == (0, 1)
    assert await tidy(store, LATER) == 0


async def test_a_story_told_a_month_ago_is_not_told_again(store: Store) -> None:
    broadcast = await store.write(told)
    await tidy(store, LATER)

    def again(tx: Tx) -> int:
        (story,) = [s.id for s in tx.latest(None, 5)]
        return tx.add_broadcast("story", 2, story, ["daerah"], [TELEGRAM], LATER, LATER + timedelta(hours=1))  # type: ignore[arg-type]

    assert await store.write(again) == broadcast
    assert await store.read(lambda tx: tx.open_passes(TELEGRAM, LATER)) == []


KEPT: dict[str, tuple[Callable[[Tx], int], datetime]] = {
    "younger than that": (told, NOW + DELIVERIES_KEPT - timedelta(hours=1)),
    "still under way": (lambda tx: told(tx, close=False), LATER),
}


@pytest.mark.parametrize("case", KEPT)
async def test_what_is_kept(url: str, store: Store, case: str) -> None:
    make, now = KEPT[case]
    await store.write(make)
    assert await tidy(store, now) == 0
    assert rows(url, "delivery") == 3


async def test_an_old_broadcast_that_is_still_open_does_not_hide_the_one_after_it(url: str, store: Store) -> None:
    await store.write(lambda tx: told(tx, close=False))
    await store.write(lambda tx: told(tx, name="pasar", epoch=1))
    assert await tidy(store, LATER) == 3
    assert rows(url, "delivery") == 3


async def test_codes_and_wrong_tries_go_too(url: str, store: Store) -> None:
    def work(tx: Tx) -> None:
        tx.add_invitation("old", Role.EDITOR, NOW, NOW + timedelta(hours=24))
        tx.add_invitation("new", Role.EDITOR, LATER, LATER + timedelta(hours=24))
        tx.redeem_invitation(TELEGRAM, "1", "wrong", NOW)

    await store.write(work)
    assert await tidy(store, LATER + timedelta(days=2)) == 2
    assert (rows(url, "invitation"), rows(url, "invitation_try")) == (1, 0)


async def test_an_answer_of_which_whatsapp_said_nothing_more_goes_when_its_hour_is_over(url: str, store: Store) -> None:
    def work(tx: Tx) -> None:
        tx.begin_epoch(NOW)
        tx.open_window(tx.whatsapp_address("62811", None, NOW), NOW, NOW)
        tx.add_reply("whatsapp", "62811", None, "[]", "new", NOW)
        (reply,) = tx.claim_replies("whatsapp", 1, NOW, 9)
        tx.settle_replies("whatsapp", [(reply, SENT)], NOW)

    await store.write(work)
    await tidy(store, NOW + ANSWER_LIVES)
    assert rows(url, "whatsapp_answer") == 1
    assert await tidy(store, NOW + ANSWER_LIVES + timedelta(seconds=1)) == 1
    assert rows(url, "whatsapp_answer") == 0


async def test_no_part_is_larger_than_asked(store: Store) -> None:
    await store.write(lambda tx: told(tx, readers=7))
    parts = [await store.write(lambda tx: tx.forget_old(LATER, 3)) for _ in range(4)]
    assert parts == [3, 3, 1, 0]


async def test_a_part_of_a_broadcast_to_a_city_takes_the_write_lock_for_less_than_50_ms(store: Store) -> None:
    def city(tx: Any) -> None:
        epoch = tx.begin_epoch(NOW).epoch
        tx.import_subscribers([imported(n, "daerah") for n in range(40_000)], NOW)
        for name in ("banjir", "pasar"):
            broadcast = tell(tx, name)
            started = [delivery(broadcast, reader) for reader in tx.readers(TELEGRAM, broadcast, 50_000)]
            tx.start_deliveries(started, epoch, NOW)
            tx.move_pass(TELEGRAM, broadcast, 10**9, done=True)
            settle(tx, started, SENT, epoch)
        tx.close_broadcasts(NOW)

    await store.write(city)
    before, took = LATER - DELIVERIES_KEPT, []

    def part(tx: Tx) -> int:
        began = time.thread_time()
        dropped = tx.forget_old(before, PART)
        took.append(time.thread_time() - began)
        return dropped

    dropped = 0
    while (now := await store.write(part)) > 0:
        dropped += now
    assert dropped == 80_000
    assert sorted(took)[len(took) * 9 // 10] < 0.05


def draft(number: int, **fields: Any) -> Draft:
    return Draft(number, 1, TELEGRAM, "7", note=Note("Isi."), **fields)


async def test_drafts_and_screens_of_a_month_ago_go_and_those_of_what_still_lives_stay(url: str, store: Store) -> None:
    async def told_and_shown(*, close: bool, name: str) -> int:
        broadcast = await store.write(lambda tx: told(tx, name=name, close=close))
        await store.write(lambda tx: tx.watch_on(broadcast, TELEGRAM, "7", "55", NOW))
        return broadcast

    over, running = await told_and_shown(close=True, name="a"), await told_and_shown(close=False, name="b")

    def work(tx: Tx) -> None:
        tx.keep_draft(draft(1), NOW)
        tx.keep_draft(draft(2, broadcast_id=over, stage=Stage.SENT), NOW)
        tx.keep_draft(draft(3, broadcast_id=running, stage=Stage.SENT), NOW)
        tx.keep_draft(draft(4), LATER)
        (ended,) = [screen for screen in tx.screens_due(NOW, 9) if screen.broadcast_id == over]
        tx.screen_shown(ended, "done", None)
        tx.keep_nonce(TELEGRAM, "7", "abcde", NOW, 20)
        tx.keep_nonce(TELEGRAM, "8", "abcde", LATER, 20)

    await store.write(work)
    await tidy(store, LATER)
    kept = await store.read(lambda tx: [number for number in range(1, 5) if tx.draft(number) is not None])
    assert kept == [3, 4]
    screens = await store.read(lambda tx: tx.screens_due(LATER, 9))
    assert [screen.broadcast_id for screen in screens] == [running]
    assert rows(url, "push_screen") == 1
    assert await store.read(lambda tx: [tx.nonces(TELEGRAM, address) for address in ("7", "8")]) == [[], ["abcde"]]


async def test_the_number_of_a_draft_that_was_let_go_is_never_given_again(store: Store) -> None:
    await store.write(lambda tx: tx.keep_draft(draft(1), NOW))
    await tidy(store, LATER)
    assert await store.read(lambda tx: tx.next_draft()) == 2
