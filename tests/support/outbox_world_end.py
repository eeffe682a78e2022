"""What must hold when a world of dice has come to rest: nobody is lost, nothing came twice, every count is right."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.delivery.content import BroadcastKind
from tests.support.outbox_world_about import about_earlier_ones
from tests.support.outbox_world_truth import ALL, Attempt, Message, Person, Thing

if TYPE_CHECKING:
    from tests.support.outbox_world import World

OVER = {"cancelled", "withdrawn", "expired"}
AT_REST = {"sent", "failed", "unknown", "recalled"}
REASONS = {"too_long", "server_error"}  # of the platform, for one reader
_ROWS = """
SELECT d.broadcast_id, s.address, d.state, coalesce(d.code, ''), d.stories, d.more
FROM delivery d JOIN subscriber s ON s.id = d.subscriber_id
"""
_RECOUNT = """
SELECT d.broadcast_id, s.channel, d.state, coalesce(d.code, ''), count(*)
FROM delivery d JOIN subscriber s ON s.id = d.subscriber_id WHERE d.finished_at IS NOT NULL GROUP BY 1, 2, 3, 4
"""


class Row(NamedTuple):
    """A delivery as the file has it."""

    state: str
    code: str
    stories: frozenset[int]
    more: int


class End:
    """A world at rest."""

    def __init__(self, world: "World", rows: list[Any]) -> None:
        self.world, self.truth = world, world.truth
        self.rows: dict[tuple[int, int], list[Row]] = defaultdict(list)  # person, thing
        for broadcast, address, state, code, stories, more in rows:
            person = self.truth.by_address[address]
            row = Row(state, code, frozenset(json.loads(stories or "[]")), more)
            self.rows[person.number, broadcast].append(row)
        self.messages: dict[int, list[Message]] = defaultdict(list)  # person
        for message in world.phones.all:
            self.messages[message.attempt.person.number].append(message)

    def of(self, person: Person, thing: Thing) -> list[Row]:
        """The deliveries of this thing to this person, whichever address they had."""
        return self.rows.get((person.number, thing.id), [])

    def has(self, person: Person, thing: Thing) -> bool:
        """Whether a message of this thing has ever stood on their phone."""
        return any(m.attempt.thing is thing for m in self.messages[person.number])

    def is_accounted_for(self, person: Person, thing: Thing) -> bool:
        """Arrived, or failed for a reason that the platform gave, or listed as unknown."""
        rows = self.of(person, thing)
        return self.has(person, thing) or any(
            r.state in {"unknown", "sent", "recalled"} or r.code in REASONS for r in rows
        )

    def was_done(self, person: Person, thing: Thing) -> bool:
        """Whether this edit has arrived, as the platform said: what the phone shows now came later."""
        return any(r.state == "sent" for r in self.of(person, thing))

    def stays(self, person: Person, since: int) -> bool:
        """Whether they have been with us without a break since that transaction."""
        before = [topics for at, topics in person.history if at < since]
        return (
            not person.blocked and bool(before and before[-1])
            and all(topics for at, topics in person.history if at >= since)
        )  # fmt: skip

    def may_pause(self, person: Person, thing: Thing) -> bool:
        """Whether they pause while it goes out: a clock that goes back begins a pause again that was over."""
        begins = min([thing.at, *(wall for seq, wall in self.world.fell if seq >= thing.made)])
        return any(until > begins for until in person.pauses)

    def may_be_late(self, person: Person, thing: Thing) -> bool:
        """Whether something else than the outbox can have kept it from them until it was too old.

        A clock that goes back gives it more time, one that leaps forward takes what it had.
        """
        moved = person.wishes_changed >= thing.made or self.may_pause(person, thing)
        held = any(a.outcome == "no_rights" for a in self.truth.of_person[person.number])
        leapt = any(seq >= thing.made for seq in self.world.leapt)
        return self.world.now >= thing.expires and (leapt or moved or held or thing.was_paused)


async def complaints(world: "World") -> list[str]:
    """Everything that is wrong."""
    read: Any = world.store.read
    end = End(world, await read(lambda tx: tx.all(_ROWS)))
    found = [text for check in CHECKS for text in check(end)]
    found += _counts(
        await read(lambda tx: tx.all("SELECT broadcast_id, channel, state, code, n FROM broadcast_count WHERE n <> 0")),
        await read(lambda tx: tx.all(_RECOUNT)),
    )  # fmt: skip
    twice = await read(
        lambda tx: tx.all("SELECT story_id FROM broadcast WHERE kind='story' GROUP BY 1 HAVING count(*)>1")
    )
    return found + [f"story {story} has two broadcasts" for (story,) in twice]


def _counts(kept: list[Any], counted: list[Any]) -> list[str]:
    wrong = set(kept) ^ set(counted)
    return (
        [f"the counts {sorted(set(kept) - set(counted))} are really {sorted(set(counted) - set(kept))}"]
        if wrong
        else []
    )


def _rows(end: End) -> Iterator[str]:
    for (person, thing), rows in end.rows.items():
        attempts = end.truth.of_pair[person, thing]
        for row in rows:
            what = f"delivery of #{thing} to person {person}"
            if row.state not in AT_REST:
                yield f"{what} rests as {row.state}"
            if row.state == "unknown" and row.code != "moved" and not any(a.doubtful for a in attempts):
                yield f"{what} is called unknown ({row.code}), and nobody doubts it"
            if row.state == "sent" and not any(a.message for a in attempts):
                yield f"{what} is called sent and never arrived"
            arrived = any(a.message for a in attempts if a.fate == "written")
            if row.state == "failed" and arrived and row.code not in {"digest", "withdrawn", "cancelled"}:
                yield f"{what} is called failed ({row.code}) and has arrived"


def _copies(end: End) -> Iterator[str]:
    for person in end.truth.people:
        told: Counter[int] = Counter()
        for message in end.messages[person.number]:
            told.update(list(message.stories) if message.attempt.thing.kind in _TELLING else ())
        for story, copies in told.items():
            if copies > 1 + len(end.truth.of_story[story].again):
                yield f"person {person.number} has story {story} {copies} times"
        by_thing: dict[int, list[Attempt]] = defaultdict(list)
        for attempt in end.truth.of_person[person.number]:
            by_thing[attempt.thing.id].append(attempt)
        for number, attempts in by_thing.items():
            copies = sum(a.message is not None and a.message.attempt is a for a in attempts)
            doubts = sum(a.doubtful for a in attempts)
            if copies > 1 + doubts or copies > 2 + len(end.truth.things[number].again):
                yield f"person {person.number} has #{number} {copies} times with {doubts} doubts"


_TELLING = {BroadcastKind.STORY, BroadcastKind.DIGEST}


def _stories(end: End) -> Iterator[str]:
    """Everybody who followed when a story was told, and still does, got it, or it is known why not."""
    for person in end.truth.people:
        missing = [t for t in end.truth.of_story.values() if _is_owed(person, t) and not _has_story(end, person, t)]
        digests = [row for (number, _), rows in end.rows.items() if number == person.number for row in rows]
        hidden = sum(row.more for row in digests if row.state in {"sent", "unknown"})
        if len(missing) > hidden:
            for thing in missing:
                rows = end.of(person, thing)
                yield f"person {person.number} has lost story {thing.story_id} (#{thing.id}): {rows}"


def _is_owed(person: Person, thing: Thing) -> bool:
    if person.blocked or thing.status in OVER:
        return False
    first = min(thing.topics.values())
    return person.keeps(ALL, first) or any(person.keeps(topic, seq) for topic, seq in thing.topics.items())


def _has_story(end: End, person: Person, thing: Thing) -> bool:
    story = thing.story_id
    assert story is not None
    shown = any(story in m.stories for m in end.messages[person.number] if m.attempt.thing.kind in _TELLING)
    carried = (
        row
        for (number, _), rows in end.rows.items() if number == person.number
        for row in rows if story in row.stories
    )  # fmt: skip
    return (
        shown
        or end.is_accounted_for(person, thing)
        or any(row.state == "unknown" or row.code in REASONS for row in carried)
    )


def _alerts(end: End) -> Iterator[str]:
    for thing in end.truth.things.values():
        if thing.kind is not BroadcastKind.ALERT or thing.status in OVER:
            continue
        for person in end.truth.people:
            meant = not thing.topics or any(
                person.keeps(token, thing.made) for token in (*thing.topics, ALL)
            )  # fmt: skip
            if not meant or end.may_pause(person, thing) or not end.stays(person, thing.made):
                continue
            if not end.is_accounted_for(person, thing) and not end.may_be_late(person, thing):
                rows = end.of(person, thing)
                yield f"person {person.number} has lost alert #{thing.id} ({thing.level}): {rows}"


def _replies(end: End) -> Iterator[str]:
    for number, person in end.world.answers.items():
        tries = end.world.phones.replies[number]
        arrived, doubts = tries.count("arrived"), tries.count("doubt")
        if arrived + doubts == 0 and not person.blocked and not {"server_error"} & set(tries):
            yield f"answer {number} to person {person.number} was lost: {tries}"
        if len([t for t in tries if t in {"arrived", "doubt"}]) > 2:
            yield f"answer {number} was sent again and again: {tries}"


def _rate(end: End) -> Iterator[str]:
    moments, most = sorted(end.world.phones.arrivals), int(end.world.plot.rate)
    for early, late in zip(moments, moments[most:], strict=False):
        if late - early < 1.0 - 1e-9:
            yield f"{most + 1} requests arrived in the {late - early:.4f} s after {early:.4f}"
            return


CHECKS = (_rows, _copies, _stories, _alerts, about_earlier_ones, _replies, _rate)
