"""How long an alert is news (promise 7), and when it is longer: while it still goes from reader to reader.

What is about something told (a follow-up, a correction with its mark, a withdrawal) reaches exactly those who had it
(promise 8): it does not end while somebody of them waits, whatever for, be it a night, a pause, a hold or another try.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.delivery.content import BroadcastKind, Level
from bot.delivery.plan import Broadcast, Reader
from bot.delivery.timing import TOLD_IN_DIGESTS

# From when it begins. What is not urgent waits for the end of its readers' quiet hours: 14 hours are those of half a
# day and two hours more. Quiet hours may be longer: `lives_until`.
LIVES = {Level.URGENT: timedelta(hours=6), Level.IMPORTANT: timedelta(hours=14), Level.ORDINARY: timedelta(hours=14)}
AFTER_QUIET = timedelta(hours=2)  # so long after a reader's quiet hours an important alert is still news
LONGEST = 2  # lives: whoever is last of very many is owed it like the first, but not for ever
LONGEST_DUTY = timedelta(days=7)  # so long it is owed at most: then whoever still waits fails with the reason
ABOUT = frozenset({
    BroadcastKind.FOLLOW_UP, BroadcastKind.MARK, BroadcastKind.CORRECTION, BroadcastKind.WITHDRAWAL,
})  # fmt: skip
MOVES = timedelta(minutes=20)  # after its last reader was begun with it moves no more


def longest_life(level: Level) -> timedelta:
    """For how long after its beginning an alert of this level goes on to new readers at most."""
    return LONGEST * LIVES[level]


def longest_of(broadcast: Broadcast) -> timedelta:
    """The same of anything that moves on."""
    return LONGEST_DUTY if broadcast.kind in ABOUT else longest_life(broadcast.level)


def is_outlived(level: Level, seconds: float) -> bool:
    """Whether sending takes longer than it is news: then the last readers get it late, or not at all."""
    return seconds > LIVES[level].total_seconds()


def lives_until(broadcast: Broadcast, waiting: Iterable[tuple[Reader, datetime]]) -> datetime:
    """Until when it stays news: for those who wait until their quiet hours end, two hours longer than that.

    What is urgent does not wait for them, stories come in a digest, and a platform's hold makes no old news new.
    What is about something told is owed all the same.
    """
    if broadcast.kind in ABOUT:
        return min(max([broadcast.expires_at, *map(_owed_until, waiting)]), _at_most(broadcast))
    if broadcast.level is Level.URGENT or broadcast.kind in TOLD_IN_DIGESTS:
        return broadcast.expires_at
    ends = (at + AFTER_QUIET for reader, at in waiting if reader.quiet is not None and at != reader.hold_until)
    return max([broadcast.expires_at, *ends])


def _owed_until(waits: tuple[Reader, datetime]) -> datetime:
    reader, at = waits
    return max(at, reader.hold_until or at) + AFTER_QUIET


def _at_most(broadcast: Broadcast) -> datetime:
    return max(broadcast.expires_at, broadcast.created_at + LONGEST_DUTY)


def moves_on_until(broadcast: Broadcast, now: datetime) -> datetime | None:
    """Until when what has just gone on to new readers is to live; None where it does so anyway.

    Alerts, and what is about something told: what nothing hinders does not end in the middle of its readers. It is
    asked seldom: each time a write follows.
    """
    if broadcast.kind not in ABOUT | {BroadcastKind.ALERT} or broadcast.expires_at - now > MOVES / 2:
        return None
    return now + MOVES
