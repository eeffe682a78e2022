"""What something about an earlier message costs is counted over those who were sent that one."""

from bot.delivery.plan import Settled, State
from bot.ports import Store, Tx, Windows
from tests.storage.makers import NOW, follow
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
