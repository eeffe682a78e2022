"""The outbox in a world of dice: virtual time, a seeded network and platform, crashes between any two writes.

Real are the store (a SQLite file), the claim, the pace, the gate, the account and the settling: the whole deliverer.
Played are clock, network, disk faults, Telegram, people and newsroom. Everything that happens follows from the seed,
so a failing seed can be played again.
"""

import asyncio
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.delivery.content import BroadcastKind
from bot.delivery.pace import ChatRate
from bot.delivery.plan import Delivery, Settled, State
from bot.delivery.timing import DIGEST_LIVES
from bot.errors import StoreError
from bot.flow.claim import Finished
from bot.ports import Store, Tx
from tests.support.outbox_world_acts import Acts
from tests.support.outbox_world_end import complaints
from tests.support.outbox_world_judge import Judge
from tests.support.outbox_world_loop import VirtualLoop
from tests.support.outbox_world_phones import Phones
from tests.support.outbox_world_process import PLACES, Process, crashed_file, fresh, opened
from tests.support.outbox_world_truth import Person, Thing, Truth
from tests.support.outbox_world_weather import CALM, Plot, Weather, draw

MIDNIGHT = datetime(2026, 2, 16, 17, 0, tzinfo=UTC)  # 00.00 in Mojokerto
MOST_BREAKS = 3  # a process that breaks more often than that is not started again
LONGEST_CALM = 3_000  # looks until everything must have come to rest


