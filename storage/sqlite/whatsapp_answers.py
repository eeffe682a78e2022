"""What transactions say about answers on WhatsApp: a doubt waits, and what was taken may yet be refused.

An answer that the platform has taken is kept until its first receipt: should that say that it was one too many, or
that the platform had trouble, it leaves once more.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.delivery.plan import QueuedReply, Settled, State
from bot.delivery.receipts import ANSWER_LIVES, SERVER_ERROR, SILENT, WINDOW_CLOSED, ReplyTag
from storage.sqlite.part import to_ms
from storage.sqlite.sights import Sights
from storage.sqlite.whatsapp_people import NAME
from storage.sqlite.whatsapp_troubles import WhatsAppTroubles
from storage.sqlite.whatsapp_waiting import WhatsAppWaiting

# Of somebody who is forgotten nothing is kept, not even the answer that says so.
_KEEP: Final = """
INSERT OR REPLACE INTO whatsapp_answer
SELECT id, channel, address, thread, message, mode, target, attempt, doubts, created_at, ?3, troubled, wait
FROM reply r
WHERE id = ?1 AND attempt = ?2 AND state = 'started' AND channel = 'whatsapp'
  AND EXISTS (SELECT 1 FROM subscriber s WHERE s.channel = r.channel AND s.address = r.address)
"""
_AGAIN: Final = """
INSERT INTO reply (id, channel, address, thread, message, mode, target, attempt, doubts, created_at, next_at, troubled,
  wait)
SELECT id, channel, address, thread, message, mode, target, attempt, doubts, created_at,
  max(?3, coalesce((SELECT until FROM hold h WHERE h.channel = a.channel AND h.address = a.address), 0)), troubled + ?4,
  wait
FROM whatsapp_answer a WHERE id = ?1 AND attempt = ?2
"""
_DOUBT_AGAIN: Final = """
UPDATE reply SET doubt = 0, troubled = troubled + ?4, next_at = max(?3, coalesce(
  (SELECT until FROM hold h WHERE h.channel = reply.channel AND h.address = reply.address), 0))
WHERE id = ?1 AND attempt = ?2 AND doubt = 1 AND state = 'queued'
"""


# What was sent once more because nobody knew has left all the same, if a receipt of any attempt says so.
_ARRIVED: Final = "DELETE FROM reply WHERE id = ? AND state = 'queued' AND (doubt = 1 OR doubts > 0)"


class WhatsAppAnswers(WhatsAppWaiting, WhatsAppTroubles, Sights):
    """Answers, until it is known what became of them."""

    def settle_replies(self, channel: str, finished: Sequence[tuple[QueuedReply, Settled]], now: datetime) -> None:
        """Write finished answers; on WhatsApp a doubt is kept as one, and what was taken until its receipt."""
        finished = [*self._count_troubles_of_answers(finished, now)] if channel == NAME else finished
        taken = [r for r, s in finished if s.state is State.SENT and s.code != SILENT] if channel == NAME else []
        if taken:
            self.run("DELETE FROM whatsapp_answer WHERE at < ?", to_ms(now - ANSWER_LIVES))
            self.conn.executemany(_KEEP, [(reply.id, reply.attempt, to_ms(now)) for reply in taken])
        for reply, settled in finished if channel == NAME else ():
            if settled.state is State.FAILED and settled.code == WINDOW_CLOSED:
                self._closed_on("reply", reply.id, reply.attempt)
        super().settle_replies(channel, finished, now)

    def _answer_arrived(self, tag: ReplyTag, message_id: str) -> None:
        """A receipt says that it is on its way: it is not needed any more, if it was in doubt or kept."""
        if self.was_seen(message_id, "failed"):  # a failure is the last word about a message
            return
        self.run(_ARRIVED, tag.reply_id)
        self.run("DELETE FROM whatsapp_answer WHERE id = ?", tag.reply_id)

    def _answer_failed(self, tag: ReplyTag, again: datetime | None, code: str) -> None:
        """A receipt says that this attempt came to nothing; `again` is when the next one leaves, if one does."""
        this, trouble = (tag.reply_id, tag.attempt), code == SERVER_ERROR
        if again is not None and not self.run(_DOUBT_AGAIN, *this, to_ms(again), trouble):
            self.run(_AGAIN, *this, to_ms(again), trouble)
        elif again is None:
            if code == WINDOW_CLOSED and not self._closed_on("whatsapp_answer", *this):
                self._closed_on("(SELECT * FROM reply WHERE doubt = 1)", *this)
            self.run("DELETE FROM reply WHERE id = ? AND attempt = ? AND doubt = 1", *this)
        self.run("DELETE FROM whatsapp_answer WHERE id = ? AND attempt = ?", *this)
