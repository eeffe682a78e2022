"""What is told of a message to somebody who has been forgotten meanwhile: nothing follows, and nothing breaks."""

import pytest

from bot.channels.whatsapp.events import Fault
from bot.channels.whatsapp.outcome import TABLE, of_failure
from bot.delivery.receipts import DeliveryTag, Receipt, failed, settle_delivery, tag_of
from bot.ports import Store, Tx
from tests.storage.makers import NOW, hours
from tests.storage.test_store_whatsapp_receipts import SARI, WA, told

TELL = {"marketing stopped": 131050, "undeliverable": 131026, "window closed": 131047, "spared": 131049}
OTHER = "6281200000002"


def addresses(tx: Tx) -> list[str]:
    return [subscriber.address for _, subscriber in tx.subscribers(0, 9)]


@pytest.mark.parametrize("code", TELL.values(), ids=TELL)
async def test_a_status_of_a_message_to_the_forgotten_means_nothing(store: Store, code: int) -> None:
    def work(tx: Tx) -> list[str]:
        epoch, deliveries = told(tx, "alert", (SARI, OTHER))
        tx.settle(WA, [(d, settle_delivery(d, TABLE[131049], NOW)) for d in deliveries[1:]], epoch, NOW)
        tx.erase(WA, SARI, NOW)
        never = DeliveryTag(7, 77, 1)
        statuses = [Receipt("wamid.1", "failed", tag, SARI, None, failed(of_failure(Fault(code)), NOW), at=NOW)
                    for tag in (tag_of(deliveries[0]), never)]  # fmt: skip
        tx.take_receipts(statuses, NOW + hours(1))
        return addresses(tx)

    assert await store.write(work) == [OTHER]


@pytest.mark.parametrize("code", TELL.values(), ids=TELL)
async def test_an_answer_about_a_message_to_the_forgotten_keeps_no_other_from_being_written(
    store: Store, code: int
) -> None:  # fmt: skip
    def work(tx: Tx) -> bool:
        epoch, (first, second) = told(tx, "alert", (SARI, OTHER))
        tx.erase(WA, SARI, NOW)
        finished = [(d, settle_delivery(d, TABLE[code], NOW)) for d in (first, second)]
        tx.settle(WA, finished, epoch, NOW)
        found = tx.conn.execute("SELECT subscriber_id, state FROM delivery").fetchall()  # type: ignore[attr-defined]
        return [(subscriber, state != "started") for subscriber, state in found] == [(second.subscriber_id, True)]

    assert await store.write(work)
