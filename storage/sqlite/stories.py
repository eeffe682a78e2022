"""What transactions say about stories."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from bot.news.item import Item, Story
from storage.sqlite.part import Part, from_ms, listed, to_ms, to_ms_or_none

STORY_COLUMNS: Final = """
SELECT s.id, s.title, s.summary, s.link, s.published, s.image,
  (SELECT group_concat(c.category) FROM story_category c WHERE c.story_id = s.id AND NOT (c.category >= 'kata:'
   AND c.category < 'kata;')),
  EXISTS (SELECT 1 FROM broadcast b WHERE b.story_id = s.id),
  s.portal, (SELECT group_concat(portal) FROM story_source WHERE story_id = s.id)
FROM story s
"""
_REVISION: Final = """
INSERT INTO revision (story_id, n, seen_at, guid, title, summary, link, image, labels, published, modified)
SELECT ?1, 1 + coalesce(max(n), 0), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM revision WHERE story_id = ?1
"""
_NEXT: Final = """
SELECT max(1 + coalesce(max(id), 0), coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'first_story'), 0))
FROM story
"""  # `first_story` is what a restore wants: buttons of the time that was lost name stories too
_KEEP_TEXT: Final = """
UPDATE revision SET text = (SELECT text FROM story WHERE id = ?1)
WHERE story_id = ?1 AND n = (SELECT max(n) FROM revision WHERE story_id = ?1)
"""
_PORTAL_TITLES: Final = """
SELECT r.story_id, r.title FROM json_each(?) wanted CROSS JOIN revision r ON r.story_id = wanted.value
AND r.n = (SELECT max(n) FROM revision WHERE story_id = wanted.value)
"""
_PORTAL_WORDS: Final = "SELECT title, summary FROM revision WHERE story_id = ? ORDER BY n DESC LIMIT 1"
_WINDOW: Final = timedelta(days=28)
_WEEK_MS: Final = 7 * 24 * 60 * 60 * 1000
_VOLUME: Final = """
SELECT c.category, count(*), min(s.published),
  EXISTS (SELECT 1 FROM story_category oc JOIN story o ON o.id = oc.story_id
          WHERE oc.category = c.category AND o.published < ?1)
