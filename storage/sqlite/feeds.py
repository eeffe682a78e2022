"""What transactions say about feeds."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from bot.news.item import Story
from bot.news.moves import FeedMoves
from bot.ports import DeclaredFeed, Feed, FeedCheck, HeldFlood
from storage.sqlite.hubs import Hubs
from storage.sqlite.part import from_ms, from_ms_or_none, listed, to_ms, to_ms_or_none
from storage.sqlite.stories import STORY_COLUMNS, story_of

# `pushed` says nothing about a lease that has ended: whoever reads it knows no time.
_FEEDS: Final = """
SELECT feed.id, url, every_s, categories, origin, paused, title, etag, last_modified, imported_at, checked_at, ok_at,
  next_check, failures, feed.error, moved_to, moving_to, moved_seen, unconditional_at, ttl, volume, api_forbidden_until,
  gap_since, gone, websub.delivered_at IS NOT NULL AND websub.lease_until > feed.checked_at, halted
FROM feed LEFT JOIN websub ON websub.feed_id = feed.id
"""
_DECLARE: Final = """
INSERT INTO feed (url, origin, every_s, categories, paused) VALUES (?, 'file', ?, ?, ?)
ON CONFLICT (url) DO UPDATE SET origin = 'file', every_s = excluded.every_s, categories = excluded.categories,
  paused = excluded.paused,
  next_check = CASE WHEN every_s IS excluded.every_s THEN next_check END  -- a new pace holds from now on
"""
# One of origin `file` that is paused there no longer stands in the file, or is paused by it: both may be taken over.
_ADD: Final = """
INSERT INTO feed (url, origin, every_s, categories, halted) VALUES (?, 'chat', ?, ?, ?)
ON CONFLICT (url) DO UPDATE SET origin = 'chat', every_s = excluded.every_s, categories = excluded.categories,
  halted = excluded.halted, paused = 0, next_check = NULL, gone = NULL, imported_at = NULL
WHERE origin = 'file' AND paused
"""
_GOOD: Final = """
UPDATE feed SET checked_at = :at, ok_at = :at, next_check = :next, failures = 0, error = '', gone = NULL,
  etag = coalesce(:etag, etag), last_modified = coalesce(:modified, last_modified), title = coalesce(:title, title),
  imported_at = CASE WHEN :imported THEN coalesce(imported_at, :at) ELSE imported_at END,
  unconditional_at = CASE WHEN :unconditional THEN :at ELSE unconditional_at END,
  ttl = CASE WHEN :ttl IS NULL THEN ttl ELSE nullif(:ttl, 0) END, volume = coalesce(:volume, volume)
WHERE id = :id
"""
_BAD: Final = """
UPDATE feed SET checked_at = :at, next_check = :next, failures = failures + 1, error = :error,
  gone = CASE WHEN :gone THEN :at ELSE gone END
