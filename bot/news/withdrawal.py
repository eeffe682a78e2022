"""Which stories to look for because a feed shows them no more: a portal takes a story back without a word."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.news.item import Item

PATIENCE = timedelta(minutes=10)  # a stale page cache shows yesterday's feed for minutes
CACHED = timedelta(minutes=30)  # … and then lacks the newest stories above all
AGAIN = timedelta(hours=6)  # between two looks for the same story
LOOKED_FOR = timedelta(days=3)  # after publication
_OLDER = 2  # items of the document that are older: then it should have shown this one too
_AT_ONCE = 3  # pages that one poll asks a portal for
_GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Shown:
    """A story that a feed has shown lately."""

    story_id: int
    link: str
    published: datetime
    last_seen: datetime
    looked_at: datetime | None = None


def vanished(shown: Sequence[Shown], items: Sequence[Item], present: Collection[int], now: datetime) -> list[Shown]:
    """The stories whose pages are to be looked for now, the newest first, at most three.

    `items` are those of the document just read, `present` the stories they are. A story has not just scrolled out where
    the document shows older ones; most that are missing are there all the same (moved, another category).
    """
    dates = [item.published for item in items if item.published is not None]
    newest = max(dates, default=now)
    missing = [
        story
        for story in shown
        if story.story_id not in present
        and sum(date < story.published for date in dates) >= _OLDER
        and now - story.last_seen >= (PATIENCE if story.published <= newest else CACHED)
        and _may_be_asked(story, now)
    ]
    return sorted(missing, key=lambda story: (story.published, story.story_id), reverse=True)[:_AT_ONCE]


def taken_down(status: int) -> bool:
    """Whether this answer of the story's page means that the portal has withdrawn it."""
    return status in _GONE


def _may_be_asked(story: Shown, now: datetime) -> bool:
    if now - story.published > LOOKED_FOR:
        return False
    return story.looked_at is None or now - story.looked_at >= AGAIN
