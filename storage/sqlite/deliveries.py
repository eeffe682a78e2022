"""What transactions say about deliveries: born, waiting, finished."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from bot.delivery.plan import Broadcast, Delivery, Rank, Reader, Settled, State
from bot.ports import Recovery
from storage.sqlite.moves import Moves
from storage.sqlite.part import to_ms
from storage.sqlite.people import FOLLOWS_STORY
from storage.sqlite.waiting import FAIL

_START: Final = """
INSERT INTO delivery (broadcast_id, subscriber_id, state, attempt, epoch, started_at) VALUES (?, ?, 'started', ?, ?, ?)
ON CONFLICT DO UPDATE SET state = 'started', attempt = excluded.attempt, epoch = excluded.epoch,
  started_at = excluded.started_at, channel = NULL, rank = NULL, next_at = NULL
WHERE state = 'queued'
"""
_QUEUE: Final = """
INSERT INTO delivery (broadcast_id, subscriber_id, state, attempt, channel, rank, next_at)
SELECT ?, s.id, 'queued', 0, s.channel, ?, ? FROM subscriber s WHERE s.id = ? ON CONFLICT DO NOTHING
"""
_DUE: Final = f"""
SELECT delivery.broadcast_id, b.story_id, delivery.subscriber_id, s.address, s.thread, s.language, delivery.attempt + 1,
  CASE WHEN b.status <> 'running' OR b.expires_at <= :now THEN 'expired'
       WHEN s.status IS NOT 'active' THEN 'stopped'
       WHEN s.mode <> 'instant' THEN 'not_instant'
       WHEN NOT {FOLLOWS_STORY} THEN 'unfollowed' END
FROM delivery JOIN broadcast b ON b.id = delivery.broadcast_id LEFT JOIN subscriber s ON s.id = delivery.subscriber_id
WHERE delivery.state = 'queued' AND delivery.channel = :channel AND delivery.rank = :rank AND delivery.next_at <= :now
ORDER BY delivery.next_at LIMIT :limit
"""
NEXT_DELIVERY: Final = """
SELECT next_at FROM delivery WHERE state = 'queued' AND channel = ? AND rank = ? ORDER BY next_at LIMIT 1
"""
_FAIL_ONE: Final = f"{FAIL} WHERE broadcast_id = :broadcast AND subscriber_id = :subscriber AND state = 'queued'"
_OURS: Final = "WHERE broadcast_id = ? AND subscriber_id = ? AND state = 'started' AND epoch = ?"
_FINISH: Final = f"UPDATE delivery SET state = ?, code = ?, message_id = ?, finished_at = ? {_OURS}"
_REQUEUE: Final = f"""
UPDATE delivery SET state = 'queued', code = ?, channel = ?,
  rank = (SELECT rank FROM broadcast WHERE id = broadcast_id),
  next_at = max(?, coalesce((SELECT h.until FROM subscriber s JOIN hold h USING (channel, address)
                             WHERE s.id = subscriber_id), 0))
{_OURS}
"""
_CAME_BACK: Final = """
SELECT s.joined_at > d.started_at FROM delivery d JOIN subscriber s ON s.id = d.subscriber_id
WHERE d.broadcast_id = ? AND d.subscriber_id = ?
"""
_CRASHED: Final = """
UPDATE delivery INDEXED BY delivery_open SET state = 'unknown', code = 'crash', finished_at = ?
WHERE finished_at IS NULL AND state = 'started' AND epoch < ?
  AND broadcast_id IN (SELECT id FROM broadcast WHERE status = 'running')