class World:
    """One world for one seed."""

    def __init__(
        self, seed: int, folder: Path, loop: VirtualLoop, *, weather: Weather | None = None, plot: Plot | None = None
    ) -> None:
        self.seed, self.loop = seed, loop
        self.dice = random.Random(seed)
        drawn = draw(self.dice)
        self.weather, self.plot = weather or drawn[0], plot or drawn[1]
        self.stormy = True
        self.jumped = False
        self.leapt: list[int] = []  # after which transactions the wall's clock went forward
        self.fell: list[tuple[int, datetime]] = []  # after which ones it went back, and to what
        self._wall = MIDNIGHT + timedelta(hours=self.plot.hour, minutes=self.dice.randint(0, 59))
        self.file = folder / f"{seed}.db"
        self.file.write_bytes(fresh())
        self.store: Store = opened(self.file, self.now)
        self._retired: list[Store] = []
        self.truth = Truth()
        self.phones = Phones(self.dice, self.truth)
        self.phones.weather = self.weather
        self.judge = Judge(self)
        self.acts = Acts(self)
        self.chat_rate = self.dice.choice((ChatRate(), ChatRate(2, 1.0)))
        self.died = asyncio.Event()
        self.process: Process | None = None
        self.starts = 0
        self.answers: dict[int, Person] = {}

    @property
    def now(self) -> datetime:
        """The wall's clock."""
        return self._wall + timedelta(seconds=self.loop.time())

    async def play(self) -> list[str]:
        """Readers, news, trouble and crashes; then calm until everything has settled; what was wrong."""
        await self.acts.readers()
        keeper = asyncio.create_task(self._keep())
        try:
            for seconds, hours in self.plot.scenes:
                await self._scene(seconds)
                await self._pass_time(hours)
            self.stormy, self.phones.weather = False, CALM
            await self._calm()
            found = await complaints(self)
        finally:
            keeper.cancel()
            if self.process is not None:
                self.process.kill()
            await _all_ended()
            self.close()
        return self.truth.complaints + found

    def history(self) -> list[str]:
        """What happened, a line for each thing that was said and each attempt."""
        kind = f"{self.weather.name}, {self.plot}"
        return [kind, *(str(thing) for thing in self.truth.things.values()), *map(str, self.truth.attempts)]

    def close(self) -> None:
        """Let go of every file."""
        for store in (*self._retired, self.store):
            store.close()

    # Scenes ---------------------------------------------------------------------------------------------------------

    async def _scene(self, seconds: float) -> None:
        """News and acts at random moments."""
        if self.dice.random() < self.weather.jumps:
            minutes = self.dice.choice((-600, -90, -5, 5, 40, 200, 800))
            self._wall += timedelta(minutes=minutes)
            self.jumped = True
            if minutes > 0:
                self.leapt.append(self.truth.seq)
            else:
                self.fell.append((self.truth.seq, self.now))
        begins, plan = self.loop.time(), self.acts.plan(seconds)
        for moment, act in plan:
            await asyncio.sleep(max(0.0, begins + moment - self.loop.time()))
            await act()
            self.wake()
        await asyncio.sleep(max(0.0, begins + seconds - self.loop.time()))

    async def _pass_time(self, hours: float) -> None:
        """Hours in which nothing new happens; what is due meanwhile is due at its time."""
        end = self.now + timedelta(hours=hours)
        for _ in range(200):
            if self.now >= end:
                return
            if await self._at_rest(40):
                due = self.process.batch.next_due if self.process is not None else None
                self._skip_to(min(end, due) if due is not None else end)

    async def _at_rest(self, looks: int) -> bool:
        """Wait until nothing is under way and nothing is due."""
        for _ in range(looks):
            await asyncio.sleep(0.1)
            if self.process is not None and not self.process.dead and self.process.idle:
                return True
        return False

    def _skip_to(self, moment: datetime) -> None:
        self.loop.skip(max(0.0, (moment - self.now).total_seconds()) + 0.001)

    async def _calm(self) -> None:
        """No more trouble: everything comes to its end."""
        await self.acts.resume_all()
        for _ in range(LONGEST_CALM):
            if not await self._at_rest(3_000):  # five minutes: at five a second, after floods, a rush takes two
                break
            assert self.process is not None
            due = self.process.batch.next_due
            if due is not None:
                self._skip_to(due)
            elif (closes := await self.store.read(_next_end)) is not None:
                self._skip_to(datetime.fromtimestamp(closes / 1000, UTC) + timedelta(seconds=1))
                self.wake()
                await asyncio.sleep(0.2)
            else:
                return
        stats = await self.store.read(lambda tx: tx.stats(self.now))
        self.truth.complain(f"it does not come to rest: {stats['broadcasts']} {stats['deliveries']}")

    def wake(self) -> None:
        """Something has been written."""
        if self.process is not None and not self.process.dead:
            self.process.deliverer.wake()

    # Life and death -------------------------------------------------------------------------------------------------

    async def _keep(self) -> None:
        """Whoever watches over the process: starts it, and starts it again."""
        breaks = 0
        while breaks < MOST_BREAKS:
            self.died.clear()
            await self._start()
            process = self.process
            assert process is not None
            dying = asyncio.create_task(self.died.wait())
            while not process.dead:
                await asyncio.wait(
                    {dying, process.running}, timeout=self._patience(), return_when=asyncio.FIRST_COMPLETED
                )
                if process.running.done() and not process.dead:
                    breaks += 1
                    self.truth.complain(f"the program broke: {process.running.exception()!r}")
                    process.kill()
                elif self.stormy and not process.dead:  # it may have died meanwhile
                    await self._doom(process, dying)
            dying.cancel()
            await self._after_death(process)

    def _patience(self) -> float | None:
        """How long the next process lives."""
        every = self.weather.crash_every
        return self.dice.expovariate(1 / every) if every and self.stormy else None

    async def _doom(self, process: Process, dying: "asyncio.Task[Any]") -> None:
        process.power_fails = self.dice.random() < self.weather.power
        process.doom = self.dice.choice(PLACES)
        if process.doom != "at once":
            await asyncio.wait({dying}, timeout=3.0)
        process.kill()

    async def _after_death(self, process: Process) -> None:
        await asyncio.sleep(self.dice.choice((0.0, self.dice.uniform(0.0, 1.5))))
        self._zombie = process if self.dice.random() < self.weather.zombies else None

    _zombie: Process | None = None

    async def _start(self) -> None:
        for store in self._retired:
            store.close()
        self._retired.clear()
        recovery = await self.store.write(lambda tx: tx.begin_epoch(self.now))
        self.truth.seq += 1
        self.starts += 1
        self.process = Process(self, self.starts, recovery.epoch)
        if self._zombie is not None:
            await self._let_it_write(self._zombie)

    async def _let_it_write(self, zombie: Process) -> None:
        """The process before is not quite dead: whatever it writes now must change nothing."""
        finished = Finished()
        for attempt in self.truth.attempts:
            if attempt.process == zombie.number and attempt.fate == "doubt":
                finished.deliveries.append((attempt.delivery, Settled(State.SENT, message_id="zombie")))
        before = await self.store.read(_all_deliveries)
        await self.store.write(lambda tx: tx.settle("telegram", finished.deliveries, zombie.epoch, self.now))
        claim, again = zombie.deliverer._claim, Finished()
        with suppress(StoreError):  # it may be refused
            await self.store.write(
                lambda tx: type(claim).run(claim, tx, again, 3, (), self.now, self.loop.time())
            )  # fmt: skip
        if started := [
            row for row in await self.store.read(_all_deliveries) if row not in before and row[2] != "failed"
        ]:
            self.truth.complain(f"a process of epoch {zombie.epoch} wrote after the next one had begun: {started[:3]}")

    def pull_the_plug(self) -> None:
        """The power fails: what the disk has is all there is."""
        self._retired.append(self.store)
        self.file = crashed_file(self.file, self.dice)
        self.store = opened(self.file, self.now)

    # What the program made by itself --------------------------------------------------------------------------------

    def thing_of(self, delivery: Delivery, now: datetime) -> Thing:
        """The broadcast of a delivery; digests are made by the ticks."""
        known = self.truth.things.get(delivery.broadcast_id)
        if known is None:
            assert delivery.kind is BroadcastKind.DIGEST, delivery
            known = Thing(
                delivery.broadcast_id, BroadcastKind.DIGEST, self.truth.seq, now, now + DIGEST_LIVES, "",
            )  # fmt: skip
            self.truth.things[known.id] = known
        return known


async def _all_ended() -> None:
    """Whatever was cancelled has noticed it."""
    rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


def _all_deliveries(tx: Tx) -> list[Any]:
    rows: list[Any] = tx.all("SELECT broadcast_id, subscriber_id, state, attempt, epoch FROM delivery")  # type: ignore[attr-defined]
    return rows


def _next_end(tx: Tx) -> int | None:
    """When the next of the broadcasts that are not over is."""
    moment: int | None = tx.value("SELECT min(expires_at) FROM broadcast WHERE done_at IS NULL")  # type: ignore[attr-defined]
    return moment
