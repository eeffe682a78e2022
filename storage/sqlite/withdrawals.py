"""What transactions say about stories that portals take back."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from bot.news.item import Story
from bot.news.withdrawal import Shown
from storage.sqlite.part import Part, from_ms, from_ms_or_none, listed, to_ms
from storage.sqlite.stories import STORY_COLUMNS, story_of

# From the few stories of these days: a feed that is read for years has shown very many.
_SHOWN: Final = """
SELECT s.id, s.link, s.published, f.last_seen, s.looked_at FROM story s
CROSS JOIN feed_story f ON f.story_id = s.id AND f.feed_id = ?
WHERE s.published >= ? AND s.withdrawn_at IS NULL
"""
# When it was looked for stays: one feed's stale cache and another's fresh page must not take turns with every poll.
_BACK: Final = """
UPDATE story SET withdrawn_at = NULL
WHERE id IN (SELECT value FROM json_each(?)) AND withdrawn_at IS NOT NULL
"""


class Withdrawals(Part):
    """Stories that feeds no longer show, and those that are gone."""

    def shown_lately(self, feed_id: int, since: datetime) -> list[Shown]:
        """What this feed has shown of the stories published since then, without those withdrawn."""
        return [
            Shown(story_id, link, from_ms(published), from_ms(seen), from_ms_or_none(looked))
            for story_id, link, published, seen, looked in self.all(_SHOWN, feed_id, to_ms(since))
        ]

    def looked_for(self, story_id: int, now: datetime) -> None:
        """The story's page was asked for; it is there, or could not say."""
        self.run("UPDATE story SET looked_at = ? WHERE id = ?", to_ms(now), story_id)

    def withdraw(self, story_id: int, now: datetime) -> bool:
        """The portal has taken the story down; False when that is known."""
        taken = "UPDATE story SET withdrawn_at = ?1, looked_at = ?1 WHERE id = ?2 AND withdrawn_at IS NULL"
        return self.run(taken, to_ms(now), story_id) > 0

    def came_back(self, story_ids: Collection[int]) -> int:
        """Feeds show these stories: those that were withdrawn are so no more; how many."""
        return self.run(_BACK, listed(story_ids))

    def withdrawn(self, since: datetime) -> list[Story]:
        """The stories taken down since then, to be offered to editors, the latest first."""
        down = "WHERE s.withdrawn_at >= ? ORDER BY s.withdrawn_at DESC, s.id DESC"
        return [story_of(row) for row in self.all(STORY_COLUMNS + down, to_ms(since))]
