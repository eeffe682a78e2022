"""What must hold at every commit and at every departure in a world of dice."""

import math
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from bot.delivery.content import Act, BroadcastKind, Content, Level
from bot.ports import To
from tests.support.outbox import WIB
from tests.support.outbox_world_truth import Attempt, Person, Thing, is_message, words_of

if TYPE_CHECKING:
    from tests.support.outbox_world import World

MESSAGES = {BroadcastKind.ALERT, BroadcastKind.FOLLOW_UP, BroadcastKind.CORRECTION}
ONCE = {BroadcastKind.STORY, BroadcastKind.DIGEST}  # never again after a doubt
STOPPED = {"withdrawn", "cancelled", "paused"}
MANY_READERS = 8  # so many, and some of them are sure to be free at once


class Judge:
    """Complains to the truth."""

    def __init__(self, world: "World") -> None:
        self._world, self._truth = world, world.truth
        self._today: Counter[tuple[int, int]] = Counter()  # person, local day -> stories
        self._alerts: dict[int, tuple[float, float]] = {}  # made at, must have begun by

    # At a commit ----------------------------------------------------------------------------------------------------

    def claimed(self, attempt: Attempt) -> None:
        """This attempt is written as started: may it?"""
        thing, person = attempt.thing, attempt.person
        if thing.status_at(attempt.seq) != "running":
            self._say(attempt, f"is {thing.status_at(attempt.seq)}")
        self._is_the_first(attempt)
        if attempt.delivery.address == person.address:  # else the platform will say where they are now
            self._consents(attempt, thing, person)
            for story in attempt.stories:
                self._story_is_new(attempt, story)
        if thing.original is not None and not self._has_had(person, thing.original):
            self._say(attempt, f"never had #{thing.original.id}")

    def _consents(self, attempt: Attempt, thing: Thing, person: Person) -> None:
        now = attempt.wall
        if not person.active:
            self._say(attempt, "left")
        if thing.kind is BroadcastKind.STORY:
            self._wants_stories(attempt, thing, person)
        if not is_message(attempt.delivery.act):
            return
        if person.paused_until is not None and person.paused_until > now:
            self._say(attempt, "paused")
        if is_quiet(person, now) and thing.level is not Level.URGENT:
            self._say(attempt, "sleeps")

    def _wants_stories(self, attempt: Attempt, thing: Thing, person: Person) -> None:
        if not person.follows(frozenset(thing.topics) | thing.gained):
            self._say(attempt, "does not follow it")
        if person.mode != "instant":
            self._say(attempt, f"has digests ({person.mode})")
        if not self._truth.of_pair[person.number, thing.id]:
            day = attempt.wall.astimezone(WIB).toordinal()
            self._today[person.number, day] += 1
            over = person.limit is not None and self._today[person.number, day] > person.limit
            if over and not self._world.jumped and not person.limit_changed:
                self._say(attempt, f"has a limit of {person.limit} a day")

    def _is_the_first(self, attempt: Attempt) -> None:
        """Nobody is sent what they have, or what may still arrive, or after more doubts than its kind allows."""
        thing, again = attempt.thing, attempt.thing.again
        since = again[-1] if again else -1
        earlier = self._truth.of_pair[attempt.person.number, thing.id]
        # A chat that moved and wrote from its new place is known twice, until the platform says at the old one that it
        # moved. Nothing can arrive at the old one.
        there = attempt.delivery.address == attempt.person.address
        for other in earlier:
            same = other.delivery.subscriber_id == attempt.delivery.subscriber_id
            if other.fate == "written" and other.message is not None and (same or there):
                self._say(attempt, "has had it already")
            elif other.under_way and same:
                self._say(attempt, f"is sent it by an attempt of #{other.seq} that is under way")
        # A change that is made twice is made once: only messages can be had twice.
        message = is_message(attempt.delivery.act)
        # Of a chat that the program knows twice, because it moved, only what has really arrived counts for the other.
        alike = (
            other for other in earlier
            if (is_message(other.delivery.act) or not message)
            and (other.delivery.subscriber_id == attempt.delivery.subscriber_id or other.message is not None)
        )  # fmt: skip
        doubts = sum(other.doubtful for other in alike if other.seq > since)
        most = 0 if thing.kind in ONCE else 1 if message else 5
        if doubts > most:
            self._say(attempt, f"may have had it {doubts} times")

    def _story_is_new(self, attempt: Attempt, story: int) -> None:
        thing = self._truth.of_story[story]
        if attempt.thing.kind is BroadcastKind.DIGEST and thing.status_at(attempt.seq) in STOPPED:
            self._say(attempt, f"is shown story {story}, which is {thing.status_at(attempt.seq)}")
        since = thing.again[-1] if thing.again else -1
        for other in self._truth.of_person[attempt.person.number]:
            if other.thing is attempt.thing or story not in other.stories:
                continue
            if other.message is not None and other.fate == "written":
                self._say(attempt, f"has had story {story} in #{other.thing.id}")
            elif other.under_way or (other.doubtful and other.seq > since):
                self._say(attempt, f"may have had story {story} in #{other.thing.id} ({other.fate})")

    def _has_had(self, person: Person, original: Thing) -> bool:
        return any(
            other.doubtful or other.message is not None
            for other in self._truth.of_person[person.number]
            if other.thing is original or (original.story_id is not None and original.story_id in other.stories)
        )

    # At a departure -------------------------------------------------------------------------------------------------

    def left(self, attempt: Attempt, content: Content, to: To, act: Act) -> None:  # noqa: ARG002 — the phones look there
        """This request leaves: does it say what was true when it was claimed?"""
        seq, thing = attempt.seq, attempt.thing
        if thing.kind in {BroadcastKind.STORY, BroadcastKind.ALERT, BroadcastKind.MARK}:
            true = (thing.original or thing).text_at(seq)
            if words_of(content) != true:
                self._say(attempt, f"is told {words_of(content)!r} where {true!r} is right")
        for story in content.stories:
            true = self._truth.of_story[story.id].text_at(seq)
            if f"{story.title}|{story.summary}" != true:
                self._say(attempt, f"reads {story.title!r} in a digest where {true!r} is right")
        self._alert_begins(thing)

    # Alerts and cancelling ------------------------------------------------------------------------------------------

    def alert_made(self, thing: Thing) -> None:
        """Its first message must leave within a tick and what is in flight, when nothing is in its way."""
        world, process = self._world, self._world.process
        if process is None or process.dead or world.weather.name != "calm":
            return
        now = world.loop.time()
        free = [p for p in self._truth.people if self._is_free(p, thing)]
        if len(free) < MANY_READERS or now - process.began < 2.0:  # the first second is empty
            return
        running = sum(other.kind is BroadcastKind.ALERT for other in self._truth.things.values())
        deliverer = process.deliverer
        ahead = len(deliverer._gate) + running + 1
        full = 2 * world.weather.latency[1] if deliverer.in_flight >= deliverer.limit - 1 else 0.0
        window = deliverer._window.wait(now)  # the account's own promise comes before
        a_window = 1.0 + deliverer._window.trips.margin  # after few answers its doubt is large
        if deliverer._window._taken + ahead >= deliverer._window.capacity:
            window += a_window
        self._alerts[thing.id] = now, now + 2 * 0.05 + ahead / world.plot.rate * a_window + full + window

    def _is_free(self, person: Person, thing: Thing) -> bool:
        topics = frozenset(thing.topics)
        meant = person.follows(topics) if topics else person.active
        paused = person.paused_until is not None and person.paused_until > self._world.now
        return (
            meant
            and not paused
            and not is_quiet(person, self._world.now)
            and not person.blocked
            and (math.isinf(self._world.chat_rate.burst) or not self._has_just_had_something(person))
        )

    def _has_just_had_something(self, person: Person) -> bool:
        """Whether their chat may not yet stand its whole burst again."""
        rate = self._world.chat_rate
        since = self._world.loop.time() - rate.burst / rate.per_second
        had = self._truth.of_person[person.number]
        return any(a.under_way or (a.left is not None and a.left > since) for a in had)

    def _alert_begins(self, thing: Thing) -> None:
        if thing.id in self._alerts:
            made, until = self._alerts.pop(thing.id)
            late = self._world.loop.time() - until
            if late > 0 and not thing.statuses:
                self._truth.complain(f"alert #{thing.id} began {late + until - made:.2f} s after it was made")

    def cancelled(self, thing: Thing) -> None:
        """At most W further sends."""
        process = self._world.process
        coming = sum(other.fate == "claimed" for other in self._truth.attempts if other.thing is thing)
        if process is not None and not process.dead and coming > max(process.deliverer.limit, 4):
            self._truth.complain(f"#{thing.id} is cancelled and {coming} of it will still leave")

    def _say(self, attempt: Attempt, what: str) -> None:
        d = attempt.delivery
        self._truth.complain(
            f"person {attempt.person.number} {what}, and {attempt.thing.kind} #{attempt.thing.id} ({d.act}, attempt "
            f"{d.attempt}) goes to them [transaction {attempt.seq}, {attempt.wall.astimezone(WIB):%d %H:%M:%S}]"
        )


def is_quiet(person: Person, now: datetime) -> bool:
    """Whether these are their quiet hours."""
    if person.quiet is None:
        return False
    local = now.astimezone(WIB)
    minute, (start, end) = local.hour * 60 + local.minute, person.quiet
    return start <= minute < end if start <= end else not end <= minute < start
