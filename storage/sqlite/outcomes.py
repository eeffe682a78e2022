"""What became of attempts: written once, counted, with what each has taught us about its chat."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from bot.delivery.content import Act, BroadcastKind
from bot.delivery.life import ABOUT
from bot.delivery.plan import Delivery, Settled, State
from bot.delivery.settle import DIGEST_AGAIN, digests_left
from storage.sqlite.moves import GONE, Moves
from storage.sqlite.part import to_ms

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

# Stories of a digest that failed, to somebody who has not left since: those that did not fail so too often.
_OWE_DIGEST: Final = """
INSERT OR IGNORE INTO owed
SELECT d.subscriber_id, carried.value
FROM delivery d JOIN subscriber s ON s.id = d.subscriber_id CROSS JOIN json_each(d.stories) carried
WHERE d.broadcast_id = :broadcast AND d.subscriber_id = :subscriber AND d.state = 'failed' AND d.doubts = 0
  AND s.status = 'active' AND coalesce(s.joined_at, 0) <= d.started_at
  AND :most > (
    SELECT count(*) FROM broadcast g CROSS JOIN delivery e ON e.broadcast_id = g.id AND e.subscriber_id = :subscriber
    CROSS JOIN json_each(e.stories) before
    WHERE g.kind = 'digest' AND g.created_at > :since AND e.state = 'failed' AND e.code = d.code
      AND before.value = carried.value)
"""
_DIGEST_THEN: Final = """
UPDATE subscriber SET digest_at = ?2 WHERE id = ?1 AND (digest_at IS NULL OR digest_at > ?2)
"""
_WITHIN: Final = timedelta(days=2)  # in which a story's digests are made


class Outcomes(Moves):
    """Started deliveries, when they have ended or wait for another try."""

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
        for delivery, settled in finished:
            if settled.state is State.FAILED and (most := self._digests_left(delivery, settled)):
                self._owe_digest(delivery.broadcast_id, delivery.subscriber_id, most, now)
        self._forget_holds(now)

    def _digests_left(self, delivery: Delivery, settled: Settled) -> int:
        """As `bot.delivery.settle.digests_left`; some channels know better."""
        return digests_left(delivery, settled)

    def _owe_digest(self, broadcast: int, subscriber: int, most: int, now: datetime) -> None:
        """What stood in a digest that surely did not arrive comes in another; of other broadcasts nothing."""
        values = {"broadcast": broadcast, "subscriber": subscriber, "most": most, "since": to_ms(now - _WITHIN)}
        if self.conn.execute(_OWE_DIGEST, values).rowcount:
            self.run(_DIGEST_THEN, subscriber, to_ms(now + DIGEST_AGAIN))

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
            if settled.state is State.QUEUED and settled.hold_until is None and delivery.kind in ABOUT:
                self._owe_on(delivery.subscriber_id)
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


def _finish(delivery: Delivery, settled: Settled, epoch: int, at: int) -> tuple[Any, ...]:
    ours = (delivery.broadcast_id, delivery.subscriber_id, epoch)
    return (settled.state.value, settled.code, at, settled.message_id, *ours)
