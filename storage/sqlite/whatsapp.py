"""What transactions say about receipts: what has been seen already, and what a status means for its delivery."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from bot.delivery.plan import Delivery, QueuedReply, Settled, State
from bot.delivery.receipts import (
    ANSWER_WAITS,
    MARKETING_STOPPED,
    SILENT,
    UNWANTED_NOW,
    WINDOW_CLOSED,
    DeliveryTag,
    Receipt,
    ReplyTag,
    Tag,
)
from bot.delivery.settle import MOST_REFUSED, REPLY_DOUBTS
from bot.delivery.templates import REFUSALS
from bot.ports import Recovery
from storage.sqlite.halts import Halts
from storage.sqlite.moves import GONE
from storage.sqlite.part import from_ms_or_none, to_ms, to_ms_or_none
from storage.sqlite.whatsapp_people import NAME
from storage.sqlite.whatsapp_readers import WhatsAppReaders
from storage.sqlite.whatsapp_rests import WhatsAppRests

_REACHED: Final = frozenset({"delivered", "read", "played"})
_THIS: Final = "WHERE broadcast_id = ? AND subscriber_id = ?"
# What waits has been started as often as the receipt says, or is tried again because nobody knew: else it never left.
_ARRIVED: Final = f"""
UPDATE delivery SET state = 'sent', code = '', message_id = CASE message_id WHEN '{GONE}' THEN NULL ELSE ? END,
  finished_at = ?, channel = NULL, rank = NULL, next_at = NULL {_THIS}
  AND (state = 'unknown' OR state = 'queued' AND (attempt >= ? OR doubts > 0))
"""
_FAILED: Final = f"""
UPDATE delivery SET state = 'failed', code = ?, finished_at = ?, channel = NULL, rank = NULL, next_at = NULL {_THIS}
  AND attempt = ? AND (state IN ('unknown', 'sent') OR state = 'queued' AND doubts = 0)
"""
# `sent` says that the platform has it, not that it has found the phone.
_DELIVERABLE: Final = "UPDATE whatsapp_person SET undeliverable = 0 WHERE subscriber_id = ? AND undeliverable > 0"
_OF_THIS_CHANNEL: Final = "(SELECT channel FROM subscriber WHERE id = subscriber_id) = 'whatsapp'"
_MAY_LEAVE: Final = "(SELECT status FROM broadcast WHERE id = broadcast_id) IN ('running', 'paused', 'done')"
_CRASHED: Final = f"""
UPDATE delivery INDEXED BY delivery_open SET state = 'unknown', code = 'crash', finished_at = ?
WHERE finished_at IS NULL AND state = 'started'
  AND broadcast_id IN (SELECT id FROM broadcast WHERE done_at IS NULL) AND {_OF_THIS_CHANNEL}
RETURNING 'd', broadcast_id, subscriber_id
"""
_CRASHED_REPLIES: Final = """
UPDATE reply SET state = 'queued', doubt = 1, doubts = doubts + 1, next_at = ?
WHERE channel = 'whatsapp' AND state = 'started' AND doubts < ? RETURNING 'r', id, 0
"""
_DOUBTFUL: Final = f"""
SELECT broadcast_id, subscriber_id, attempt FROM delivery INDEXED BY delivery_unknown
WHERE state = 'unknown' AND doubts = 0 AND {_MAY_LEAVE} AND {_OF_THIS_CHANNEL}
"""
_ONCE_MORE: Final = f"""
UPDATE delivery SET state = 'queued', finished_at = NULL, doubts = 1, next_at = ?, channel = 'whatsapp',
  rank = (SELECT rank FROM broadcast WHERE id = broadcast_id) {_THIS} AND state = 'unknown' AND doubts = 0
  AND {_MAY_LEAVE}
"""
_NO_DOUBT: Final = f"UPDATE delivery SET doubts = doubts - 1 {_THIS} AND state = 'queued' AND doubts > 0"
_REOPEN: Final = "UPDATE broadcast SET status = 'running', done_at = NULL WHERE id = ? AND status = 'done'"
# Stories are owed again; everything else waits for the window, or goes out as a template.
_PLANNED_AGAIN: Final = frozenset({WINDOW_CLOSED, *REFUSALS})
_QUEUED: Final = """
UPDATE delivery SET state = 'queued', code = ?4, finished_at = NULL, message_id = NULL, channel = 'whatsapp',
  rank = (SELECT rank FROM broadcast WHERE id = broadcast_id), troubled = troubled + (?4 = 'server_error'),
  next_at = max(?1, coalesce((SELECT h.until FROM subscriber s JOIN hold h USING (channel, address)
                              WHERE s.id = subscriber_id), 0))
