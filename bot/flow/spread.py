"""From a story to a broadcast: audience, class, and how long it stays news. Runs inside the poll's transaction."""

from collections.abc import Collection
from datetime import datetime, timedelta

from bot.delivery.plan import Rank
from bot.ports import Tx

STORY_LIVES = timedelta(hours=12)  # promise 7
LATE_CATEGORY = timedelta(minutes=60)  # promise 9


def announce(tx: Tx, story_id: int, categories: Collection[str], channels: Collection[str], now: datetime) -> int:
    """Tell a story to the followers of its categories on these channels; the broadcast's id."""
    return tx.add_broadcast("story", Rank.STORY, story_id, categories, channels, now, now + STORY_LIVES)


def reach_further(tx: Tx, story_id: int, gained: Collection[str], now: datetime) -> bool:
    """A told story gained categories: tell their followers too, while it is young; whether anything was added."""
    return bool(gained) and tx.add_pass(story_id, gained, now - LATE_CATEGORY, now)
