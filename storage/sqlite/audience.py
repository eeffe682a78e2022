"""Who is next of a pass: followers of its categories, or those who have had an earlier broadcast."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from typing import Any, Final

from bot.delivery.content import BroadcastKind, Level
from bot.delivery.plan import Broadcast, Had, Rank, Reader, State
from storage.sqlite.overtaking import to_anybody, to_reader
from storage.sqlite.part import from_ms, from_ms_or_none, listed, to_ms
from storage.sqlite.people import ALL, People

# A Reader's fields in their order: for most readers the row is the value, and a broadcast may make a million of them.
READER: Final = """s.id, s.address, s.thread, coalesce(s.language, 'id'), s.quiet_from * 10000 + s.quiet_to, h.until,
  s.mode, s.paused_until, s.urgent, s.daily_limit, s.day, s.day_count, NULL, s.window_until"""
LEFT_BEFORE: Final = "code IN ('stopped', 'unfollowed') AND doubts = 0"  # of failed deliveries: nothing ever left
HOLD: Final = "LEFT JOIN hold h ON h.channel = s.channel AND h.address = s.address"
COLUMNS: Final = """b.id, b.kind, b.rank, b.story_id, p.n, p.categories, p.last_id, p.max_id, b.created_at,
  b.expires_at, p.telling, b.level, b.original_id, p.source_id, b.version, b.erase, p.final"""
# While a colleague is asked for a correction, what is wrong does not go out further, nor does an earlier correction.
HELD: Final = """EXISTS (SELECT 1 FROM push_draft w WHERE w.stage = 'waiting' AND w.aim = 'correction'
  AND w.about IN (b.id, CASE WHEN b.kind IN ('mark', 'correction') THEN b.original_id END))"""
_OPEN_PASSES: Final = f"""
SELECT {COLUMNS}
FROM broadcast_pass p JOIN broadcast b ON b.id = p.broadcast_id
WHERE p.channel = ?1 AND p.done = 0 AND b.status = 'running'
  AND (b.not_before <= max(?2, b.created_at) OR p.last_id > 0)  -- it has begun: a clock that goes back changes nothing
  AND (b.expires_at > ?2 OR b.kind = 'story') AND NOT {HELD}
  AND NOT EXISTS (SELECT 1 FROM broadcast_pass e
                  WHERE e.broadcast_id = p.broadcast_id AND e.channel = ?1 AND e.done = 0 AND e.n < p.n
                    AND (e.final = 1 OR e.last_id > 0))
ORDER BY b.rank, b.created_at, b.id
"""
_MOVE: Final = """
UPDATE broadcast_pass SET last_id = max(last_id, ?), done = ? WHERE broadcast_id = ? AND n = ? AND channel = ?
"""
_BEGIN_ROUND: Final = """
UPDATE broadcast_pass SET last_id = 0, final = ? WHERE broadcast_id = ? AND n = ? AND channel = ?
"""
_FOLLOWERS: Final = """
SELECT subscriber_id FROM subscription
WHERE channel = ?1 AND category = ?{place} AND subscriber_id > ?2 AND subscriber_id <= ?3
"""
_A_PAGE: Final = "SELECT json_group_array(subscriber_id), count(*), max(subscriber_id) FROM ({ids})"
_EVERYBODY: Final = _A_PAGE.format(
    ids="""SELECT id AS subscriber_id FROM subscriber
WHERE channel = ?1 AND status = 'active' AND id > ?2 AND id <= ?3 ORDER BY id LIMIT ?4"""
)
_AMONG: Final = f"""
SELECT {READER}
FROM json_each(?1) page CROSS JOIN subscriber s ON s.id = page.value {HOLD}
WHERE s.status = 'active' AND s.covered_telling < ?3
  AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.broadcast_id = ?2 AND d.subscriber_id = s.id
                  AND NOT (d.state = 'failed' AND {LEFT_BEFORE}))
