"""The mark of a reader's last marketing message: whose it is, and what is taken back with the message that it is of."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bot.delivery.budget import Charge
from bot.delivery.content import Note
from bot.delivery.plan import Delivery, Rank, Settled, State
from bot.delivery.receipts import DeliveryTag, tag_of
from bot.delivery.tariff import Category
from bot.ports import Charged, Store, Tx
from tests.storage.makers import NOW, due, follow, hours
from tests.storage.test_store_whatsapp_money import PRICES, TODAY, billed
from tests.storage.test_store_whatsapp_receipts import SARI, UNKNOWN, WA, receipt, started

MS = timedelta(milliseconds=1)


def push(tx: Tx, epoch: int, at: datetime, category: Category = Category.MARKETING) -> Delivery:
    """A template under way to Sari, who may have had others."""
    note = Note("Jembatan ditutup.")
    tx.add_broadcast("alert", Rank.ALERT, None, ["daerah"], [WA], at, at + hours(60), note=note)
    (delivery,) = started(tx, tx.open_passes(WA, at)[0], epoch)
    tx.charge([Charged(tag_of(delivery), Charge(category, PRICES.of(category), PRICES), "kabar/id")], TODAY)
    tx.note_templates([(tag_of(delivery), category is Category.MARKETING)], at)
    return delivery._replace(template="kabar/id")


def joined(tx: Tx) -> int:
    follow(tx, tx.whatsapp_address(SARI, None, NOW), "daerah", channel=WA)
    return tx.begin_epoch(NOW).epoch


def last(tx: Tx) -> datetime | None:
    return tx.pushed([1])[1].marketing_at


def fails_late(tx: Tx, delivery: Delivery, epoch: int) -> None:
    tx.settle(WA, [(delivery, Settled(State.SENT, message_id="w1"))], epoch, NOW)
    tx.take_receipts([receipt(tag_of(delivery), "failed", "w1", "pair_rate")], NOW + hours(26))


def did_not_leave(tx: Tx, delivery: Delivery, epoch: int) -> None:
    tx.settle(WA, [(delivery, Settled(State.QUEUED, "connect", next_at=NOW))], epoch, NOW + hours(26))


def is_sent_once_more(tx: Tx, delivery: Delivery, epoch: int) -> None:
    tx.settle(WA, [(delivery, UNKNOWN)], epoch, NOW)
    assert tx.once_more([tag_of(delivery)], NOW + hours(26)) == 1


WAYS = {"a late failure": fails_late, "an answer": did_not_leave, "a doubt that is sent once more": is_sent_once_more}
Way = Callable[[Tx, Delivery, int], None]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_what_is_taken_back_of_an_older_message_leaves_the_mark_of_a_newer_one(store: Store, way: Way) -> None:
    def work(tx: Tx) -> datetime | None:
        epoch = joined(tx)
        older = push(tx, epoch, NOW)
        push(tx, epoch, NOW + hours(25))
        way(tx, older, epoch)
        return last(tx)

    assert await store.write(work) == NOW + hours(25)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_what_is_taken_back_leaves_the_mark_of_the_message_before(store: Store, way: Way) -> None:
    """An urgent alert may leave as marketing within a day of another one."""

    def work(tx: Tx) -> tuple[datetime | None, datetime | None]:
        epoch = joined(tx)
        push(tx, epoch, NOW - hours(2))
        urgent = push(tx, epoch, NOW)
        before = last(tx)
        way(tx, urgent, epoch)
        return before, last(tx)

    assert await store.write(work) == (NOW, NOW - hours(2))


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_without_another_message_no_mark_is_left(store: Store, way: Way) -> None:
    def work(tx: Tx) -> datetime | None:
        epoch = joined(tx)
        way(tx, push(tx, epoch, NOW), epoch)
        return last(tx)

    assert await store.write(work) is None


BILLED = {
    "as marketing": ("marketing", 0, NOW + MS, 1),
    "as what marketing is called elsewhere": ("marketing_lite", 0, NOW + MS, 1),
    "as foreseen": ("utility", 0, None, 0),
    "as marketing, when another one has left since": ("marketing", 30, NOW + hours(30), 2),
}


@pytest.mark.parametrize(("word", "other", "mark", "unread"), BILLED.values(), ids=BILLED)
async def test_what_was_planned_as_utility_and_is_billed_as_marketing_is_the_one_of_its_day(
    store: Store, word: str, other: float, mark: datetime | None, unread: int
) -> None:
    def work(tx: Tx) -> None:
        epoch = joined(tx)
        alert = push(tx, epoch, NOW, Category.UTILITY)
        tx.settle(WA, [(alert, Settled(State.SENT, message_id="wamid.1"))], epoch, NOW)
        if other:
            push(tx, epoch, NOW + hours(other))
        tx.take_receipts([billed(tag_of(alert), word, word=said) for said in ("sent", "delivered")], NOW + hours(1))
        assert (last(tx), tx.pushed([1])[1].unread) == (mark, unread)
        tx.take_receipts([receipt(tag_of(alert), "failed", "wamid.1", "parameter")], NOW + hours(1))
        assert tx.pushed([1])[1].unread == (other > 0), "what did not arrive was not left unread"

    await store.write(work)


def twice(tx: Tx) -> tuple[Delivery, Delivery, int]:
    """A digest of which nobody knows, and that is sent once more."""
    epoch = joined(tx)
    first = push(tx, epoch, NOW)
    tx.settle(WA, [(first, UNKNOWN)], epoch, NOW)
    assert tx.once_more([tag_of(first)], NOW + hours(1)) == 1
    assert tx.pushed([1])[1].unread == 0
    (queued,) = due(tx, NOW + hours(1), 9, WA)
    second = again(tx, queued, epoch)
    assert tx.pushed([1])[1].unread == 1, "one message, however often it was sent"
    return first, second, epoch


def again(tx: Tx, delivery: Delivery, epoch: int) -> Delivery:
    at = NOW + hours(1)
    tx.start_deliveries([delivery], epoch, at)
    charge = Charge(Category.MARKETING, PRICES.marketing, PRICES)
    tx.charge([Charged(tag_of(delivery), charge, "kabar/id")], TODAY)
    tx.note_templates([(tag_of(delivery), True)], at)
    return delivery._replace(template="kabar/id")


AFTER = {
    "nothing is told of the first": (None, 1, 41, NOW + hours(1)),
    "the first has failed": ("failed", 1, 41, NOW + hours(1)),
    "the first has arrived too": ("sent", 2, 82, NOW + hours(1)),
}


@pytest.mark.parametrize(("word", "unread", "cost", "mark"), AFTER.values(), ids=AFTER)
async def test_what_is_sent_once_more_is_one_message_and_is_paid_for_once(
    store: Store, word: str | None, unread: int, cost: int, mark: datetime
) -> None:
    def work(tx: Tx) -> list[object]:
        first, second, epoch = twice(tx)
        tx.settle(WA, [(second, Settled(State.SENT, message_id="wamid.2"))], epoch, NOW + hours(1))
        tx.take_receipts([billed(tag_of(second), "marketing", message="wamid.2")], NOW + hours(1))
        if word == "failed":
            tx.take_receipts([receipt(tag_of(first), "failed", "wamid.1", "parameter")], NOW + hours(2))
        elif word:
            tx.take_receipts([billed(tag_of(first), "marketing", word=word)], NOW + hours(2))
        while tx.forget_sights(NOW + hours(999), 1):
            pass
        return [tx.pushed([1])[1].unread, tx.spent(TODAY).day, last(tx), *tx.spent_on([first.broadcast_id]).values()]

    assert await store.write(work) == [unread, cost, mark, cost]


async def test_of_what_is_in_doubt_twice_everything_stays_reserved(store: Store) -> None:
    def work(tx: Tx) -> int:
        _, second, epoch = twice(tx)
        tx.settle(WA, [(second, UNKNOWN)], epoch, NOW + hours(1))
        while tx.forget_sights(NOW + hours(999), 9):
            pass
        return tx.spent(TODAY).day

    assert await store.write(work) == 82


HALVES = {
    "the number, which is kept": ("phone", "phone"),
    "the id, which is kept": ("id", "id"),
    "the number, which is joined to the id": ("phone", "id"),
    "the id, which is joined to the number": ("id", "phone"),
}


@pytest.mark.parametrize(("more", "last_word"), HALVES.values(), ids=HALVES)
async def test_who_was_taken_for_two_has_left_unread_and_missed_what_either_had(
    store: Store, more: str, last_word: str
) -> None:
    def work(tx: Tx) -> list[object]:
        ids = {"phone": 1, "id": 2}
        for name, phone, user_id in (("phone", SARI, None), ("id", None, "ID.77")):
            address = tx.whatsapp_address(phone, user_id, NOW)
            tx.follow(WA, address, {"daerah"}, False, "ya", None, "id", NOW + hours(name == last_word))
        for day in range(7):
            tx.note_templates([(DeliveryTag(40 + day, ids[more], 1), True)], NOW + hours(24 * day))
        tx.note_missed([ids[more]])
        other = ids["id" if more == "phone" else "phone"]
        tx.note_templates([(DeliveryTag(50, other, 1), True)], NOW + hours(100))
        tx.whatsapp_address(SARI, "ID.77", NOW + hours(200))
        ((keep, pushed),) = tx.pushed([1, 2]).items()
        missed = tx.conn.execute("SELECT missed FROM whatsapp_push").fetchall()  # type: ignore[attr-defined]
        return [keep, pushed.unread, pushed.marketing_at, missed]

    kept = {"phone": 1, "id": 2}[last_word]
    assert await store.write(work) == [kept, 7, NOW + hours(144), [(1,)]]
