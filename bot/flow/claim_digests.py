"""Whose digest is due, and what stands in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.delivery.content import BroadcastKind
from bot.delivery.digest import Owed, owed, split
from bot.delivery.plan import Delivery, Reader
from bot.delivery.timing import DIGEST_LIVES, NOW, Way, digest_turn, is_closed, left_today, local_day, next_digest
from bot.flow.means import Means, Planned, as_template
from bot.ports import Tx

AHEAD = 64  # readers looked at beyond the free slots: to many of them nothing is owed any more
AN_HOUR = timedelta(hours=1)


@dataclass(slots=True)
class _Round:
    """One look at those whose digest is due."""

    slot: str
    slots_of: dict[int, str] = field(default_factory=dict)  # of readers who have had one in this hour
    broadcasts: dict[str, int] = field(default_factory=dict)
    settled: list[int] = field(default_factory=list)
    later: list[tuple[int, datetime]] = field(default_factory=list)
    missed: list[int] = field(default_factory=list)
    left: dict[int, int] = field(default_factory=dict)  # stories left of the day, of readers whom joined ones are told
    over: list[tuple[int, Sequence[int], datetime]] = field(default_factory=list)  # stories beyond that, and when


class DigestClaim:
    """Takes the next readers whose digest is due; what they are owed is derived, no row waits for them."""

    def __init__(
        self, channel: str, timezone: ZoneInfo, pause: Callable[[str], float], means: Means | None = None
    ) -> None:  # fmt: skip
        self._channel, self._timezone, self._pause, self._means = channel, timezone, pause, means
        self.more = False

    def take(self, tx: Tx, slots: int, now: datetime) -> list[Delivery]:
        """Up to `slots` digests; those whose time has moved wait, those who are owed nothing are let go."""
        self.more = False
        if slots <= 0:
            return []
        look = _Round(f"{now.astimezone(self._timezone):%Y-%m-%dT%H}")
        due = tx.digests_due(self._channel, now, slots + AHEAD, look.slot)
        if not due:
            return []
        ready = self._ready(tx, due, look, now)
        tellings = tx.tellings(self._channel, now)
        debts = tx.owings(self._channel, [reader.subscriber_id for reader in ready], tellings, now)
        found = {subscriber: owed(tellings, debt) for subscriber, debt in debts.items()}
        self.more = self.more or len(due) > slots
        started = self._start(tx, ready, found, slots, look, now)
        tx.digests_settled(look.settled)
        for subscriber, stories, at in look.over:
            tx.owe_stories(subscriber, stories, at)
        if look.later:
            tx.move_digests(look.later)
        if look.missed:
            tx.note_missed(look.missed)
        return started

    def _ready(self, tx: Tx, due: Sequence[tuple[Reader, datetime]], look: _Round, now: datetime) -> list[Reader]:
        ready = []
        for reader, due_at in due:
            turn = digest_turn(reader, due_at, now, self._timezone)
            if turn.way is Way.NOW and reader.had is not None and self._means is None:  # one digest an hour
                look.later.append(
                    (reader.subscriber_id, now.replace(minute=0, second=0, microsecond=0) + AN_HOUR)
                )  # fmt: skip
            elif turn.way is Way.NOW or (turn.way is Way.OUTSIDE and self._means is not None and self._means.pays):
                ready.append(reader)
            elif turn.at is None:
                look.later.append((reader.subscriber_id, next_digest(reader, now, self._timezone)))
                look.missed.append(reader.subscriber_id)
            else:
                look.later.append((reader.subscriber_id, turn.at))
        if self._means is not None:
            self._means.meet(ready)
            self._look_at_limits(self._means, ready, {r.subscriber_id: at for r, at in due}, look, now)
            again = [reader.subscriber_id for reader in ready if reader.had is not None]
            had = tx.digests_of_hour(look.slot, again) if again else {}
            look.slots_of = {subscriber: f"{look.slot}#{n + 1}" for subscriber, n in had.items()}
        return ready

    def _look_at_limits(
        self, means: Means, ready: Sequence[Reader], due: Mapping[int, datetime], look: _Round, now: datetime
    ) -> None:  # fmt: skip
        """What has joined counts for the day like stories that come one by one."""
        today = local_day(now, self._timezone)
        for reader in ready:
            if reader.daily_limit is not None and means.has_joined(reader, due[reader.subscriber_id]):
                look.left[reader.subscriber_id] = max(0, int(left_today(reader, today)))

    def _start(
        self, tx: Tx, ready: list[Reader], found: dict[int, Owed], slots: int, look: _Round, now: datetime
    ) -> list[Delivery]:  # fmt: skip
        started: list[Delivery] = []
        for reader in ready:
            what, over = self._within_the_day(found[reader.subscriber_id], reader, look)
            planned = self._plan(reader, what)
            if planned.turn.at is not None:
                look.later.append((reader.subscriber_id, planned.turn.at))
                if is_closed(reader, now):
                    look.missed.append(reader.subscriber_id)
                continue
            if what.stories and len(started) >= slots:
                self.more = True  # their turn comes with the next tick
                continue
            if what.stories and (pause := self._pause(reader.address)):
                look.later.append((reader.subscriber_id, now + timedelta(seconds=pause)))
                continue
            look.settled.append(reader.subscriber_id)
            if over:
                look.over.append((reader.subscriber_id, over, next_digest(reader, now, self._timezone)))
            if what.stories:
                started.append(self._delivery(tx, reader, what, planned, look, now))
                if reader.subscriber_id in look.left:
                    count = len(what.stories) + len(what.rest)
                    tx.count_today([reader.subscriber_id] * count, local_day(now, self._timezone))
        return started

    @staticmethod
    def _within_the_day(what: Owed, reader: Reader, look: _Round) -> tuple[Owed, tuple[int, ...]]:
        """What this reader's day has room for, and what comes in the next digest instead."""
        left = look.left.get(reader.subscriber_id)
        return (what, ()) if left is None else split(what, left)

    def _plan(self, reader: Reader, what: Owed) -> Planned:
        if self._means is None or not what.stories:
            return Planned(NOW)
        return self._means.plan_digest(reader, len(what.stories) + len(what.rest))

    def _delivery(
        self, tx: Tx, reader: Reader, what: Owed, planned: Planned, look: _Round, now: datetime
    ) -> Delivery:  # fmt: skip
        slot = look.slots_of.get(reader.subscriber_id, look.slot)
        if slot not in look.broadcasts:
            look.broadcasts[slot] = tx.digest_broadcast(slot, now, now + DIGEST_LIVES)
        delivery = Delivery(
            look.broadcasts[slot], None, reader.subscriber_id, reader.address, reader.thread, reader.language,
            kind=BroadcastKind.DIGEST, stories=what.stories, more=len(what.rest), version=tx.version(), rest=what.rest,
        )  # fmt: skip
        if self._means is None:
            return delivery
        if len(what.stories) == 1 and not what.rest and self._means.joins(reader):
            delivery = delivery._replace(alone=True)
        delivery = as_template(delivery, planned)
        self._means.spend(delivery, planned)
        return delivery
