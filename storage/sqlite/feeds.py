"""What transactions say about feeds."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from bot.ports import DeclaredFeed, Feed, FeedCheck
from storage.sqlite.part import Part, from_ms_or_none, listed, to_ms

_FEEDS: Final = """
SELECT id, url, every_s, categories, origin, paused, title, etag, last_modified, imported_at, checked_at, ok_at,
  next_check, failures, error
FROM feed
"""
_DECLARE: Final = """
INSERT INTO feed (url, origin, every_s, categories, paused) VALUES (?, 'file', ?, ?, ?)
ON CONFLICT (url) DO UPDATE SET origin = 'file', every_s = excluded.every_s, categories = excluded.categories,
  paused = excluded.paused,
  next_check = CASE WHEN every_s IS excluded.every_s THEN next_check END  -- a new pace holds from now on
"""
_GOOD: Final = """
UPDATE feed SET checked_at = :at, ok_at = :at, next_check = :next, failures = 0, error = '',
  etag = coalesce(:etag, etag), last_modified = coalesce(:modified, last_modified), title = coalesce(:title, title),
  imported_at = CASE WHEN :imported THEN coalesce(imported_at, :at) ELSE imported_at END
WHERE id = :id
"""
_BAD: Final = """
UPDATE feed SET checked_at = :at, next_check = :next, failures = failures + 1, error = :error WHERE id = :id
"""


class Feeds(Part):
    """Feeds: what is declared, what is due, what became of a poll."""

    def declare_feeds(self, feeds: Sequence[DeclaredFeed]) -> None:
        """Make the feeds of origin `file` equal to these; one declared no more is kept, paused, with its history."""
        rows = [(f.url, f.every, listed(f.categories), f.paused) for f in feeds]
        self.conn.executemany(_DECLARE, rows)
        self.run(
            "UPDATE feed SET paused = 1 WHERE origin = 'file' AND url NOT IN (SELECT value FROM json_each(?))",
            listed([f.url for f in feeds]),
        )

    def feeds(self) -> list[Feed]:
        """All feeds, by id."""
        return [_feed(row) for row in self.all(_FEEDS + "ORDER BY id")]

    def due_feeds(self, now: datetime) -> list[Feed]:
        """Feeds that are not paused and whose next check has come, the longest waiting first."""
        due = "WHERE NOT paused AND (next_check IS NULL OR next_check <= ?) ORDER BY next_check, id"
        return [_feed(row) for row in self.all(_FEEDS + due, to_ms(now))]

    def feed_checked(self, feed_id: int, check: FeedCheck) -> None:
        """Write down a poll's result (success: failures 0; fault: failures + 1)."""
        values = {
            "id": feed_id, "at": to_ms(check.at), "next": to_ms(check.next_check), "error": check.error,
            "etag": check.etag, "modified": check.last_modified, "title": check.title, "imported": check.imported,
        }  # fmt: skip
        self.conn.execute(_BAD if check.error else _GOOD, values)


def _feed(row: tuple[Any, ...]) -> Feed:
    (feed_id, url, every, categories, origin, paused, title, etag, modified) = row[:9]
    imported_at, checked_at, ok_at, next_check = map(from_ms_or_none, row[9:13])
    return Feed(
        feed_id, url, every, tuple(json.loads(categories)), origin, bool(paused), title, etag, modified,
        imported_at, checked_at, ok_at, next_check, failures=row[13], error=row[14],
    )  # fmt: skip
