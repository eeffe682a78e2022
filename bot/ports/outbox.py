"""The outbox: deliveries, digests and answers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.delivery.content import Content
from bot.delivery.digest import Owing, Telling
from bot.delivery.plan import Broadcast, Delivery, QueuedReply, Rank, Reader, Settled
from bot.delivery.window import Wait


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a start found of the epoch before it."""

    epoch: int
    unknown: int  # deliveries that nobody knows about
    again: int  # replies, alerts and corrections that will be tried once more


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """A queued delivery whose time has come, with what decides whether it may leave."""

    delivery: Delivery
    broadcast: Broadcast
    reader: Reader
    begun: bool = False  # it was started before: the reader's day has counted it


class OutboxTx(Protocol):
    """What a tick's transaction says about broadcasts and deliveries."""

    def begin_epoch(self, now: datetime) -> Recovery:
        """A new epoch; `started` rows of dead ones become unknown, or queued again (promise 4: alerts, replies)."""

    def started_to_groups(self, channel: str, since: datetime) -> list[tuple[str, datetime]]:
        """What was started after `since` to chats whose addresses are negative numbers or names, oldest first."""

    def note_moment(self, now: datetime) -> None:
        """The wall clock says this: a start that sees an earlier time knows that it fell."""

    def clock_fell(self, channel: str, now: datetime, by: timedelta) -> None:
        """The wall clock fell back by so much, to `now`: what waits for this platform is due so much earlier."""

    def require_epoch(self, epoch: int) -> None:
        """StoreError (`stale_epoch`) when another process has begun an epoch after this one."""

    def standing_still(self) -> str:
        """Why nothing at all is sent to audiences (`restored`, …); empty when it is."""

    def version(self) -> int:
        """How many corrections have been made: texts begun before the newest may be wrong."""

    def open_passes(self, channel: str, now: datetime) -> list[Broadcast]:
        """The unfinished passes of each running broadcast: by rank, then age; of stories also late ones.

        Of one broadcast only the earliest, and what follows on those that wait for another round.

        Not of those that are held (`is_held`), of which `due_deliveries` gives nothing either.
        """

    def open_round(self, channel: str, broadcast: Broadcast, *, again: bool = False) -> Broadcast | None:
        """The pass over another broadcast's readers, ready to go on; None while that one must settle first.

        `again`: it begins another round although that one has not settled.
        """

    def reached(self, broadcast_id: int) -> int:
        """How many deliveries of it have ended as sent or unknown."""

    def readers(self, channel: str, broadcast: Broadcast, limit: int) -> list[Reader]:
        """The next active readers after the pass's cursor, by id, without those who have a delivery of it.

        Those who follow all are always among them. Fewer than `limit` means that the pass has come to its end.
        """

    def start_deliveries(self, deliveries: Sequence[Delivery], epoch: int, now: datetime) -> None:
        """Rows are born `started`, or a queued one becomes `started` with its attempt."""

    def queue_deliveries(
        self, broadcast: Broadcast, readers: Sequence[tuple[Reader, datetime]], now: datetime, code: str | None = None
    ) -> None:  # fmt: skip
        """Rows are born `queued(next_at)`: the reader's chat is on hold or asleep, or waits for what `code` says."""

    def move_pass(self, channel: str, broadcast: Broadcast, last_id: int, done: bool) -> None:
        """Move the cursor (in the transaction that starts the deliveries)."""

    def is_due(self, channel: str, rank: Rank, now: datetime) -> bool:
        """Whether a queued delivery of this class waits for nothing any more."""

    def due_deliveries(self, channel: str, now: datetime, limit: int, rank: Rank) -> list[DueDelivery]:
        """Queued deliveries whose time has come, `attempt` already raised; consent, status, expiry are read again."""

    def postpone(self, delivery: Delivery, until: datetime, code: str | None = None) -> None:
        """A queued delivery waits longer; `code` says what for."""

    def live_on(self, broadcast_id: int, until: datetime, longest: timedelta | None = None) -> None:
        """It is news until then at least; `longest`: but no longer than that after its beginning."""

    def give_to_digest(self, delivery: Delivery, at: datetime) -> None:
        """A queued story goes into the reader's digest instead."""

    def give_up(self, delivery: Delivery, code: str, now: datetime) -> None:
        """A queued delivery fails with this reason."""

    def count_today(self, subscribers: Sequence[int], day: int) -> None:
        """These readers got one more story on this local day (as an ordinal)."""

    def contents(self, broadcasts: Collection[int]) -> dict[int, Content]:
        """What these broadcasts (no digests) say, in its present form."""

    def settle(self, channel: str, finished: Sequence[tuple[Delivery, Settled]], epoch: int, now: datetime) -> None:
        """Write finished attempts (only rows `started` in this epoch); the gone are unsubscribed, the moved moved."""

    def close_broadcasts(self, now: datetime) -> list[int]:
        """Broadcasts that have just completed (all passes done, nothing queued or started) or expired; their ids."""

    def next_due(self, channel: str, now: datetime) -> datetime | None:
        """When the earliest queued delivery, reply or digest of this channel is due; None when nothing waits."""


