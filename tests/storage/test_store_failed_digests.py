"""What a status tells late of a digest: its stories are owed again, those that fail so once more only."""

import pytest

from bot.delivery.content import BroadcastKind
from bot.delivery.plan import Delivery, Settled, State
from bot.delivery.receipts import Receipt, tag_of
from bot.ports import Store, Tx
from tests.storage.makers import NOW, follow, hours, story

WA, SARI = "whatsapp", "6281200000001"


def digest(tx: Tx, hour: int, stories: tuple[int, ...], epoch: int) -> Delivery:
    """A digest that was taken."""
    (reader,) = {row[0] for row in tx.conn.execute("SELECT id FROM subscriber")}  # type: ignore[attr-defined]
    broadcast = tx.digest_broadcast(f"2026-02-17T{hour}", NOW, NOW + hours(3))
    made = Delivery(broadcast, None, reader, SARI, None, "id", kind=BroadcastKind.DIGEST, stories=stories)
    tx.start_deliveries([made], epoch, NOW)
    tx.digests_settled([reader])
    tx.settle(WA, [(made, Settled(State.SENT, message_id=f"wamid.{hour}"))], epoch, NOW)
    return made


def fails(tx: Tx, made: Delivery, hour: int, code: str) -> None:
    tx.take_receipts([Receipt(f"wamid.{hour}", "failed", tag_of(made), failed=Settled(State.FAILED, code))], NOW)


@pytest.mark.parametrize(("code", "owed"), [("parameter", [{1}, {2}]), ("ecosystem", [set(), set()])])
async def test_a_digest_that_a_late_status_refuses_has_its_stories_owed_once_more(
    store: Store, code: str, owed: list[set[int]]
) -> None:
    def work(tx: Tx) -> list[set[int]]:
        epoch = tx.begin_epoch(NOW).epoch
        follow(tx, tx.whatsapp_address(SARI, None, NOW), "daerah", channel=WA)
        first, second = story(tx, "a"), story(tx, "b")
        seen = []
        for hour, stories in ((17, (first,)), (18, (first, second))):
            made = digest(tx, hour, stories, epoch)
            fails(tx, made, hour, code)
            (owing,) = tx.owings(WA, [made.subscriber_id], [], NOW).values()
            seen.append(set(owing.put_by))
        return seen

    assert await store.write(work) == owed


async def test_who_is_gone_by_it_is_owed_nothing(store: Store) -> None:
    def work(tx: Tx) -> tuple[set[int], object]:
        epoch = tx.begin_epoch(NOW).epoch
        follow(tx, tx.whatsapp_address(SARI, None, NOW), "daerah", channel=WA)
        made = digest(tx, 17, (story(tx),), epoch)
        fails(tx, made, 17, "marketing_stopped")
        (owing,) = tx.owings(WA, [made.subscriber_id], [], NOW).values()
        return set(owing.put_by), tx.next_due(WA, NOW)

    assert await store.write(work) == (set(), None)
