"""When a reader gets something: now, when their chat rests no more, in a digest, or not at all."""

import math
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.delivery.content import Act, BroadcastKind, Level
from bot.delivery.plan import Broadcast, Reader

MORNING, EVENING = time(6), time(17)  # local: when digests are made
SLOTS = {"instant": (MORNING, EVENING), "both": (MORNING, EVENING), "morning": (MORNING,), "evening": (EVENING,)}
DIGEST_LIVES = timedelta(hours=3)  # promise 7: later than that it waits for the next one
CLOSING = timedelta(minutes=1)  # a window is not used to its last second: a message takes its time
SILENT = frozenset({Act.EDIT, Act.DELETE})  # a message that changes wakes nobody
TOLD_IN_DIGESTS = frozenset({BroadcastKind.STORY, BroadcastKind.DIGEST})
DUTIES = frozenset({BroadcastKind.CORRECTION, BroadcastKind.WITHDRAWAL})  # owed to whoever read what was wrong


class Way(Enum):
    """How something reaches a reader."""

    NOW = "now"
    WAIT = "wait"  # as it is, later
    DIGEST = "digest"  # with others, later
    SKIP = "skip"  # it is not for this reader
    OUTSIDE = "outside"  # it would be now, but their window is closed: as a template, if there is one and money for it


@dataclass(frozen=True, slots=True)
class Turn:
    """A reader's turn; `at` is given where it is not now."""

    way: Way
    at: datetime | None = None


NOW, SKIP, OUTSIDE = Turn(Way.NOW), Turn(Way.SKIP), Turn(Way.OUTSIDE)


def turn_of(
    broadcast: Broadcast, reader: Reader, now: datetime, timezone: ZoneInfo, act: Act = Act.SEND
) -> Turn:  # fmt: skip
    """The reader's turn, as far as their own wishes and the platform's hold decide it."""
    if broadcast.kind is BroadcastKind.STORY:
        turn = _story(reader, broadcast.expires_at <= now, now, timezone)
    elif broadcast.kind is BroadcastKind.DIGEST:  # one that could not leave at its hour
        turn = digest_turn(reader._replace(hold_until=None), broadcast.created_at, now, timezone)
    elif _is_silent(broadcast, reader, act):
        return NOW if reader.hold_until is None or reader.hold_until <= now else Turn(Way.WAIT, reader.hold_until)
    else:
        turn = _message(broadcast, reader, now, timezone)
    if turn.way is Way.NOW and reader.hold_until is not None and reader.hold_until > now:
        return Turn(Way.WAIT, reader.hold_until)
    if turn.way is Way.NOW and is_closed(reader, now):
        return _next_slot(reader, now, timezone) if broadcast.kind is BroadcastKind.STORY else OUTSIDE
    return turn


def _is_silent(broadcast: Broadcast, reader: Reader, act: Act) -> bool:
    """Whether a message changes and no phone rings; where nothing can be changed, only the mark makes no message."""
    return act in SILENT and (reader.window_until is None or broadcast.kind is BroadcastKind.MARK)


def _story(reader: Reader, late: bool, now: datetime, timezone: ZoneInfo) -> Turn:
    """At once in instant mode, while nothing speaks against it; else it is owed and comes in a digest."""
    pause = _pause_ends(reader, now)
    if pause is not None:
        return Turn(Way.DIGEST, _awake(pause, reader, timezone))
    if reader.mode != "instant" or late or _had_enough(reader, now, timezone):
        return Turn(Way.DIGEST, next_digest(reader, now, timezone))
    quiet = quiet_ends(now, reader.quiet, timezone)
    return NOW if quiet is None else Turn(Way.DIGEST, quiet)


def _message(broadcast: Broadcast, reader: Reader, now: datetime, timezone: ZoneInfo) -> Turn:
    """Alerts and what is about earlier messages: not for those who paused, and not at night unless it is urgent."""
    pause = _pause_ends(reader, now)
    if not is_meant(broadcast, reader, now):
        return SKIP
    if pause is not None:
        return Turn(Way.WAIT, _awake(pause, reader, timezone))
    quiet = quiet_ends(now, reader.quiet, timezone)
    if quiet is None or (broadcast.level is Level.URGENT and reader.urgent):
        return NOW
    return Turn(Way.WAIT, quiet)


def is_meant(broadcast: Broadcast, reader: Reader, now: datetime) -> bool:
    """Whether it is for them at all: while they pause, only what they are owed because they read what was wrong."""
    return broadcast.kind in DUTIES | {BroadcastKind.MARK} or _pause_ends(reader, now) is None


def digest_turn(reader: Reader, due_at: datetime, now: datetime, timezone: ZoneInfo) -> Turn:
    """Whether a reader whose digest was due at `due_at` gets it now; else when."""
    pause = _pause_ends(reader, now)
    if pause is not None:
        return Turn(Way.DIGEST, _awake(pause, reader, timezone))
    quiet = quiet_ends(now, reader.quiet, timezone)
    if quiet is not None:
        return Turn(Way.DIGEST, quiet)
    if now - due_at > DIGEST_LIVES:
        return _next_slot(reader, now, timezone)
    if reader.hold_until is not None and reader.hold_until > now:
        return Turn(Way.DIGEST, reader.hold_until)
    return OUTSIDE if is_closed(reader, now) else NOW


def _next_slot(reader: Reader, now: datetime, timezone: ZoneInfo) -> Turn:
    return Turn(Way.DIGEST, next_digest(reader, now, timezone))


def next_digest(reader: Reader, now: datetime, timezone: ZoneInfo) -> datetime:
    """The next moment at which this reader's digests are made, moved out of their quiet hours."""
    today = now.astimezone(timezone).date()
    slots = SLOTS.get(reader.mode, SLOTS["both"])
    moments = [datetime.combine(today + timedelta(days=day), slot, timezone) for day in (0, 1) for slot in slots]
    return _awake(next(moment for moment in moments if moment > now), reader, timezone)


def local_day(now: datetime, timezone: ZoneInfo) -> int:
    """The local day as an ordinal."""
    return now.astimezone(timezone).toordinal()


def last_digest(reader: Reader, now: datetime, timezone: ZoneInfo) -> datetime:
    """The latest moment until now at which this reader's digests were made."""
    today = now.astimezone(timezone).date()
    slots = SLOTS.get(reader.mode, SLOTS["both"])
    moments = [datetime.combine(today - timedelta(days=day), slot, timezone) for day in (2, 1, 0) for slot in slots]
    return max(at for at in (_awake(moment, reader, timezone) for moment in moments) if at <= now)


def is_closed(reader: Reader, now: datetime) -> bool:
    """Whether the platform lets nothing but templates through to this reader now."""
    return reader.window_until is not None and reader.window_until <= now + CLOSING


def left_today(reader: Reader, today: int) -> float:
    """How many stories more this reader wants at once on this local day."""
    if reader.daily_limit is None:
        return math.inf
    return reader.daily_limit - (reader.day_count if reader.day == today else 0)


def _had_enough(reader: Reader, now: datetime, timezone: ZoneInfo) -> bool:
    return left_today(reader, local_day(now, timezone)) <= 0


def _pause_ends(reader: Reader, now: datetime) -> datetime | None:
    return reader.paused_until if reader.paused_until is not None and reader.paused_until > now else None


def _awake(at: datetime, reader: Reader, timezone: ZoneInfo) -> datetime:
    return quiet_ends(at, reader.quiet, timezone) or at


@lru_cache(maxsize=512)
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
