"""What comes in after a restore about the time that was lost: it finds nothing, and nothing new has its name."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.delivery.content import Note
from bot.delivery.plan import Delivery, Rank, Settled, State
from bot.delivery.receipts import DeliveryTag, ReplyTag, tag_of, tag_of_reply
from bot.ports import Store, Tx
from storage import back_up, lock_database, restoration
from tests.storage.conftest import MakeStore
from tests.storage.makers import NOW, follow, hours, story
from tests.storage.test_store_whatsapp_receipts import SARI, WA, receipt, rows, started

BACKUP, LOST, RESTORED = NOW + hours(0.1), NOW + hours(1), NOW + hours(2)
MORE = 1_000_000  # ids that may have been given in the time that was lost


def restore(url: str, file: Path, now: datetime = RESTORED) -> None:
    with lock_database(url, now=now), restoration(url, file, now=now) as restoring:
        restoring.put_in_place(lambda _body: False)


def sari(tx: Tx) -> None:
    follow(tx, tx.whatsapp_address(SARI, None, NOW), "daerah", channel=WA)


def says(tx: Tx, text: str, at: datetime) -> int:
    return tx.add_broadcast("alert", Rank.ALERT, None, ["daerah"], [WA], at, at + hours(6), note=Note(text))


async def begun(url: str, make_store: MakeStore, work: Callable[[Tx], Any] = sari) -> tuple[Store, Path]:
    """A store in which this has happened, and its backup."""
    store = make_store()
    await store.write(work)
    return store, back_up(url, None, now=BACKUP).file


async def test_a_receipt_of_the_lost_time_leaves_a_new_alert_waiting(url: str, make_store: MakeStore) -> None:
    store, file = await begun(url, make_store)

    def lost(tx: Tx) -> DeliveryTag:
        epoch = tx.begin_epoch(LOST).epoch
        says(tx, "Jembatan ditutup.", LOST)
        (delivery,) = started(tx, tx.open_passes(WA, LOST)[0], epoch)
        tx.settle(WA, [(delivery, Settled(State.SENT, message_id="wamid.lost"))], epoch, LOST)
        return tag_of(delivery)

    tag = await store.write(lost)
    store.close()
    restore(url, file)

    def after(tx: Tx) -> list[tuple[str, str | None, str | None]]:
        tx.stand_still("")
        says(tx, "Sungai meluap.", RESTORED)
        (found,) = tx.open_passes(WA, RESTORED)
        (reader,) = tx.readers(WA, found, 9)
        tx.start_deliveries([Delivery(found.id, None, reader.subscriber_id, SARI, None, "id")], 9, RESTORED)
        tx.take_receipts([receipt(tag, "read", "wamid.lost")], RESTORED)
        return [*rows(tx), *tx.conn.execute("SELECT kind, a, b FROM whatsapp_early")]  # type: ignore[attr-defined]

    assert await make_store().write(after) == [("started", None, None)]


def ids(tx: Tx, now: datetime) -> dict[str, int]:
    """One more of everything whose id leaves the house."""
    tx.open_window(SARI, now, now)
    tx.add_reply(WA, SARI, None, "{}", "new", now)
    last = tx.conn.execute("SELECT max(id) FROM reply").fetchone()[0]  # type: ignore[attr-defined]
    return {
        "subscriber": follow(tx, f"{now:%d%H%M}", "daerah"), "broadcast": says(tx, "Awas", now), "reply": last,
        "story": story(tx, f"{now:%d%H%M}"), "draft": tx.next_draft(),
        "feed on offer": tx.offer_feed("https://portal.example/feed/", "Portal", now).id,
    }  # fmt: skip


@pytest.mark.parametrize("before", [True, False], ids=["in use before the backup", "not in use yet"])
async def test_no_id_is_given_again(url: str, make_store: MakeStore, before: bool) -> None:
    store, file = await begun(url, make_store, (lambda tx: ids(tx, NOW)) if before else (lambda _tx: None))
    lost = await store.write(lambda tx: ids(tx, LOST))
    store.close()
    restore(url, file)
    again = make_store()
    first = await again.write(lambda tx: ids(tx, RESTORED))
    second = await again.write(lambda tx: ids(tx, RESTORED + hours(1)))
    assert {name for name, given in lost.items() if first[name] < given + MORE} == set()
    assert second["story"] == first["story"] + 1


async def test_a_backup_that_is_restored_twice_gives_other_ids_each_time(url: str, make_store: MakeStore) -> None:
    store, file = await begun(url, make_store, lambda tx: ids(tx, NOW))
    store.close()
    given = []
    for days in (1, 2):
        at = NOW + timedelta(days=days)
        restore(url, file, at)
        again = make_store()
        given.append(await again.write(lambda tx, at=at: ids(tx, at)))  # type: ignore[misc]
        again.close()
    assert {name for name, first in given[0].items() if given[1][name] < first + 100_000} == set()


async def test_buttons_of_before_are_sealed_no_more(url: str, make_store: MakeStore) -> None:
    store, file = await begun(url, make_store, lambda tx: tx.button_key())
    before = await store.read(lambda tx: tx.button_key())
    store.close()
    restore(url, file)
    after = await make_store().read(lambda tx: tx.button_key())
    assert len(after) == len(before)
    assert after != before


async def test_an_answer_of_before_does_not_leave_again_when_it_is_refused(url: str, make_store: MakeStore) -> None:
    def answered(tx: Tx) -> ReplyTag:
        sari(tx)
        tx.open_window(SARI, NOW, NOW)
        tx.add_reply(WA, SARI, None, "{}", "new", NOW)
        (reply,) = tx.claim_replies(WA, 1, NOW, 9)
        tx.settle_replies(WA, [(reply, Settled(State.SENT, message_id="wamid.1"))], NOW)
        return tag_of_reply(reply)

    tags: list[ReplyTag] = []
    store, file = await begun(url, make_store, lambda tx: tags.append(answered(tx)))
    store.close()
    restore(url, file)

    def refused(tx: Tx) -> int:
        tx.take_receipts([receipt(tags[0], "failed", code="server_error")], RESTORED)
        return len(tx.claim_replies(WA, 1, RESTORED + hours(1), 9))

    assert await make_store().write(refused) == 0