"""  # in the page's order: CROSS JOIN keeps the loops as they are written, and a page comes sorted
_NOT_IN_DIGESTS: Final = """
  AND NOT EXISTS (
    SELECT 1 FROM json_each(?4) digest CROSS JOIN delivery d ON d.broadcast_id = digest.value AND d.subscriber_id = s.id
      AND (d.state <> 'failed' OR d.doubts > 0)  -- one that was given up before it left told nobody anything
    CROSS JOIN json_each(d.stories) carried WHERE carried.value = ?5)
  AND NOT EXISTS (SELECT 1 FROM owed WHERE owed.subscriber_id = s.id AND owed.story_id = ?5)  -- the next one brings it
"""
_HELD: Final = "SELECT EXISTS (SELECT 1 FROM hold WHERE channel = ?)"
_DIGESTS_BESIDE: Final = """
SELECT json_group_array(id) FROM (
  SELECT id FROM broadcast NOT INDEXED WHERE id > ?1 AND kind = 'digest'
  UNION SELECT id FROM broadcast INDEXED BY broadcast_age WHERE created_at > ?2 AND expires_at > ?3 AND kind = 'digest')
"""
_DIGEST_LIVES: Final = 3 * 3_600_000  # milliseconds
_WHO_HAD_IT: Final = f"""
SELECT {READER}, d.state, d.message_id, d.more, d.stories
FROM delivery d CROSS JOIN subscriber s ON s.id = d.subscriber_id {HOLD}
WHERE d.broadcast_id = :source AND d.subscriber_id > :after AND d.subscriber_id <= :max_id
  AND (d.state IN ('sent', 'unknown') OR (d.state = 'failed' AND d.doubts > 0))
  AND s.channel = :channel AND s.status = 'active' AND (:whatever OR d.version < :version)
  AND NOT EXISTS (SELECT 1 FROM delivery n WHERE n.broadcast_id = :this AND n.subscriber_id = d.subscriber_id)
  AND NOT {to_reader("d.subscriber_id", ":original", ":version")}
ORDER BY d.subscriber_id LIMIT :limit
"""
_HAS_SETTLED: Final = f"""
SELECT NOT EXISTS (SELECT 1 FROM delivery INDEXED BY delivery_open
  WHERE broadcast_id = ?1 AND finished_at IS NULL AND (state = 'started' OR doubts > 0) AND version < ?2)
