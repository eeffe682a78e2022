"""Days of a town on WhatsApp in virtual time: the real store and claim, readers who live at random, and a strict judge.

The judge keeps its own book of windows, stops, prices and people, and knows nothing of how the program keeps its own.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import storage
from bot.channels.whatsapp.send import NAME, ONE_PERSON
from bot.channels.whatsapp.templates.written import read_folder
from bot.chat.turn import Status
from bot.delivery import receipts
from bot.delivery.budget import Budget, Cap
from bot.delivery.content import BroadcastKind, Level, Note
from bot.delivery.digest import owed
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.pace import ChatRate, Chats
from bot.delivery.plan import Delivery, QueuedReply, Settled, State
from bot.delivery.receipts import Billed, Receipt
from bot.delivery.templates import TemplateNews
from bot.flow import newsroom, spread
from bot.flow.claim import Claim, Finished
from bot.flow.means import Means, Terms
from bot.news.item import Item
from bot.ports import Store, Tx
from bot.settings.ratecard import read_rate_card

WIB = ZoneInfo("Asia/Jakarta")
AT_REST = timedelta(minutes=10)  # after the last day, before its accounts are looked at
START = datetime(2026, 11, 2, 22, 0, tzinfo=UTC)  # a Tuesday, five in the morning
DAY = timedelta(hours=24)
MARKETING, UTILITY, FREE = 41_100, 25_000, 1_000
TOPICS = ("daerah", "hukrim", "budaya")
DESCRIBED = {template.key: template for template in read_folder().templates}


class Line:
    """The channel, as far as a claim looks at it."""

    name = NAME
    rate = 1000.0

    def chat_rate(self, address: str) -> ChatRate:  # noqa: ARG002 — the port's signature
        """As WhatsApp's."""
        return ONE_PERSON


