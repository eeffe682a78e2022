"""What transactions say about deliveries: born, waiting, finished."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from bot.delivery.about import act_for
from bot.delivery.content import Act, BroadcastKind
from bot.delivery.plan import Broadcast, Delivery, Had, Rank, Reader, Settled, State, Status
from bot.delivery.settle import AGAIN_AFTER_DOUBT, CHANGED_AGAIN, REPLY_DOUBTS
from bot.errors import StoreError
from bot.ports import DueDelivery, Recovery
from storage.sqlite.audience import HOLD, LEFT_BEFORE, READER, pass_of, reader_of
from storage.sqlite.moves import GONE, Moves
from storage.sqlite.part import listed, to_ms
from storage.sqlite.people import FOLLOWS_STORY
from storage.sqlite.reports import ACCEPTED
from storage.sqlite.waiting import FAIL

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
_BROADCAST: Final = """b.id, b.kind, b.rank, b.story_id, 0, '[]', 0, 0, b.created_at, b.expires_at,
  0, b.level, b.original_id, b.original_id, b.version, b.erase, 1"""
_DUE: Final = f"""
SELECT {_BROADCAST}, {READER}, delivery.attempt + 1, delivery.doubts % {ACCEPTED}, delivery.stories, delivery.more,
  o.state, o.message_id, delivery.started_at IS NOT NULL,
  CASE WHEN b.kind = 'mark' AND (o.state IS NOT 'sent' OR o.message_id IS NULL) THEN 'moved'
       WHEN b.status NOT IN ('running', 'paused') THEN b.status
       WHEN b.expires_at <= :now AND b.kind NOT IN ('story', 'digest') THEN 'expired'
       WHEN s.status IS NOT 'active' THEN 'stopped'
       WHEN b.kind = 'story' AND NOT {FOLLOWS_STORY} THEN 'unfollowed' END,
  b.status = 'paused'
FROM delivery JOIN broadcast b ON b.id = delivery.broadcast_id
  LEFT JOIN subscriber s ON s.id = delivery.subscriber_id {HOLD}
  LEFT JOIN delivery o ON o.broadcast_id = b.original_id AND o.subscriber_id = delivery.subscriber_id
WHERE delivery.state = 'queued' AND delivery.channel = :channel AND delivery.rank = :rank AND delivery.next_at <= :now
ORDER BY delivery.next_at LIMIT :limit
"""
_SUBSCRIBER_OF_DUE: Final = 17  # the place of the first column of READER in a row of _DUE
NEXT_DELIVERY: Final = """
SELECT next_at FROM delivery WHERE state = 'queued' AND channel = ? AND rank = ? ORDER BY next_at LIMIT 1
"""
_THIS: Final = "WHERE broadcast_id = :broadcast AND subscriber_id = :subscriber AND state = 'queued'"
_FAIL_ONE: Final = f"{FAIL} {_THIS}"
_POSTPONE: Final = f"UPDATE delivery SET next_at = max(next_at, :until), code = coalesce(:code, code) {_THIS}"
_OURS: Final = "WHERE broadcast_id = ? AND subscriber_id = ? AND state = 'started' AND epoch = ?"
_FINISH: Final = f"""
UPDATE delivery SET state = ?, code = ?, finished_at = ?,
  message_id = CASE message_id WHEN '{GONE}' THEN NULL ELSE ? END
{_OURS}
"""
_REQUEUE: Final = f"""
UPDATE delivery SET state = 'queued', code = ?1, doubts = doubts + ?2, channel = ?3,
  attempt = attempt - (?1 = 'held_back'),  -- it has not left
  rank = (SELECT rank FROM broadcast WHERE id = broadcast_id),
  next_at = max(?4, coalesce((SELECT h.until FROM subscriber s JOIN hold h USING (channel, address)
                              WHERE s.id = subscriber_id), 0))
{_OURS}
"""
_RECALLED: Final = """
UPDATE delivery SET state = 'recalled' WHERE state = 'sent' AND subscriber_id = ?
  AND broadcast_id = (SELECT original_id FROM broadcast WHERE id = ?)
"""
_JUST_SENT: Final = """
SELECT 1 FROM delivery WHERE broadcast_id = ? AND subscriber_id = ? AND state = 'sent' AND finished_at = ?
  AND message_id IS ?
