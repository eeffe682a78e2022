"""A digest for very many, draining through the real deliverer, while editors sound alerts."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import storage
from bot.delivery.content import Act, BroadcastKind, Content, Level, Note
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.pace import ChatRate
from bot.delivery.plan import Delivery, QueuedReply
from bot.flow import newsroom
from bot.flow.deliver import Deliverer
from bot.flow.spread import announce
from bot.news.item import Item
from bot.ports import Store, Subscription, To, Tx

WIB = ZoneInfo("Asia/Jakarta")
NOON = datetime(2026, 2, 17, 5, 0, tzinfo=UTC)
EVENING = datetime(2026, 2, 17, 10, 0, tzinfo=UTC)  # 17.00 in Mojokerto
CHUNK = 10_000
THERE_AND_BACK = 0.02  # seconds


class Onlooker:
    """A channel that answers after a moment, and notes what left when."""

    name = "telegram"

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.left: list[tuple[float, int, BroadcastKind]] = []
        self.something = asyncio.Event()

    def chat_rate(self, address: str) -> ChatRate:  # noqa: ARG002 — the port's signature
        """Whatever comes."""
        return ChatRate()

    def prepare(self, message: object) -> object:
        """Nothing to encode."""
        return message

    async def deliver(self, prepared: object, to: To, act: Act = Act.SEND) -> Outcome:  # noqa: ARG002 — likewise
        """It has left."""
        assert isinstance(to.delivery, Delivery)
        self.left.append((time.perf_counter(), to.delivery.broadcast_id, to.delivery.kind))
        self.something.set()
        await asyncio.sleep(THERE_AND_BACK)
        return Outcome(Kind.SENT, message_id="1")

    async def reply(self, reply: QueuedReply) -> Outcome:
        """Nobody writes."""
        raise NotImplementedError(reply)

    async def until(self, enough: Callable[[], bool]) -> None:
        """Wait for departures."""
        while not enough():
            self.something.clear()
            await self.something.wait()


class Drain:
    """The deliverer at work on a digest."""

    def __init__(self, store: Store, channel: Onlooker, deliverer: Deliverer, now: Callable[[], datetime]) -> None:
        self.store, self.channel, self.deliverer, self.now = store, channel, deliverer, now

    async def alert(self, text: str) -> int:
        """Sound one for everybody; its broadcast."""
        note = Note(text, level=Level.URGENT)
        made: int = await self.store.write(
            lambda tx: newsroom.alert(tx, note, (), ["telegram"], "redaksi", self.now())
        )  # fmt: skip
        self.deliverer.wake()
        return made

    def of(self, broadcast: int) -> list[float]:
        """When messages of this one left."""
        return [at for at, which, _ in self.channel.left if which == broadcast]


@asynccontextmanager
async def draining(folder: Path, readers: int, rate: float) -> AsyncIterator[Drain]:
    """A digest is due for so many and goes out at this rate; the first of them have it."""
    store = storage.open_store(f"sqlite:///{folder}/drain.db", now=NOON)
    await _owe(store, readers)
    epoch = (await store.write(lambda tx: tx.begin_epoch(EVENING))).epoch
    channel, began = Onlooker(rate), time.monotonic()

    def now() -> datetime:
        return EVENING + timedelta(seconds=time.monotonic() - began)

    def compose(content: Content, language: str) -> object:  # noqa: ARG001 — nothing is translated here
        return content

    deliverer = Deliverer(store, channel, compose, WIB, epoch, now)
    deliverer.start()
    try:
        await channel.until(lambda: len(channel.left) > rate)  # a second's worth: it is in full flow
        yield Drain(store, channel, deliverer, now)
    finally:
        await deliverer.stop(5)
        store.close()


async def _owe(store: Store, readers: int) -> None:
    """A story was told to so many who want digests in the evening."""
    for first in range(1, readers + 1, CHUNK):
        rows = [
            Subscription("telegram", str(n), ("daerah",), "evening", consent_at=NOON)
            for n in range(first, min(first + CHUNK, readers + 1))
        ]
        await store.write(lambda tx, rows=rows: tx.import_subscribers(rows, NOON))  # type: ignore[misc]
    await store.write(_tell)
    for first in range(1, readers + 1, CHUNK):
        due = [(n, EVENING) for n in range(first, min(first + CHUNK, readers + 1))]
        await store.write(lambda tx, due=due: tx.owe_digests(due))  # type: ignore[misc]


def _tell(tx: Tx) -> None:
    item = Item("g1", "https://portal.example/1", "Jembatan Gajah Mada dibuka lagi", summary="Dua jalur.")
    announce(tx, tx.add_story(item, NOON, ["daerah"], NOON), ["daerah"], ["telegram"], NOON)
    (told,) = tx.open_passes("telegram", NOON)
    tx.move_pass("telegram", told, told.max_id, True)  # whoever has digests is passed over
