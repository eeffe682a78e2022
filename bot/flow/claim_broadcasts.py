"""Who is next of the running broadcasts: retries and new readers, class by class."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.delivery.about import act_for
from bot.delivery.content import Act, BroadcastKind
from bot.delivery.life import lives_until, longest_of, moves_on_until
from bot.delivery.plan import Broadcast, Delivery, Rank, Reader
from bot.delivery.rounds import Rounds, waits
from bot.delivery.timing import NOW, OUTSIDE, SKIP, Turn, Way, is_closed, left_today, local_day, turn_of
from bot.flow.means import Means, Planned, as_template
from bot.flow.sorted import Sorted
from bot.ports import DueDelivery, Tx

AHEAD = 4  # readers looked at beyond the free slots; ever more while they sleep, to get over a sleeping city
MOST_LOOKED_AT = 1_000  # readers of one pass in one tick: some 10 ms of the write lock
LOOKS = 5  # at retries in one tick, each at four times as many rows, to get over chats that must rest
RETRIES_SHARE = 0.5  # promise 6: a broken network never starves what is new


class BroadcastClaim:
    """Takes the next attempts of stories, alerts and what is about them."""

    def __init__(
        self, channel: str, timezone: ZoneInfo, pause: Callable[[str], float], rest: Callable[[str], float],
        means: Means | None = None,
    ) -> None:  # fmt: skip
        """`pause` takes a chat's turn, or says how many seconds it must rest; `rest` only says it.

        `means` of a channel that bills, or closes windows.
        """
        self._channel, self._timezone, self._pause, self._rest, self._means = channel, timezone, pause, rest, means
        self._passes: list[Broadcast] = []
        self._due: dict[Rank, bool] = {}
        self._retry_turns = dict.fromkeys(Rank, 0.0)
        self._counted: Counter[int] = Counter()  # stories of this tick that count for a subscriber's day
        self._first = 0  # which alert has the first slot of a tick
        self._version = 0
        self._rounds = Rounds()
        self.more = False

    def look(self, tx: Tx, now: datetime) -> None:
        """See what is there; once at the beginning of a tick."""
        self.more = False
        self._counted.clear()
        self._passes = tx.open_passes(self._channel, now)
        self._rounds.forget({(b.id, b.pass_no) for b in self._passes})
        self._due = {rank: tx.is_due(self._channel, rank, now) for rank in Rank}
        self._version = tx.version() if self._passes or any(self._due.values()) else 0

    @property
    def alert_runs(self) -> bool:
        """Whether an alert has readers waiting."""
        return self._due[Rank.ALERT] or any(b.rank is Rank.ALERT and not waits(b) for b in self._passes)

    def take(self, tx: Tx, rank: Rank, slots: int, now: datetime) -> list[Delivery]:
        """Up to `slots` attempts of this class: at most half of them retries while there is something new."""
        if slots <= 0:
            return []
        due = self._retries(tx, rank, slots, now) if self._due[rank] else []
        turns = self._turns_for_retries(rank, slots)
        started = self._rested(tx, due[:turns], now)
        self._retry_turns[rank] -= len(started)
        passes = [b for b in self._passes if b.rank is rank]
        started += self._new(tx, passes, slots - len(started), now)
        left = slots - len(started)  # slots that nobody new wanted
        return started + self._rested(tx, due[turns : turns + left], now)

    # Retries --------------------------------------------------------------------------------------------------------

    def _turns_for_retries(self, rank: Rank, slots: int) -> int:
        """Most ticks have one slot or two, so halves are saved up."""
        self._retry_turns[rank] = min(self._retry_turns[rank] + slots * RETRIES_SHARE, float(slots))
        return int(self._retry_turns[rank])

    def _retries(self, tx: Tx, rank: Rank, slots: int, now: datetime) -> list[DueDelivery]:
        """Up to `slots` queued deliveries whose time has come and whose readers may have them now.

        Those whose chat must rest wait until it has: at the head of the queue they would keep everybody else's back.
        """
        ready: list[DueDelivery] = []
        for look in range(LOOKS):
            limit = slots * 4**look
            waiting = tx.due_deliveries(self._channel, now, limit, rank)
            self._meet(due.reader for due in waiting)
            ready = [due for due in waiting if self._is_ready(tx, due, now)]
            if len(ready) >= slots or len(waiting) < limit or limit >= MOST_LOOKED_AT:
                break
        return ready[:slots]

    def _is_ready(self, tx: Tx, due: DueDelivery, now: datetime) -> bool:
        """Whether it can leave now; what cannot is written: that it waits longer, goes into a digest, or ends."""
        turn, why = self._turn_of_due(due, now)
        match turn.way:
            case Way.NOW:
                return not self._rests(tx, due, self._rest(due.reader.address), now)
            case Way.WAIT if turn.at is not None:
                tx.postpone(due.delivery, turn.at, why or None)
                if not why:
                    tx.live_on(due.broadcast.id, lives_until(due.broadcast, [(due.reader, turn.at)]))
            case Way.DIGEST if turn.at is not None:
                tx.give_to_digest(due.delivery, turn.at)
            case _:
                tx.give_up(due.delivery, "paused", now)
        return False

    @staticmethod
    def _rests(tx: Tx, due: DueDelivery, seconds: float, now: datetime) -> bool:
        """Whether its chat must rest for so long; then it waits."""
        if seconds:
            tx.postpone(due.delivery, now + timedelta(seconds=seconds))
        return seconds > 0

    def _turn_of_due(self, due: DueDelivery, now: datetime) -> tuple[Turn, str]:
        """The turn, and what is waited for."""
        reader = due.reader._replace(daily_limit=None) if due.begun else due.reader
        turn = turn_of(due.broadcast, reader, now, self._timezone, due.delivery.act)
        if self._means is None:
            return (SKIP, "") if turn.way is Way.OUTSIDE else (turn, "")
        planned = self._plan_due(self._means, due, turn)
        return planned.turn, planned.why

    def _plan_due(self, means: Means, due: DueDelivery, turn: Turn) -> Planned:
        stories = len(due.delivery.stories) + len(due.delivery.rest)
        return means.plan(due.broadcast, due.reader, turn, stories=stories, begun=due.begun)

    def _rested(self, tx: Tx, due: Sequence[DueDelivery], now: datetime) -> list[Delivery]:
        """Those whose chat stands a message now; what has waited and never begun counts for its reader's day."""
        rested: list[Delivery] = []
        today = local_day(now, self._timezone)
        for one in due:
            reader, subscriber = one.reader, one.reader.subscriber_id
            counts = reader.daily_limit is not None and not one.begun and one.broadcast.kind is BroadcastKind.STORY
            if counts and left_today(reader, today) <= self._counted[subscriber]:
                continue  # another of this tick was the last of their day
            if self._rests(tx, one, self._pause(reader.address), now):
                continue  # another of this tick had its chat's turn
            delivery = self._paid_again(one, now)
            if delivery is None:
                continue
            if counts:
                self._counted[subscriber] += 1
                tx.count_today([subscriber], today)
            rested.append(delivery)
        return rested

    def _paid_again(self, due: DueDelivery, now: datetime) -> Delivery | None:
        """In its present form and paid for; None where others of this tick have used up what there was."""
        if self._means is None:
            return due.delivery._replace(version=self._version)
        planned = self._plan_due(self._means, due, OUTSIDE if is_closed(due.reader, now) else NOW)
        if planned.turn.way is not Way.NOW:
            return None
        delivery = as_template(due.delivery._replace(version=self._version), planned)
        self._means.spend(delivery, planned)
        return delivery

    # New readers ----------------------------------------------------------------------------------------------------

    def _new(self, tx: Tx, passes: list[Broadcast], slots: int, now: datetime) -> list[Delivery]:
        """Alerts share the slots of a tick; of everything else the oldest goes first."""
        started: list[Delivery] = []
        for place, broadcast in enumerate(self._in_turn(passes)):
            left = slots - len(started)
            if left <= 0 or any(d.broadcast_id == broadcast.id for d in started):  # two passes may mean the same reader
                self.more = True
                continue
            share = -(-left // (len(passes) - place)) if broadcast.rank is Rank.ALERT else left
            started += self._next_readers(tx, broadcast, share, now)
        return started

    def _in_turn(self, passes: list[Broadcast]) -> list[Broadcast]:
        if len(passes) < 2 or passes[0].rank is not Rank.ALERT:  # noqa: PLR2004 — one needs no turns
            return passes
        self._first = (self._first + 1) % len(passes)
        return passes[self._first :] + passes[: self._first]

    def _next_readers(self, tx: Tx, broadcast: Broadcast, slots: int, now: datetime) -> list[Delivery]:
        """Go over the pass: who can be sent to now is returned; who sleeps waits, or is owed a digest."""
        leaving: list[Delivery] = []
        looked_at = 0
        ready = broadcast if broadcast.source_id is None else self._open_round(tx, broadcast, broadcast.source_id, now)
        if ready is None:
            return []
        broadcast = ready
        ahead = AHEAD
        while len(leaving) < slots and looked_at < MOST_LOOKED_AT:
            page, ahead = slots - len(leaving) + ahead, min(8 * ahead, MOST_LOOKED_AT // 2)
            readers = tx.readers(self._channel, broadcast, page)
            found = self._sort(readers, slots - len(leaving), broadcast, now)
            self._write(tx, broadcast, found, now)
            done = len(readers) < page and found.seen == len(readers)
            last_id = readers[found.seen - 1].subscriber_id if found.seen else broadcast.last_id
            tx.move_pass(self._channel, broadcast, last_id, done)
            leaving += found.started
            if found.started:
                self._go_on(tx, broadcast, now)
            looked_at += found.seen
            if done:
                self.more = True  # the broadcast's next pass is seen with the next tick
                return leaving
            broadcast = replace(broadcast, last_id=last_id)
        self.more = True
        return leaving

    def _open_round(self, tx: Tx, broadcast: Broadcast, source: int, now: datetime) -> Broadcast | None:
        """The pass over another broadcast's readers, when it has somebody to look for."""
        if broadcast.kind is not BroadcastKind.FOLLOW_UP or broadcast.last_id > 0:
            return tx.open_round(self._channel, broadcast)
        reached = tx.reached(source)
        ready = tx.open_round(self._channel, broadcast, again=self._rounds.is_due(broadcast, reached, now))
        if ready is not None:
            self._rounds.begun(broadcast, reached, now)
        elif self._rounds.moves(broadcast):
            self.more = True
        return ready

    @staticmethod
    def _go_on(tx: Tx, broadcast: Broadcast, now: datetime) -> None:
        """New readers are begun with: what goes on does not end of age in their middle."""
        until = moves_on_until(broadcast, now)
        if until is not None:
            tx.live_on(broadcast.id, until, longest_of(broadcast))

    def _write(self, tx: Tx, broadcast: Broadcast, found: Sorted, now: datetime) -> None:
        if found.waiting:
            tx.queue_deliveries(broadcast, found.waiting, now)
        for why in {why for *_, why in found.unpaid}:
            waiting = [(reader, at) for reader, at, what in found.unpaid if what == why]
            tx.queue_deliveries(broadcast, waiting, now, why)
        if found.owed:
            tx.owe_digests(found.owed)
        if found.limited:
            self._counted.update(found.limited)
            tx.count_today(found.limited, local_day(now, self._timezone))

    def _sort(self, readers: Sequence[Reader], slots: int, broadcast: Broadcast, now: datetime) -> Sorted:
        """Of the first readers of a page: who is sent to now (at most `slots`), and what becomes of the others."""
        found = Sorted()
        self._meet(readers)
        for reader in readers:
            if len(found.started) >= slots:
                break
            found.seen += 1
            act = act_for(broadcast.kind, reader.had, erase=broadcast.erase) if broadcast.source_id else Act.SEND
            turn = SKIP if act is None else turn_of(broadcast, reader, now, self._timezone, act)
            if act is None or turn.way is Way.SKIP:
                continue
            if self._means is not None:
                self._sort_paid(self._means, found, broadcast, reader, turn, act, now)
                continue
            if turn.way is Way.OUTSIDE:
                continue
            if turn.way is Way.NOW and (pause := self._pause(reader.address)):
                found.waiting.append((reader, now + timedelta(seconds=pause)))
            elif turn.at is None:
                found.started.append(self._delivery(broadcast, reader, act))
                if reader.daily_limit is not None and broadcast.kind is BroadcastKind.STORY:
                    found.limited.append(reader.subscriber_id)
            elif turn.way is Way.DIGEST:
                found.owed.append((reader.subscriber_id, turn.at))
            else:
                found.waiting.append((reader, turn.at))
        return found

    def _sort_paid(
        self, means: Means, found: Sorted, broadcast: Broadcast, reader: Reader, turn: Turn, act: Act, now: datetime
    ) -> None:  # fmt: skip
        """The same where messages are paid for."""
        planned = means.plan(broadcast, reader, turn)
        turn = planned.turn
        if turn.way is Way.NOW and (pause := self._pause(reader.address)):
            found.waiting.append((reader, now + timedelta(seconds=pause)))
        elif turn.at is None:
            delivery = self._delivery(broadcast, reader, act)._replace(template=planned.template)
            means.spend(delivery, planned)
            found.started.append(delivery)
            if reader.daily_limit is not None and broadcast.kind is BroadcastKind.STORY:
                found.limited.append(reader.subscriber_id)
        elif turn.way is Way.DIGEST:
            found.owed.append((reader.subscriber_id, turn.at))
        elif planned.why:
            found.unpaid.append((reader, turn.at, planned.why))
        else:
            found.waiting.append((reader, turn.at))

    def _meet(self, readers: Iterable[Reader]) -> None:
        if self._means is not None:
            self._means.meet(readers)

    def _delivery(self, broadcast: Broadcast, reader: Reader, act: Act) -> Delivery:
        message = reader.had.message_id if reader.had is not None and act is not Act.SEND else None
        return Delivery(
            broadcast.id, broadcast.story_id, reader.subscriber_id, reader.address, reader.thread, reader.language,
            kind=broadcast.kind, act=act, message=message, version=self._version,
        )  # fmt: skip
