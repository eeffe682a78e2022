"""What transactions say about digests: a timer a reader; what they are owed is derived, no row waits for it."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.delivery.digest import Owing, Telling
from bot.delivery.plan import Had, Rank, Reader, State
from bot.news.following import is_word
from storage.sqlite.audience import HOLD, LEFT_BEFORE, READER, reader_of
from storage.sqlite.part import Part, from_ms, listed, to_ms
from storage.sqlite.people import ALL, IS_WORD

_OWE: Final = """
UPDATE subscriber SET digest_at = ?2 WHERE id = ?1 AND (digest_at IS NULL OR digest_at > ?2)
"""
_DUE: Final = f"""
SELECT {READER}, s.digest_at,
  EXISTS (SELECT 1 FROM broadcast b JOIN delivery d ON d.broadcast_id = b.id AND d.subscriber_id = s.id
          WHERE b.slot = :slot)
FROM subscriber s {HOLD}
WHERE s.channel = :channel AND s.digest_at <= :now AND s.status = 'active' ORDER BY s.digest_at LIMIT :limit
"""
_FORGET_LEFT: Final = """
UPDATE subscriber SET digest_at = NULL WHERE channel = ? AND digest_at <= ? AND status <> 'active'
"""
_TELLINGS: Final = """
SELECT p.telling, b.id, b.story_id, p.categories, p.n
FROM broadcast_pass p JOIN broadcast b ON b.id = p.broadcast_id
WHERE p.channel = ? AND b.kind = 'story' AND b.status IN ('running', 'done', 'expired') AND b.created_at > ?
ORDER BY p.telling DESC LIMIT 500
"""
_COVERED: Final = "SELECT id, covered_telling FROM subscriber WHERE id IN (SELECT value FROM json_each(?))"
_FOLLOWS: Final = """
SELECT s.subscriber_id, s.since_telling FROM json_each(?) page CROSS JOIN subscription s
ON s.channel = ? AND s.category = ? AND s.subscriber_id = page.value
"""
_FOLLOWED_WORDS: Final = f"""
SELECT s.subscriber_id, s.category, s.since_telling FROM json_each(?) page CROSS JOIN subscription s
ON s.subscriber_id = page.value AND s.channel = ? AND s.{IS_WORD.replace("AND ", "AND s.")}
"""
_HAD: Final = f"""
SELECT d.subscriber_id, b.story_id FROM json_each(?1) told CROSS JOIN broadcast b ON b.id = told.value
CROSS JOIN json_each(?2) page
CROSS JOIN delivery d ON d.broadcast_id = b.id AND d.subscriber_id = page.value
WHERE NOT (d.state = 'failed' AND {LEFT_BEFORE})
"""
_CARRIED: Final = """
SELECT d.subscriber_id, d.stories FROM broadcast b CROSS JOIN json_each(?1) page
CROSS JOIN delivery d ON d.broadcast_id = b.id AND d.subscriber_id = page.value
WHERE b.kind = 'digest' AND b.created_at > ?2 AND (d.state <> 'failed' OR d.doubts > 0)
"""
_TELLABLE: Final = """
NOT EXISTS (SELECT 1 FROM broadcast b WHERE b.story_id = owed.story_id AND b.kind = 'story'
            AND b.status IN ({}))
"""
_PUT_BY: Final = f"""
SELECT subscriber_id, story_id FROM owed WHERE subscriber_id IN (SELECT value FROM json_each(?))
  AND {_TELLABLE.format("'paused', 'withdrawn', 'cancelled', 'interrupted'")}
