"""When too much comes at once to be news: an import gone wrong at the portal, a new address for every article."""

from collections.abc import Sequence
from datetime import datetime, timedelta

LEAST = 80  # new stories of one poll that are never too many
TIMES = 5  # as many as the feed's history promises
OLD = timedelta(hours=48)
_WEEK = timedelta(weeks=1)


def flood(published: Sequence[datetime], volume: float | None, since: timedelta, now: datetime) -> str:
    """Why the new stories of a poll wait for an admin's yes: `many`, `old`, or "" when they may be told.

    `published` are their dates, `volume` the feed's stories a week, `since` the time since the last good poll. A town's
    portal on an election night, or one that we could not reach for a day, stays below five times its usual.
    """
    promised = (volume or 0.0) * (since / _WEEK)
    if len(published) > max(LEAST, TIMES * promised):
        return "many"
    old = sum(now - date > OLD for date in published)
    return "old" if old * 2 > len(published) else ""