class DigestsTx(Protocol):
    """What transactions say about digests: a timer a reader, what is owed is derived."""

    def owe_digests(self, readers: Sequence[tuple[int, datetime]]) -> None:
        """These subscribers are owed something: their digest is due then, or earlier if it already was."""

    def owe_stories(self, subscriber: int, stories: Sequence[int], at: datetime) -> None:
        """This subscriber is owed these, whatever has been settled; their digest is due then, if not earlier."""

    def move_digests(self, readers: Sequence[tuple[int, datetime]]) -> None:
        """Their digests are due then instead."""

    def digests_due(self, channel: str, now: datetime, limit: int, slot: str) -> list[tuple[Reader, datetime]]:
        """Active readers whose digest is due, with the time it was due at; `had` is set where this slot's was sent."""

    def tellings(self, channel: str, now: datetime) -> list[Telling]:
        """What was told to followers in the last week, newest first."""

    def owings(
        self, channel: str, subscribers: Sequence[int], tellings: Sequence[Telling], now: datetime
    ) -> dict[int, Owing]:
        """What decides about the debts to these subscribers."""

    def digest_broadcast(self, slot: str, now: datetime, expires_at: datetime) -> int:
        """The broadcast of this hour's digests; its id."""

    def digests_settled(self, subscribers: Sequence[int]) -> None:
        """Everything told until now is settled with these."""


class RepliesTx(Protocol):
    """What transactions say about answers to people who wrote."""

    def add_reply(
        self, channel: str, address: str, thread: str | None, message: str, mode: str, now: datetime,
        target: str | None = None, callback: str | None = None, wait: Wait | None = None,
    ) -> None:  # fmt: skip
        """Queue an answer to a person who wrote, or with `wait` something that may wait until they do."""

    def claim_replies(self, channel: str, epoch: int, now: datetime, limit: int) -> list[QueuedReply]:
        """The oldest due answers, at most one a chat so that their order holds; born `started`."""

    def settle_replies(self, channel: str, finished: Sequence[tuple[QueuedReply, Settled]], now: datetime) -> None:
        """Write finished answers; sent and failed ones leave the table, a hold is kept for the chat."""


class InboxTx(Protocol):
    """What transactions say about updates that came in."""

    def receive(self, channel: str, updates: Sequence[tuple[int, str]], now: datetime) -> int:
        """Keep raw updates (id, body); known ids are passed over; how many are new."""

    def waiting_updates(self, channel: str, limit: int) -> list[tuple[int, str]]:
        """Updates that are not handled yet, oldest first."""

    def came(self, channel: str, update_id: int) -> datetime | None:
        """When this update was received; None: there is none (any more)."""

    def handled(self, channel: str, update_id: int, now: datetime, error: str = "") -> bool:
        """Mark as handled; False when it already was (then nothing else of the transaction may be done)."""

    def blank_updates(self, channel: str, updates: Collection[int]) -> None:
        """Keep that these came, and nothing of what they said."""

    def last_update(self, channel: str) -> int | None:
        """The highest update id ever received."""

    def forget_updates(self, before: datetime) -> int:
        """Drop handled updates older than this (the highest of each channel stays); how many."""