FROM story s CROSS JOIN story_category c ON c.story_id = s.id
WHERE s.published >= ?1 AND NOT (c.category >= 'kata:' AND c.category < 'kata;') GROUP BY c.category
"""


class Stories(Part):
    """Stories: what is known, what is new, what changed."""

    def known_keys(self, keys: Collection[str]) -> dict[str, int]:
        """Those of the identity keys that are known, with their story's id."""
        known = "SELECT key, story_id FROM story_key WHERE key IN (SELECT value FROM json_each(?))"
        return dict(self.all(known, listed(keys)))

    def stories(self, ids: Collection[int]) -> dict[int, Story]:
        """Stories by id."""
        rows = self.all(STORY_COLUMNS + "WHERE s.id IN (SELECT value FROM json_each(?))", listed(ids))
        return {row[0]: story_of(row) for row in rows}

    def seen_in_feed(self, feed_id: int, story_ids: Collection[int]) -> set[int]:
        """Those of the stories that this feed has shown before."""
        seen = "SELECT story_id FROM feed_story WHERE feed_id = ? AND story_id IN (SELECT value FROM json_each(?))"
        return {row[0] for row in self.all(seen, feed_id, listed(story_ids))}

    def add_story(self, item: Item, published: datetime, categories: Collection[str], now: datetime) -> int:
        """Record a new story with its first revision and its search text; its id."""
        story_id = int(self.value(_NEXT))
        row = _shown(item) | {"id": story_id, "published": to_ms(published), "first_seen": to_ms(now)}
        self.table("story").insert(row)
        self._insert_revision(story_id, item, now)
        self.add_categories(story_id, categories)
        return story_id

    def add_keys(self, story_id: int, keys: Collection[str], now: datetime) -> None:
        """Further identity keys of a story (known ones stay where they are)."""
        at = to_ms(now)
        add = "INSERT OR IGNORE INTO story_key (key, story_id, added_at) VALUES (?, ?, ?)"
        self.conn.executemany(add, [(key, story_id, at) for key in keys])

    def mark_seen(self, feed_id: int, story_ids: Collection[int], now: datetime) -> None:
        """This feed shows these stories now."""
        at = to_ms(now)
        rows = [{"feed_id": feed_id, "story_id": story_id, "last_seen": at} for story_id in story_ids]
        self.table("feed_story").upsert_all(rows, pk=("feed_id", "story_id"))

    def add_categories(self, story_id: int, categories: Collection[str]) -> None:
        """The story stands in these categories too."""
        add = "INSERT OR IGNORE INTO story_category (story_id, category) VALUES (?, ?)"
        self.conn.executemany(add, [(story_id, category) for category in categories])

    def story_audience(self, story_id: int) -> tuple[str, ...]:
        """All categories whose followers the story is for: those that are shown, and the followed words in it."""
        audience = "SELECT category FROM story_category WHERE story_id = ? ORDER BY category"
        return tuple(category for (category,) in self.all(audience, story_id))

    def portal_titles(self, ids: Collection[int]) -> dict[int, str]:
        """What the portal called these stories last: an editor's correction may have changed what we call them."""
        return dict(self.all(_PORTAL_TITLES, listed(ids)))

    def portal_words(self, story_id: int) -> tuple[str, str]:
        """Title and summary as the portal gave them last."""
        title, summary = self.one(_PORTAL_WORDS, story_id)
        return title, summary

    def was_titled(self, story_id: int, title: str) -> bool:
        """Whether the portal has called the story so before."""
        return self.one("SELECT 1 FROM revision WHERE story_id = ? AND title = ?", story_id, title) is not None

    def add_revision(
        self, story_id: int, item: Item, now: datetime, title: str | None = None, summary: str | None = None
    ) -> None:  # fmt: skip
        """The portal changed the story: keep the old form, show the new one from now on.

        `title` and `summary` are what we say instead of the portal's, where an editor has corrected it.
        """
        self.run(_KEEP_TEXT, story_id)
        self._insert_revision(story_id, item, now)
        # A date that the item does not give stays; one that it changes must, or each poll would find it changed again.
        dated = {} if item.published is None else {"published": to_ms(item.published)}
        said = {"title": title, "summary": summary}
        ours = {column: words for column, words in said.items() if words is not None}
        self.table("story").update(story_id, _shown(item) | ours | dated)

    def _insert_revision(self, story_id: int, item: Item, now: datetime) -> None:
        self.run(
            _REVISION, story_id, to_ms(now), item.guid, item.title, item.summary, item.link, item.image,
            listed(item.labels), to_ms_or_none(item.published), to_ms_or_none(item.modified),
        )  # fmt: skip

    def latest(self, categories: Collection[str] | None, limit: int, offset: int = 0) -> list[Story]:
        """The newest stories in any of these categories (None: of all), by publication."""
        page = "ORDER BY s.published DESC, s.id DESC LIMIT ? OFFSET ?"
        if categories is None:
            return [story_of(row) for row in self.all(STORY_COLUMNS + page, limit, offset)]
        among = """WHERE EXISTS (SELECT 1 FROM story_category c WHERE c.story_id = s.id
            AND c.category IN (SELECT value FROM json_each(?))) """
        return [story_of(row) for row in self.all(STORY_COLUMNS + among + page, listed(categories), limit, offset)]

    def weekly_volume(self, now: datetime) -> dict[str, int]:
        """Stories of the last 28 days a category, divided by the weeks for which we have watched (at least one).

        A feed shows its past without gaps, so we have watched a category since its oldest story.
        """
        at = to_ms(now)
        volume = {}
        for category, count, oldest, older in self.all(_VOLUME, to_ms(now - _WINDOW)):
            weeks = 4.0 if older else min(4.0, max(1.0, (at - oldest) / _WEEK_MS))
            volume[category] = max(1, int(count / weeks + 0.5))
        return volume

    def count_unmapped(self, labels: Collection[str], now: datetime) -> None:
        """Feed labels that no category means: counted, for admins."""
        count = """INSERT INTO unmapped_label VALUES (?, 1, ?)
            ON CONFLICT (label) DO UPDATE SET seen = seen + 1, last_seen = excluded.last_seen"""
        self.conn.executemany(count, [(label, to_ms(now)) for label in labels])

    def unmapped(self) -> list[tuple[str, int]]:
        """The unmapped labels with their counts, most frequent first."""
        return self.all("SELECT label, seen FROM unmapped_label ORDER BY seen DESC, label")


def _shown(item: Item) -> dict[str, Any]:
    return {"title": item.title, "summary": item.summary, "link": item.link, "image": item.image, "text": item.text}


def story_of(row: tuple[Any, ...]) -> Story:
    """A row of STORY_COLUMNS as a value."""
    story_id, title, summary, link, published, image, categories, told, first, portals = row
    sorted_ids = tuple(sorted(categories.split(","))) if categories else ()
    several = portals.split(",") if portals and "," in portals else ()
    named = tuple(sorted(several, key=lambda portal: (portal != first, portal)))
    return Story(story_id, title, summary, link, from_ms(published), sorted_ids, image, bool(told), named)
