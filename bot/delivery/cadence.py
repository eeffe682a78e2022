"""How often somebody who does not write is written to: one marketing message a day, fewer where nobody reads them."""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from bot.delivery.plan import Reader
from bot.delivery.timing import DIGEST_LIVES, NOW, Turn, Way, last_digest, next_digest

A_DAY: Final = timedelta(hours=24)
# The platform counts somebody for a day from when a message reaches it. We note when that was planned, and it may have
# stood before a paused account for some minutes: a person counts until the platform has surely counted them out.
COUNTED: Final = A_DAY + timedelta(minutes=10)
A_WEEK: Final = timedelta(days=7)
DAILY_UNREAD: Final = 7  # so many in a row unread, and they come weekly
WEEKLY_UNREAD: Final = 3  # so many weekly ones more, and nothing comes until the reader writes
JOINS: Final = timedelta(minutes=5)  # stories that come so soon after the last message wait, and join in one text


class Pushed(NamedTuple):
    """What a reader has been sent of our own accord, as far as what comes next depends on it."""

    told_at: datetime | None = None  # the last story or digest
    template_at: datetime | None = None  # the last template
    marketing_at: datetime | None = None  # the last that was billed as marketing
    unread: int = 0  # templates since the reader last read one or wrote
    spared_until: datetime | None = None  # so long the platform does not want them to have any more

    def began(self, now: datetime) -> bool:
        """Whether this reader is counted already among the people of the last 24 hours."""
        return self.template_at is not None and self.template_at > now - COUNTED


NOTHING: Final = Pushed()
NEVER: Final = datetime.max.replace(tzinfo=UTC)


def marketing_from(pushed: Pushed) -> datetime | None:
    """From when on they may get a marketing template; None: at any time; NEVER: not before they write."""
    if pushed.unread >= DAILY_UNREAD + WEEKLY_UNREAD:
        return NEVER
    if pushed.marketing_at is None:
        return pushed.spared_until
    free = pushed.marketing_at + (A_WEEK if pushed.unread >= DAILY_UNREAD else A_DAY)
    return free if pushed.spared_until is None else max(free, pushed.spared_until)


def joins_at(pushed: Pushed, now: datetime) -> datetime | None:
    """When a story that comes now is told, together with what has come until then; None: at once."""
    if pushed.told_at is None or pushed.told_at > now or now >= pushed.told_at + JOINS:
        return None
    return pushed.told_at + JOINS


def has_joined(pushed: Pushed, due_at: datetime) -> bool:
    """Whether what is due then waited for nothing but to join: a chat may have had to rest a little longer."""
    return pushed.told_at is not None and JOINS <= due_at - pushed.told_at < 2 * JOINS


def template_turn(reader: Reader, pushed: Pushed, now: datetime, timezone: ZoneInfo) -> Turn:
    """When a reader whose window is closed may have their digest as a template: at its hour, and not too often."""
    free = marketing_from(pushed)
    if free == NEVER:
        return Turn(Way.DIGEST, next_digest(reader, now + A_WEEK, timezone))  # looked at again, in case of a change
    slot = last_digest(reader, now, timezone)
    if now - slot <= DIGEST_LIVES and free is not None and now < free <= slot + DIGEST_LIVES:
        return Turn(Way.DIGEST, free)  # yesterday's left a moment later than today's would
    if now - slot <= DIGEST_LIVES and (free is None or free <= now):
        return NOW
    at = next_digest(reader, now, timezone)
    while free is not None and free > at + DIGEST_LIVES:
        at = next_digest(reader, at, timezone)
    return Turn(Way.DIGEST, at if free is None else max(at, free))
