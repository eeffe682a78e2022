"""The inside of a tick's transaction: outcomes are written, and the next attempts are taken and written as started."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.delivery.pace import Chats
from bot.delivery.plan import Broadcast, Delivery, QueuedReply, Reader, Settled, State, quiet_ends
from bot.news.item import Story
from bot.ports import Channel, Tx

AHEAD = 32  # readers looked at beyond the free slots, so that a pass gets over sleeping chats quickly
MOST_LOOKED_AT = 1_000  # readers of one pass in one tick: some 10 ms of the write lock


@dataclass(frozen=True, slots=True)
class Batch:
    """What one tick claimed: it is written as `started`, and now it leaves."""

    replies: tuple[QueuedReply, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    stories: dict[int, Story] = field(default_factory=dict)
    next_due: datetime | None = None
    more: bool = False  # a pass has not come to its end

    def __len__(self) -> int:
        """How many requests leave."""
        return len(self.replies) + len(self.deliveries)


@dataclass(slots=True)
class Finished:
    """Attempts whose outcome is known but not yet written."""

    deliveries: list[tuple[Delivery, Settled]] = field(default_factory=list)
    replies: list[tuple[QueuedReply, Settled]] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether anything waits to be written."""
        return bool(self.deliveries or self.replies)


class Claim:
    """The inside of one tick's transaction: write outcomes, then take up to `slots` attempts."""

    def __init__(self, channel: Channel, chats: Chats, timezone: ZoneInfo, epoch: int) -> None:
        self._channel, self._chats, self._timezone, self._epoch = channel, chats, timezone, epoch
        self._more = False
        self._retry_turns = 0.0

    def run(self, tx: Tx, finished: Finished, slots: int, known: Iterable[int], now: datetime, clock: float) -> Batch:
        """Settle, claim and start; `known` are the stories that are already prepared, `clock` is monotonic seconds."""
        name, self._more = self._channel.name, False
        if finished.deliveries:
            tx.settle(name, finished.deliveries, self._epoch, now)
        if finished.replies:
            tx.settle_replies(name, finished.replies, now)
        replies = self._replies(tx, slots, now, clock) if slots else []
        deliveries = self._deliveries(tx, slots - len(replies), now, clock)
        tx.close_broadcasts(now)
        wanted = {d.story_id for d in deliveries}.difference(known)
        stories = tx.stories(wanted) if wanted else {}
        return Batch(tuple(replies), tuple(deliveries), stories, tx.next_due(name, now), self._more)

    def _replies(self, tx: Tx, slots: int, now: datetime, clock: float) -> list[QueuedReply]:
        claimed = tx.claim_replies(self._channel.name, self._epoch, now, slots)
        leaving, waiting = [], []
        for reply in claimed:
            pause = self._pause(reply.address, clock)
            if pause:
                waiting.append((reply, Settled(State.QUEUED, "chat_pace", next_at=now + timedelta(seconds=pause))))
            else:
                leaving.append(reply)
        if waiting:
            tx.settle_replies(self._channel.name, waiting, now)
        return leaving

    def _deliveries(self, tx: Tx, slots: int, now: datetime, clock: float) -> list[Delivery]:
        if slots <= 0:
            return []
        due = tx.due_deliveries(self._channel.name, now, slots)
        turns = self._turns_for_retries(slots)
        started = self._rested(due[:turns], clock)
        self._retry_turns -= len(started)
        for broadcast in tx.open_passes(self._channel.name, now):
            if len(started) >= slots:
                break
            started += self._next_readers(tx, broadcast, slots - len(started), now, clock)
        started += self._rested(due[turns : turns + slots - len(started)], clock)  # slots that nobody new wanted
        tx.start_deliveries(started, self._epoch, now)
        return started

    def _turns_for_retries(self, slots: int) -> int:
        """Half of the slots (promise 6), so that a broken network never starves what is new.

        Most ticks have one slot or two, so halves are saved up.
        """
        self._retry_turns = min(self._retry_turns + slots / 2, float(slots))
        return int(self._retry_turns)

    def _rested(self, deliveries: Sequence[Delivery], clock: float) -> list[Delivery]:
        """Those whose chat stands a message now."""
        return [d for d in deliveries if not self._pause(d.address, clock)]

    def _next_readers(self, tx: Tx, broadcast: Broadcast, slots: int, now: datetime, clock: float) -> list[Delivery]:
        """Go over the pass: those who can be sent to now are returned, those who sleep are queued for later."""
        leaving: list[Delivery] = []
        looked_at = 0
        while len(leaving) < slots and looked_at < MOST_LOOKED_AT:
            page = slots - len(leaving) + AHEAD
            readers = tx.readers(self._channel.name, broadcast, page)
            started, later = self._sort(readers, slots - len(leaving), broadcast, now, clock)
            if later:
                tx.queue_deliveries(broadcast, later, now)
            seen = len(started) + len(later)
            done = len(readers) < page and seen == len(readers)
            last_id = readers[seen - 1].subscriber_id if seen else broadcast.last_id
            tx.move_pass(self._channel.name, broadcast, last_id, done)
            leaving += started
            looked_at += seen
            if done:
                return leaving
            broadcast = replace(broadcast, last_id=last_id)
        self._more = True
        return leaving

    def _sort(
        self, readers: Sequence[Reader], slots: int, broadcast: Broadcast, now: datetime, clock: float
    ) -> tuple[list[Delivery], list[tuple[Reader, datetime]]]:  # fmt: skip
        """Of the first readers of a page: who is sent to now (at most `slots`), and who waits until when."""
        started: list[Delivery] = []
        later: list[tuple[Reader, datetime]] = []
        for reader in readers:
            if len(started) >= slots:
                break
            until = self._not_before(reader, now, clock)
            if until is None:
                started.append(_delivery(broadcast, reader))
            else:
                later.append((reader, until))
        return started, later

    def _not_before(self, reader: Reader, now: datetime, clock: float) -> datetime | None:
        """When this reader may be sent to, or None for now."""
        moments = [m for m in (reader.hold_until, quiet_ends(now, reader.quiet, self._timezone)) if m and m > now]
        if moments:
            return max(moments)
        pause = self._pause(reader.address, clock)
        return now + timedelta(seconds=pause) if pause else None

    def _pause(self, address: str, clock: float) -> float:
        """Seconds this chat must rest; taking its turn when it need not."""
        rate = self._channel.chat_rate(address)
        pause = self._chats.wait(address, rate, clock)
        if not pause:
            self._chats.take(address, rate, clock)
        return pause


def _delivery(broadcast: Broadcast, reader: Reader) -> Delivery:
    return Delivery(
        broadcast.id, broadcast.story_id, reader.subscriber_id, reader.address, reader.thread, reader.language
    )  # fmt: skip
