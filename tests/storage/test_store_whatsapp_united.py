"""What is told of messages to somebody who turned out to be somebody else we know: it is about the one who is kept."""

from datetime import timedelta

import pytest

from bot.channels.whatsapp.events import Fault
from bot.channels.whatsapp.outcome import of_failure
from bot.chat.turn import Status
from bot.delivery.plan import Delivery, Settled, State
from bot.delivery.receipts import Receipt, failed, tag_of
from bot.ports import Store, Tx
from tests.storage.makers import NOW, follow, hours
from tests.storage.test_store_whatsapp_receipts import SARI, UNKNOWN, WA, rows, told

NEW, ID = "6281200000077", "ID.77"
LATER = NOW + timedelta(minutes=1)
SENT = Settled(State.SENT, "", "wamid.1")


def unite(tx: Tx) -> None:
    """Whoever told us of an id, and consented under it, has that number too: the later word is the one that is kept."""
    follow(tx, tx.whatsapp_address(None, ID, NOW), "daerah", channel=WA, now=LATER)
    tx.whatsapp_address(SARI, ID, LATER)


def change_number(tx: Tx) -> None:
    """They have another number now, under which we know somebody."""
    follow(tx, tx.whatsapp_address(NEW, ID, NOW), "daerah", channel=WA, now=LATER)
    tx.whatsapp_moved((SARI, None), (NEW, ID), LATER)


def reached(tx: Tx, delivery: Delivery, *words: str) -> None:
    tx.take_receipts([Receipt("wamid.1", word, tag_of(delivery), SARI) for word in words], LATER)


WAYS = {
    "answered before": (("answer", "unite", "statuses"), "wamid.1"),
    "answered after": (("unite", "answer", "statuses"), "wamid.1"),
    "statuses before its answer": (("statuses", "unite", "answer"), "wamid.1"),
    "statuses in between": (("unite", "statuses", "answer"), "wamid.1"),
    "without statuses": (("unite", "answer"), "wamid.1"),
    "a doubt that statuses settle": (("doubt", "unite", "statuses"), "wamid.1"),
    "a doubt afterwards": (("unite", "doubt", "statuses"), "wamid.1"),
    "another number": (("change", "answer", "statuses"), None),
    "another number, answered before": (("answer", "change", "statuses"), None),
}


@pytest.mark.parametrize(("acts", "message"), WAYS.values(), ids=WAYS)
async def test_an_alert_that_has_arrived_is_not_sent_once_more(
    store: Store, acts: tuple[str, ...], message: str | None
) -> None:  # fmt: skip
    def work(tx: Tx) -> list[tuple[str, str | None, str | None]]:
        epoch, (delivery,) = told(tx, "alert")
        does = {
            "unite": lambda: unite(tx),
            "change": lambda: change_number(tx),
            "answer": lambda: tx.settle(WA, [(delivery, SENT)], epoch, LATER),
            "doubt": lambda: tx.settle(WA, [(delivery, UNKNOWN)], epoch, LATER),
            "statuses": lambda: reached(tx, delivery, "sent", "delivered", "read"),
        }
        for act in acts:
            does[act]()
        assert tx.once_more(tx.doubtful(), NOW + hours(1)) == 0
        return rows(tx)

    assert await store.write(work) == [("sent", "", message)]


async def test_a_status_that_says_stop_stops_the_one_who_is_kept(store: Store) -> None:
    def work(tx: Tx) -> Status:
        epoch, (delivery,) = told(tx, "alert")
        tx.settle(WA, [(delivery, SENT)], epoch, NOW)
        unite(tx)
        stop = failed(of_failure(Fault(131050)), LATER + hours(1))
        tx.take_receipts([Receipt("wamid.1", "failed", tag_of(delivery), SARI, None, stop, at=LATER + hours(1))],
                         LATER + hours(1))  # fmt: skip
        return tx.person(WA, SARI).status

    assert await store.write(work) is Status.STOPPED


async def test_who_is_dropped_after_having_been_kept_passes_it_on(store: Store) -> None:
    def work(tx: Tx) -> list[str]:
        epoch, (delivery,) = told(tx, "alert")
        unite(tx)
        follow(tx, tx.whatsapp_address(NEW, None, NOW), "daerah", channel=WA, now=LATER + hours(1))
        tx.whatsapp_moved((SARI, ID), (NEW, ID), LATER + hours(1))
        tx.settle(WA, [(delivery, SENT)], epoch, LATER)
        return [state for state, *_ in rows(tx)]

    assert await store.write(work) == ["sent"]
