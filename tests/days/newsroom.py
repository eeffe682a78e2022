"""A newsroom's days: stories from morning to night, now and then an alert, and its correction."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from bot.channels.whatsapp.send import NAME
from bot.delivery.content import Level, Note
from bot.delivery.cost import Cost
from bot.flow import newsroom
from bot.flow.spread import announce
from bot.news.item import Item
from bot.ports import Tx
from bot.simulator.stories import samples
from tests.days.town import Town

A_DAY = 86_400.0
LEVELS = (Level.ORDINARY, Level.IMPORTANT, Level.URGENT)


@dataclass
class Alerted:
    """An alert, with what it was said to cost before it was sent."""

    broadcast: int
    level: Level
    foreseen: Cost  # what the editor was shown
    at: float = 0.0  # the loop's seconds
    corrected: int = 0


@dataclass
class Newsroom:
    """Editors at work."""

    town: Town
    dice: Random
    stories: int = 0
    alerts: list[Alerted] = field(default_factory=list)

    @property
    def urgent(self) -> set[int]:
        """Broadcasts that may use the reserve."""
        return {n for a in self.alerts if a.level is Level.URGENT for n in (a.broadcast, a.corrected)}

    @property
    def sounded(self) -> dict[int, float]:
        """When each alert was confirmed."""
        return {a.broadcast: a.at for a in self.alerts}

    async def work(self, days: int, stories: int, alerts: int) -> None:
        """So many days with so many stories and alerts each."""
        async with asyncio.TaskGroup() as group:
            for day in range(days):
                for _ in range(stories):
                    group.create_task(self._later(day, 5, 22, self._tell))
                for _ in range(alerts):
                    group.create_task(self._later(day, 6, 20, self._sound))

    async def _later(self, day: int, first: int, last: int, work: Callable[[], Awaitable[None]]) -> None:
        """At a moment between these hours."""
        await asyncio.sleep(day * A_DAY + self.dice.uniform(first, last) * 3600)
        await work()

    async def _tell(self) -> None:
        self.stories += 1
        number, now = self.stories, self.town.clock.now()
        sample = samples()[self.dice.randrange(len(samples()))]
        link = f"https://target-24jam.com/{number}/"
        item = Item(link, link, f"{sample.title} ({number})", published=now, summary=sample.paragraphs[0][:300])

        def tell(tx: Tx) -> None:
            story_id = tx.add_story(item, now, sample.categories, now)
            announce(tx, story_id, sample.categories, [NAME], now)

        await self.town.store.write(tell)
        self.town.deliverer.wake()

    async def _sound(self) -> None:
        level, now = self.dice.choices(LEVELS, (2, 3, 2))[0], self.town.clock.now()
        categories = () if level is Level.URGENT else tuple(self.dice.sample(("daerah", "hukrim", "utama"), 2))
        note = Note(
            f"Air sungai naik sejak pukul {now:%H.%M}, jauhi bantaran.", "Sungai naik", level=level, place="Gondang"
        )

        def sound(tx: Tx) -> Alerted:
            cost = self.town.costs(tx, categories, level, now)[NAME]
            return Alerted(newsroom.alert(tx, note, categories, [NAME], "days", now), level, cost)

        alerted = await self.town.store.write(sound)
        alerted.at = asyncio.get_running_loop().time()
        self.alerts.append(alerted)
        self.town.deliverer.wake()
        if self.dice.random() < 0.5:
            await asyncio.sleep(self.dice.uniform(300, 5400))
            await self._correct(alerted)

    async def _correct(self, alerted: Alerted) -> None:
        now = self.town.clock.now()
        note = Note("turun", wrong="naik")

        def correct(tx: Tx) -> int:
            return newsroom.correct(tx, alerted.broadcast, note, "days", now)

        alerted.corrected = await self.town.store.write(correct)
        self.town.deliverer.wake()
