"""What transactions say when a story reaches somebody late: its follow-ups go there too (promise 8)."""

import json
from collections.abc import Collection
from typing import Final

from storage.sqlite.part import Part, listed

# Those of these stories, and those of a broadcast with what follows up on them in turn.
_OF_STORIES: Final = """
SELECT b.id, (SELECT json_group_array(DISTINCT p.channel) FROM broadcast_pass p WHERE p.broadcast_id = b.id)
FROM broadcast b WHERE b.kind = 'follow_up' AND b.story_id IN (SELECT value FROM json_each(?1))
  AND b.created_at > ?2 AND b.status IN ('running', 'paused', 'done', 'expired')
"""
_OF_BROADCAST: Final = """
WITH RECURSIVE about (id) AS (
  SELECT ?1 UNION SELECT b.id FROM about JOIN broadcast b ON b.original_id = about.id AND b.kind = 'follow_up')
SELECT b.id, b.original_id, json_group_array(DISTINCT p.channel)
FROM about JOIN broadcast b ON b.id = about.id JOIN broadcast_pass p ON p.broadcast_id = b.id
WHERE b.id <> ?1 AND b.status IN ('running', 'paused', 'done', 'expired') GROUP BY b.id ORDER BY b.id
"""
EVERYBODY: Final = 1 << 62  # no subscriber's id is higher
_ANOTHER_ROUND: Final = """
UPDATE broadcast_pass SET final = 0, last_id = CASE done WHEN 1 THEN 0 ELSE last_id END, done = 0
WHERE broadcast_id = ? AND source_id = ? AND channel = ?
"""
_FIRST_ROUND: Final = f"""
INSERT INTO broadcast_pass (broadcast_id, n, channel, categories, max_id, source_id)
SELECT ?1, 1 + max(n), ?3, '[]', {EVERYBODY}, ?2
FROM broadcast_pass WHERE broadcast_id = ?1
"""
_GO_ON: Final = """
UPDATE broadcast SET status = CASE status WHEN 'paused' THEN status ELSE 'running' END, done_at = NULL,
  expires_at = max(expires_at, ?) WHERE id = ?
"""
_OUTLIVE: Final = """
UPDATE broadcast SET expires_at = ?3 + (SELECT max(expires_at, ?2) FROM broadcast o WHERE o.id = broadcast.original_id)
WHERE id = ?1 AND kind = 'follow_up'
  AND EXISTS (SELECT 1 FROM broadcast o WHERE o.id = broadcast.original_id AND o.done_at IS NULL)
"""
_WITHIN: Final = 48 * 3_600_000  # milliseconds: so long after the story its last digests are made
_WAITS: Final = 3 * 3_600_000  # milliseconds that it may take from the story to its follow-up


class Following(Part):
    """Follow-ups of what somebody gets late."""

    def _follow_digest(self, digest: int, stories: Collection[int], at: int) -> None:
        """This digest leaves at `at` (milliseconds) with these stories, of which some may have follow-ups by now."""
        for follow_up, channels in self.all(_OF_STORIES, listed(sorted(stories)), at - _WITHIN):
            self._go_round(follow_up, digest, channels, at)

    def _follow_late(self, broadcast: int, until: int) -> None:
        """Somebody may get this broadcast as late as `until` (milliseconds), though its follow-ups have been sent."""
        for follow_up, source, channels in self.all(_OF_BROADCAST, broadcast):
            self._go_round(follow_up, source, channels, until)

    def _outlives(self, broadcast: int, at: int) -> bool:
        """Whether this one, though old, goes on: a follow-up, while somebody may still get its original."""
        return bool(self.run(_OUTLIVE, broadcast, at, _WAITS))

    def _go_round(self, follow_up: int, source: int, channels: str, until: int) -> None:
        """A round over the source's readers on these channels, or another one when there has been one."""
        for channel in json.loads(channels):
            if not self.run(_ANOTHER_ROUND, follow_up, source, channel):
                self.run(_FIRST_ROUND, follow_up, source, channel)
        self.run(_GO_ON, until + _WAITS, follow_up)
