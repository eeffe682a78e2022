"""What transactions say about items that were taken for a story that was there already, and how that is undone."""

import json
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from bot.news.changes import Form, SameStory
from bot.news.duplicates import Source, Suppression, Undone
from bot.news.identity import portal
from bot.news.item import Item
from bot.news.shingles import sketch
from storage.sqlite.likeness import Likeness
from storage.sqlite.part import from_ms, from_ms_or_none, listed, to_ms, to_ms_or_none
from storage.sqlite.stories import Stories

_INSERT: Final = """
INSERT INTO suppression (story_id, feed_id, guid, link, title, portal, reason, score, at, published, item, categories,
  gained) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
"""
_KEY: Final = """
INSERT INTO story_key (key, story_id, added_at, suppression_id) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING
"""
_FIRST: Final = """
INSERT OR IGNORE INTO story_source (story_id, portal, link, title)
SELECT id, coalesce(portal, ''), link, title FROM story WHERE id = ?
"""
_LIST: Final = """
SELECT x.id, x.story_id, s.title, x.portal, x.link, x.title, x.reason, x.score, x.at, x.undone_at
FROM suppression x JOIN story s ON s.id = x.story_id ORDER BY x.id DESC LIMIT ? OFFSET ?
"""
_FORMS: Final = """
SELECT s.id, coalesce(r.modified, r.seen_at), s.text_hash FROM story s
JOIN revision r ON r.story_id = s.id AND r.n = (SELECT max(n) FROM revision WHERE story_id = s.id)
WHERE s.text_hash IS NOT NULL AND s.id IN (SELECT value FROM json_each(?))
"""


class Suppressions(Stories, Likeness):
    """Copies: kept whole, listed, and given back."""

    def forms(self, ids: Collection[int]) -> dict[int, Form]:
        """What is known of the newest forms of these stories."""
        return {row[0]: Form(from_ms(row[1]), row[2]) for row in self.all(_FORMS, listed(ids))}

    def copies(self, keys: Collection[str]) -> set[str]:
        """Those of the identity keys that came with a copy of a story."""
        known = """SELECT key FROM story_key
            WHERE key IN (SELECT value FROM json_each(?)) AND suppression_id IS NOT NULL"""
        return {row[0] for row in self.all(known, listed(keys))}

    def suppress(self, intent: SameStory, feed_id: int, now: datetime) -> int:
        """Keep the copy with its keys, name its portal, give its categories to the story; the suppression's id."""
        item, story_id = intent.item, intent.story_id
        suppression_id = self.value(
            _INSERT,
            story_id, feed_id, item.guid, item.link, item.title, intent.portal,
            "title" if intent.match.by_title else "text", intent.match.score, to_ms(now), to_ms(intent.published),
            _packed(item), listed(intent.categories), listed(intent.gained),
        )  # fmt: skip
        keys = [(key, story_id, to_ms(now), suppression_id) for key in intent.keys]
        self.conn.executemany(_KEY, keys)
        self.run(_FIRST, story_id)
        self.run(
            "INSERT OR IGNORE INTO story_source VALUES (?, ?, ?, ?)", story_id, intent.portal, item.link, item.title
        )
        self.add_categories(story_id, intent.gained)
        self.mark_seen(feed_id, [story_id], now)
        assert isinstance(suppression_id, int)
        return suppression_id

    def sources(self, story_id: int) -> list[Source]:
        """Who published the story, the first first; empty while only one portal has."""
        first = """SELECT c.portal, c.link, c.title FROM story_source c JOIN story s ON s.id = c.story_id
            WHERE c.story_id = ? ORDER BY c.portal <> coalesce(s.portal, ''), c.portal"""
        return [Source(*row) for row in self.all(first, story_id)]

    def suppressions(self, limit: int, offset: int = 0) -> list[Suppression]:
        """What was suppressed, the newest first, the undone ones too."""
        return [_suppression(row) for row in self.all(_LIST, limit, offset)]

    def undo_suppression(self, suppression_id: int, now: datetime) -> Undone | None:
        """Make a story of its own out of a suppressed item, to be told now; None when there is nothing to undo."""
        row = self.one(
            """SELECT story_id, feed_id, portal, published, item, categories, gained FROM suppression
            WHERE id = ? AND undone_at IS NULL""",
            suppression_id,
        )
        if row is None:
            return None
        first, feed_id, portal_name, published, packed, categories, gained = row
        item, own = _unpacked(packed), tuple(json.loads(categories))
        story_id = self.add_story(item, from_ms(published), own, now)
        self._separate(suppression_id, first, story_id, feed_id, portal_name, json.loads(gained))
        if feed_id is not None:
            self.mark_seen(feed_id, [story_id], now)
        print_ = sketch(item.title, item.text)
        likely = self.likely_same(print_, portal_name, from_ms(published), but=[story_id])
        self.index_story(story_id, print_, portal_name or portal(item.link), from_ms(published), likely)
        undone = "UPDATE suppression SET undone_at = ?, undone_as = ? WHERE id = ?"
        self.run(undone, to_ms(now), story_id, suppression_id)
        return Undone(story_id, own)

    def _separate(
        self, suppression_id: int, first: int, story_id: int, feed_id: int | None, portal_name: str,
        gained: Collection[str],
    ) -> None:  # fmt: skip
        """The keys lead to the new story; the first one loses what it had only from the copy."""
        give = "UPDATE story_key SET story_id = ?, suppression_id = NULL WHERE suppression_id = ?"
        self.run(give, story_id, suppression_id)
        others = "SELECT 1 FROM suppression WHERE story_id = ? AND portal = ? AND undone_at IS NULL AND id <> ?"
        if self.one(others, first, portal_name, suppression_id) is None:
            drop = """DELETE FROM story_source WHERE story_id = ?1 AND portal = ?2
                AND ?2 <> (SELECT coalesce(portal, '') FROM story WHERE id = ?1)"""
            self.run(drop, first, portal_name)
            self.run("DELETE FROM feed_story WHERE feed_id = ? AND story_id = ?", feed_id, first)
        lose = "DELETE FROM story_category WHERE story_id = ? AND category IN (SELECT value FROM json_each(?))"
        self.run(lose, first, listed(gained))


def _packed(item: Item) -> str:
    times = {"published": to_ms_or_none(item.published), "modified": to_ms_or_none(item.modified)}
    return json.dumps(asdict(item) | times, ensure_ascii=False)


def _unpacked(packed: str) -> Item:
    fields: dict[str, Any] = json.loads(packed)
    times = {name: from_ms_or_none(fields[name]) for name in ("published", "modified")}
    return Item(**fields | times | {"labels": tuple(fields["labels"])})


def _suppression(row: tuple[Any, ...]) -> Suppression:
    suppression_id, story_id, story_title, portal_name, link, title, reason, score, at, undone_at = row
    copy = Source(portal_name, link, title)
    return Suppression(
        suppression_id, story_id, story_title, copy, reason, score, from_ms(at), from_ms_or_none(undone_at)
    )  # fmt: skip
