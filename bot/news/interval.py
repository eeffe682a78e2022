"""When a feed is looked at again."""

from datetime import datetime, timedelta
from zlib import crc32

USUAL = 300.0  # seconds, where feeds.yaml does not say
FIRST_BACKOFF = 60.0
LONGEST_BACKOFF = 6 * 3600.0
JITTER = 0.1


def next_check(
    url: str, every: float | None, due: datetime | None, now: datetime,
    *, failures: int = 0, retry_after: float | None = None,
) -> datetime:  # fmt: skip
    """The next look: `every` exactly and without drift, else the usual interval with jitter; faults back off.

    `failures` counts this one too; `retry_after` is the server's wish in seconds; `due` is when this look was due.
    """
    if failures:
        backoff = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2.0 ** min(failures - 1, 20))
        if every is not None and failures == 1:
            backoff = min(backoff, max(every, 1.0))  # one slip of a feed that is watched closely is looked at soon
        return now + timedelta(seconds=max(_jittered(backoff, url, now), retry_after or 0.0))
    if every is None:
        return now + timedelta(seconds=_jittered(USUAL, url, now))
    planned = (due or now) + timedelta(seconds=every)
    return planned if planned > now else now + timedelta(seconds=every)


def _jittered(seconds: float, url: str, now: datetime) -> float:
    """Within ±10 %, decided by the address and the minute: nothing random in a pure place."""
    share = crc32(f"{url} {now.isoformat(timespec='minutes')}".encode()) / 0xFFFFFFFF
    return seconds * (1 + JITTER * (2 * share - 1))
