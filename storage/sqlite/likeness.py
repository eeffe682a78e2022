"""What transactions say about texts that are alike: the index of shingles, and what it found related.

Shingles stand under the 72 hours of their story's publication, so a lookup touches that span and its two neighbours
only, and a phrase that stands in very many stories of a span is kept for the first of them only: a million stories are
no slower than a few. Spans older than `KEPT` go a few rows at a time, whenever a story comes; what was related stays.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from bot.news.duplicates import WINDOW, Candidate, Likely, compare
from bot.news.item import Story
from bot.news.marks import Marks
from bot.news.shingles import FEW, Sketch
from storage.sqlite.part import Part, from_ms, listed, to_ms
from storage.sqlite.stories import STORY_COLUMNS, story_of

KEPT: Final = 5  # spans; more than the window: after an outage of a portal we see its past late
EVERYBODYS: Final = 24  # stories around with a shingle that make it a phrase of everybody's
SPAN_MS: Final = WINDOW // timedelta(milliseconds=1)
_MOST: Final = 20  # candidates that are judged
_RELATED: Final = 5  # that are kept of a story
_AGED: Final = 200  # rows that leave with each story that comes

_SHARING: Final = """
SELECT s.h, s.story_id FROM json_each(?1) d CROSS JOIN json_each(?2) h CROSS JOIN shingle s
WHERE s.span = d.value AND s.h = h.value
"""
_TITLED: Final = "SELECT story_id FROM sketch WHERE title = ? AND published BETWEEN ? AND ? LIMIT ?"
_CANDIDATES: Final = """
SELECT k.story_id, k.portal, k.published, k.samples, k.title, k.numbers, k.dates, k.names, k.subjects
FROM sketch k JOIN story s ON s.id = k.story_id
WHERE k.story_id IN (SELECT value FROM json_each(?)) AND s.withdrawn_at IS NULL
"""
_KEEP: Final = """
INSERT OR IGNORE INTO shingle SELECT ?1, h.value, ?2 FROM json_each(?3) h
WHERE (SELECT count(*) FROM (SELECT 1 FROM shingle s WHERE s.span = ?1 AND s.h = h.value LIMIT ?4)) < ?4
"""
_KEPT: Final = """
SELECT count(*) FROM json_each(?3) h CROSS JOIN shingle s WHERE s.span = ?1 AND s.h = h.value AND s.story_id = ?2
"""
_AGE: Final = """
DELETE FROM shingle WHERE (span, h, story_id) IN (SELECT span, h, story_id FROM shingle WHERE span < ? LIMIT ?)
"""
_RELATED_STORIES: Final = "JOIN related r ON r.other_id = s.id WHERE r.story_id = ? ORDER BY r.score DESC, s.id LIMIT ?"


class Likeness(Part):
    """The index of texts: what is like a new story, what belongs to a known one."""

    def likely_same(
        self, sketch: Sketch, portal: str, published: datetime, but: Collection[int] = ()
    ) -> Likely:  # fmt: skip
        """What is like a story that is about to be recorded: the one that it repeats, and what belongs to it.

        `but` are stories that do not count (itself, when a revision is looked up).
        """
        shared, samples = self._shared(sketch, published)
        best = [story_id for story_id, count in shared.most_common(_MOST) if count >= FEW]
        wanted = {*best, *self._titled(sketch, published)} - set(but)
        if not wanted:
            return Likely()
        rows = self.all(_CANDIDATES, listed(wanted))
        return compare(sketch, samples, portal, published, [_candidate(row, sketch, shared) for row in rows])

    def index_story(
        self, story_id: int, sketch: Sketch, portal: str, published: datetime, likely: Likely | None = None
    ) -> None:  # fmt: skip
        """Let the story be found from now on, and keep what is related to it.

        Said again of a revised story, it is found by both forms: others may have copied the first.
        """
        span, marks = to_ms(published) // SPAN_MS, sketch.marks
        hashes = listed(sorted(sketch.samples))
        self.run(_KEEP, span, story_id, hashes, EVERYBODYS)
        samples = self.value(_KEPT, span, story_id, hashes)
        words = [" ".join(sorted(names)) for names in (marks.numbers, marks.dates, marks.names, marks.subjects)]
        self.run(
            "INSERT OR REPLACE INTO sketch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            story_id, span, to_ms(published), portal, samples, sketch.title, *words,
        )  # fmt: skip
        self.run("UPDATE story SET portal = ?, text_hash = ? WHERE id = ?", portal, sketch.text_hash, story_id)
        if likely is not None:
            self._relate(story_id, likely)
        self._age(span)

    def related(self, story_id: int, limit: int) -> list[Story]:
        """Stories that belong to this one, the most alike first."""
        return [story_of(row) for row in self.all(STORY_COLUMNS + _RELATED_STORIES, story_id, limit)]

    def _shared(self, sketch: Sketch, published: datetime) -> tuple[Counter[int], int]:
        """How many telling shingles each story shares, and how many telling ones the sketch has."""
        span = to_ms(published) // SPAN_MS
        found = self.all(_SHARING, listed((span - 1, span, span + 1)), listed(sorted(sketch.samples)))
        often = {h for h, count in Counter(h for h, _ in found).items() if count >= EVERYBODYS}
        return Counter(story_id for h, story_id in found if h not in often), len(sketch.samples) - len(often)

    def _titled(self, sketch: Sketch, published: datetime) -> set[int]:
        window = (to_ms(published - WINDOW), to_ms(published + WINDOW))
        return {row[0] for row in self.all(_TITLED, sketch.title, *window, _MOST)}

    def _relate(self, story_id: int, likely: Likely) -> None:
        matches = [likely.same, *likely.related] if likely.same else [*likely.related]
        for match in matches[:_RELATED]:
            pairs = [(story_id, match.story_id, match.score), (match.story_id, story_id, match.score)]
            self.conn.executemany("INSERT OR REPLACE INTO related VALUES (?, ?, ?)", pairs)

    def _age(self, span: int) -> None:
        before = span - KEPT
        self.run(_AGE, before, _AGED)
        self.run("DELETE FROM sketch WHERE story_id IN (SELECT story_id FROM sketch WHERE span < ? LIMIT 10)", before)


def _candidate(row: tuple[Any, ...], sketch: Sketch, shared: Counter[int]) -> Candidate:
    story_id, portal, published, samples, title = row[:5]
    marks = Marks(*(frozenset(words.split()) for words in row[5:9]))
    return Candidate(
        story_id, portal, from_ms(published), samples, shared[story_id], title == sketch.title, marks
    )  # fmt: skip
