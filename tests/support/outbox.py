"""A store and a claim on a clock of the test's own: ticks are made by hand, outcomes are given by hand."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import storage
from bot.delivery.content import Content, Note
from bot.delivery.pace import ChatRate, Chats
from bot.delivery.plan import Delivery, Settled, State
from bot.flow import newsroom, spread
from bot.flow.claim import Batch, Claim, Finished
from bot.news.item import Item
from bot.ports import Report, Sent, Store, Subscription, Tx

WIB = ZoneInfo("Asia/Jakarta")
NOON = datetime(2026, 2, 17, 5, 0, tzinfo=UTC)  # 12.00 in Mojokerto
NIGHT = (21 * 60, 5 * 60)


class Gate:
    """The channel, as far as a claim looks at it."""

    name = "telegram"
    rate = 1000.0
    groups = ChatRate()

    def chat_rate(self, address: str) -> ChatRate:
        """Whatever comes; of a group what a test says that it stands."""
        return self.groups if address.startswith("-") else ChatRate()


class Outbox:
    """One program's outbox: what it says about time is `now`, what it has sent lies in `sent`."""

    def __init__(self, folder: Path) -> None:
        self.now, self.gate = NOON, Gate()
        self._clock, self._seen = 0.0, NOON  # the monotonic clock: a wall clock that is turned back does not turn it
        self.store: Store = storage.open_store(f"sqlite:///{folder}/outbox.db", now=NOON)
        self.sent: list[tuple[Delivery, Content]] = []
        self.refused: list[tuple[int, str]] = []
        self._finished = Finished()
        self._claim: Claim | None = None
        self._numbers = 0
        self.more = False

    async def write(self, work: Callable[[Tx], Any]) -> Any:
        """One transaction."""
        return await self.store.write(work)

    async def start(self) -> int:
        """A new process; how many deliveries of the one before nobody knows about."""
        recovery = await self.write(lambda tx: tx.begin_epoch(self.now))
        self._claim = Claim(self.gate, Chats(), WIB, recovery.epoch, self._note_refused)  # type: ignore[arg-type]  # only what it looks at
        self._finished = Finished()
        return int(recovery.unknown)

    async def on(self, channel: str) -> None:
        """From here on the ticks are those of another channel, in a new process."""
        self.gate.name = channel
        await self.start()

    def _note_refused(self, _tx: Tx, sent: Sent, code: str) -> None:
        self.refused.append((sent.id, code))

    async def readers(self, *addresses: str, topics: tuple[str, ...] = ("daerah",), **wishes: Any) -> None:
        """Active subscribers."""
        rows = [Subscription("telegram", a, topics, consent_at=self.now, **wishes) for a in addresses]
        await self.write(lambda tx: tx.import_subscribers(rows, self.now))

    async def wishes(
        self, address: str, *, mode: str = "instant", quiet: tuple[int, int] | None = None,
        paused_until: datetime | None = None,
    ) -> None:  # fmt: skip
        """When this reader wants to be written to."""
        await self.write(lambda tx: tx.set_times("telegram", address, mode, quiet, paused_until, self.now))

    async def tell(self, title: str, *topics: str) -> int:
        """A story to the followers of these topics (none named: daerah); its broadcast."""
        item = Item(title, f"https://portal.example/{title}", title, summary=f"Tentang {title}.")
        among = topics or ("daerah",)

        def work(tx: Tx) -> int:
            story_id = tx.add_story(item, self.now, among, self.now)
            return spread.announce(tx, story_id, among, ["telegram"], self.now)

        return int(await self.write(work))

    async def alert(self, text: str, *topics: str, **note: Any) -> int:
        """An alert; its broadcast."""
        said = Note(text, **note)
        return int(await self.write(lambda tx: newsroom.alert(tx, said, topics, ["telegram"], "redaksi", self.now)))

    async def claim(self, slots: int = 100) -> list[Delivery]:
        """One tick: what was answered is written, what comes next is started."""
        assert self._claim is not None
        finished, self._finished = self._finished, Finished()
        batch: Batch = await self.write(
            lambda tx: self._claim.run(tx, finished, slots, (), self.now, self._monotonic())  # type: ignore[union-attr]
        )
        self.more = batch.more
        self.sent += [(d, batch.contents[d.says]) for d in batch.deliveries]
        return list(batch.deliveries)

    def _monotonic(self) -> float:
        passed, self._seen = (self.now - self._seen).total_seconds(), self.now
        self._clock += max(0.0, passed)
        return self._clock

    def answer(self, deliveries: Iterable[Delivery], settled: Settled | None = None) -> None:
        """The platform's answers, written with the next tick; left out: all have arrived."""
        for delivery in deliveries:
            self._numbers += 1
            arrived = settled or Settled(State.SENT, message_id=f"m{self._numbers}")
            self._finished.deliveries.append((delivery, arrived))

    async def drain(self, ticks: int = 20, slots: int = 100) -> list[Delivery]:
        """Ticks until nothing more leaves, everything arrives."""
        left: list[Delivery] = []
        for _ in range(ticks):
            batch = await self.claim(slots)
            self.answer(batch)
            left += batch
            if not batch and not self.more:
                break
        return left

    async def report(self, broadcast_id: int) -> Report:
        """How far it has come."""
        (report,) = await self.store.read(lambda tx: tx.report(broadcast_id))
        return report

    async def status(self, broadcast_id: int) -> str:
        """The broadcast's status."""
        sent = await self.store.read(lambda tx: tx.broadcast(broadcast_id))
        assert sent is not None
        return str(sent.status)

    def later(self, **span: float) -> None:
        """Time passes."""
        self.now += timedelta(**span)


def local(hour: int, minute: int = 0, day: int = 17) -> datetime:
    """A moment of the portal's day."""
    return datetime(2026, 2, day, hour, minute, tzinfo=WIB)


def who(deliveries: Iterable[Delivery]) -> list[str]:
    """Their addresses, in order."""
    return sorted(d.address for d in deliveries)