"""
# What is told of one attempt leaves a later one alone, and what waits for it.
_PLAN_AGAIN: Final = f"""
{_QUEUED}
WHERE broadcast_id = ?2 AND subscriber_id = ?3 AND attempt = ?5 AND state IN ('unknown', 'queued', 'sent')
  AND EXISTS (SELECT 1 FROM broadcast b WHERE b.id = ?2 AND b.kind NOT IN ('story', 'digest', 'mark')
              AND b.status IN ('running', 'paused', 'done') AND b.expires_at > ?1)
"""
# The platform had trouble, or did not want anything from us: no reader and no text is to blame.
_TRY_AGAIN: Final = f"""
{_QUEUED}
WHERE broadcast_id = ?2 AND subscriber_id = ?3 AND attempt = ?6 AND state IN ('unknown', 'sent')
  AND EXISTS (SELECT 1 FROM broadcast b WHERE b.id = ?2 AND b.kind <> 'mark'
              AND b.status IN ('running', 'paused', 'done') AND (b.expires_at > ?5 OR b.kind IN ('story', 'digest')))
"""
_EARLY: Final = "SELECT * FROM whatsapp_early WHERE kind = ? AND a = ? AND b = ?"
# A failure is the last word about a message, whatever came before or comes late.
_KEEP_EARLY: Final = """
INSERT INTO whatsapp_early (kind, a, b, attempt, message_id, code, next_at, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET code = coalesce(excluded.code, code), next_at = coalesce(excluded.next_at, next_at),
  at = CASE WHEN excluded.code IS NULL THEN at ELSE excluded.at END
"""
_OWE: Final = "UPDATE subscriber SET digest_at = ?2 WHERE id = ?1 AND (digest_at IS NULL OR digest_at > ?2)"


class WhatsApp(WhatsAppReaders, WhatsAppRests, Halts):
    """Receipts: the doubts that they settle, and what they say about money."""

    def take_receipts(self, receipts: Sequence[Receipt], now: datetime) -> None:
        """What statuses tell, each counted once."""
        probes = self._probes()
        for receipt in receipts:
            if self.first_sight(receipt.message_id, receipt.word, now):
                self._leave_alone(receipt, now)
                self._take(self._about_who_is_kept(receipt), now)
                self._account_for(receipt)
                if probes and receipt.failed is None and str(receipt.tag) in probes:
                    self._end_probed(str(receipt.tag), now)

    def _about_who_is_kept(self, receipt: Receipt) -> Receipt:
        tag = receipt.tag
        return receipt._replace(tag=self._kept(tag)) if isinstance(tag, DeliveryTag) else receipt

    def _account_for(self, receipt: Receipt) -> None:
        """What it costs, whether it was read; also while its answer is not written yet."""
        if receipt.tag is None:
            return
        if receipt.failed is not None:
            self._release(receipt.tag)
            return
        if receipt.billed is not None:
            self._bill(receipt.tag, receipt.billed)
        if receipt.word in _REACHED and isinstance(receipt.tag, DeliveryTag):
            tag = self._kept(receipt.tag)
            if not self.was_seen(receipt.message_id, "failed"):  # which is the last word about a message
                self.run(_DELIVERABLE, tag.subscriber_id)
            self._has_had(tag, read=receipt.word != "delivered")

    def doubtful(self) -> list[Tag]:
        """Attempts that ended without an answer, and that no receipt has settled."""
        replies = "SELECT id, attempt FROM reply WHERE channel = 'whatsapp' AND doubt = 1 AND state = 'queued'"
        return [*(DeliveryTag(*row) for row in self.all(_DOUBTFUL)), *(ReplyTag(*row) for row in self.all(replies))]

    def once_more(self, doubts: Sequence[Tag], now: datetime) -> int:
        """No receipt came: these are sent once more, if there is still reason to; how many."""
        count = 0
        for doubt in doubts:
            if isinstance(doubt, ReplyTag):
                again = "UPDATE reply SET doubt = 0, next_at = ? WHERE id = ? AND doubt = 1 AND state = 'queued'"
                count += self.run(again, to_ms(now), doubt.reply_id)
            elif self.run(_ONCE_MORE, to_ms(now), doubt.broadcast_id, doubt.subscriber_id):
                self._take_back_marketing(doubt)  # or the day's one would be the one that nobody got
                self.run(_REOPEN, doubt.broadcast_id)
                count += 1
        return count

    # Receipts -------------------------------------------------------------------------------------------------------

    def _take(self, receipt: Receipt, now: datetime) -> None:
        match receipt.tag:
            case DeliveryTag(broadcast, subscriber, _):
                row = self.one(f"SELECT state, message_id FROM delivery {_THIS}", broadcast, subscriber)
                state, known = row or ("", None)
                if state == State.STARTED:
                    self._keep_early(receipt.tag, receipt)
                elif receipt.failed is None:
                    self._arrived(receipt.tag, receipt.message_id, now)
                elif known in (None, receipt.message_id):
                    self._failed(receipt.tag, receipt.failed, now, receipt.at)
            case ReplyTag(reply, _):
                if self.value("SELECT state FROM reply WHERE id = ?", reply) == State.STARTED:
                    self._keep_early(receipt.tag, receipt)
                elif receipt.failed is None:
                    self._answer_arrived(receipt.tag, receipt.message_id)
                else:
                    code = receipt.failed.code
                    self._answer_failed(receipt.tag, self._again_at(receipt.tag, code, now), code)
                self._news_of_recipient(receipt, now)
                if receipt.failed is not None and receipt.failed.code == WINDOW_CLOSED:
                    self._give_waiting_to(self._recipient(receipt), now)  # who has written since is not waited for
            case None:
                self._news_of_recipient(receipt, now)

    def _arrived(self, tag: DeliveryTag, message_id: str, now: datetime) -> None:
        if self.was_seen(message_id, "failed"):  # a failure is the last word about a message
            return
        self.run(_ARRIVED, message_id, to_ms(now), *tag)

    def _failed(self, tag: DeliveryTag, failed: Settled, now: datetime, at: datetime | None) -> None:
        again = (to_ms(now), tag.broadcast_id, tag.subscriber_id, failed.code, tag.attempt)
        if failed.code in _PLANNED_AGAIN and self.run(_PLAN_AGAIN, *again):
            self.run(_REOPEN, tag.broadcast_id)
            self._news_of_reader(tag.subscriber_id, failed, now, at)
        elif (then := self._again_at(tag, failed.code, now)) is not None and self.run(
            _TRY_AGAIN, to_ms(then), tag.broadcast_id, tag.subscriber_id, failed.code, to_ms(now), tag.attempt
        ):  # fmt: skip
            self._take_back_marketing(tag)
            self.run(_REOPEN, tag.broadcast_id)
        elif self.run(_FAILED, failed.code, to_ms(now), *tag):
            self._after_failure(tag, failed, now, at)
            if failed.next_at is None and failed.code not in UNWANTED_NOW:
                self._owe_digest(tag.broadcast_id, tag.subscriber_id, MOST_REFUSED, now)
        elif failed.code == MARKETING_STOPPED:  # the reader's word, whichever attempt has met it
            self.run(_NO_DOUBT, tag.broadcast_id, tag.subscriber_id)
            self._news_of_reader(tag.subscriber_id, failed, now, at)

    def _after_failure(
        self, tag: DeliveryTag, failed: Settled, now: datetime, at: datetime | None = None
    ) -> None:  # fmt: skip
        if failed.code in UNWANTED_NOW:
            self._owe_again(tag, failed, self._spare(tag.subscriber_id, now))
        elif failed.next_at is not None:
            self._owe_again(tag, failed, failed.next_at)
        self._news_of_reader(tag.subscriber_id, failed, now, at)

    def _owe_again(self, tag: DeliveryTag, failed: Settled, at: datetime) -> None:
        """News that did not arrive comes in a digest; a digest that the platform did not want is dropped."""
        story, stories = self.one(
            f"SELECT b.story_id, d.stories FROM delivery d JOIN broadcast b ON b.id = d.broadcast_id {_THIS} "
            "AND b.kind IN ('story', 'digest')", tag.broadcast_id, tag.subscriber_id,
        ) or (None, None)  # fmt: skip
        owed = [story] if story is not None else json.loads(stories or "[]")
        if not owed or (story is None and failed.code in UNWANTED_NOW):
            return
        self.conn.executemany("INSERT OR IGNORE INTO owed VALUES (?, ?)", [(tag.subscriber_id, s) for s in owed])
        self.run(_OWE, tag.subscriber_id, to_ms(at))

    # Answers and receipts in either order ---------------------------------------------------------------------------

    def settle(self, channel: str, finished: Sequence[tuple[Delivery, Settled]], epoch: int, now: datetime) -> None:
        """Write finished attempts; on WhatsApp also what receipts have told of them already."""
        finished = [*self._count_troubles(finished, now)] if channel == NAME else finished
        super().settle(channel, finished, epoch, now)
        if channel != NAME:
            return
        for delivery, settled in finished:
            charged = DeliveryTag(delivery.broadcast_id, delivery.subscriber_id, delivery.attempt)
            tag = self._kept(charged)
            if settled.state is State.QUEUED and not settled.doubt:
                self._take_back_marketing(tag)
            if _has_not_left(settled):
                self._release(charged)
            if settled.state is State.SENT and tag != charged and settled.message_id is not None:
                self._arrived(tag, settled.message_id, now)
            if settled.state is State.FAILED:
                self._after_failure(tag, settled, now)
            elif settled.code == WINDOW_CLOSED:
                self._news_of_reader(tag.subscriber_id, settled, now)
            self._take_early(self.all(_EARLY, "d", *tag[:2]), now)

    def _digests_left(self, delivery: Delivery, settled: Settled) -> int:
        """On WhatsApp some failures say themselves when it may come again, or that it was not wanted."""
        says = settled.next_at is not None or settled.code in UNWANTED_NOW
        return 0 if says else super()._digests_left(delivery, settled)

    def settle_replies(self, channel: str, finished: Sequence[tuple[QueuedReply, Settled]], now: datetime) -> None:
        """Write finished answers; on WhatsApp a doubt is kept as one, and receipts may have settled it already."""
        super().settle_replies(channel, finished, now)
        if channel != NAME:
            return
        for reply, settled in finished:
            if _has_not_left(settled) or settled.code == SILENT:
                self._release(ReplyTag(reply.id, reply.attempt))
            if settled.doubt:
                self.run("UPDATE reply SET doubt = 1 WHERE id = ? AND state = 'queued'", reply.id)
            subscriber = self._subscriber(NAME, reply.address)
            if settled.state is State.FAILED and subscriber is not None:
                self._news_of_reader(subscriber, settled, now)
            self._take_early(self.all(_EARLY, "r", reply.id, 0), now)

    def begin_epoch(self, now: datetime) -> Recovery:
        """On WhatsApp nothing of a dead epoch is repeated at once: receipts settle it."""
        crashed = self.all(_CRASHED, to_ms(now))
        answers = self.all(_CRASHED_REPLIES, to_ms(now + ANSWER_WAITS), REPLY_DOUBTS)
        recovery = super().begin_epoch(now)
        for key in (*crashed, *answers):
            self._take_early(self.all(_EARLY, *key), now)
        return replace(recovery, unknown=recovery.unknown + len(crashed))

    def _keep_early(self, tag: Tag, receipt: Receipt) -> None:
        a, b = (tag.broadcast_id, tag.subscriber_id) if isinstance(tag, DeliveryTag) else (tag.reply_id, 0)
        failed = receipt.failed
        row = (str(tag)[0], a, b, tag.attempt, receipt.message_id, None if failed is None else failed.code,
               None if failed is None else to_ms_or_none(failed.next_at), to_ms_or_none(receipt.at))  # fmt: skip
        self.run(_KEEP_EARLY, *row)

    def _take_early(self, rows: Sequence[Any], now: datetime) -> None:
        """Receipts that came before the answer was written are taken now that their attempt is over."""
        for kind, a, b, attempt, message_id, code, next_at, at in rows:
            tag: Tag = DeliveryTag(a, b, attempt) if kind == "d" else ReplyTag(a, attempt)
            failed = None if code is None else Settled(State.FAILED, code, next_at=from_ms_or_none(next_at))
            self._take(Receipt(message_id, "", tag, failed=failed, at=from_ms_or_none(at)), now)
            drop = "DELETE FROM whatsapp_early WHERE kind = ? AND a = ? AND b = ? AND attempt = ?"
            self.run(drop, kind, a, b, attempt)


def _has_not_left(settled: Settled) -> bool:
    """Whether nothing will be billed for this attempt."""
    return settled.state is State.FAILED or (settled.state is State.QUEUED and not settled.doubt)
