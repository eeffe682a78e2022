"""What transactions say about broadcasts, their passes, and who is next."""

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from functools import cache
from typing import Any, Final

from bot.delivery.plan import Broadcast, Rank, Reader
from storage.sqlite.part import from_ms, from_ms_or_none, listed, to_ms
from storage.sqlite.people import ALL, People, quiet_of
from storage.sqlite.waiting import FAIL

_STORY_BROADCAST: Final = "SELECT id, created_at, expires_at FROM broadcast WHERE story_id = ? AND kind = 'story'"
_ADD_BROADCAST: Final = """
INSERT INTO broadcast (kind, rank, story_id, not_before, expires_at, created_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING RETURNING id
"""
_ADD_PASSES: Final = """
INSERT INTO broadcast_pass (broadcast_id, n, channel, categories, max_id)
SELECT ?, ?, value, ?, coalesce((SELECT max(id) FROM subscriber), 0) FROM json_each(?)
"""
_OPEN_PASSES: Final = """
SELECT b.id, b.kind, b.rank, b.story_id, p.n, p.categories, p.last_id, p.max_id, b.created_at, b.expires_at
FROM broadcast_pass p JOIN broadcast b ON b.id = p.broadcast_id
WHERE p.channel = ?1 AND p.done = 0 AND b.status = 'running' AND b.not_before <= ?2 AND b.expires_at > ?2
  AND NOT EXISTS (SELECT 1 FROM broadcast_pass e
                  WHERE e.broadcast_id = p.broadcast_id AND e.channel = ?1 AND e.done = 0 AND e.n < p.n)
ORDER BY b.rank, b.created_at, b.id
"""
_MOVE: Final = """
UPDATE broadcast_pass SET last_id = max(last_id, ?), done = ? WHERE broadcast_id = ? AND n = ? AND channel = ?
"""
_FOLLOWERS: Final = """
SELECT subscriber_id FROM (
  SELECT subscriber_id FROM subscription
  WHERE channel = ?1 AND category = ?{place} AND subscriber_id > ?2 AND subscriber_id <= ?3
  ORDER BY subscriber_id LIMIT ?4)
"""
_AMONG: Final = """
SELECT s.id, s.address, s.thread, s.language, s.quiet_from, s.quiet_to, h.until
FROM json_each(?1) page CROSS JOIN subscriber s ON s.id = page.value
LEFT JOIN hold h ON h.channel = s.channel AND h.address = s.address
WHERE s.status = 'active' AND s.mode = 'instant'
  AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.broadcast_id = ?2 AND d.subscriber_id = s.id)
ORDER BY s.id
"""
_PAGE: Final = 4_096  # subscribers looked at by one query: bounds memory, not the search
_RUNNING: Final = """
SELECT id, expires_at <= ? AS late,
  EXISTS (SELECT 1 FROM broadcast_pass p WHERE p.broadcast_id = b.id AND p.done = 0)
FROM broadcast b WHERE status = 'running' ORDER BY id
"""
# INDEXED BY, because the planner would rather walk all deliveries of the broadcast.
_OPEN: Final = """
SELECT EXISTS (SELECT 1 FROM delivery INDEXED BY delivery_open WHERE broadcast_id = ? AND finished_at IS NULL)
"""
_EXPIRE_SOME: Final = f"""{FAIL} WHERE broadcast_id = :broadcast AND subscriber_id IN (
  SELECT subscriber_id FROM delivery INDEXED BY delivery_open
  WHERE broadcast_id = :broadcast AND finished_at IS NULL AND state = 'queued' LIMIT 2000)
"""  # some at a time: a tick stays short also when a whole city was asleep


