"""The program in a world of dice: the real deliverer on the real store, until it is killed."""

import asyncio
import random
import shutil
import tempfile
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Hashable
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import storage
from bot.delivery.content import Act, BroadcastKind, Content
from bot.delivery.plan import Delivery, QueuedReply
from bot.errors import StoreError
from bot.flow import deliver
from bot.flow.claim import Batch, Finished
from bot.ports import Store, To, Tx
from tests.support.outbox import NOON, WIB
from tests.support.outbox_world_phones import Wire
from tests.support.outbox_world_truth import Attempt

if TYPE_CHECKING:
    from tests.support.outbox_world import World

# Where a process dies: at once, or when it comes to its next transaction (before, inside or after it) or request.
PLACES = ("at once", "before a commit", "inside a transaction", "after a commit", "at a departure")


IN_VAIN = 0.9  # of the ticks without slots and outcomes: left out


class Killed(Exception):  # noqa: N818 — no fault of the program
    """The process is gone."""


class Process:
    """One life of the program."""

    def __init__(self, world: "World", number: int, epoch: int) -> None:
        self.world, self.number, self.epoch = world, number, epoch
        self.dead = False
        self.doom = ""  # one of PLACES
        self.power_fails = False  # with it
        self.began = world.loop.time()
        self._pending: tuple[Finished, datetime, Batch, int] | None = None
        self._claimed: dict[tuple[str, BroadcastKind, str], deque[Attempt]] = defaultdict(deque)
        self._by_delivery: dict[tuple[int, int], Attempt] = {}
        self._answering: set[int] = set()  # answers of which nothing is written yet
        self.batch, self._slots = Batch(), 0  # of the last tick whose transaction was committed
        self._writing = False  # a tick's transaction has begun: it may hold outcomes that the last one did not know
        wire = Wire(self, world.phones, world.plot.rate, world.chat_rate)
        self.deliverer = deliver.Deliverer(self, wire, _same, WIB, epoch, lambda: world.now, world.loop.time)  # type: ignore[arg-type]  # only what it uses
        self._watch()
        self.running = self.deliverer.start()

    @property
    def idle(self) -> bool:
        """Whether nothing is under way and nothing is due."""
        due = self.batch.next_due
        quiet = self._slots > 0 and not self.batch and not self.batch.more and not self._writing
        quiet = (
            quiet and not self.deliverer._store_fault and not self.deliverer.in_flight and not self.deliverer._finished
        )
        return quiet and (due is None or due > self.world.now)

    def _watch(self) -> None:
        """Look at what each tick's transaction gets and gives."""
        claim = self.deliverer._claim
        run = claim.run

        def watched(
            tx: Tx, finished: Finished, slots: int, known: Collection[Hashable], now: datetime, clock: float
        ) -> Batch:  # fmt: skip
            batch = run(tx, finished, slots, known, now, clock)
            self._pending = (finished, now, batch, slots)
            return batch

        claim.run = watched  # type: ignore[method-assign]
        write = self.deliverer._write

        async def seldom(slots: int) -> Batch | None:
            """Most ticks that have nothing to write and no slot are left out: they cost and change nothing."""
            in_vain = slots <= 0 and not self.deliverer._finished and not self.doom
            if in_vain and self._pending is not None and self.world.dice.random() < IN_VAIN:
                return replace(self.batch, replies=(), deliveries=(), contents={}, closed=())
            self._writing = True
            try:
                return await write(slots)
            finally:
                self._writing = False

        self.deliverer._write = seldom  # type: ignore[method-assign]

    # The store, as this process sees it -----------------------------------------------------------------------------

    async def write(self, work: Callable[[Tx], Any]) -> Any:
        """A transaction: it may take long, be refused, or be the last thing that the process does."""
        world, dice = self.world, self.world.dice
        if self.dead:
            await asyncio.Event().wait()
        if world.stormy and dice.random() < world.weather.stall:
            await asyncio.sleep(dice.uniform(0.02, 0.6))
        if world.stormy and dice.random() < world.weather.refusals:
            await self._refuse(work)
        if self.doom == "before a commit":
            await self.die()
        if self.doom == "inside a transaction":
            await self._die_inside(work)
        result = await world.store.write(work)
        world.truth.seq += 1
        if isinstance(result, Batch):
            self._committed(result)
        if self.doom == "after a commit":
            await self.die()
        if world.stormy and dice.random() < world.weather.stall:
            await asyncio.sleep(dice.uniform(0.0, 0.1))
        return result

    async def _refuse(self, work: Callable[[Tx], Any]) -> None:
        """The disk is full or the database locked: before anything was done, or when all of it was."""
        if self.world.dice.random() < 0.5:
            raise StoreError("locked", "another program holds the database")

        def rolled_back(tx: Tx) -> None:
            work(tx)
            raise StoreError("disk_full", "the disk is full")

        await self.world.store.write(rolled_back)

    async def _die_inside(self, work: Callable[[Tx], Any]) -> None:
        def half(tx: Tx) -> None:
            work(tx)
            self._lose_power()
            raise Killed

        try:
            await self.world.store.write(half)
        except Killed:
            await self.die()

    def _committed(self, batch: Batch) -> None:
        """What this tick wrote is true now."""
        assert self._pending is not None
        finished, now, _, self._slots = self._pending
        self.batch = batch
        for delivery, settled in finished.deliveries:
            attempt = self._by_delivery[delivery.broadcast_id, delivery.subscriber_id]
            if attempt.left is None:
                attempt.fate = "held"
                self._claimed[attempt.delivery.address, attempt.thing.kind, _key(attempt)].remove(attempt)
            elif attempt.fate != "doubt":
                attempt.fate = "written"
            attempt.outcome = attempt.outcome or settled.code
        for reply, settled in finished.replies:
            self._answering.discard(reply.id)
            if settled.code == "held_back":
                self.world.phones.replies[reply.id][-1] = "held"
        for reply in batch.replies:
            self._answering.add(reply.id)
            self.world.phones.replies[reply.id].append("doubt")
        for delivery in batch.deliveries:
            self._started(delivery, now)

    def _started(self, delivery: Delivery, now: datetime) -> None:
        world = self.world
        thing = world.thing_of(delivery, now)
        person = world.truth.by_address[delivery.address]
        attempt = Attempt(world.truth.seq, now, self.number, delivery, thing, person)
        world.judge.claimed(attempt)
        world.truth.add(attempt)
        self._by_delivery[delivery.broadcast_id, delivery.subscriber_id] = attempt
        self._claimed[delivery.address, thing.kind, _key(attempt)].append(attempt)

    # The wire, as this process sees it ------------------------------------------------------------------------------

    async def leaves(self, key: tuple[BroadcastKind, str], content: Content, to: To, act: Act) -> Attempt:
        """A request is about to leave."""
        if self.doom == "at a departure" or self.dead:
            await self.die()
        waiting = self._claimed[to.address, *key]
        if not waiting:
            self.world.truth.complain(f"{key} left for {to.address} and no commit has said so")
            await self.die()
        attempt = waiting.popleft()
        attempt.left, attempt.fate = self.world.loop.time(), "flying"
        self.world.judge.left(attempt, content, to, act)
        return attempt

    async def answers(self, reply: QueuedReply) -> None:  # noqa: ARG002 — what is said matters to nobody here
        """An answer is about to leave."""
        if self.doom == "at a departure" or self.dead:
            await self.die()

    # The end --------------------------------------------------------------------------------------------------------

    async def die(self) -> None:
        """From inside: the caller does not come back."""
        self.kill()
        await asyncio.Event().wait()

    def kill(self) -> None:
        """Nothing of this process runs any more; what it has sent is under way."""
        if self.dead:
            return
        self.dead = True
        self._lose_power()
        deliverer = self.deliverer
        deliverer._gate._waiting.clear()
        for timer in (deliverer._gate._timer, deliverer._writing_soon):
            if timer is not None:
                timer.cancel()
        self.running.cancel()
        for task in deliverer._in_flight.values():
            task.cancel()
        for attempt in self.world.truth.attempts:
            if attempt.process == self.number and attempt.under_way:
                attempt.fate = "crashed" if attempt.left is None else "doubt"
        for answer in self._answering:
            tries = self.world.phones.replies[answer]
            if tries[-1] != "arrived":  # whatever it has heard, whoever comes next does not know it
                tries[-1] = "doubt"
        self.world.died.set()

    def _lose_power(self) -> None:
        if self.power_fails:
            self.power_fails = False
            self.world.pull_the_plug()