@dataclass
class Judge:
    """What may be sent when, what it costs, and every rule that was broken."""

    budget: Budget
    portfolio: int | None
    window: dict[str, datetime] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)
    were_away: set[str] = field(default_factory=set)  # stopped at some time
    broken: list[str] = field(default_factory=list)
    billed: Counter[date] = field(default_factory=Counter)  # by day: of what has arrived, or may yet
    on: Counter[int] = field(default_factory=Counter)  # by broadcast
    services: Counter[tuple[int, int]] = field(default_factory=Counter)  # by month
    kinds: Counter[str] = field(default_factory=Counter)
    marketing: dict[str, datetime] = field(default_factory=dict)
    people: dict[str, datetime] = field(default_factory=dict)
    costs: dict[tuple[int, int, int], tuple[date, int, str]] = field(default_factory=dict)  # by tag
    before: dict[str, tuple[datetime | None, datetime | None]] = field(default_factory=dict)  # if the last was none
    had: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))  # stories by reader

    def leaves(self, delivery: Delivery, level: Level, now: datetime) -> None:
        """A push leaves now."""
        who, day = delivery.address, now.astimezone(WIB).date()
        category = DESCRIBED[delivery.template].category.value if delivery.template else "service"
        self.kinds[f"{delivery.kind.value} {category}"] += 1
        if who in self.stopped:
            self._breaks(now, delivery, "had stopped")
        if not delivery.template and now >= self.window.get(who, START):
            self._breaks(now, delivery, "outside of the window")
        if delivery.template:
            self._outside(delivery, who, category, level, now)
        price = self._price(category, day)
        share = 1.0 if level is Level.URGENT else 0.8
        month = sum(
            amount for other, amount in self.billed.items() if (other.year, other.month) == (day.year, day.month)
        )
        for limit, before in ((self.budget.day, self.billed[day]), (self.budget.month, month)):
            if limit is not None and price and before + price > limit * share:
                self._breaks(now, delivery, f"over the budget: {before} + {price} > {limit} * {share}")
        bound, on = self.budget.broadcast, self.on[delivery.broadcast_id]
        bound = None if delivery.kind is BroadcastKind.DIGEST or level is Level.URGENT else bound
        if bound is not None and price and on + price > bound:
            self._breaks(now, delivery, f"over what a broadcast may cost: {on} + {price} > {bound}")
        self.billed[day] += price
        self.on[delivery.broadcast_id] += price
        self.costs[delivery.broadcast_id, delivery.subscriber_id, delivery.attempt] = day, price, category

    def answers(self, now: datetime) -> None:
        """An answer leaves: it costs like any service message."""
        day = now.astimezone(WIB).date()
        self.billed[day] += self._price("service", day)

    def arrives(self, delivery: Delivery) -> Billed:
        """It has arrived: what the platform says about money."""
        _, price, category = self.costs[delivery.broadcast_id, delivery.subscriber_id, delivery.attempt]
        stories = delivery.stories or ((delivery.story_id,) if delivery.story_id else ())
        self.had[delivery.address].update(stories)
        self.had[delivery.address] |= Counter(delivery.rest)  # one tap away
        return Billed(price > 0, category)

    def fails(self, delivery: Delivery) -> None:
        """It does not arrive: nothing is billed."""
        day, price, category = self.costs.pop((delivery.broadcast_id, delivery.subscriber_id, delivery.attempt))
        self.billed[day] -= price
        self.on[delivery.broadcast_id] -= price
        if category == "service":
            self.services[day.year, day.month] -= 1
        else:
            who, last = delivery.address, self.before[delivery.address]
            for book, at in zip((self.marketing, self.people), last, strict=True):
                book.pop(who, None)
                if at is not None:
                    book[who] = at

    def _outside(self, delivery: Delivery, who: str, category: str, level: Level, now: datetime) -> None:
        last = self.marketing.get(who)
        self.before[who] = last, self.people.get(who)
        if category == "marketing":
            if last is not None and now - last < DAY:
                self._breaks(now, delivery, "two marketing messages a day")
            self.marketing[who] = now
        begun = self.people.get(who)
        if begun is None or now - begun >= DAY:
            lately = sum(now - at < DAY for at in self.people.values())
            if self.portfolio is not None and lately >= self.portfolio:
                self._breaks(now, delivery, f"one more than {self.portfolio} people of a day")
        self.people[who] = now
        if not self.budget.is_set:
            self._breaks(now, delivery, f"without a budget, {level}")

    def _price(self, category: str, day: date) -> int:
        if category != "service":
            return MARKETING if category == "marketing" else UTILITY
        self.services[day.year, day.month] += 1
        return 0 if self.services[day.year, day.month] <= FREE else UTILITY

    def _breaks(self, now: datetime, delivery: Delivery, rule: str) -> None:
        self.broken.append(f"{now:%d %H:%M} {delivery.kind.value} to {delivery.address}: {rule}")