"""
_COUNT_SENT: Final = """
INSERT INTO broadcast_count VALUES (?1, ?2, 'sent', ?3, ?4) ON CONFLICT DO UPDATE SET n = n + excluded.n
"""
_COUNT_DELAY: Final = """
INSERT INTO broadcast_delay
SELECT ?1, ?2, CASE
    WHEN late < 60000 THEN max(late, 0) / 250
    WHEN late < 3600000 THEN 240 + (late - 60000) / 5000
    ELSE 948 + min((late - 3600000) / 60000, 4000) END, ?3
FROM (SELECT ?4 - max(not_before, created_at) AS late FROM broadcast WHERE id = ?1) WHERE true
ON CONFLICT DO UPDATE SET n = n + excluded.n
"""
_CAME_BACK: Final = """
SELECT s.joined_at > d.started_at FROM delivery d JOIN subscriber s ON s.id = d.subscriber_id
WHERE d.broadcast_id = ? AND d.subscriber_id = ?
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
_GIVE_TO_DIGEST: Final = """
INSERT OR IGNORE INTO owed
SELECT d.subscriber_id, coalesce(b.story_id, carried.value)
FROM delivery d JOIN broadcast b ON b.id = d.broadcast_id
LEFT JOIN json_each(CASE WHEN b.kind = 'digest' THEN d.stories END) carried
WHERE d.broadcast_id = :broadcast AND d.subscriber_id = :subscriber
"""
_STOPPED: Final = """
SELECT story_id FROM broadcast WHERE kind = 'story' AND status IN ('withdrawn', 'cancelled', 'interrupted', 'paused')
  AND story_id IN (SELECT value FROM json_each(?))
"""
_FOLLOW_UPS: Final = """
SELECT b.id, (SELECT json_group_array(DISTINCT p.channel) FROM broadcast_pass p WHERE p.broadcast_id = b.id)
FROM broadcast b WHERE b.kind = 'follow_up' AND b.story_id IN (SELECT value FROM json_each(?1))
  AND b.created_at > ?2 AND b.status IN ('running', 'paused', 'done', 'expired')
"""
_ANOTHER_ROUND: Final = """
UPDATE broadcast_pass SET final = 0, last_id = CASE done WHEN 1 THEN 0 ELSE last_id END, done = 0,
  max_id = (SELECT seq FROM sqlite_sequence WHERE name = 'subscriber')
WHERE broadcast_id = ? AND source_id = ? AND channel = ?
"""
_FIRST_ROUND: Final = """
INSERT INTO broadcast_pass (broadcast_id, n, channel, categories, max_id, source_id)
SELECT ?1, 1 + max(n), ?3, '[]', (SELECT seq FROM sqlite_sequence WHERE name = 'subscriber'), ?2
FROM broadcast_pass WHERE broadcast_id = ?1
"""
_FOLLOW_ON: Final = """
UPDATE broadcast SET status = CASE status WHEN 'paused' THEN status ELSE 'running' END, done_at = NULL,
  expires_at = max(expires_at, ?) WHERE id = ?
"""
_FOLLOWED_UP_WITHIN: Final = 48 * 3_600_000  # milliseconds: so long after the story its last digests are made
_FOLLOW_UP_WAITS: Final = 3 * 3_600_000  # milliseconds that it may take from a digest to its follow-up
_LOOKS: Final = 8  # at most so many looks for rows that may still be sent; the next tick looks again
_PAUSED_LOOKS: Final = 5_000  # milliseconds between two looks at what waits for a paused broadcast


