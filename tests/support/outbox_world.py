"""The outbox in a world of dice: virtual time, a seeded network and platform, crashes between writes.

Real are the store (a SQLite file), the claim, the pace and the settling; played are clock, network and Telegram.
Everything that happens follows from the seed, so a failing seed can be played again.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # the store's own: one SQLite library a process

import storage
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.pace import ChatRate, Chats, Window, in_flight_limit, tick_length
from bot.delivery.plan import Delivery
from bot.delivery.settle import settle_story
from bot.flow.claim import Claim, Finished
from bot.flow.spread import announce, reach_further
from bot.news.item import Item
from bot.ports import Store, Subscription, Tx

NOON = datetime(2026, 2, 17, 5, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Jakarta")
TOPICS = ("daerah", "hukrim", "budaya")
LATENCY = (0.02, 0.4)  # seconds, at least and at most
SIESTA = (12 * 60, 12 * 60 + 1)  # quiet for the first minute of the simulation


class Gate:
    """The channel, as far as a claim looks at it."""

    name = "telegram"
    rate = 30.0

    def chat_rate(self, address: str) -> ChatRate:  # noqa: ARG002 — the port's signature
        """Two at once, then one a second."""
        return ChatRate(2, 1.0)


@dataclass
class Request:
    """One request under way: when the platform has it (if ever), and when we hear of it."""

    delivery: Delivery
    outcome: Outcome
    heard: float


@dataclass
class Person:
    """A reader, whatever address they have; `left` is when they stopped."""

    number: int
    address: str
    topics: frozenset[str]
    joined: float = 0.0
    left: float | None = None
    former: tuple[str, ...] = ()
    blocked: bool = False


@dataclass
class Told:
    """A story as it was told: when, and when to the followers of which topic."""

    story_id: int
    topics: dict[str, float]


@dataclass
class Process:
    """What a crash destroys."""

    epoch: int
    claim: Claim
    window: Window
    finished: Finished = field(default_factory=Finished)
    flying: list[Request] = field(default_factory=list)


class Dice:
    """One world for one seed."""

    def __init__(
        self, seed: int, folder: Path, *, readers: int = 24, trouble: float = 0.25, crashes: float = 0.02
    ) -> None:
        self.dice = random.Random(seed)
        self.trouble, self.crashes = trouble, crashes
        self.now_s = 0.0
        self.file = folder / f"{seed}.db"
        self.store: Store = storage.open_store(f"sqlite:///{self.file}", now=NOON)
        self.deliveries: dict[tuple[int, int], tuple[str, str]] = {}
        self.people = [self._person(n) for n in range(1, readers + 1)]
        self.told: list[Told] = []
        self.copies: Counter[tuple[int, int]] = Counter()  # (story, person) -> messages on the phone
        self.departures: list[float] = []
        self.arrived: dict[int, list[float]] = defaultdict(list)  # person -> when each message that arrived had left us
        self.starts = 0
        self.process: Process | None = None

    def _person(self, number: int) -> Person:
        topics = frozenset(t for t in TOPICS if self.dice.random() < 0.5) or frozenset({self.dice.choice(TOPICS)})
        return Person(number, str(1000 + number), topics)

    @property
    def now(self) -> datetime:
        """The wall's clock."""
        return NOON + timedelta(seconds=self.now_s)

    # The story of the world -----------------------------------------------------------------------------------------

    async def play(self, seconds: float = 30.0, stories: int = 4) -> None:
        """Readers, stories, trouble and crashes; then calm until everything has settled."""
        await self._subscribe()
        await self._start()
        moments = sorted(self.dice.uniform(0.5, seconds * 0.8) for _ in range(stories))
        while self.now_s < seconds:
            while moments and moments[0] <= self.now_s:
                moments.pop(0)
                await self._tell()
            await self._chance()
            await self._tick()
        self.trouble = self.crashes = 0.0
        await self._settle_down()
        self.store.close()
        self.deliveries = self._read_deliveries()

    def _read_deliveries(self) -> dict[tuple[int, int], tuple[str, str]]:
        """State and code by (story, person), as the file has them."""
        with closing(sqlite3.connect(self.file)) as reader:
            rows = reader.execute(
                "SELECT coalesce(b.story_id, carried.value), s.address, d.state, coalesce(d.code, '') FROM delivery d"
                " JOIN broadcast b ON b.id = d.broadcast_id JOIN subscriber s ON s.id = d.subscriber_id"
                " LEFT JOIN json_each(d.stories) carried WHERE d.code IS NOT 'digest'"
            ).fetchall()
        # By address: somebody who stopped at their new one before we knew of it is another subscriber by then.
        number = {address: p.number for p in self.people for address in (p.address, *p.former)}
        return {(story, number[address]): (state, code) for story, address, state, code in rows}

    async def _subscribe(self) -> None:
        rows = [
            Subscription("telegram", p.address, tuple(sorted(p.topics)), consent_at=NOON,
                         quiet=SIESTA if self.dice.random() < 0.2 else None)
            for p in self.people
        ]  # fmt: skip
        await self.store.write(lambda tx: tx.import_subscribers(rows, NOON))

    async def _settle_down(self) -> None:
        """Time passes, a tick where something is due and hours where nothing is."""
        for _ in range(4000):
            await self._tick()
            stats = await self.store.read(lambda tx: tx.stats(self.now))
            if not self.process or self.process.flying or self.process.finished:
                continue
            due = await self.store.read(lambda tx: tx.next_due("telegram", self.now))
            if due is not None and due > self.now:
                self.now_s = (due - NOON).total_seconds()
            elif due is None and not stats["broadcasts"].get("running"):
                return
            elif due is None:  # a digest's hour is open until it is late
                self.now_s += 600
        raise AssertionError(f"the outbox does not come to rest: {stats}")

    async def _chance(self) -> None:
        """What people and portals do of their own accord."""
        roll = self.dice.random()
        if roll < 0.004:
            await self._leave(self.dice.choice(self.people))
        elif roll < 0.008 and self.told:
            await self._gain(self.dice.choice(self.told))

    async def _tell(self) -> None:
        topics = self.dice.sample(TOPICS, self.dice.randint(1, 2))
        item = Item(f"g{len(self.told)}", f"https://p.example/{len(self.told)}", f"Kabar {len(self.told)}")
        story_id = await self.store.write(lambda tx: tx.add_story(item, self.now, topics, self.now))
        await self.store.write(lambda tx: announce(tx, story_id, topics, ["telegram"], self.now))
        self.told.append(Told(story_id, dict.fromkeys(topics, self.now_s)))

    async def _gain(self, told: Told) -> None:
        late = [topic for topic in TOPICS if topic not in told.topics]
        if not late:
            return
        topic = self.dice.choice(late)

        def work(tx: Tx) -> bool:
            tx.add_categories(told.story_id, [topic])
            return reach_further(tx, told.story_id, [topic], self.now)

        if await self.store.write(work):
            told.topics[topic] = self.now_s

    async def _leave(self, person: Person) -> None:
        if person.left is None:
            await self.store.write(lambda tx: tx.stop("telegram", person.address, False, self.now))
            person.left = self.now_s

    # The process ----------------------------------------------------------------------------------------------------

    async def _start(self) -> None:
        recovery = await self.store.write(lambda tx: tx.begin_epoch(self.now))
        claim = Claim(Gate(), Chats(), ZONE, recovery.epoch)  # type: ignore[arg-type]  # only what a claim looks at
        self.process = Process(recovery.epoch, claim, Window(Gate.rate, self.now_s))
        self.starts += 1

    async def _tick(self) -> None:
        """Outcomes come in, the next are claimed and leave; between any two writes the process may die."""
        process = self.process
        if process is None:
            self.now_s += self.dice.uniform(0.0, 1.5)
            await self._start()
            return
        self._hear(process)
        slots = min(process.window.free(self.now_s), in_flight_limit(Gate.rate, LATENCY[1]) - len(process.flying))
        if self._dies():
            return
        finished, process.finished = process.finished, Finished()
        batch = await self.store.write(
            lambda tx: process.claim.run(tx, finished, max(0, slots), (), self.now, self.now_s)
        )  # fmt: skip
        if self._dies():  # after the commit, before anything has left
            return
        process.window.take(len(batch), self.now_s)
        for number, delivery in enumerate(batch.deliveries):
            if number and self._dies():  # in the middle of a batch
                return
            process.flying.append(self._send(delivery))
        self.now_s += tick_length(Gate.rate)

    def _dies(self) -> bool:
        if self.dice.random() >= self.crashes / 3:
            return False
        self.process = None
        return True

    def _hear(self, process: Process) -> None:
        heard = [r for r in process.flying if r.heard <= self.now_s]
        process.flying = [r for r in process.flying if r.heard > self.now_s]
        for request in heard:
            settled = settle_story(request.outcome, request.delivery.attempt, self.now)
            process.finished.deliveries.append((request.delivery, settled))

    # The network and the platform -----------------------------------------------------------------------------------

    def _send(self, delivery: Delivery) -> Request:
        person = next(p for p in self.people if delivery.address in {p.address, *p.former})
        self.departures.append(self.now_s)
        outcome, arrived = self._fate(person) if delivery.address == person.address else self._has_moved(person)
        if arrived:
            for story in delivery.stories or (delivery.story_id or 0,):
                self.copies[story, person.number] += 1
            self.arrived[person.number].append(self.now_s)
        return Request(delivery, outcome, self.now_s + self.dice.uniform(*LATENCY))

    def _fate(self, person: Person) -> tuple[Outcome, bool]:
        """What becomes of a request, and whether the message stands on the phone."""
        if person.blocked:
            return Outcome(Kind.GONE, "blocked"), False
        if self.dice.random() >= self.trouble:
            return Outcome(Kind.SENT, message_id="7"), True
        return self.dice.choice(FATES)(self, person)

    def _flood(self, person: Person) -> tuple[Outcome, bool]:  # noqa: ARG002 — a Fate
        return Outcome(Kind.LATER, "flood", retry_after=self.dice.randint(1, 20)), False

    def _gone(self, person: Person) -> tuple[Outcome, bool]:
        if self.dice.random() < 0.7:  # seldom, or soon nobody is left
            return Outcome(Kind.SENT, message_id="7"), True
        person.blocked = True
        return Outcome(Kind.GONE, "blocked"), False

    def _moved(self, person: Person) -> tuple[Outcome, bool]:
        person.former += (person.address,)
        person.address = f"{person.address}9"
        return self._has_moved(person)

    def _has_moved(self, person: Person) -> tuple[Outcome, bool]:
        return Outcome(Kind.NOT_SENT, "migrated", new_address=person.address), False


Fate = Callable[[Dice, Person], tuple[Outcome, bool]]


def always(kind: Kind, code: str, *, arrived: bool = False) -> Fate:
    """The same for everybody."""
    return lambda _world, _person: (Outcome(kind, code), arrived)


FATES: tuple[Fate, ...] = (
    always(Kind.NOT_SENT, "refused"),
    always(Kind.NOT_SENT, "server_error"),
    always(Kind.UNKNOWN, "read_timeout", arrived=True),
    always(Kind.UNKNOWN, "connection_lost"),
    always(Kind.REFUSED, "too_long"),
    Dice._flood,
    Dice._gone,
    Dice._moved,
)