"""
_PAID: Final = f"""DELETE FROM owed WHERE subscriber_id = ? AND {_TELLABLE.format("'paused'")}"""
_ADD: Final = """
INSERT INTO broadcast (kind, rank, slot, not_before, expires_at, created_at) VALUES ('digest', ?, ?, ?, ?, ?)
ON CONFLICT (slot) WHERE slot IS NOT NULL DO UPDATE SET status = 'running', done_at = NULL RETURNING id
"""
_SETTLED: Final = """
UPDATE subscriber SET digest_at = NULL, covered_telling = (SELECT coalesce(max(telling), 0) FROM broadcast_pass)
WHERE id = ?
"""
_WEEK: Final = timedelta(days=7)  # older news is found in the archive, not in a digest
_CARRIED_WITHIN: Final = timedelta(days=2)  # late categories and second tries do not come later than that


class Digests(Part):
    """Timers and debts."""

    def owe_digests(self, readers: Sequence[tuple[int, datetime]]) -> None:
        """These subscribers are owed something: their digest is due then, or earlier if it already was."""
        self.conn.executemany(_OWE, [(subscriber, to_ms(at)) for subscriber, at in readers])

    def owe_stories(self, subscriber: int, stories: Sequence[int], at: datetime) -> None:
        """This subscriber is owed these, whatever has been settled; their digest is due then, if not earlier."""
        self.conn.executemany("INSERT OR IGNORE INTO owed VALUES (?, ?)", [(subscriber, story) for story in stories])
        self.run(_OWE, subscriber, to_ms(at))

    def move_digests(self, readers: Sequence[tuple[int, datetime]]) -> None:
        """Their digests are due then instead."""
        move = "UPDATE subscriber SET digest_at = ? WHERE id = ?"
        self.conn.executemany(move, [(to_ms(at), subscriber) for subscriber, at in readers])

    def digests_due(self, channel: str, now: datetime, limit: int, slot: str) -> list[tuple[Reader, datetime]]:
        """Active readers whose digest is due, with the time it was due at; `had` is set where this slot's was sent."""
        earliest = self.next_digest(channel)
        if earliest is None or earliest > to_ms(now):  # as in most ticks
            return []
        values = {"channel": channel, "now": to_ms(now), "limit": limit, "slot": slot}
        due = []
        for *reader, at, had in self.conn.execute(_DUE, values).fetchall():
            value = reader_of(tuple(reader))
            due.append((value._replace(had=Had(State.SENT, in_digest=True)) if had else value, from_ms(at)))
        if not due and self.writes:
            self.run(_FORGET_LEFT, channel, to_ms(now))
        return due

    def next_digest(self, channel: str) -> int | None:
        """When the earliest digest is due, in milliseconds."""
        earliest = "SELECT digest_at FROM subscriber WHERE channel = ? AND digest_at IS NOT NULL ORDER BY 1 LIMIT 1"
        at: int | None = self.value(earliest, channel)
        return at

    def tellings(self, channel: str, now: datetime) -> list[Telling]:
        """What was told to followers in the last week, newest first."""
        return [
            Telling(number, broadcast, story, frozenset(json.loads(categories)), first=n == 1)
            for number, broadcast, story, categories, n in self.all(_TELLINGS, channel, to_ms(now - _WEEK))
        ]

    def owings(
        self, channel: str, subscribers: Sequence[int], tellings: Sequence[Telling], now: datetime
    ) -> dict[int, Owing]:
        """What decides about the debts to these subscribers."""
        page = listed(subscribers)
        covered = dict(self.all(_COVERED, page))
        least = min(covered.values(), default=0)
        recent = [t for t in tellings if t.number > least]
        follows = self._follows(channel, page, {c for t in recent for c in t.categories} | {ALL})
        had = self._had(page, {t.broadcast_id for t in recent}, to_ms(now - _CARRIED_WITHIN))
        put_by: dict[int, set[int]] = defaultdict(set)
        for subscriber, story in self.all(_PUT_BY, page):
            put_by[subscriber].add(story)
        return {
            s: Owing(covered[s], follows[s], follows[s].pop(ALL, None), had[s] - put_by[s], put_by[s])
            for s in subscribers
        }

    def _follows(self, channel: str, page: str, categories: set[str]) -> dict[int, dict[str, int]]:
        """By subscriber: category -> the last telling before they followed it."""
        follows: dict[int, dict[str, int]] = defaultdict(dict)
        for category in categories:
            if not is_word(category):
                for subscriber, since in self.all(_FOLLOWS, page, channel, category):
                    follows[subscriber][category] = since
        # A week's news has thousands of followed words in it, a reader has a few.
        for subscriber, word, since in self.all(_FOLLOWED_WORDS, page, channel):
            if word in categories:
                follows[subscriber][word] = since
        return follows

    def _had(self, page: str, broadcasts: set[int], carried_since: int) -> dict[int, set[int]]:
        """By subscriber: the stories that have a delivery, or stood in a digest."""
        had: dict[int, set[int]] = defaultdict(set)
        for subscriber, story in self.all(_HAD, listed(broadcasts), page):
            had[subscriber].add(story)
        for subscriber, stories in self.all(_CARRIED, page, carried_since):
            had[subscriber].update(json.loads(stories or "[]"))
        return had

    def digest_broadcast(self, slot: str, now: datetime, expires_at: datetime) -> int:
        """The broadcast of this hour's digests; its id."""
        at = to_ms(now)
        return int(self.value(_ADD, int(Rank.DIGEST), slot, at, to_ms(expires_at), at))

    def digests_settled(self, subscribers: Sequence[int]) -> None:
        """Everything told until now is settled with these."""
        rows = [(subscriber,) for subscriber in subscribers]
        self.conn.executemany(_SETTLED, rows)
        self.conn.executemany(_PAID, rows)
