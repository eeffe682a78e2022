"""The values of the outbox: what goes out, to whom, and what becomes of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple

from bot.delivery.content import Act, BroadcastKind, Level


class Rank(IntEnum):
    """The classes of promise 6: a smaller rank leaves first."""

    ALERT = 0
    CORRECTION = 1
    STORY = 2
    DIGEST = 3


class State(StrEnum):
    """Where a delivery stands; docs/design.md draws the ways between them."""

    QUEUED = "queued"
    STARTED = "started"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    RECALLED = "recalled"  # sent, and taken back


class Status(StrEnum):
    """Where a broadcast stands."""

    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"  # what it says is wrong, or said better by a later one
    DONE = "done"
    EXPIRED = "expired"
    INTERRUPTED = "interrupted"  # a backup was put back: nobody knows who has had it


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One thing said to an audience, and how far its current pass on one channel has come."""

    id: int
    kind: BroadcastKind
    rank: Rank
    story_id: int | None
    pass_no: int
    categories: tuple[str, ...]  # the audience of this pass; empty: those who follow all
    last_id: int  # the pass's cursor: subscribers up to here have been looked at
    max_id: int  # the snapshot: nobody who came later
    created_at: datetime
    expires_at: datetime
    telling: int = 0  # the number of this pass among all: readers whose digest covers it are passed over
    level: Level = Level.ORDINARY
    original_id: int | None = None  # what this is about
    source_id: int | None = None  # the readers of that broadcast are meant, not followers
    version: int = 0  # of the source only deliveries that began with an older text are meant
    erase: bool = False  # a withdrawal that deletes where the platform allows it
    final: bool = True  # no further round over the source is needed


@dataclass(frozen=True, slots=True)
class Had:
    """What a reader has had of the broadcast that this one is about."""

    state: State
    message_id: str | None = None
    in_digest: bool = False  # it stood there among others


class Reader(NamedTuple):
    """One subscriber as the claim needs them; a tuple, because a million of them are made for one broadcast."""

    subscriber_id: int
    address: str
    thread: str | None
    language: str
    quiet: tuple[int, int] | None = None  # minutes of the local day
    hold_until: datetime | None = None  # a 429 or a move holds this chat
    mode: str = "instant"  # instant | morning | evening | both
    paused_until: datetime | None = None
    urgent: bool = True  # urgent alerts override quiet hours
    daily_limit: int | None = None
    day: int | None = None  # the local day (as an ordinal) that day_count counts
    day_count: int = 0
    had: Had | None = None
    window_until: datetime | None = None  # None: this channel may always be sent to


class Delivery(NamedTuple):
    """One broadcast to one subscriber, about to be attempted; a tuple like Reader, made once a message."""

    broadcast_id: int
    story_id: int | None
    subscriber_id: int
    address: str
    thread: str | None
    language: str
    attempt: int = 1
    kind: BroadcastKind = BroadcastKind.STORY
    act: Act = Act.SEND
    message: str | None = None  # the platform's id of the message that `act` is about
    stories: tuple[int, ...] = ()  # of a digest, in the order in which they are shown
    more: int = 0  # of a digest: further ones
    version: int = 0  # of the text: corrections made until now
    doubts: int = 0  # earlier attempts of which nobody knows
    rest: tuple[int, ...] = ()  # of a digest: those further ones
    template: str = ""  # the key of the template that says it, "" where anything may be said
    alone: bool = False  # of a digest: its one story is told as stories are

    @property
    def says(self) -> tuple[int, tuple[int, ...], int, int, str, bool]:
        """What is said: deliveries that are equal in this carry the same content."""
        return self.broadcast_id, self.stories, self.more, self.version, self.template, self.alone


@dataclass(frozen=True, slots=True)
class QueuedReply:
    """One answer to a person who wrote, about to be attempted."""

    id: int
    address: str
    thread: str | None
    message: str  # bot.chat.message.to_json
    mode: str  # bot.chat.turn.Mode
    target: str | None = None  # the message to replace
    callback: str | None = None  # the platform's name for the press that is waiting for an answer
    attempt: int = 1
    doubts: int = 0  # earlier attempts of which nobody knows


class Settled(NamedTuple):
    """What is written down about one finished attempt."""

    state: State
    code: str = ""
    message_id: str | None = None
    next_at: datetime | None = None  # with QUEUED
    hold_until: datetime | None = None  # the whole chat waits until then
    gone: bool = False  # unsubscribe: the platform says so
    new_address: str | None = None
    doubt: bool = False  # this attempt may have arrived
    refused: bool = False  # the platform does not take what is said
