"""What people and the newsroom do in a world of dice, and what is true afterwards."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.chat.turn import Status as PersonStatus
from bot.delivery.content import BroadcastKind, Level, Note
from bot.errors import NewsroomError
from bot.flow import newsroom
from bot.flow.spread import STORY_LIVES, announce, reach_further
from bot.news.item import Item
from bot.ports import Subscription, Tx
from tests.support.outbox_world_truth import ALL, Person, Thing, said

if TYPE_CHECKING:
    from tests.support.outbox_world_whole import World

TOPICS = ("budaya", "daerah", "hukrim")
CHANNEL = "telegram"
Act = Callable[[], Awaitable[None]]
OVER = {"cancelled", "withdrawn"}


class Acts:
    """Each act is one transaction, and what it made true is written down with it."""

    def __init__(self, world: "World") -> None:
        self._world, self._dice, self._truth = world, world.dice, world.truth
        self._number = 0

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

    async def _commit(self, work: Callable[[Tx], Any]) -> Any:
        result = await self._world.store.write(work)
        self._truth.seq += 1
        return result

    def _next(self) -> int:
        self._number += 1
        return self._number

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
        await self._commit(lambda tx: tx.stop(CHANNEL, person.address, False, self._world.now))
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

    async def _gain(self, thing: Thing) -> None:
        late = [topic for topic in TOPICS if topic not in thing.topics]
        if not late or thing.story_id is None:
            return
        story, topic = thing.story_id, self._dice.choice(late)

        def work(tx: Tx) -> bool:
            tx.add_categories(story, [topic])
            return reach_further(tx, story, [topic], self._world.now)

        told = await self._commit(work)
        thing.gained.add(topic)
        if told:
            thing.topics[topic] = self._truth.seq

    # The newsroom ---------------------------------------------------------------------------------------------------

    async def _alert(self) -> None:
        number, now = self._next(), self._world.now
        topics = self._dice.sample(TOPICS, self._dice.choice((0, 0, 1, 2)))
        level = self._dice.choice(tuple(Level))
        note = Note(f"Isi {number}.", f"Awas {number}", f"n{number}", level)
        broadcast = await self._commit(lambda tx: newsroom.alert(tx, note, topics, [CHANNEL], "redaksi", now))
        seq = self._truth.seq
        self._truth.things[broadcast] = Thing(
            broadcast, BroadcastKind.ALERT, seq, now, now + newsroom.LIVES[level], note.link, None,
            dict.fromkeys(topics, seq), level, texts=[(seq, said(note))],
        )  # fmt: skip
        self._world.judge.alert_made(self._truth.things[broadcast])

    async def _newsroom(self) -> None:
        kinds = {BroadcastKind.STORY, BroadcastKind.ALERT}
        things = [thing for thing in self._truth.things.values() if thing.kind in kinds and thing.status not in OVER]
        if not things:
            return
        thing = self._dice.choice(things[-4:])
        act = self._dice.choice((
            self._gain, self._gain, self._follow_up, self._correct, self._correct, self._withdraw, self._pause,
            self._cancel, self._try_again,
        ))  # fmt: skip
        try:
            await act(thing)
        except NewsroomError as error:
            if error.reason not in {"wrong_status", "stopped"}:
                raise

    def _about(self, broadcast: int, kind: BroadcastKind, original: Thing, key: str, text: str) -> Thing:
        now = self._world.now
        thing = Thing(
            broadcast, kind, self._truth.seq, now, now + newsroom.ABOUT_LIVES, key, original.story_id,
            level=original.level, original=original, texts=[(self._truth.seq, text)],
        )  # fmt: skip
        self._truth.things[broadcast] = thing
        return thing

    async def _follow_up(self, thing: Thing) -> None:
        number = self._next()
        note = Note(f"Lanjutan {number}.", link=f"n{number}", level=thing.level)
        made = await self._commit(lambda tx: newsroom.follow_up(tx, thing.id, note, "redaksi", self._world.now))
        self._about(made, BroadcastKind.FOLLOW_UP, thing, note.link, said(note))

    async def _correct(self, thing: Thing) -> None:
        number = self._next()
        note = Note(f"Yang benar {number}.", wrong="Isi", link=f"n{number}", level=thing.level)
        title, text = self._dice.choice(
            ((f"Ralat {number}", ""), ("", f"Benar {number}."), (f"R {number}", f"B {number}."))
        )
        made = await self._commit(
            lambda tx: newsroom.correct(
                tx, thing.id, note, "redaksi", self._world.now, title=title, summary=text
            )
        )  # fmt: skip
        before = thing.texts[-1][1].split("|")
        for earlier in self._truth.things.values():
            if earlier.original is thing and earlier.kind in {BroadcastKind.MARK, BroadcastKind.CORRECTION}:
                earlier.statuses.append((self._truth.seq, "withdrawn"))
        thing.texts.append((self._truth.seq, f"{title or before[0]}|{text or before[1]}"))
        self._about(made - 1, BroadcastKind.MARK, thing, note.link, thing.texts[-1][1])
        self._about(made, BroadcastKind.CORRECTION, thing, note.link, said(note))

    async def _withdraw(self, thing: Thing) -> None:
        reason, erase = f"Keliru {self._next()}", self._dice.random() < 0.5
        made = await self._commit(
            lambda tx: newsroom.withdraw(tx, thing.id, reason, "redaksi", self._world.now, erase=erase)
        )  # fmt: skip
        thing.statuses.append((self._truth.seq, "withdrawn"))
        for earlier in self._truth.things.values():
            if earlier.original is thing and earlier.kind in {BroadcastKind.MARK, BroadcastKind.CORRECTION}:
                earlier.statuses.append((self._truth.seq, "withdrawn"))
        self._about(made, BroadcastKind.WITHDRAWAL, thing, reason, f"|{reason}").erase = erase

    async def _pause(self, thing: Thing) -> None:
        if thing.status == "paused":
            await self._resume(thing)
            return
        await self._commit(lambda tx: newsroom.pause(tx, thing.id, "", "redaksi", self._world.now))
        thing.statuses.append((self._truth.seq, "paused"))

    async def _resume(self, thing: Thing) -> None:
        await self._commit(lambda tx: newsroom.resume(tx, thing.id, "redaksi", self._world.now))
        thing.statuses.append((self._truth.seq, "running"))

    async def _cancel(self, thing: Thing) -> None:
        await self._commit(lambda tx: newsroom.cancel(tx, thing.id, "redaksi", self._world.now))
        thing.statuses.append((self._truth.seq, "cancelled"))
        self._world.judge.cancelled(thing)

    async def _try_again(self, thing: Thing) -> None:
        unknown = self._dice.random() < 0.5
        again = await self._commit(
            lambda tx: newsroom.try_again(tx, thing.id, "redaksi", self._world.now, unknown=unknown)
        )  # fmt: skip
        if again:
            thing.again.append(self._truth.seq)

    async def resume_all(self) -> None:
        """The newsroom goes home and leaves nothing paused."""
        for thing in self._truth.things.values():
            if thing.status == "paused":
                try:
                    await self._resume(thing)
                except NewsroomError:  # it has expired meanwhile
                    thing.statuses.append((self._truth.seq, "expired"))
