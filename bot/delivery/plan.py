"""The values of the outbox, and who of the next readers is sent to now, later or not at all."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import IntEnum, StrEnum
from zoneinfo import ZoneInfo


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


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One thing said to an audience, and how far its current pass on one channel has come."""

    id: int
    kind: str  # story (others follow)
    rank: Rank
    story_id: int
    pass_no: int
    categories: tuple[str, ...]  # the audience of this pass; empty: those who follow all
    last_id: int  # the pass's cursor: subscribers up to here have been looked at
    max_id: int  # the snapshot: nobody who came later
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Reader:
    """One subscriber as the claim needs them."""

    subscriber_id: int
    address: str
    thread: str | None
    language: str
    quiet: tuple[int, int] | None = None  # minutes of the local day
    hold_until: datetime | None = None  # a 429 or a move holds this chat


@dataclass(frozen=True, slots=True)
class Delivery:
    """One broadcast to one subscriber, about to be attempted."""

    broadcast_id: int
    story_id: int
    subscriber_id: int
    address: str
    thread: str | None
    language: str
    attempt: int = 1


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


@dataclass(frozen=True, slots=True)
class Settled:
    """What is written down about one finished attempt."""

    state: State
    code: str = ""
    message_id: str | None = None
    next_at: datetime | None = None  # with QUEUED
    hold_until: datetime | None = None  # the whole chat waits until then
    gone: bool = False  # unsubscribe: the platform says so
    new_address: str | None = None


def quiet_ends(now: datetime, quiet: tuple[int, int] | None, timezone: ZoneInfo) -> datetime | None:
    """When the quiet hours that hold at `now` end, or None when it is not quiet."""
    if quiet is None or quiet[0] == quiet[1]:
        return None
    local = now.astimezone(timezone)
    start, end = quiet
    minute = local.hour * 60 + local.minute
    inside = start <= minute < end if start < end else minute >= start or minute < end
    if not inside:
        return None
    day = local.date() + timedelta(days=1 if minute >= end else 0)
    return datetime.combine(day, time(end // 60, end % 60), timezone)
