"""What transactions say about answers to people who wrote, and when something is due."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.delivery.plan import QueuedReply, Rank, Settled, State
from bot.delivery.window import Wait
from storage.sqlite.deliveries import Deliveries
from storage.sqlite.digests import Digests
from storage.sqlite.due import NEXT_DELIVERY
from storage.sqlite.part import from_ms, to_ms
from storage.sqlite.unreached import SOME_LEFT

_ADD: Final = """
INSERT INTO reply (channel, address, thread, message, mode, target, callback, created_at, wait, next_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
  max(?8, coalesce((SELECT until FROM hold WHERE channel = ?1 AND address = ?2), 0))
"""
# Whatever is finished has left the table, so an older row of the same chat is one that must leave first.
_IS_HEAD: Final = """
NOT EXISTS (SELECT 1 FROM reply e WHERE e.channel = r.channel AND e.address = r.address AND e.id < r.id)
"""
_CLAIM: Final = f"""
SELECT id, address, thread, message, mode, target, callback, attempt + 1, doubts FROM reply r
WHERE channel = ? AND state = 'queued' AND next_at <= ? AND {_IS_HEAD} ORDER BY next_at, id LIMIT ?
"""
_START: Final = "UPDATE reply SET state = 'started', attempt = ?, epoch = ? WHERE id = ?"
_REQUEUE: Final = """
UPDATE reply SET state = 'queued', attempt = attempt - ?4,  -- what was held back has not left
  doubts = doubts + ?5,
  next_at = max(?1, coalesce(
    (SELECT until FROM hold h WHERE h.channel = reply.channel AND h.address = reply.address), 0))
WHERE id = ?2 AND state = 'started' AND attempt = ?3
"""
_DROP: Final = "DELETE FROM reply WHERE id = ? AND state = 'started' AND attempt = ?"
_NEXT_REPLY: Final = f"""
SELECT next_at FROM reply r WHERE channel = ? AND state = 'queued' AND {_IS_HEAD} ORDER BY next_at LIMIT 1
"""

_NEXT_BEGINNING: Final = """
SELECT min(b.not_before) FROM broadcast b WHERE b.done_at IS NULL AND b.status = 'running' AND b.not_before > ?2
  AND b.not_before > b.created_at  -- what is not scheduled has begun, whatever the clock says
  AND EXISTS (SELECT 1 FROM broadcast_pass p
              WHERE p.broadcast_id = b.id AND p.channel = ?1 AND p.done = 0 AND p.last_id = 0)
"""


class Replies(Deliveries, Digests):
    """Answers: one at a time a chat, in their order."""

    def add_reply(
        self, channel: str, address: str, thread: str | None, message: str, mode: str, now: datetime,
        target: str | None = None, callback: str | None = None, wait: Wait | None = None,
    ) -> None:  # fmt: skip
        """Queue an answer to a person who wrote, or with `wait` something that may wait until they do."""
        self.run(_ADD, channel, address, thread, message, str(mode), target, callback, to_ms(now), wait)

    def claim_replies(self, channel: str, epoch: int, now: datetime, limit: int) -> list[QueuedReply]:
        """The oldest due answers, at most one a chat so that their order holds; born `started`."""
        next_at = self.value(_NEXT_REPLY, channel)
        if next_at is None or next_at > to_ms(now):
            return []
        replies = [QueuedReply(*row) for row in self.all(_CLAIM, channel, to_ms(now), limit)]
        if replies:
            self.conn.executemany(_START, [(reply.attempt, epoch, reply.id) for reply in replies])
        return replies

    def settle_replies(self, channel: str, finished: Sequence[tuple[QueuedReply, Settled]], now: datetime) -> None:
        """Write finished answers; sent and failed ones leave the table, a hold is kept for the chat."""
        for reply, settled in finished:
            if settled.state is State.QUEUED:
                next_at, held_back = to_ms(settled.next_at or now), settled.code == "held_back"
                written = self.run(_REQUEUE, next_at, reply.id, reply.attempt, held_back, settled.doubt)
            else:
                written = self.run(_DROP, reply.id, reply.attempt)
            if written:
                self._reply_news(channel, reply.address, settled, now)

    def _reply_news(self, channel: str, address: str, settled: Settled, now: datetime) -> None:
        """What an answer taught us about the chat: also people who never subscribed can move or be on hold."""
        if settled.new_address is not None:
            self._readdress(channel, address, settled.new_address)
        subscriber = self._subscriber(channel, address)
        if subscriber is not None:
            self._news_of_chat(channel, subscriber, address, settled, now)
        elif settled.hold_until is not None:
            self._hold(channel, settled.new_address or address, settled.hold_until)

    def next_due(self, channel: str, now: datetime) -> datetime | None:
        """When the earliest queued delivery, reply, digest or scheduled broadcast is due; None when nothing waits.

        Now while somebody is to be written down of what has become too old (`close_broadcasts`).
        """
        waiting = [self.value(NEXT_DELIVERY, channel, int(rank)) for rank in Rank]
        waiting += [self.value(_NEXT_REPLY, channel), self.next_digest(channel)]
        waiting.append(self.value(_NEXT_BEGINNING, channel, to_ms(now)))
        if self.value(SOME_LEFT, to_ms(now)):
            waiting.append(to_ms(now))
        due = [at for at in waiting if at is not None]
        return from_ms(min(due)) if due else None
