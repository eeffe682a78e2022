"""What statuses say of a reader: which of them show that they are reached, or that they are spared no more."""

from datetime import datetime

import pytest

from bot.chat.turn import Status
from bot.delivery.plan import Rank, Settled, State
from bot.delivery.receipts import DeliveryTag, tag_of
from bot.ports import Store, Tx
from tests.storage.makers import NOW, follow, hours, story
from tests.storage.test_store_whatsapp_receipts import SARI, WA, receipt, started


def sent(tx: Tx, epoch: int, n: int, now: datetime = NOW, *, early: tuple[str, ...] = ()) -> DeliveryTag:
    """A story that the platform took; these words about it come before its answer is written."""
    tx.add_broadcast("story", Rank.STORY, story(tx, f"s{n}"), ["daerah"], [WA], now, now + hours(12))
    (delivery,) = started(tx, tx.open_passes(WA, now)[0], epoch)
    tx.conn.execute("UPDATE delivery SET started_at = ? WHERE broadcast_id = ?",  # type: ignore[attr-defined]
                    [int(now.timestamp() * 1000), delivery.broadcast_id])  # fmt: skip
    tag = tag_of(delivery)
    tx.take_receipts([receipt(tag, word, f"w{n}") for word in early], now)
    tx.settle(WA, [(delivery, Settled(State.SENT, message_id=f"w{n}"))], epoch, now)
    tx.close_broadcasts(now)
    return tag


WORDS = {
    "a status that says it was sent": ("sent", (), Status.GONE),
    "one that it was delivered": ("delivered", (), Status.ACTIVE),
    "one that it was read": ("read", (), Status.ACTIVE),
    "an early one that it was sent": ("", ("sent",), Status.GONE),
    "an early one that it was delivered": ("", ("delivered",), Status.ACTIVE),
}


@pytest.mark.parametrize(("word", "early", "status"), WORDS.values(), ids=WORDS)
async def test_three_undeliverable_in_a_row_are_interrupted_by_what_reaches_the_phone_alone(
    store: Store, word: str, early: tuple[str, ...], status: Status
) -> None:
    """Each message is taken by the platform and said to be sent first, also those that cannot be delivered."""

    def work(tx: Tx) -> Status:
        epoch = tx.begin_epoch(NOW).epoch
        follow(tx, tx.whatsapp_address(SARI, None, NOW), "daerah", channel=WA)
        for n in (1, 2, 4):
            tag = sent(tx, epoch, n)
            tx.take_receipts([receipt(tag, "failed", f"w{n}", "undeliverable")], NOW)
            if n == 2:
                between = sent(tx, epoch, 3, early=early)
                tx.take_receipts([receipt(between, word, "w3")] if word else [], NOW)
        return tx.person(WA, SARI).status

    assert await store.write(work) is status


async def test_a_late_word_that_a_failed_message_was_delivered_interrupts_nothing(store: Store) -> None:
    def work(tx: Tx) -> Status:
        epoch = tx.begin_epoch(NOW).epoch
        follow(tx, tx.whatsapp_address(SARI, None, NOW), "daerah", channel=WA)
        for n in (1, 2, 3):
            tag = sent(tx, epoch, n)
            tx.take_receipts(
                [receipt(tag, "failed", f"w{n}", "undeliverable"), receipt(tag, "delivered", f"w{n}")], NOW
            )
        return tx.person(WA, SARI).status

    assert await store.write(work) is Status.GONE


ARRIVES = {
    "what left before, brought late": (-1.0, True),
    "what left in the moment in which that was written": (0.0, False),
    "what left after it": (1.0, False),
}


@pytest.mark.parametrize("word", ["delivered", "read"])
@pytest.mark.parametrize(("after", "spared"), ARRIVES.values(), ids=ARRIVES)
async def test_only_what_left_since_shows_that_a_reader_is_spared_no_more(
    store: Store, word: str, after: float, spared: bool
) -> None:
    """Of each message it is told late that it has arrived; two others were not wanted before."""

    def work(tx: Tx) -> bool:
        epoch = tx.begin_epoch(NOW).epoch
        follow(tx, tx.whatsapp_address(SARI, None, NOW), "daerah", channel=WA)
        tags = [sent(tx, epoch, n) for n in (1, 2)]
        then = NOW + hours(2)
        other = sent(tx, epoch, 3, then + hours(after))
        for n, tag in enumerate(tags, 1):
            tx.take_receipts([receipt(tag, "failed", f"w{n}", "ecosystem")], then)
        assert tx.pushed([1])[1].spared_until == then + hours(48)
        tx.take_receipts([receipt(other, word, "w3")], then + hours(3))
        return tx.pushed([1])[1].spared_until is not None

    assert await store.write(work) is spared
