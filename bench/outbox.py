"""The outbox alone: claiming and recording a message, sharing a commit, walking over a million subscribers."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import storage
from bench.story import ITEM
from bot import app as composition
from bot.delivery.pace import ChatRate, Chats
from bot.delivery.plan import Settled, State
from bot.flow.claim import Batch, Claim, Finished
from bot.flow.spread import announce
from bot.ports import Store, Subscription, Tx

NOW = datetime(2026, 2, 17, 5, 0, tzinfo=UTC)
WIB = ZoneInfo("Asia/Jakarta")
TOPICS = tuple(f"topik{n}" for n in range(12))
FOLLOWED = 3  # categories of each subscriber
READERS = 20_000  # for the claims
MILLION = 1_000_000
CHUNK = 5_000


class Gate:
    """The channel, as far as a claim looks at it."""

    name = "telegram"
    rate = 1000.0

    def chat_rate(self, address: str) -> ChatRate:  # noqa: ARG002 — the port's signature
        """A private chat's, as on Telegram."""
        return ChatRate(3, 0.9)


def run() -> dict[str, Any]:
    """CPU microseconds a message (target 60), how many times dearer a commit each is, CPU seconds for the walk."""
    composition.spare_the_collector()  # as the program does
    with tempfile.TemporaryDirectory() as folder:
        results = {f"claim_and_record_us_{size}_a_tick": _claim(Path(folder), size) for size in (50, 400)}
        together, alone = _wall(Path(folder), 50, 10_000), _wall(Path(folder), 1, 500)
        results |= {
            "target_claim_and_record_us": 60,
            "wall_us_50_a_commit": together,
            "wall_us_1_a_commit": alone,
            "times_dearer_alone": round(alone / together, 1),
        }
        return results | asyncio.run(_walk(Path(folder)))


def _claim(folder: Path, slots: int) -> float:
    async def measure() -> float:
        store, claim = await _ready(folder / f"claim{slots}.db", READERS)
        began = time.process_time()
        sent = await _drain(store, claim, slots, READERS)
        took = time.process_time() - began
        store.close()
        return round(took / sent * 1e6, 1)

    return asyncio.run(measure())


def _wall(folder: Path, slots: int, messages: int) -> float:
    async def measure() -> float:
        store, claim = await _ready(folder / f"wall{slots}.db", messages)
        began = time.perf_counter()
        sent = await _drain(store, claim, slots, messages)
        took = time.perf_counter() - began
        store.close()
        return round(took / sent * 1e6, 1)

    return asyncio.run(measure())


async def _ready(file: Path, readers: int) -> tuple[Store, Claim]:
    store = storage.open_store(f"sqlite:///{file}", now=NOW)
    for rows in _subscribers(readers):
        await store.write(lambda tx, rows=rows: tx.import_subscribers(rows, NOW))  # type: ignore[misc]
    recovery = await store.write(lambda tx: tx.begin_epoch(NOW))
    await store.write(_tell)
    return store, Claim(Gate(), Chats(), WIB, recovery.epoch)  # type: ignore[arg-type]  # only what a claim looks at


def _subscribers(count: int) -> Iterator[list[Subscription]]:
    for first in range(0, count, CHUNK):
        yield [
            Subscription("telegram", str(10_000_000 + n), tuple(TOPICS[(n * 5 + k) % 12] for k in range(FOLLOWED)),
                         consent_at=NOW)
            for n in range(first, min(first + CHUNK, count))
        ]  # fmt: skip


def _tell(tx: Tx) -> int:
    story_id = tx.add_story(replace(ITEM, labels=TOPICS), NOW, TOPICS, NOW)
    return announce(tx, story_id, TOPICS, ["telegram"], NOW)


async def _drain(store: Store, claim: Claim, slots: int, messages: int) -> int:
    """Ticks until so many have been sent and recorded."""
    finished, sent, clock = Finished(), 0, 0.0
    while sent < messages:
        outcomes, clock = finished, clock + 0.05
        batch: Batch = await store.write(lambda tx, f=outcomes, c=clock: claim.run(tx, f, slots, (), NOW, c))  # type: ignore[misc]
        finished = Finished([(d, Settled(State.SENT, message_id="4711")) for d in batch.deliveries])
        sent += len(batch.deliveries)
    await store.write(lambda tx: claim.run(tx, finished, 0, (), NOW, clock))
    return sent


async def _walk(folder: Path) -> dict[str, Any]:
    """A story in all twelve categories: its whole audience in order, each once, page by page."""
    store, _ = await _ready(folder / "walk.db", MILLION)
    (broadcast,) = await store.read(lambda tx: tx.open_passes("telegram", NOW))
    began, seen = time.process_time(), 0
    while True:
        page = await store.read(lambda tx, b=broadcast: tx.readers("telegram", b, 1000))  # type: ignore[misc]
        seen += len(page)
        if len(page) < 1000:
            break
        broadcast = replace(broadcast, last_id=page[-1].subscriber_id)
    took = time.process_time() - began
    store.close()
    return {"walk_over": seen, "walk_cpu_s": round(took, 2), "target_walk_cpu_s": 3.0}