class Deliveries(Moves):
    """Deliveries and the epochs that fence them."""

    def begin_epoch(self, now: datetime) -> Recovery:
        """A new epoch; `started` rows of dead ones become unknown, or queued again (promise 4: alerts, replies)."""
        epoch = int(self.value(_NEXT_EPOCH))
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
        """Stories that digests carry may have follow-ups by now: these go to the digests' readers too."""
        carried = {(d.broadcast_id, story) for d in digests for story in d.stories}
        for digest in {d.broadcast_id for d in digests}:
            stories = listed([story for broadcast, story in carried if broadcast == digest])
            for follow_up, channels in self.all(_FOLLOW_UPS, stories, at - _FOLLOWED_UP_WITHIN):
                for channel in json.loads(channels):
                    self._follow_digest(follow_up, digest, channel, at)

    def _follow_digest(self, follow_up: int, digest: int, channel: str, at: int) -> None:
        """A round over this digest's readers, or another one when there has been one."""
        if not self.run(_ANOTHER_ROUND, follow_up, digest, channel):
            self.run(_FIRST_ROUND, follow_up, digest, channel)
        self.run(_FOLLOW_ON, at + _FOLLOW_UP_WAITS, follow_up)

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

    def count_today(self, subscribers: Sequence[int], day: int) -> None:
        """These readers got one more story on this local day (as an ordinal)."""
        self.conn.executemany(_COUNT_TODAY, [(subscriber, day) for subscriber in subscribers])

    # What waits -----------------------------------------------------------------------------------------------------

    def is_due(self, channel: str, rank: Rank, now: datetime) -> bool:
        """Whether a queued delivery of this class waits for nothing any more."""
        # SQLite plans a range anew for each new bound: dearer than to find that, as usual, nothing is due.
        next_at = self.value(NEXT_DELIVERY, channel, int(rank))
        return next_at is not None and next_at <= to_ms(now)

    def due_deliveries(self, channel: str, now: datetime, limit: int, rank: Rank) -> list[DueDelivery]:
        """Queued deliveries whose time has come, `attempt` already raised; consent, status, expiry are read again.

        Those who may not be sent to any more fail here, with the reason, so that nothing keeps the queue full.
        """
        values = {"channel": channel, "rank": int(rank), "now": to_ms(now), "limit": limit}
        for _ in range(_LOOKS):
            rows = self.conn.execute(_DUE, values).fetchall()
            unwanted = [row for row in rows if row[-2] or row[-1]]
            if not unwanted or not self.writes:
                break
            self._turn_away(unwanted, to_ms(now))
        due = [_due(row) for row in rows if not row[-2] and not row[-1]]
        return self._without_stopped(due, now) if rank is Rank.DIGEST else due

    def _turn_away(self, rows: Sequence[tuple[Any, ...]], now: int) -> None:
        """Those who may not be sent to any more fail; those of a paused broadcast are looked at later."""
        for row in rows:
            this = {"broadcast": row[0], "subscriber": row[_SUBSCRIBER_OF_DUE]}
            if row[-2]:
                self.conn.execute(_FAIL_ONE, this | {"code": row[-2], "now": now})
            else:
                self.conn.execute(_POSTPONE, this | {"until": now + _PAUSED_LOOKS, "code": None})

    def _without_stopped(self, due: list[DueDelivery], now: datetime) -> list[DueDelivery]:
        """Digests that wait for another try: what was stopped meanwhile does not stand in them any more."""
        carried = {story for d in due for story in d.delivery.stories + d.delivery.rest}
        stopped = {row[0] for row in self.all(_STOPPED, listed(carried))} if carried else set()
        if not stopped:
            return due
        kept = []
        for one in due:
            stories = tuple(s for s in one.delivery.stories if s not in stopped)
            rest = tuple(s for s in one.delivery.rest if s not in stopped)
            if stories:
                kept.append(replace(one, delivery=one.delivery._replace(stories=stories, rest=rest, more=len(rest))))
            elif rest:
                self.give_to_digest(one.delivery, now)
            else:
                self.give_up(one.delivery, Status.WITHDRAWN.value, now)
        return kept

    def postpone(self, delivery: Delivery, until: datetime, code: str | None = None) -> None:
        """A queued delivery waits longer; `code` says what for."""
        self.conn.execute(_POSTPONE, _key(delivery) | {"until": to_ms(until), "code": code})

    def give_to_digest(self, delivery: Delivery, at: datetime) -> None:
        """A queued story goes into the reader's digest instead."""
        self.conn.execute(_GIVE_TO_DIGEST, _key(delivery))
        self.run(
            "UPDATE subscriber SET digest_at = ?2 WHERE id = ?1 AND (digest_at IS NULL OR digest_at > ?2)",
            delivery.subscriber_id, to_ms(at),
        )  # fmt: skip
        self.give_up(delivery, "digest", at)

    def give_up(self, delivery: Delivery, code: str, now: datetime) -> None:
        """A queued delivery fails with this reason."""
        self.conn.execute(_FAIL_ONE, _key(delivery) | {"code": code, "now": to_ms(now)})

    # What has ended -------------------------------------------------------------------------------------------------

    def settle(self, channel: str, finished: Sequence[tuple[Delivery, Settled]], epoch: int, now: datetime) -> None:
        """Write finished attempts (only rows `started` in this epoch); the gone are unsubscribed, the moved moved."""
        at = to_ms(now)
        plain = [(d, s) for d, s in finished if s.state is not State.QUEUED and not _has_news(d, s)]
        written = self.conn.executemany(_FINISH, [_finish(d, s, epoch, at) for d, s in plain]).rowcount
        self._count_sent(channel, plain if written == len(plain) else self._really(plain, at), at)
        if len(plain) < len(finished):
            for delivery, settled in finished:
                if settled.state is State.QUEUED or _has_news(delivery, settled):
                    self._settle_one(channel, delivery, settled, epoch, now)
        self._forget_holds(now)

    def _really(self, finished: Sequence[tuple[Delivery, Settled]], at: int) -> list[tuple[Delivery, Settled]]:
        """Of these, what this transaction has written: others were of a dead epoch, or finished before."""
        return [
            (d, s) for d, s in finished
            if self.value(_JUST_SENT, d.broadcast_id, d.subscriber_id, at, s.message_id) is not None
        ]  # fmt: skip

    def _count_sent(self, channel: str, finished: Sequence[tuple[Delivery, Settled]], at: int) -> None:
        """Arrivals by broadcast, and how late they were; everything else is counted by triggers."""
        sent = Counter((d.broadcast_id, s.code) for d, s in finished if s.state is State.SENT)
        for (broadcast, code), n in sent.items():
            self.run(_COUNT_SENT, broadcast, channel, code, n)
            self.run(_COUNT_DELAY, broadcast, channel, n, at)

    def _settle_one(self, channel: str, delivery: Delivery, settled: Settled, epoch: int, now: datetime) -> None:
        if settled.state is State.QUEUED:
            next_at = to_ms(settled.next_at or now)
            ours = (delivery.broadcast_id, delivery.subscriber_id, epoch)
            written = self.run(_REQUEUE, settled.code, settled.doubt, channel, next_at, *ours)
        else:
            written = self.run(_FINISH, *_finish(delivery, settled, epoch, to_ms(now)))
        if written:
            self._count_sent(channel, [(delivery, settled)], to_ms(now))
            news = settled._replace(gone=False) if settled.gone and self._came_back(delivery) else settled
            self._news_of_chat(channel, delivery.subscriber_id, delivery.address, news, now)
            if _takes_back(delivery, settled):
                self.run(_RECALLED, delivery.subscriber_id, delivery.broadcast_id)

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


