"""What the newsroom does in a world of dice, and what is true afterwards."""

import asyncio

from bot.delivery.content import BroadcastKind, Level, Note
from bot.delivery.life import LIVES
from bot.delivery.plan import Status
from bot.errors import NewsroomError
from bot.flow import newsroom
from bot.flow.spread import reach_further
from bot.ports import Tx
from tests.support.outbox_world_commits import CHANNEL, TOPICS, Commits
from tests.support.outbox_world_truth import Thing, is_message, said

OVER = {"cancelled", "withdrawn"}
LOOKS = 40  # for edits that are under way


class Newsroom(Commits):
    """Alerts, and what is done with what has been told."""

    async def _alert(self) -> None:
        number, now = self._next(), self._world.now
        topics = self._dice.sample(TOPICS, self._dice.choice((0, 0, 1, 2)))
        level = self._dice.choice(tuple(Level))
        note = Note(f"Isi {number}.", f"Awas {number}", f"n{number}", level)
        broadcast = await self._commit(lambda tx: newsroom.alert(tx, note, topics, [CHANNEL], "redaksi", now))
        seq = self._truth.seq
        self._truth.things[broadcast] = Thing(
            broadcast, BroadcastKind.ALERT, seq, now, now + LIVES[level], note.link, None,
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
        if self._dice.random() < self._world.plot.errata:
            act, thing = self._correct_in_a_hurry, max(things, key=self._readers)
        try:
            await act(thing)
        except NewsroomError as error:
            if error.reason not in {"wrong_status", "stopped"}:
                raise

    async def _correct_in_a_hurry(self, thing: Thing) -> None:
        """It was wrong again and again: the next one is made while edits of the one before are under way."""
        for act in (*[self._correct] * self._dice.randint(2, 5), self._dice.choice((self._correct, self._withdraw))):
            await act(thing)
            self._world.wake()
            for _ in range(LOOKS):
                await asyncio.sleep(self._dice.uniform(0.01, 0.04))
                if self._is_being_changed(thing):
                    break

    def _is_being_changed(self, thing: Thing) -> bool:
        """Whether an edit is on its way to somebody who has it."""
        return any(
            a.fate == "flying" and a.thing.original is thing and not is_message(a.delivery.act)
            for a in self._truth.attempts
        )

    def _readers(self, thing: Thing) -> int:
        return sum(a.thing is thing and a.message is not None for a in self._truth.attempts)

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
            elif earlier.original is thing and earlier.kind is BroadcastKind.FOLLOW_UP:
                earlier.statuses.append((self._truth.seq, "cancelled"))
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

        def work(tx: Tx) -> tuple[int, bool]:
            sent = tx.broadcast(thing.id)
            over = sent is not None and sent.status is Status.EXPIRED  # also of what stood still until it was too old
            return newsroom.try_again(tx, thing.id, "redaksi", self._world.now, unknown=unknown), over

        again, over = await self._commit(work)
        if again:
            thing.again.append(self._truth.seq)
        if again and over:
            thing.statuses.append((self._truth.seq, "running"))

    async def resume_all(self) -> None:
        """The newsroom goes home and leaves nothing paused."""
        for thing in self._truth.things.values():
            if thing.status == "paused":
                try:
                    await self._resume(thing)
                except NewsroomError:  # it has expired meanwhile
                    thing.statuses.append((self._truth.seq, "expired"))

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