"""
_NEXT_EPOCH: Final = """
INSERT INTO meta VALUES ('epoch', '1') ON CONFLICT DO UPDATE SET value = CAST(value AS INTEGER) + 1 RETURNING value
"""
_LOOKS: Final = 8  # at most so many looks for rows that may still be sent; the next tick looks again


class Deliveries(Moves):
    """Deliveries and the epochs that fence them."""

    def begin_epoch(self, now: datetime) -> Recovery:
        """A new epoch; `started` rows of dead ones become unknown (stories) or queued again (replies, 2 tries)."""
        epoch = int(self.value(_NEXT_EPOCH))
        unknown = self.run(_CRASHED, to_ms(now), epoch)
        self.run("DELETE FROM reply WHERE state = 'started' AND epoch < ? AND attempt >= 2", epoch)
        again = self.run(
            "UPDATE reply SET state = 'queued', next_at = max(next_at, ?) WHERE state = 'started' AND epoch < ?",
            to_ms(now), epoch,
        )  # fmt: skip
        return Recovery(epoch, unknown, again)

    def start_deliveries(self, deliveries: Sequence[Delivery], epoch: int, now: datetime) -> None:
        """Rows are born `started`, or a queued one becomes `started` with its attempt."""
        at = to_ms(now)
        rows = [(d.broadcast_id, d.subscriber_id, d.attempt, epoch, at) for d in deliveries]
        if rows and self.conn.executemany(_START, rows).rowcount != len(rows):
            raise ValueError("a delivery that is under way or finished was started again: a reader gets one copy")

    def queue_deliveries(self, broadcast: Broadcast, readers: Sequence[tuple[Reader, datetime]], now: datetime) -> None:  # noqa: ARG002 — other engines note the time
        """Rows are born `queued(next_at)`: the reader's chat is on hold or asleep."""
        rows = [
            (broadcast.id, broadcast.rank, to_ms(max(next_at, reader.hold_until or next_at)), reader.subscriber_id)
            for reader, next_at in readers
        ]
        self.conn.executemany(_QUEUE, rows)

    def due_deliveries(self, channel: str, now: datetime, limit: int) -> list[Delivery]:
        """Queued deliveries whose time has come, `attempt` already raised; consent, status, expiry are read again.

        By rank. Those who may not be sent to any more fail here, with the reason, so that nothing keeps the queue full.
        """
        for _ in range(_LOOKS):
            rows = self._due(channel, to_ms(now), limit)
            unwanted = [(row[0], row[2], row[7]) for row in rows if row[7]]
            if not unwanted or not self.writes:
                break
            self._fail(unwanted, to_ms(now))
        return [_delivery(row) for row in rows if not row[7]]

    def _due(self, channel: str, now: int, limit: int) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        for rank in Rank:
            # SQLite plans a range anew for each new bound: dearer than to find that, as usual, nothing is due.
            next_at = self.value(NEXT_DELIVERY, channel, int(rank))
            if next_at is None or next_at > now:
                continue
            values = {"channel": channel, "rank": int(rank), "now": now, "limit": limit - len(rows)}
            rows += self.conn.execute(_DUE, values).fetchall()
            if len(rows) >= limit:
                break
        return rows

    def _fail(self, unwanted: Sequence[tuple[int, int, str]], now: int) -> None:
        values = [{"broadcast": b, "subscriber": s, "code": code, "now": now} for b, s, code in unwanted]
        self.conn.executemany(_FAIL_ONE, values)

    def settle(self, channel: str, finished: Sequence[tuple[Delivery, Settled]], epoch: int, now: datetime) -> None:
        """Write finished attempts (only rows `started` in this epoch); the gone are unsubscribed, the moved moved."""
        at = to_ms(now)
        plain = [(d, s) for d, s in finished if s.state is not State.QUEUED and not _has_news(s)]
        self.conn.executemany(_FINISH, [_finish(d, s, epoch, at) for d, s in plain])
        if len(plain) < len(finished):
            for delivery, settled in finished:
                if settled.state is State.QUEUED or _has_news(settled):
                    self._settle_one(channel, delivery, settled, epoch, now)
        self._forget_holds(now)

    def _settle_one(self, channel: str, delivery: Delivery, settled: Settled, epoch: int, now: datetime) -> None:
        if settled.state is State.QUEUED:
            next_at = to_ms(settled.next_at or now)
            ours = (delivery.broadcast_id, delivery.subscriber_id, epoch)
            written = self.run(_REQUEUE, settled.code, channel, next_at, *ours)
        else:
            written = self.run(_FINISH, *_finish(delivery, settled, epoch, to_ms(now)))
        if written:
            news = replace(settled, gone=False) if settled.gone and self._came_back(delivery) else settled
            self._news_of_chat(channel, delivery.subscriber_id, delivery.address, news, now)

    def _came_back(self, delivery: Delivery) -> bool:
        """Whether they subscribed while the attempt was under way: then its "gone" speaks of the time before."""
        return bool(self.value(_CAME_BACK, delivery.broadcast_id, delivery.subscriber_id))

    def _news_of_chat(self, channel: str, subscriber: int, address: str, settled: Settled, now: datetime) -> None:
        """What an attempt taught us about the chat itself."""
        if settled.gone:
            self._leave(channel, subscriber, gone=True, now=now)
        if settled.new_address is not None:
            self._move(channel, subscriber, settled.new_address)
        if settled.hold_until is not None:
            self._hold(channel, settled.new_address or address, settled.hold_until)


def _has_news(settled: Settled) -> bool:
    return settled.gone or settled.new_address is not None or settled.hold_until is not None


def _finish(delivery: Delivery, settled: Settled, epoch: int, at: int) -> tuple[Any, ...]:
    ours = (delivery.broadcast_id, delivery.subscriber_id, epoch)
    return (settled.state.value, settled.code, settled.message_id, at, *ours)


def _delivery(row: tuple[Any, ...]) -> Delivery:
    broadcast, story, subscriber, address, thread, language, attempt, _ = row
    return Delivery(broadcast, story, subscriber, address, thread, language or "id", attempt)
