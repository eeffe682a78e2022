"""What something about an earlier message costs is counted over those who were sent that one."""

import pytest

from bot.delivery.content import BroadcastKind
from bot.delivery.plan import Delivery, Settled, State
from bot.ports import Store, Tx, Windows
from tests.storage.makers import NOW, follow, hours
from tests.storage.test_store_whatsapp_receipts import SARI, WA, told

OTHER, LATER = "6281200000002", "6281200000003"


async def test_windows_are_counted_of_those_who_were_sent_it(store: Store) -> None:
    def work(tx: Tx) -> tuple[list[Windows], list[Windows]]:
        epoch, made = told(tx, "alert", (SARI, OTHER))
        tx.settle(WA, [(delivery, Settled(State.SENT)) for delivery in made], epoch, NOW)
        tx.open_window(SARI, NOW, NOW)
        follow(tx, tx.whatsapp_address(LATER, None, NOW), "daerah", channel=WA)
        return tx.windows(WA, (), NOW), tx.windows(WA, (), NOW, made[0].broadcast_id)

    everybody, had = await store.write(work)
    assert [(w.open, w.closed) for w in everybody] == [(1, 2)]
    assert [(w.open, w.closed) for w in had] == [(1, 1)]


@pytest.mark.parametrize(("more", "closed"), [(0, 2), (1, 1)], ids=["read in the digest", "only counted by it"])
async def test_who_had_a_story_in_a_digest_is_counted_too(store: Store, more: int, closed: int) -> None:
    def work(tx: Tx) -> list[Windows]:
        epoch, made = told(tx, "story", (SARI,))
        tx.settle(WA, [(made[0], Settled(State.SENT))], epoch, NOW)
        sent = tx.broadcast(made[0].broadcast_id)
        assert sent is not None
        assert sent.story_id is not None
        follow(tx, tx.whatsapp_address(OTHER, None, NOW), "daerah", channel=WA)
        follow(tx, tx.whatsapp_address(LATER, None, NOW), "daerah", channel=WA)
        who = "SELECT max(id) - 1 FROM subscriber"
        (reader,) = tx.conn.execute(who).fetchone()  # type: ignore[attr-defined]
        slot = tx.digest_broadcast("2026-02-17T17", NOW, NOW + hours(3))
        stories = (sent.story_id,)
        carried = {"stories": () if more else stories, "rest": stories if more else (), "more": more}
        digest = Delivery(slot, None, reader, OTHER, None, "id", kind=BroadcastKind.DIGEST, **carried)  # type: ignore[arg-type]
        tx.start_deliveries([digest], epoch, NOW)
        tx.settle(WA, [(digest, Settled(State.SENT))], epoch, NOW)
        return tx.windows(WA, (), NOW, made[0].broadcast_id)

    assert sum(w.closed for w in await store.write(work)) == closed
