"""What people and the portal do in a world of dice, and what is true afterwards."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from bot.chat.turn import Status as PersonStatus
from bot.delivery.content import BroadcastKind
from bot.flow.spread import STORY_LIVES, announce
from bot.news.item import Item
from bot.ports import Subscription, Tx
from tests.support.outbox_world_commits import CHANNEL, TOPICS
from tests.support.outbox_world_newsroom import Newsroom
from tests.support.outbox_world_truth import ALL, Person, Thing

Act = Callable[[], Awaitable[None]]


class Acts(Newsroom):
    """Each act is one transaction, and what it made true is written down with it."""

    def plan(self, seconds: float) -> list[tuple[float, Act]]:
        """The moments of one scene, and what happens then."""
        plot, dice = self._world.plot, self._dice
        acts: list[Act] = [*([self._tell] * plot.stories), *([self._alert] * plot.alerts)]
        for _ in range(plot.acts):
            roll = dice.random()
            if roll < plot.replies:
                acts.append(self._write)
            elif dice.random() < plot.newsroom:
                acts.append(self._newsroom)
            else:
                acts.append(self._person_acts)
        moments = ((dice.uniform(0.0, seconds * 0.9), act) for act in acts)
        return sorted(moments, key=lambda planned: planned[0])

    # Readers --------------------------------------------------------------------------------------------------------

    async def readers(self) -> None:
        """Those who are there from the beginning."""
        for _ in range(self._world.plot.readers):
            await self._join()
        for person in self._dice.sample(self._truth.people, min(2, len(self._truth.people))):
            person.allergic = self._dice.random() < 0.3

    def _topics(self) -> frozenset[str]:
        if self._world.plot.crowded or self._dice.random() < 0.15:
            return frozenset({ALL})
        some = frozenset(t for t in TOPICS if self._dice.random() < 0.5)
        return some or frozenset({self._dice.choice(TOPICS)})

    def _wishes(self) -> tuple[str, tuple[int, int] | None, int | None]:
        """Mode, quiet hours, daily limit."""
        dice = self._dice
        if dice.random() >= self._world.plot.wishes:
            return "instant", None, None
        mode = dice.choice(("instant", "instant", "morning", "evening", "both"))
        quiet = dice.choice((None, (21 * 60, 5 * 60), (22 * 60, 6 * 60 + 30), (12 * 60, 13 * 60), (4 * 60, 9 * 60)))
        return mode, quiet, dice.choice((None, None, 1, 2))

    async def _join(self) -> None:
        mode, quiet, limit = self._wishes()
        number = len(self._truth.people) + 1
        person = Person(number, str(1000 + number), self._topics(), mode, quiet, limit)
        self._truth.people.append(person)
        self._truth.by_address[person.address] = person
        if limit is None and self._dice.random() < 0.5:
            row = Subscription(
                CHANNEL, person.address, tuple(sorted(person.topics)), mode, quiet, consent_at=self._world.now
            )  # fmt: skip
            await self._commit(lambda tx: tx.import_subscribers([row], self._world.now))
            person.note(self._truth.seq)
            return
        await self._follow(person)
        if mode != "instant":
            await self._commit(
                lambda tx: tx.set_times(CHANNEL, person.address, mode, quiet, None, self._world.now)
            )  # fmt: skip

    async def _follow(self, person: Person) -> None:
        topics, address = person.topics, person.address

        def work(tx: Tx) -> bool:
            stranger = tx.person(CHANNEL, address).status is PersonStatus.NEW
            tx.follow(
                CHANNEL, address, topics - {ALL}, ALL in topics, "ya", person.quiet, "id", self._world.now, None,
                person.limit,
            )  # fmt: skip
            return stranger

        stranger = await self._commit(work)
        if stranger and person.history:  # their chat has moved and the program does not know: somebody new to it
            person.history.append((self._truth.seq - 1, frozenset()))
            person.mode, person.paused_until = "instant", None
        person.note(self._truth.seq)

    async def _person_acts(self) -> None:
        if self._dice.random() < 0.1:
            await self._join()
            return
        person = self._dice.choice(self._truth.people)
        if person.blocked:
            return
        act = self._dice.choice((self._leave, self._change_topics, self._change_times, self._change_times))
        if not person.active:
            act = self._rejoin
        await act(person)

    async def _leave(self, person: Person) -> None:
        def work(tx: Tx) -> bool:
            stranger = tx.person(CHANNEL, person.address).status is PersonStatus.NEW
            tx.stop(CHANNEL, person.address, False, self._world.now)
            return stranger

        if await self._commit(work):  # their chat has moved and the program does not know
            person.mode = "instant"
        person.active, person.paused_until = False, None
        person.note(self._truth.seq)

    async def _rejoin(self, person: Person) -> None:
        person.active, person.topics, person.paused_until = True, self._topics(), None
        _, person.quiet, person.limit = self._wishes()
        person.wishes_changed, person.limit_changed = self._truth.seq, True
        await self._follow(person)

    async def _change_topics(self, person: Person) -> None:
        person.topics = self._topics()
        await self._follow(person)

    async def _change_times(self, person: Person) -> None:
        mode, quiet, _ = self._wishes()
        paused = self._world.now.replace(microsecond=0) + timedelta(minutes=self._dice.choice((2, 60, 1500)))
        paused_until = paused if self._dice.random() < 0.3 else None

        def work(tx: Tx) -> bool:
            stranger = tx.person(CHANNEL, person.address).status is PersonStatus.NEW
            if not stranger:
                tx.set_times(CHANNEL, person.address, mode, quiet, paused_until, self._world.now)
            return stranger

        person.wishes_changed = self._truth.seq
        if await self._commit(work):
            return  # their chat has moved and the program does not know
        person.mode, person.quiet, person.paused_until = mode, quiet, paused_until
        if paused_until is not None:
            person.pauses.append(paused_until)

    async def _write(self) -> None:
        """Somebody writes, and the bot has an answer for them."""
        person = self._dice.choice(self._truth.people)

        def work(tx: Any) -> int:
            tx.add_reply(CHANNEL, person.address, None, "{}", "new", self._world.now)
            return int(tx.value("SELECT max(id) FROM reply"))

        number = await self._commit(work)
        self._world.phones.replies.setdefault(number, [])
        self._world.answers[number] = person

    # The portal -----------------------------------------------------------------------------------------------------

    async def _tell(self) -> None:
        topics = self._dice.sample(TOPICS, self._dice.randint(1, 2))
        number, now = self._next(), self._world.now
        item = Item(f"g{number}", f"https://p.example/{number}", f"Kabar {number}", summary=f"Isi {number}.")

        def work(tx: Tx) -> tuple[int, int]:
            story = tx.add_story(item, now, topics, now)
            return story, announce(tx, story, topics, [CHANNEL], now)

        story, broadcast = await self._commit(work)
        seq = self._truth.seq
        thing = Thing(
            broadcast, BroadcastKind.STORY, seq, now, now + STORY_LIVES, f"story {story}", story,
            dict.fromkeys(topics, seq), texts=[(seq, f"Kabar {number}|Isi {number}.")],
        )  # fmt: skip
        self._truth.things[broadcast] = self._truth.of_story[story] = thing
