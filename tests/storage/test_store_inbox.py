"""The inbox: kept once, handled once, forgotten in time."""

from bot.ports import Store, Tx
from tests.storage.makers import NOW, TELEGRAM, hours


async def test_updates_are_kept_once_and_come_out_oldest_first(store: Store) -> None:
    def work(tx: Tx) -> list[object]:
        new = [tx.receive(TELEGRAM, [(12, "c"), (10, "a")], NOW), tx.receive(TELEGRAM, [(11, "b"), (12, "other")], NOW)]
        return [new, tx.receive(TELEGRAM, [], NOW), tx.waiting_updates(TELEGRAM, 9), tx.waiting_updates(TELEGRAM, 2)]

    new, none, waiting, two = await store.write(work)
    assert (new, none) == ([2, 1], 0)
    assert waiting == [(10, "a"), (11, "b"), (12, "c")]
    assert two == [(10, "a"), (11, "b")]


async def test_an_update_is_handled_once(store: Store) -> None:
    def work(tx: Tx) -> list[bool]:
        tx.receive(TELEGRAM, [(10, "a")], NOW)
        first = tx.handled(TELEGRAM, 10, NOW, "error: no such button")
        return [first, tx.handled(TELEGRAM, 10, NOW), tx.handled(TELEGRAM, 11, NOW)]

    assert await store.write(work) == [True, False, False]
    assert await store.read(lambda tx: tx.waiting_updates(TELEGRAM, 9)) == []
    assert (await store.read(lambda tx: tx.stats(NOW)))["inbox"] == {"waiting": 0, "handled": 1, "with_error": 1}


async def test_channels_number_their_updates_for_themselves(store: Store) -> None:
    def work(tx: Tx) -> list[object]:
        tx.receive(TELEGRAM, [(10, "a")], NOW)
        tx.receive("console", [(10, "b"), (3, "c")], NOW)
        tx.handled(TELEGRAM, 10, NOW)
        return [tx.waiting_updates("console", 9), *(tx.last_update(c) for c in (TELEGRAM, "console", "whatsapp"))]

    assert await store.write(work) == [[(3, "c"), (10, "b")], 10, 10, None]


async def test_old_handled_updates_are_forgotten_but_the_highest_and_the_waiting_stay(store: Store) -> None:
    def work(tx: Tx) -> list[object]:
        tx.receive(TELEGRAM, [(n, str(n)) for n in range(5)], NOW)
        tx.receive("console", [(1, "x")], NOW)
        for n in (0, 1, 4):
            tx.handled(TELEGRAM, n, NOW)
        tx.handled(TELEGRAM, 2, NOW + hours(1))
        tx.handled("console", 1, NOW)
        forgotten = tx.forget_updates(NOW + hours(1))
        again = tx.receive(TELEGRAM, [(4, "again")], NOW)
        return [forgotten, again, tx.waiting_updates(TELEGRAM, 9), tx.last_update(TELEGRAM), tx.last_update("console")]

    assert await store.write(work) == [2, 0, [(3, "3")], 4, 1]
