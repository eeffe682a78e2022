"""When a feed is looked at again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp

OWN = 300.0  # seconds between two looks at the portal's own feed, where feeds.yaml does not say
SHORTEST, LONGEST = 300.0, 3600.0  # ... at another's, by what it publishes
LONGEST_HINT = 1800.0  # caches are told hours and days; news would be old by then
PUSHED = 900.0  # a hub delivers this feed: looks are only the net below it
FIRST_BACKOFF = 60.0
LONGEST_BACKOFF = 6 * 3600.0
LONGEST_WISH = 24 * 3600.0  # of a Retry-After; a feed is never given up
JITTER = 0.1

_WEEK = timedelta(weeks=1)
_MEMORY = timedelta(weeks=2)  # what was published longer ago counts for little


@dataclass(frozen=True, slots=True)
class Pace:
    """What decides how often a feed is looked at; times are seconds."""

    every: float | None = None  # as feeds.yaml says: kept exactly
    own: bool = True  # a feed of the portal that this program serves
    volume: float | None = None  # stories a week
    hint: float = 0.0  # for how long the answer says that it stays as it is (max-age, Expires, ttl)
    pushed: bool = False  # a hub delivers its stories


def next_check(pace: Pace, due: datetime | None, now: datetime, chance: float) -> datetime:
    """The next look after one that went well: `every` exactly and without drift, else by volume and hints, ±10 %.

    `due` is when this look was due; `chance` lies in [0, 1).
    """
    if pace.every is None:
        return now + timedelta(seconds=_jittered(_usual(pace), chance))
    planned = (due or now) + timedelta(seconds=pace.every)
    return planned if planned > now else now + timedelta(seconds=pace.every)


def after_fault(
    every: float | None, failures: int, retry_after: float | None, now: datetime, chance: float
) -> datetime:  # fmt: skip
    """The next look after one that failed: a minute, two, four … six hours, ±10 %, or later if the server says so.

    `failures` counts this one too; `retry_after` is the server's wish in seconds.
    """
    backoff = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2.0 ** min(failures - 1, 20))
    if every is not None and failures == 1:
        backoff = min(backoff, max(every, 1.0))  # one slip of a feed that is watched closely is looked at soon
    wish = min(retry_after or 0.0, LONGEST_WISH)
    return now + timedelta(seconds=max(_jittered(backoff, chance), wish))


def first_volume(published: Sequence[datetime | None], now: datetime) -> float:
    """Stories a week as far as a feed's first document tells: it holds what came since its oldest item."""
    dates = [date for date in published if date is not None]
    if not dates:
        return float(len(published))
    watched = max(now - min(dates), timedelta(days=1))  # ten items of one import are no ten a minute
    return len(published) * (_WEEK / watched)


def faded_volume(volume: float, new: int, since: timedelta) -> float:
    """Stories a week after a look that brought `new` ones, `since` the look before it: a mean that forgets slowly."""
    return volume * exp(-max(since, timedelta(0)) / _MEMORY) + new * (_WEEK / _MEMORY)


def _usual(pace: Pace) -> float:
    if pace.own:
        usual = OWN
    else:  # about twice for each story that is to be expected
        gap = _WEEK.total_seconds() / max(pace.volume or 0.0, 1.0)
        usual = min(LONGEST, max(SHORTEST, gap / 2))
    usual = max(usual, min(pace.hint, LONGEST_HINT))
    return max(usual, PUSHED) if pace.pushed else usual


def _jittered(seconds: float, chance: float) -> float:
    return seconds * (1 + JITTER * (2 * chance - 1))