class Broadcasts(People):
    """Broadcasts: from a story to the readers that are next."""

    def add_broadcast(
        self, kind: str, rank: Rank, story_id: int, categories: Collection[str], channels: Collection[str],
        now: datetime, expires_at: datetime,
    ) -> int:  # fmt: skip
        """A broadcast with its first pass on each channel, snapshot taken; its id. A story is told once."""
        at = to_ms(now)
        broadcast_id = self.value(_ADD_BROADCAST, kind, int(rank), story_id, at, to_ms(expires_at), at)
        if broadcast_id is None:
            return int(self.one(_STORY_BROADCAST, story_id)[0])
        self.run(_ADD_PASSES, broadcast_id, 1, listed(sorted(categories)), listed(sorted(channels)))
        return int(broadcast_id)

    def add_pass(self, story_id: int, categories: Collection[str], younger_than: datetime, now: datetime) -> bool:
        """A further pass for followers of late categories, if the broadcast was created after `younger_than`."""
        row = self.one(_STORY_BROADCAST, story_id)
        if row is None or row[1] <= to_ms(younger_than) or row[2] <= to_ms(now):
            return False
        passes = self.all("SELECT n, channel, categories FROM broadcast_pass WHERE broadcast_id = ?", row[0])
        late = set(categories).difference(*(json.loads(p[2]) for p in passes))
        if not late or not passes:
            return False
        channels = {p[1] for p in passes}
        self.run(_ADD_PASSES, row[0], 1 + max(p[0] for p in passes), listed(sorted(late)), listed(sorted(channels)))
        self.run("UPDATE broadcast SET status = 'running', done_at = NULL WHERE id = ?", row[0])
        return True

    def open_passes(self, channel: str, now: datetime) -> list[Broadcast]:
        """Unfinished passes of broadcasts that are running, not expired: by rank, then age.

        Of one broadcast only the earliest: what a tick claims from two passes could name the same reader twice.
        """
        return [_broadcast(row) for row in self.all(_OPEN_PASSES, channel, to_ms(now))]

    def readers(self, channel: str, broadcast: Broadcast, limit: int) -> list[Reader]:
        """The next active instant readers after the pass's cursor, by id, without those who have a delivery of it.

        Those who follow all are always among them. Fewer than `limit` means that the pass has come to its end.
        """
        readers: list[Reader] = []
        for page in self._follower_pages(channel, broadcast, limit):
            readers += [_reader(row) for row in self.all(_AMONG, listed(page), broadcast.id)]
            if len(readers) >= limit:
                break
        return readers[:limit]

    def _follower_pages(self, channel: str, broadcast: Broadcast, limit: int) -> Iterator[list[int]]:
        """Followers after the cursor, each once, by id; the pages grow when few of them turn out to be readers."""
        categories = (*broadcast.categories, ALL)
        after, size = broadcast.last_id, limit
        while True:
            values = (channel, after, broadcast.max_id, size, *categories)
            page = [row[0] for row in self.conn.execute(_followers(len(categories)), values)]
            yield page
            if len(page) < size:
                return
            after, size = page[-1], min(_PAGE, size * 4)

    def move_pass(self, channel: str, broadcast: Broadcast, last_id: int, done: bool) -> None:
        """Move the cursor (in the transaction that starts the deliveries)."""
        self.run(_MOVE, last_id, done, broadcast.id, broadcast.pass_no, channel)

    def close_broadcasts(self, now: datetime) -> list[int]:
        """Broadcasts that have just completed (all passes done, nothing queued or started) or expired; their ids."""
        at = to_ms(now)
        return [
            broadcast for broadcast, late, passes in self.all(_RUNNING, at) if self._close(broadcast, late, passes, at)
        ]

    def _close(self, broadcast: int, late: int, passes: int, at: int) -> bool:
        """A late one first lets its queue go; what is under way is waited for, so that its outcome is written."""
        if late:
            self.conn.execute(_EXPIRE_SOME, {"broadcast": broadcast, "code": "expired", "now": at})
            self.run("UPDATE broadcast_pass SET done = 1 WHERE broadcast_id = ? AND done = 0", broadcast)
        elif passes:
            return False
        if self.value(_OPEN, broadcast):
            return False
        status = "expired" if late else "done"
        self.run("UPDATE broadcast SET status = ?, done_at = ? WHERE id = ?", status, at, broadcast)
        return True


@cache
def _followers(categories: int) -> str:
    """Merges the ranges of so many categories by subscriber: each is read no further than the page needs."""
    ranges = " UNION ".join(_FOLLOWERS.format(place=5 + n) for n in range(categories))
    return f"{ranges} ORDER BY subscriber_id LIMIT ?4"


def _broadcast(row: tuple[Any, ...]) -> Broadcast:
    broadcast_id, kind, rank, story_id, n, categories, last_id, max_id, created_at, expires_at = row
    return Broadcast(
        broadcast_id, kind, Rank(rank), story_id, n, tuple(json.loads(categories)), last_id, max_id,
        from_ms(created_at), from_ms(expires_at),
    )  # fmt: skip


def _reader(row: tuple[Any, ...]) -> Reader:
    subscriber, address, thread, language, quiet_from, quiet_to, until = row
    quiet = quiet_of(quiet_from, quiet_to)
    return Reader(subscriber, address, thread, language or "id", quiet, from_ms_or_none(until))