class Town:
    """Readers, a newsroom, a store and a claim, on one clock that goes from one event to the next."""

    def __init__(
        self, folder: Path, seed: int, readers: int, days: int, budget: Budget, portfolio: int | None = None
    ) -> None:  # fmt: skip
        self.dice, self.now, self.end = Random(seed), START, START + DAY * days
        self.store: Store = storage.open_store(f"sqlite:///{folder / 'days.db'}", now=START)
        self.judge = Judge(budget, portfolio)
        self.caps: list[Cap] = []
        self.levels: dict[int, Level] = {}
        self.readers = [f"62812{n:07}" for n in range(readers)]
        self._events: list[tuple[datetime, int, Callable[[], Any]]] = []
        self._made = 0
        self.told: list[tuple[int, str]] = []  # stories, with their topic
        self.dropped: dict[str, set[int]] = defaultdict(set)  # in digests that the platform did not want, by reader
        self.lost: list[tuple[str, set[int]]] = []
        self._finished, self._receipts = Finished(), list[Receipt]()
        terms = Terms(read_rate_card().card, budget, portfolio)
        self._means = Means(terms, WIB, lambda _tx, cap, _currency: self.caps.append(cap))
        self._eager = {who: self.dice.random() ** 3 for who in self.readers}  # a few write often, most hardly ever

    async def live(self) -> None:
        """All the days."""
        await self._found()
        self._plan_days()
        while self._events and self._events[0][0] < self.end:
            await self._until(self._events[0][0])
            while self._events and self._events[0][0] <= self.now:
                await heapq.heappop(self._events)[2]()
        await self._until(self.end + AT_REST)  # a digest of the last moment may have met a broken connection
        self.lost = await self.store.read(self._lost)
        self.store.close()

    # The town -------------------------------------------------------------------------------------------------------

    async def _found(self) -> None:
        def work(tx: Tx) -> int:
            tx.declare_templates([t.declared for t in DESCRIBED.values()])
            tx.template_news(
                [TemplateNews(t.name, t.language, START, "APPROVED", t.category) for t in DESCRIBED.values()]
            )
            for n, who in enumerate(self.readers):
                tx.follow(NAME, who, {TOPICS[n % 3], TOPICS[n * 7 % 3]}, False, "formulir", None, "id", START)
                mode = ("instant", "instant", "morning", "evening", "both")[n % 5]
                tx.set_times(NAME, who, mode, (1260, 300) if n % 4 else None, None, START)
            return tx.begin_epoch(START).epoch

        epoch = await self.store.write(work)
        self._claim = Claim(Line(), Chats(), WIB, epoch, means=self._means)  # type: ignore[arg-type]  # only what it looks at

    def _plan_days(self) -> None:
        hours = int((self.end - START) / timedelta(hours=1))
        for hour in range(hours):
            at = START + timedelta(hours=hour)
            waking = 5 <= at.astimezone(WIB).hour <= 21
            for _ in range(self.dice.choice((0, 1, 1, 2, 4)) if waking else 0):
                self._at(at + self._within_an_hour(), self._tell)
            if self.dice.random() < 0.05:
                self._at(at + self._within_an_hour(), self._alert)
            for who in self.readers if waking else ():
                if self.dice.random() < self._eager[who] / 8:
                    self._at(at + self._within_an_hour(), partial(self._write, who))

    def _within_an_hour(self) -> timedelta:
        return timedelta(seconds=self.dice.random() * 3600)

    def _at(self, at: datetime, what: Callable[[], Any]) -> None:
        self._made += 1
        heapq.heappush(self._events, (at, self._made, what))

    async def _tell(self) -> None:
        self._made += 1
        link = f"https://portal.example/{self._made}"
        item, among = Item(link, link, f"Kabar {self._made}", summary="Satu kalimat."), (self.dice.choice(TOPICS),)

        def work(tx: Tx) -> int:
            story = tx.add_story(item, self.now, among, self.now)
            spread.announce(tx, story, among, [NAME], self.now)
            return story

        self.told.append((await self.store.write(work), among[0]))

    async def _alert(self) -> None:
        level = self.dice.choice(list(Level))
        note = Note(f"Jembatan ditutup ({self._made}).", title="Jembatan", level=level)
        made = await self.store.write(lambda tx: newsroom.alert(tx, note, (), [NAME], "redaksi", self.now))
        self.levels[made] = level

    async def _write(self, who: str) -> None:
        """A reader writes: their window opens, an answer is waiting; some stop, some come back."""
        stops = who not in self.judge.stopped and self.dice.random() < 0.01
        back = who in self.judge.stopped and self.dice.random() < 0.5

        def work(tx: Tx) -> None:
            tx.whatsapp_address(who, None, self.now)
            tx.open_window(who, self.now, self.now)
            if stops:
                tx.stop(NAME, who, False, self.now)
            if back:
                tx.follow(NAME, who, {"daerah"}, False, "MULAI", None, "id", self.now)
            tx.add_reply(NAME, who, None, '[[["Baik.",0,null]],[],null]', "new", self.now)

        await self.store.write(work)
        self.judge.window[who] = self.now + DAY
        if stops:
            self.judge.stopped.add(who)
            self.judge.were_away.add(who)
        if back:
            self.judge.stopped.discard(who)

    # The outbox -----------------------------------------------------------------------------------------------------

    async def _until(self, end: datetime) -> None:
        """Everything that is due until then happens at its time."""
        while self.now < end:
            await self._drain()
            due = await self.store.read(lambda tx: tx.next_due(NAME, self.now))
            self.now = min(end, max(self.now + timedelta(seconds=1), due or end))
        await self._drain()

    async def _drain(self) -> None:
        more = True
        while more:
            finished, self._finished = self._finished, Finished()
            now = self.now
            batch = await self.store.write(
                lambda tx, f=finished, now=now: self._claim.run(tx, f, 200, (), now, now.timestamp())  # type: ignore[misc]
            )
            for delivery in batch.deliveries:
                self._send(delivery)
            for reply in batch.replies:
                self._answer(reply)
            more = bool(batch) or bool(self._finished) or bool(self._receipts)
            await self._tell_receipts()
            if batch.more and not batch:
                return  # a chat rests: the next second

    def _send(self, delivery: Delivery) -> None:
        now, dice = self.now, self.dice.random()
        self.judge.leaves(delivery, self.levels.get(delivery.broadcast_id, Level.ORDINARY), now)
        tag, message = (
            receipts.tag_of(delivery),
            f"wamid.{delivery.broadcast_id}.{delivery.subscriber_id}.{delivery.attempt}",
        )
        if dice < 0.02:
            self.judge.fails(delivery)
            self._end(delivery, Outcome(Kind.NOT_SENT, "connect"))
        elif dice < 0.04:
            self.judge.fails(delivery)
            self.dropped[delivery.address].update(delivery.stories + delivery.rest)
            self._end(delivery, Outcome(Kind.LATER, "ecosystem", retry_after=86_400.0))
        elif dice < 0.06:
            self.judge.fails(delivery)
            self._end(delivery, Outcome(Kind.SENT, message_id=message))
            gone_wrong = receipts.failed(Outcome(Kind.LATER, "undeliverable", retry_after=21_600.0), now)
            self._receipts.append(Receipt(message, "failed", tag, failed=gone_wrong))
        else:
            unknown = dice < 0.08
            self._end(
                delivery, Outcome(Kind.UNKNOWN, "read_timeout") if unknown else Outcome(Kind.SENT, message_id=message)
            )
            billed = self.judge.arrives(delivery)
            self._receipts.append(Receipt(message, "delivered", tag, billed=billed))
            if self.dice.random() < self._eager[delivery.address]:
                self._receipts.append(Receipt(message, "read", tag))

    def _end(self, delivery: Delivery, outcome: Outcome) -> None:
        self._finished.deliveries.append((delivery, receipts.settle_delivery(delivery, outcome, self.now)))

    def _answer(self, reply: QueuedReply) -> None:
        self.judge.answers(self.now)
        self._finished.replies.append((reply, Settled(State.SENT, "", f"wamid.r{reply.id}")))

    async def _tell_receipts(self) -> None:
        told, self._receipts = self._receipts, list[Receipt]()
        if told:
            await self.store.write(lambda tx: tx.take_receipts(told, self.now))

    def _lost(self, tx: Tx) -> list[tuple[str, set[int]]]:
        """Readers who have always been there, with stories that they neither had nor are owed."""
        tellings, lost = tx.tellings(NAME, self.now), []
        for n, who in enumerate(self.readers):
            person, subscriber = tx.person(NAME, who), n + 1
            if person.status is not Status.ACTIVE or who in self.judge.were_away:
                continue
            debt = owed(tellings, tx.owings(NAME, [subscriber], tellings, self.now)[subscriber])
            accounted = self.judge.had[who].keys() | set(debt.stories) | set(debt.rest) | self.dropped[who]
            missing = {story for story, topic in self.told if topic in person.categories} - accounted
            if missing:
                lost.append((who, missing))
        return lost
