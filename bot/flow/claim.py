"""The inside of a tick's transaction: outcomes are written, and the next attempts are taken and written as started."""

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.delivery.content import BroadcastKind, Content, Level
from bot.delivery.pace import Chats
from bot.delivery.plan import Delivery, QueuedReply, Rank, Settled, State, Status
from bot.delivery.refusals import CHATS, Refusals
from bot.flow.claim_broadcasts import BroadcastClaim
from bot.flow.claim_digests import DigestClaim
from bot.flow.contents import contents_of
from bot.flow.halts import halted_until
from bot.flow.means import Means
from bot.ports import Channel, Sent, Tx

A_MINUTE = timedelta(minutes=1)
TellRefused = Callable[
    [Tx, Sent, str], None
]  # refused, by which channel with which code; what is no digest stands still


@dataclass(frozen=True, slots=True)
class Batch:
    """What one tick claimed: it is written as `started`, and now it leaves."""

    replies: tuple[QueuedReply, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    contents: dict[Hashable, Content] = field(default_factory=dict)  # by Delivery.says, those that were not known
    next_due: datetime | None = None
    more: bool = False  # a pass has not come to its end
    closed: tuple[int, ...] = ()  # broadcasts that have just completed

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


FELL = 3.0  # seconds by which the wall clock must fall behind the monotonic one: less is a clock that is set right
BEHIND = 0.05  # seconds between two looks whether a broadcast's request to the same chat is over
NOTED_EVERY = 1.0  # seconds between two notes of what the wall clock says, while something is written


@dataclass(slots=True)
class Turns:
    """A share of the slots, saved up: most ticks have one slot or two."""

    share: float
    saved: float = 0.0

    def of(self, slots: int) -> int:
        """How many of these slots the share may take now; tell `took` afterwards."""
        self.saved = min(self.saved + slots * self.share, max(1.0, slots * self.share * 4))
        return min(slots, int(self.saved + 1e-9))

    def took(self, count: int) -> None:
        """Write down that so many were used."""
        self.saved = max(0.0, self.saved - count)


class Claim:
    """The inside of one tick's transaction: write outcomes, then take up to `slots` attempts."""

    def __init__(
        self, channel: Channel, chats: Chats, timezone: ZoneInfo, epoch: int, tell: TellRefused = lambda *_: None,
        means: Means | None = None, busy: Callable[[str], bool] = lambda _: False,
    ) -> None:  # fmt: skip
        """`means` of a channel that bills, or closes windows; in a `busy` chat answers wait (`UnderWay`)."""
        self._means, self._busy = means, busy
        self._channel, self._chats, self._epoch, self._tell = channel, chats, epoch, tell
        self._broadcasts = BroadcastClaim(channel.name, timezone, self._pause, self._rest, means)
        self._digests = DigestClaim(channel.name, timezone, self._pause, means)
        self._reply_turns, self._digest_turns = Turns(1 / 3), Turns(1 / 10)
        self._refusals = Refusals()
        self._clock = 0.0
        self._before: tuple[datetime, float] | None = None  # what both clocks said at the last tick
        self._noted = -NOTED_EVERY
        self._recalled = False  # what groups had before this process

    def run(
        self, tx: Tx, finished: Finished, slots: int, known: Collection[Hashable], now: datetime, clock: float
    ) -> Batch:  # fmt: skip
        """Settle, claim and start; `known` is what has been prepared already, `clock` is monotonic seconds."""
        name, self._clock = self._channel.name, clock
        tx.require_epoch(self._epoch)
        if not self._recalled:
            self._recall(tx, now)
        if finished.deliveries:
            tx.settle(name, finished.deliveries, self._epoch, now)
            self._stop_what_is_refused(tx, finished.deliveries, now)
        self._forget_what_stands_still(tx)
        if finished.replies:
            tx.settle_replies(name, finished.replies, now)
        if self._means is not None and finished:
            self._means.halter.answered(tx, [*finished.deliveries, *finished.replies], now)
        self._mind_the_wall(tx, now)
        replies, deliveries = self._take_paid(tx, slots, now) if slots > 0 else ([], [])
        if finished or replies or deliveries:
            self._note_moment(tx, now)
        closed = tx.close_broadcasts(now)
        contents = contents_of(tx, deliveries, known, now)
        more = self._broadcasts.more or self._digests.more or bool(closed)
        # While everything stands still, what is due is no reason to look again soon.
        next_due = None if tx.standing_still() else tx.next_due(name, now)
        if self._means is not None and (halted := halted_until(tx, now)) is not None:
            more, next_due = bool(closed), next_due and max(next_due, halted)
        return Batch(tuple(replies), tuple(deliveries), contents, next_due, more, tuple(closed))

    def _mind_the_wall(self, tx: Tx, now: datetime) -> None:
        """When the wall clock falls back, waits that are lengths of time fall with it."""
        before, self._before = self._before, (now, self._clock)
        if before is None:
            return
        fell = self._clock - before[1] - (now - before[0]).total_seconds()
        if fell > FELL:
            tx.clock_fell(self._channel.name, now, timedelta(seconds=fell))

    def _note_moment(self, tx: Tx, now: datetime) -> None:
        """So that a start sees whether the clock fell while nobody watched."""
        if self._clock - self._noted >= NOTED_EVERY:
            self._noted = self._clock
            tx.note_moment(now)

    def _recall(self, tx: Tx, now: datetime) -> None:
        """What groups have had in the minute before a start counts: they stand so many a minute, whoever sends it."""
        for address, at in tx.started_to_groups(self._channel.name, now - A_MINUTE):
            ago = max(0.0, (now - at).total_seconds())
            self._chats.take(address, self._channel.chat_rate(address), self._clock - ago)
        self._recalled = True

    def _stop_what_is_refused(self, tx: Tx, ended: Sequence[tuple[Delivery, Settled]], now: datetime) -> None:
        """A text that the platform does not take stands still until an editor looks.

        An urgent alert never does, nor do digests: each says something else, and nobody could resume them. Of these
        editors hear.
        """
        refused = [(delivery, settled) for delivery, settled in ended if settled.refused]
        version = tx.version() if refused else 0
        for delivery, settled in refused:
            if delivery.version == version:  # an older one may have said what has been put right since
                chats = self._refusals.note(delivery.broadcast_id, version, settled.code, delivery.subscriber_id)
                if chats >= CHATS:
                    self._stop_refused(tx, delivery.broadcast_id, settled.code, chats, now)

    def _stop_refused(self, tx: Tx, broadcast_id: int, code: str, chats: int, now: datetime) -> None:
        sent = tx.broadcast(broadcast_id)
        if sent is None or sent.status is not Status.RUNNING or sent.level is Level.URGENT:
            return
        if not self._refusals.are_too_many(broadcast_id, chats, _ended(tx, broadcast_id, self._channel.name)):
            return
        if sent.kind is not BroadcastKind.DIGEST:
            tx.set_status(broadcast_id, Status.PAUSED, f"refused: {code}", now)
            tx.add_audit("kentongan", "pause", f"#{broadcast_id} refused by {self._channel.name}: {code}", now)
            self._tell(tx, sent, f"{self._channel.name}: {code}")
        elif not self._refusals.is_told(broadcast_id):
            self._tell(tx, sent, f"{self._channel.name}: {code}")

    def _forget_what_stands_still(self, tx: Tx) -> None:
        """Whoever resumes it has looked at it: what was refused before counts no more, else one chat would stop it.

        Resuming makes a version (`newsroom.resume`): a pause that no tick has seen is noticed by that.
        """
        noted = self._refusals.noted()
        version = tx.version() if noted else 0
        for broadcast_id in noted:
            sent = tx.broadcast(broadcast_id)
            if sent is None or sent.status not in {Status.RUNNING, Status.PAUSED}:
                self._refusals.forget(broadcast_id)
            elif self._refusals.is_older(broadcast_id, version) or (
                sent.status is Status.PAUSED and self._refusals.has_any(broadcast_id)
            ):
                self._refusals.renew(broadcast_id, version, _ended(tx, broadcast_id, self._channel.name))

    def _take_paid(self, tx: Tx, slots: int, now: datetime) -> tuple[list[QueuedReply], list[Delivery]]:
        """What is taken is reserved in the same transaction, where it costs anything."""
        if self._means is None:
            return self._take(tx, slots, now)
        self._means.look(tx, now)
        slots = self._means.slots(slots)
        taken = self._take(tx, slots, now) if slots > 0 else ([], [])
        self._means.write()
        return taken

    def _take(self, tx: Tx, slots: int, now: datetime) -> tuple[list[QueuedReply], list[Delivery]]:
        """Answers first, then broadcasts by class; while an alert runs it has two thirds, and digests wait."""
        self._broadcasts.look(tx, now)
        alert = self._broadcasts.alert_runs
        replies = self._replies(tx, self._reply_turns.of(slots) if alert else slots, now)
        if alert:
            self._reply_turns.took(len(replies))
        slots -= len(replies)
        if tx.standing_still():
            return replies, []
        deliveries = [] if alert else self._digests_share(tx, slots, now)
        for rank in Rank:
            deliveries += self._broadcasts.take(tx, rank, slots - len(deliveries), now)
        if alert and slots > len(deliveries):  # slots that no one else wanted
            more = self._replies(tx, slots - len(deliveries), now)
            replies += more
            slots -= len(more)
        tx.start_deliveries(deliveries, self._epoch, now)  # before it is asked what else their readers are owed
        digests = self._digests.take(tx, slots - len(deliveries), now)
        tx.start_deliveries(digests, self._epoch, now)
        return replies, deliveries + digests

    def _digests_share(self, tx: Tx, slots: int, now: datetime) -> list[Delivery]:
        """A tenth of the slots, also while stories go out (promise 6)."""
        deliveries = self._digests.take(tx, self._digest_turns.of(slots), now)
        self._digest_turns.took(len(deliveries))
        return deliveries

    def _replies(self, tx: Tx, slots: int, now: datetime) -> list[QueuedReply]:
        claimed = tx.claim_replies(self._channel.name, self._epoch, now, slots) if slots > 0 else []
        leaving, waiting = [], []
        for reply in claimed:
            pause = BEHIND if self._busy(reply.address) else self._pause(reply.address)
            if pause:
                waiting.append((reply, Settled(State.QUEUED, "held_back", next_at=now + timedelta(seconds=pause))))
            else:
                leaving.append(reply)
        if waiting:
            tx.settle_replies(self._channel.name, waiting, now)
        if self._means is not None:
            self._means.answered(leaving)
        return leaving

    def _rest(self, address: str) -> float:
        """Seconds this chat must rest; its turn is not taken."""
        return self._chats.wait(address, self._channel.chat_rate(address), self._clock)

    def _pause(self, address: str) -> float:
        """Seconds this chat must rest; taking its turn when it need not."""
        return self._chats.try_take(address, self._channel.chat_rate(address), self._clock)


def _ended(tx: Tx, broadcast_id: int, channel: str) -> int:
    """On this channel: what it refuses is a share of what it was given, however much another one has sent."""
    reports = [report for report in tx.report(broadcast_id) if report.channel == channel]
    return sum(report.sent + sum(report.failed.values()) for report in reports)