def _takes_back(delivery: Delivery, settled: Settled) -> bool:
    taken = delivery.kind is BroadcastKind.WITHDRAWAL and delivery.act in {Act.EDIT, Act.DELETE}
    return taken and settled.state is State.SENT


def _has_news(delivery: Delivery, settled: Settled) -> bool:
    """Whether more than the delivery's own row changes."""
    chat = settled.gone or settled.new_address is not None or settled.hold_until is not None
    return chat or _takes_back(delivery, settled)


def _key(delivery: Delivery) -> dict[str, Any]:
    return {"broadcast": delivery.broadcast_id, "subscriber": delivery.subscriber_id}


def _finish(delivery: Delivery, settled: Settled, epoch: int, at: int) -> tuple[Any, ...]:
    ours = (delivery.broadcast_id, delivery.subscriber_id, epoch)
    return (settled.state.value, settled.code, at, settled.message_id, *ours)


def _due(row: tuple[Any, ...]) -> DueDelivery:
    broadcast = pass_of(row[:_SUBSCRIBER_OF_DUE])
    reader = reader_of(row[_SUBSCRIBER_OF_DUE:-9])
    attempt, doubts, stories, more, had_state, had_message, begun = row[-9:-2]
    carried = tuple(json.loads(stories)) if stories else ()
    had = None if had_state is None else Had(State(had_state), had_message)
    about = broadcast.original_id is not None
    act = act_for(broadcast.kind, had, erase=broadcast.erase) if about else Act.SEND
    act = act or Act.SEND  # who had it in a digest has no row of the original: a message of its own
    delivery = Delivery(
        broadcast.id, broadcast.story_id, reader.subscriber_id, reader.address, reader.thread, reader.language,
        attempt, broadcast.kind, act, had.message_id if had and act is not Act.SEND else None,
        carried[: len(carried) - more], more, 0, doubts, carried[len(carried) - more :],
    )  # fmt: skip
    return DueDelivery(delivery, broadcast, reader, bool(begun))