WHERE id = :id
"""
_FLOODS: Final = """
SELECT id, url, held_flood FROM feed WHERE held_flood IS NOT NULL ORDER BY held_flood ->> 'at', id
"""


class Feeds(Hubs):
    """Feeds: what is declared, what is due, what became of a poll, what is held back."""

    def declare_feeds(self, feeds: Sequence[DeclaredFeed]) -> None:
        """Make the feeds of origin `file` equal to these; one declared no more is kept, paused, with its history."""
        rows = [(f.url, f.every, listed(f.categories), f.paused) for f in feeds]
        self.conn.executemany(_DECLARE, rows)
        self.run(
            "UPDATE feed SET paused = 1 WHERE origin = 'file' AND url NOT IN (SELECT value FROM json_each(?))",
            listed([f.url for f in feeds]),
        )

    def add_feed(self, feed: DeclaredFeed) -> bool:
        """A feed of an admin's; one that feeds.yaml declared once is theirs from now on; False when it is in use."""
        values = (feed.url, feed.every, listed(feed.categories), feed.paused)
        return self.run(_ADD, *values) > 0

    def halt_feed(self, feed_id: int, halted: bool) -> None:
        """An admin wants it asked no more (or again, and then at once)."""
        self.run("UPDATE feed SET halted = ? WHERE id = ?", halted, feed_id)
        if not halted:
            self.ask_soon(feed_id)

    def remove_feed(self, feed_id: int) -> bool:
        """Forget a feed; its stories stay. False for one that feeds.yaml declares."""
        return self.run("DELETE FROM feed WHERE id = ? AND (origin = 'chat' OR paused)", feed_id) > 0

    def feeds(self) -> list[Feed]:
        """All feeds, by id."""
        return [_feed(row) for row in self.all(_FEEDS + "ORDER BY feed.id")]

    def feed(self, feed_id: int) -> Feed | None:
        """One feed as it stands now."""
        row = self.one(_FEEDS + "WHERE feed.id = ?", feed_id)
        return None if row is None else _feed(row)

    def due_feeds(self, now: datetime) -> list[Feed]:
        """Feeds that are neither paused nor gone and whose next check has come, the longest waiting first."""
        due = """WHERE NOT paused AND NOT halted AND gone IS NULL AND (next_check IS NULL OR next_check <= ?)
            ORDER BY next_check, feed.id"""
        return [_feed(row) for row in self.all(_FEEDS + due, to_ms(now))]

    def feed_checked(self, feed_id: int, check: FeedCheck) -> None:
        """Write down a poll's result (success: failures 0; fault: failures + 1)."""
        values = {
            "id": feed_id, "at": to_ms(check.at), "next": to_ms(check.next_check), "error": check.error,
            "etag": check.etag, "modified": check.last_modified, "title": check.title, "imported": check.imported,
            "unconditional": check.unconditional, "ttl": check.ttl, "volume": check.volume, "gone": check.gone,
        }  # fmt: skip
        self.conn.execute(_BAD if check.error else _GOOD, values)
        if check.moves is not None:
            moves, update = check.moves, "UPDATE feed SET moved_to = ?, moving_to = ?, moved_seen = ? WHERE id = ?"
            self.run(update, moves.moved_to, moves.moving_to, moves.moved_seen, feed_id)

    def ask_soon(self, feed_id: int) -> None:
        """The feed is due now, also when it was gone."""
        self.run("UPDATE feed SET next_check = NULL, gone = NULL WHERE id = ?", feed_id)

    def remember_gap(self, feed_id: int, since: datetime | None) -> None:
        """Stories since then may be missing from this feed (None: no more)."""
        self.run("UPDATE feed SET gap_since = ? WHERE id = ?", to_ms_or_none(since), feed_id)

    def forbid_api(self, feed_id: int, until: datetime) -> None:
        """The portal's interface for programs refuses us: not asked before then."""
        self.run("UPDATE feed SET api_forbidden_until = ? WHERE id = ?", to_ms(until), feed_id)

    # Floods -----------------------------------------------------------------------------------------------------------

    def hold_flood(self, feed_id: int, why: str, story_ids: Sequence[int], now: datetime) -> None:
        """Keep these stories from being told until an admin decides; they join what is already held."""
        held = self._held(feed_id) or {"at": to_ms(now), "why": why, "stories": []}
        held["stories"] = list(dict.fromkeys([*held["stories"], *story_ids]))
        self.run("UPDATE feed SET held_flood = ? WHERE id = ?", json.dumps(held), feed_id)

    def held_floods(self) -> list[HeldFlood]:
        """What waits for an admin's yes, the oldest first."""
        return [
            HeldFlood(feed_id, url, from_ms(held["at"]), held["why"], tuple(held["stories"]))
            for feed_id, url, held in ((row[0], row[1], json.loads(row[2])) for row in self.all(_FLOODS))
        ]

    def release_flood(self, feed_id: int, tell: bool) -> list[Story]:
        """Hold the feed's flood no longer; the stories to tell now, in order (none unless `tell`)."""
        held = self._held(feed_id)
        if held is None:
            return []
        self.run("UPDATE feed SET held_flood = NULL WHERE id = ?", feed_id)
        if not tell:
            return []
        rows = self.all(STORY_COLUMNS + "WHERE s.id IN (SELECT value FROM json_each(?))", listed(held["stories"]))
        stories = {story.id: story for story in map(story_of, rows) if not story.told}
        return [stories[story_id] for story_id in held["stories"] if story_id in stories]

    def _held(self, feed_id: int) -> dict[str, Any] | None:
        text = self.value("SELECT held_flood FROM feed WHERE id = ?", feed_id)
        return None if text is None else dict(json.loads(text))


def _feed(row: tuple[Any, ...]) -> Feed:
    (feed_id, url, every, categories, origin, paused, title, etag, modified) = row[:9]
    imported_at, checked_at, ok_at, next_check = map(from_ms_or_none, row[9:13])
    (failures, error, moved_to, moving_to, moved_seen, unconditional_at, ttl, volume) = row[13:21]
    api_forbidden_until, gap_since, gone = map(from_ms_or_none, row[21:24])
    pushed, halted = map(bool, row[24:])
    return Feed(
        feed_id, url, every, tuple(json.loads(categories)), origin, bool(paused), title, etag, modified,
        imported_at, checked_at, ok_at, next_check, failures, error, FeedMoves(moved_to, moving_to, moved_seen),
        from_ms_or_none(unconditional_at), ttl, volume, api_forbidden_until, gap_since, gone, pushed, halted,
    )  # fmt: skip