def _same(content: Content, language: str) -> object:  # noqa: ARG001 — nothing is translated here
    return content


def _key(attempt: Attempt) -> str:
    if attempt.thing.kind is BroadcastKind.DIGEST:
        return ",".join(str(story) for story in attempt.delivery.stories)
    return attempt.thing.key


def crashed_file(file: Path, dice: random.Random) -> Path:
    """What the disk has after a power failure: everything that was synced, and half a frame behind it."""
    name, _, cuts = file.stem.partition("-")
    after = file.with_name(f"{name}-{int(cuts or 0) + 1}.db")
    shutil.copyfile(file, after)
    log = file.with_name(f"{file.name}-wal")
    if log.exists():
        tail = dice.randbytes(dice.choice((0, 7, 24, 500, 4120, 9000)))
        after.with_name(f"{after.name}-wal").write_bytes(log.read_bytes() + tail)
    return after


def opened(file: Path, now: datetime) -> Store:
    """The store in this file. Power cuts copy what was written, so that nothing has to be synced."""
    store = storage.open_store(f"sqlite:///{file}", now=now)
    store._writer._tx.conn.execute("PRAGMA synchronous = OFF")  # type: ignore[attr-defined]
    return store


@cache
def fresh() -> bytes:
    """A new database."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "k.db"
        storage.open_store(f"sqlite:///{file}", now=NOON).close()
        return file.read_bytes()
