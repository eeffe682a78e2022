"""Queued deliveries: whose time has come, who waits longer, who goes into a digest instead, who is given up."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from bot.delivery.about import act_for
from bot.delivery.content import Act
from bot.delivery.plan import Delivery, Had, Rank, State, Status
from bot.ports import DueDelivery
from storage.sqlite.audience import HELD, HOLD, READER, pass_of, reader_of
from storage.sqlite.overtaking import to_reader
from storage.sqlite.part import Part, listed, to_ms
from storage.sqlite.people import FOLLOWS_STORY
from storage.sqlite.reports import ACCEPTED
from storage.sqlite.waiting import FAIL

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
  b.status = 'paused' OR {HELD} OR {to_reader("delivery.subscriber_id", "b.original_id", "b.version")}
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
_LOOKS: Final = 8  # at most so many looks for rows that may still be sent; the next tick looks again
_PAUSED_LOOKS: Final = 5_000  # milliseconds between two looks at what waits for something else than its time


class Due(Part):
    """Queued deliveries, until they start or end."""

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
        """Those who may not be sent to any more fail; those that stand still, or must not overtake, wait."""
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


def _key(delivery: Delivery) -> dict[str, Any]:
    return {"broadcast": delivery.broadcast_id, "subscriber": delivery.subscriber_id}


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
