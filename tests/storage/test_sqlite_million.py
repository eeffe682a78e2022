"""A million subscribers (`python -m pytest -m long -s tests/storage`): import, memory, claims, idle ticks, stats."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from bot.delivery.plan import Delivery
from bot.ports import Store, Subscription, Tx
from storage import open_store
from tests.storage.makers import (
    NOW,
    SENT,
    TELEGRAM,
    claim,
    due,
    imported,
    settle,
    tell,
)

T = TypeVar("T")
MILLION = 1_000_000
CHUNK = 2_000
CATEGORIES = ["utama", "hukrim", "kesehatan", "daerah", "budaya", "investigasi"]
pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


def resident_mb() -> int:
    pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    return int(pages) * 4 // 1024


def chunks() -> Iterator[list[Subscription]]:
    """Addresses in no order, as the worst of exports has them; three categories each."""
    chance = random.Random(1)
    for _ in range(MILLION // CHUNK):
        yield [imported(chance.randrange(10**9, 10**10), *chance.sample(CATEGORIES, 3)) for _ in range(CHUNK)]


async def timed(store: Store, work: Callable[[Tx], T]) -> tuple[T, float]:
    begun = time.perf_counter()
    result = await store.write(work)
    return result, (time.perf_counter() - begun) * 1000


def import_all(store: Store) -> list[float]:
    async def run() -> list[float]:
        return [(await timed(store, lambda tx, rows=rows: tx.import_subscribers(rows, NOW)))[1] for rows in chunks()]  # type: ignore[misc]

    return sorted(asyncio.run(run()))


async def rounds(store: Store, size: int, times: int, epoch: int) -> tuple[float, float]:
    """CPU microseconds a message and wall milliseconds a tick, for claim, start and settle together."""
    cpu, wall, before = time.process_time(), time.perf_counter(), list[Delivery]()
    for _ in range(times):

        def tick(tx: Tx, before: list[Delivery] = before) -> list[Delivery]:
            settle(tx, before, SENT, epoch)
            claimed = claim(tx, tx.open_passes(TELEGRAM, NOW)[0], size, epoch)
            tx.close_broadcasts(NOW)
            tx.next_due(TELEGRAM, NOW)
            return claimed

        before = await store.write(tick)
    await store.write(lambda tx: settle(tx, before, SENT, epoch))
    return (time.process_time() - cpu) * 1e6 / (size * times), (time.perf_counter() - wall) * 1e3 / times


def idle(tx: Tx) -> None:
    tx.claim_replies(TELEGRAM, 1, NOW, 30)
    due(tx, NOW, 30)
    tx.close_broadcasts(NOW)
    tx.next_due(TELEGRAM, NOW)


def test_a_million_subscribers(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/k.db", now=NOW)
    begun = time.perf_counter()
    milliseconds = import_all(store)
    seconds, median, worst = time.perf_counter() - begun, milliseconds[len(milliseconds) // 2], milliseconds[-1]
    print(f"\nimport {seconds:.1f} s, chunk of {CHUNK}: median {median:.0f} ms, worst {worst:.0f} ms")
    print(f"{resident_mb()} MB resident, file {(tmp_path / 'k.db').stat().st_size / 1e6:.0f} MB")
    asyncio.run(use(store))
    assert resident_mb() < 200
    store.close()


async def use(store: Store) -> None:
    broadcast, publish = await timed(store, lambda tx: tell(tx, categories=["hukrim", "daerah"]))
    epoch = (await store.write(lambda tx: tx.begin_epoch(NOW))).epoch
    first, first_claim = await timed(store, lambda tx: claim(tx, broadcast, 30, epoch))
    print(f"story {publish:.1f} ms, first claim of {len(first)} {first_claim:.1f} ms, {resident_mb()} MB resident")
    assert len(first) == 30
    assert first_claim < 2000
    await store.write(lambda tx: settle(tx, first, SENT, epoch))
    for size, times in {2: 300, 30: 200, 100: 200, 500: 100}.items():
        cpu, wall = await rounds(store, size, times, epoch)
        print(f"claim, start, settle in batches of {size}: {cpu:.1f} CPU-µs a message, {wall:.2f} ms a tick")
    print(f"the last 30 of the audience: {(await timed(store, last_readers))[1]:.1f} ms")
    print(f"idle tick {sum([(await timed(store, idle))[1] for _ in range(100)]) / 100:.2f} ms")
    begun = time.perf_counter()
    await store.read(lambda tx: tx.stats(NOW))
    print(f"stats {(time.perf_counter() - begun) * 1000:.0f} ms, {resident_mb()} MB resident")


def last_readers(tx: Tx) -> None:
    """The cursor stands near the end: no dearer than near the start."""
    broadcast = tx.open_passes(TELEGRAM, NOW)[0]
    tx.move_pass(TELEGRAM, broadcast, MILLION - 100, done=False)
    assert len(tx.readers(TELEGRAM, tx.open_passes(TELEGRAM, NOW)[0], 30)) == 30