AND NOT {to_anybody("?3", "?2")}
"""
# INDEXED BY, because the planner would rather walk all deliveries of the broadcast.
HAS_OPEN: Final = """
SELECT EXISTS (SELECT 1 FROM delivery INDEXED BY delivery_open WHERE broadcast_id = ? AND finished_at IS NULL)
"""
_PAGE: Final = 4_096  # subscribers looked at by one query: bounds memory, not the search
_RANGES: Final = 200  # categories of one query: topics, and followed words that stand in the story
_NO_TELLING: Final = 1 << 62  # only stories are told in digests: nobody is covered against anything else


class Audience(People):
    """Passes and the readers after their cursors."""

    def open_passes(self, channel: str, now: datetime) -> list[Broadcast]:
        """The earliest unfinished pass of each running broadcast: by rank, then age; stories also when they are late.

        Those that only wait for another round keep no later one of their broadcast back.
        """
        return [pass_of(row) for row in self.all(_OPEN_PASSES, channel, to_ms(now))]

    def move_pass(self, channel: str, broadcast: Broadcast, last_id: int, done: bool) -> None:
        """Move the cursor (in the transaction that starts the deliveries); after a round that is not final, back."""
        this = (broadcast.id, broadcast.pass_no, channel)
        if done and not broadcast.final:
            self.run(_BEGIN_ROUND, 0, *this)
        else:
            self.run(_MOVE, last_id, done, *this)

    def open_round(self, channel: str, broadcast: Broadcast, *, again: bool = False) -> Broadcast | None:
        """The pass over another broadcast's readers, ready to go on; None while that one must settle first.

        Whoever was under way when the cursor passed is found by a further round. The first one begins at once, the
        last when the source has settled: then nobody can be missed. Between them there are as many as are asked for
        (`again`): a source with one reader who sleeps long is no reason to let the others wait.
        """
        if broadcast.last_id > 0 or broadcast.source_id is None:
            return broadcast
        settled = self._has_settled(broadcast, broadcast.source_id)
        if not settled and not broadcast.final and not again:
            return None
        if settled != broadcast.final:
            self.run(_BEGIN_ROUND, settled, broadcast.id, broadcast.pass_no, channel)
        return replace(broadcast, final=settled)

    def reached(self, broadcast_id: int) -> int:
        """How many deliveries of it have ended as sent or unknown: when it grows, another round finds more."""
        reached = "SELECT sum(n) FROM broadcast_count WHERE broadcast_id = ? AND state IN ('sent', 'unknown')"
        return int(self.value(reached, broadcast_id) or 0)

    def _has_settled(self, broadcast: Broadcast, source: int) -> bool:
        """Whether nothing of the source can still arrive that this broadcast must follow."""
        if broadcast.kind is not BroadcastKind.FOLLOW_UP:
            return bool(self.value(_HAS_SETTLED, source, broadcast.version, broadcast.original_id))
        if source != broadcast.original_id:
            return not self.value(HAS_OPEN, source)
        return bool(self.value("SELECT done_at IS NOT NULL FROM broadcast WHERE id = ?", source))

    def readers(self, channel: str, broadcast: Broadcast, limit: int) -> list[Reader]:
        """The next active readers after the pass's cursor, by id, without those who have a delivery of it.

        Those who follow all are always among them. Fewer than `limit` means that the pass has come to its end.
        """
        if broadcast.source_id is not None:
            return self._who_had_it(channel, broadcast, broadcast.source_id, limit)
        telling = broadcast.telling if broadcast.kind is BroadcastKind.STORY else _NO_TELLING
        more = self._digests_beside(broadcast)
        among = _among(held=bool(self.value(_HELD, channel)), beside_digests=bool(more))
        readers: list[Reader] = []
        for page in self._pages(channel, broadcast, limit):
            rows = self.all(among, page, broadcast.id, telling, *more)
            readers += _readers_of(rows)
            if len(readers) >= limit:
                break
        return readers[:limit]

    def _digests_beside(self, broadcast: Broadcast) -> tuple[str, int] | tuple[()]:
        """Digests that may have carried this story, and the story; nothing when there are none."""
        if broadcast.kind is not BroadcastKind.STORY or broadcast.story_id is None:
            return ()
        created = to_ms(broadcast.created_at)
        digests = self.value(_DIGESTS_BESIDE, broadcast.id, created - _DIGEST_LIVES, created)
        return () if digests == "[]" else (digests, broadcast.story_id)

    def _pages(self, channel: str, broadcast: Broadcast, limit: int) -> Iterator[str]:
        """Followers after the cursor, each once, by id, as JSON; they grow when few of them turn out to be readers."""
        categories = (*broadcast.categories, ALL)
        # What the newsroom says to no category in particular is for everybody; a story of none, for those of all.
        everybody = not broadcast.categories and broadcast.kind is not BroadcastKind.STORY
        after, size = broadcast.last_id, limit
        while True:
            if everybody:
                page, count, last = self.one(_EVERYBODY, channel, after, broadcast.max_id, size)
            else:
                page, count, last = self._following(channel, categories, after, broadcast.max_id, size)
            yield page
            if count < size:
                return
            after, size = last, min(_PAGE, size * 4)

    def _following(
        self, channel: str, categories: Sequence[str], after: int, max_id: int, size: int
    ) -> tuple[str, int, int]:  # fmt: skip
        """The next followers of any of these: a page, how many, the last.

        SQLite joins only so many ranges at a time, and a story may have more words that somebody follows.
        """
        pages = [
            self.one(_followers(len(some)), channel, after, max_id, size, *some)
            for start in range(0, len(categories), _RANGES)
            if (some := categories[start : start + _RANGES])
        ]
        if len(pages) == 1:
            return tuple(pages[0])
        found = sorted({subscriber for page, _, _ in pages for subscriber in json.loads(page)})[:size]
        return listed(found), len(found), found[-1] if found else after

    def _who_had_it(self, channel: str, broadcast: Broadcast, source: int, limit: int) -> list[Reader]:
        """Those who have had the source (a digest: with the story in it) in a text older than this broadcast."""
        digest = source != broadcast.original_id
        values = {
            "source": source, "original": broadcast.original_id, "this": broadcast.id, "version": broadcast.version,
            "max_id": broadcast.max_id, "channel": channel, "whatever": broadcast.kind is BroadcastKind.FOLLOW_UP,
            "limit": limit,
        }  # fmt: skip
        readers: list[Reader] = []
        after = broadcast.last_id
        while len(readers) < limit:
            rows = self.conn.execute(_WHO_HAD_IT, values | {"after": after}).fetchall()
            readers += [
                reader_of(row[:-4])._replace(had=Had(State(row[-4]), row[-3], digest))
                for row in rows
                if not digest or broadcast.story_id in _shown(row[-1], row[-2])
            ]
            if len(rows) < limit:
                break
            after = rows[-1][0]
        return readers[:limit]


@cache
def _among(*, held: bool, beside_digests: bool) -> str:
    """Who of a page is a reader; nobody's hold is looked up where nobody is held, as in most ticks.

    Beside digests, what covers a reader may be older than the telling of a later pass: look at what they carried.
    """
    among = _AMONG if held else _AMONG.replace(HOLD, "").replace("h.until", "NULL")
    return among + _NOT_IN_DIGESTS if beside_digests else among


@cache
def _followers(categories: int) -> str:
    """Merges the ranges of so many categories by subscriber: each is read no further than the page needs.

    A LIMIT of its own in each would read as many pages as there are categories (`python -m bench outbox`: the walk).
    """
    ranges = " UNION ".join(_FOLLOWERS.format(place=5 + n) for n in range(categories))
    return _A_PAGE.format(ids=f"{ranges} ORDER BY subscriber_id LIMIT ?4")


def pass_of(row: tuple[Any, ...]) -> Broadcast:
    """The COLUMNS as a value."""
    (
        broadcast_id, kind, rank, story_id, n, categories, last_id, max_id, created_at, expires_at,
        telling, level, original_id, source_id, version, erase, final,
    ) = row  # fmt: skip
    return Broadcast(
        broadcast_id, BroadcastKind(kind), Rank(rank), story_id, n, tuple(json.loads(categories)), last_id, max_id,
        from_ms(created_at), from_ms(expires_at), telling, Level(level), original_id, source_id, version,
        bool(erase), bool(final),
    )  # fmt: skip


def _shown(stories: str | None, more: int) -> list[int]:
    """Of what a digest has carried, what stood there to be read."""
    carried: list[int] = json.loads(stories or "[]")
    return carried[: len(carried) - more]


def reader_of(row: tuple[Any, ...]) -> Reader:
    """The columns of READER as a value."""
    quiet, until, paused, window = row[4], row[5], row[7], row[13]
    return _reader(row)._replace(
        quiet=None if quiet is None else divmod(quiet, 10_000), hold_until=from_ms_or_none(until),
        paused_until=from_ms_or_none(paused), window_until=from_ms_or_none(window),
    )  # fmt: skip


def _readers_of(rows: list[tuple[Any, ...]]) -> list[Reader]:
    """The same for many, most of whom have no hours of their own (`python -m bench outbox`: the walk)."""
    readers = list(map(_reader, rows))
    for place, row in enumerate(rows):
        if not row[4] is row[5] is row[7] is row[13] is None:
            readers[place] = reader_of(row)
    return readers


_reader: Final[Callable[[tuple[Any, ...]], Reader]] = partial(tuple.__new__, Reader)  # as Reader._make, in C
