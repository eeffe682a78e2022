"""What transactions say about deliveries that begin, and the epochs that fence them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.delivery.content import BroadcastKind
from bot.delivery.life import lives_until
from bot.delivery.plan import Broadcast, Delivery, Reader
from bot.delivery.settle import AGAIN_AFTER_DOUBT, CHANGED_AGAIN, REPLY_DOUBTS
from bot.errors import StoreError
from bot.ports import Recovery
from storage.sqlite.audience import LEFT_BEFORE
from storage.sqlite.due import Due
from storage.sqlite.falls import Falls
from storage.sqlite.following import Following
from storage.sqlite.outcomes import Outcomes
from storage.sqlite.part import listed, to_ms
from storage.sqlite.reports import ACCEPTED

# Somebody left, or changed what they follow, before it could leave for them, and is meant again by a later pass.
_MEANT_AGAIN: Final = f"(state = 'failed' AND {LEFT_BEFORE})"
_START: Final = f"""
INSERT INTO delivery (broadcast_id, subscriber_id, state, attempt, epoch, started_at, version, stories, more)
VALUES (?, ?, 'started', ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET state = 'started', attempt = excluded.attempt, epoch = excluded.epoch,
  started_at = excluded.started_at, message_id = NULL,
  version = CASE WHEN doubts > 0 THEN min(version, excluded.version) ELSE excluded.version END,  -- it may be there
  stories = excluded.stories, more = excluded.more,
  channel = NULL, rank = NULL, next_at = NULL, finished_at = NULL
WHERE state = 'queued' OR {_MEANT_AGAIN}
"""
_QUEUE: Final = f"""
INSERT INTO delivery (broadcast_id, subscriber_id, state, attempt, channel, rank, next_at, code)
SELECT ?, s.id, 'queued', 0, s.channel, ?, ?, ? FROM subscriber s WHERE s.id = ?
ON CONFLICT DO UPDATE SET state = 'queued', channel = excluded.channel, rank = excluded.rank,
  next_at = excluded.next_at, finished_at = NULL WHERE {_MEANT_AGAIN}
"""
_LIVES: Final = """
UPDATE broadcast SET expires_at = max(expires_at, min(?1, coalesce(max(not_before, created_at) + ?3, ?1)))
WHERE id = ?2 AND expires_at < ?1
"""
_OF_DEAD_EPOCHS: Final = """
WHERE finished_at IS NULL AND state = 'started' AND epoch < :epoch
  AND broadcast_id IN (SELECT id FROM broadcast WHERE done_at IS NULL)
"""
_LIMITS: Final = " ".join(f"WHEN '{kind}' THEN {again}" for kind, again in AGAIN_AFTER_DOUBT.items())
# Of what changes messages, those whose message is known were changing it.
_AGAIN: Final = f"""
UPDATE delivery INDEXED BY delivery_open SET state = 'queued', code = 'crash', doubts = doubts + 1, next_at = :now,
  channel = (SELECT channel FROM subscriber WHERE id = subscriber_id),
  rank = (SELECT rank FROM broadcast WHERE id = broadcast_id)
{_OF_DEAD_EPOCHS} AND doubts % {ACCEPTED} < CASE
  WHEN EXISTS (SELECT 1 FROM broadcast b JOIN delivery o ON o.broadcast_id = b.original_id
               WHERE b.id = delivery.broadcast_id AND b.kind IN ('mark', 'withdrawal')
                 AND o.subscriber_id = delivery.subscriber_id AND o.state = 'sent' AND o.message_id IS NOT NULL)
  THEN {CHANGED_AGAIN}
  ELSE (SELECT CASE b.kind {_LIMITS} ELSE 0 END FROM broadcast b WHERE b.id = delivery.broadcast_id) END
"""
_CRASHED: Final = f"""
UPDATE delivery INDEXED BY delivery_open SET state = 'unknown', code = 'crash', finished_at = :now {_OF_DEAD_EPOCHS}
"""
_NEXT_EPOCH: Final = """
INSERT INTO meta VALUES ('epoch', '1') ON CONFLICT DO UPDATE SET value = CAST(value AS INTEGER) + 1 RETURNING value
"""
_COUNT_TODAY: Final = """
UPDATE subscriber SET day_count = CASE day WHEN ?2 THEN day_count + 1 ELSE 1 END, day = ?2
WHERE id = ?1 AND daily_limit IS NOT NULL
"""


class Deliveries(Due, Outcomes, Following, Falls):
    """Deliveries from their birth to their end, and the epochs that fence them."""

    def begin_epoch(self, now: datetime) -> Recovery:
        """A new epoch; `started` rows of dead ones become unknown, or queued again (promise 4: alerts, replies)."""
        epoch = int(self.value(_NEXT_EPOCH))
        self._mind_a_fall(now)
        values = {"now": to_ms(now), "epoch": epoch}
        again = self.conn.execute(_AGAIN, values).rowcount
        unknown = self.conn.execute(_CRASHED, values).rowcount
        self.run("DELETE FROM reply WHERE state = 'started' AND epoch < ? AND doubts >= ?", epoch, REPLY_DOUBTS)
        again += self.run(
            "UPDATE reply SET state = 'queued', doubts = doubts + 1, next_at = max(next_at, ?) "
            "WHERE state = 'started' AND epoch < ?",
            to_ms(now), epoch,
        )  # fmt: skip
        return Recovery(epoch, unknown, again)

    def start_deliveries(self, deliveries: Sequence[Delivery], epoch: int, now: datetime) -> None:
        """Rows are born `started`, or a queued one becomes `started` with its attempt."""
        at = to_ms(now)
        rows = [
            (
                d.broadcast_id, d.subscriber_id, d.attempt, epoch, at, d.version,
                listed(d.stories + d.rest) if d.stories else None, d.more,
            )
            for d in deliveries
        ]  # fmt: skip
        if rows and self.conn.executemany(_START, rows).rowcount != len(rows):
            raise ValueError("a delivery that is under way or finished was started again: a reader gets one copy")
        if digests := [d for d in deliveries if d.kind is BroadcastKind.DIGEST]:
            self._follow_into_digests(digests, at)

    def _follow_into_digests(self, digests: Sequence[Delivery], at: int) -> None:
        carried = {(d.broadcast_id, story) for d in digests for story in d.stories}
        for digest in {d.broadcast_id for d in digests}:
            self._follow_digest(digest, {story for broadcast, story in carried if broadcast == digest}, at)

    def require_epoch(self, epoch: int) -> None:
        """StoreError `stale_epoch` for a process that another has followed (the lock should have kept it out)."""
        if epoch != int(self.value("SELECT value FROM meta WHERE key = 'epoch'") or 0):
            raise StoreError("stale_epoch", "another process has taken over this database: this one sends nothing more")

    def queue_deliveries(
        self, broadcast: Broadcast, readers: Sequence[tuple[Reader, datetime]], now: datetime,  # noqa: ARG002 — other engines note the time
        code: str | None = None,
    ) -> None:  # fmt: skip
        """Rows are born `queued(next_at)`: the reader's chat is on hold or asleep, or waits for what `code` says."""
        this = (broadcast.id, broadcast.rank)
        rows = [
            (*this, to_ms(max(next_at, reader.hold_until or next_at)), code, reader.subscriber_id)
            for reader, next_at in readers
        ]
        self.conn.executemany(_QUEUE, rows)
        if code is None:
            self.live_on(broadcast.id, lives_until(broadcast, readers))

    def live_on(self, broadcast_id: int, until: datetime, longest: timedelta | None = None) -> None:
        """It is news until then at least; `longest`: but no longer than that after its beginning."""
        self.run(_LIVES, to_ms(until), broadcast_id, None if longest is None else longest // timedelta(milliseconds=1))

    def count_today(self, subscribers: Sequence[int], day: int) -> None:
        """These readers got one more story on this local day (as an ordinal)."""
        self.conn.executemany(_COUNT_TODAY, [(subscriber, day) for subscriber in subscribers])
