"""What transactions say about messages to people who have not written for a day: they wait until these write.

Only what answers nobody waits so: letters and their answers, requests and notices (bot.delivery.window). An answer to
what was brought a day late, or one that was held back for a day, ends here without a request.
"""

from datetime import datetime
from typing import Final

from bot.delivery.plan import QueuedReply
from bot.delivery.timing import CLOSING
from bot.delivery.window import AT_ONCE, LIVES, MOST_NOTICES, Wait
from storage.sqlite.part import to_ms
from storage.sqlite.replies import Replies
from storage.sqlite.whatsapp_people import NAME, WhatsAppPeople

_IS_CLOSED: Final = "SELECT 1 FROM subscriber WHERE channel = 'whatsapp' AND address = ? AND window_until <= ?"
_ADD: Final = """
INSERT INTO whatsapp_waiting (channel, address, thread, message, mode, wait, created_at, until)
VALUES ('whatsapp', ?1, ?2, ?3, ?4, ?5, ?6, ?7)
"""
# Of somebody who is forgotten nothing is kept.
_THIS: Final = """
SELECT address, thread, message, mode, wait, created_at FROM {table} r
WHERE id = ? AND attempt = ? AND channel = 'whatsapp' AND wait IS NOT NULL
  AND EXISTS (SELECT 1 FROM subscriber s WHERE s.channel = r.channel AND s.address = r.address)
"""
_TOO_MANY: Final = f"""
DELETE FROM whatsapp_waiting WHERE id IN (
  SELECT id FROM whatsapp_waiting WHERE channel = 'whatsapp' AND address = ? AND wait = '{Wait.NOTICE}'
  ORDER BY id DESC LIMIT -1 OFFSET {MOST_NOTICES})
"""
# What is the newsroom's is nothing for somebody who has left it meanwhile.
_OVER: Final = f"""
DELETE FROM whatsapp_waiting WHERE channel = 'whatsapp' AND address = ?1 AND (until <= ?2 OR wait <> '{Wait.ANSWER}'
  AND NOT EXISTS (SELECT 1 FROM staff f JOIN subscriber s ON s.id = f.subscriber_id
                  WHERE s.channel = 'whatsapp' AND s.address = ?1))
"""
_NEXT: Final = f"""
SELECT id FROM whatsapp_waiting WHERE channel = 'whatsapp' AND address = ?1 ORDER BY id LIMIT {AT_ONCE}
"""
_DUE: Final = f"""
INSERT INTO reply (channel, address, thread, message, mode, created_at, wait, next_at)
SELECT channel, address, thread, message, mode, created_at, wait,
  max(?2, coalesce((SELECT until FROM hold WHERE channel = 'whatsapp' AND address = ?1), 0))
FROM whatsapp_waiting WHERE id IN ({_NEXT}) ORDER BY id
"""


class WhatsAppWaiting(WhatsAppPeople, Replies):
    """What is kept until its person writes."""

    def add_reply(
        self, channel: str, address: str, thread: str | None, message: str, mode: str, now: datetime,
        target: str | None = None, callback: str | None = None, wait: Wait | None = None,
    ) -> None:  # fmt: skip
        """Queue an answer; what may wait does, as long as nothing may be said to its person."""
        if wait is None or channel != NAME or not self._is_closed(address, now):
            super().add_reply(channel, address, thread, message, mode, now, target, callback, wait)
            return
        self._keep_waiting(address, thread, message, mode, wait, to_ms(now))

    def claim_replies(self, channel: str, epoch: int, now: datetime, limit: int) -> list[QueuedReply]:
        """The oldest due answers; those whose window has closed meanwhile wait, if they may, or end."""
        replies = super().claim_replies(channel, epoch, now, limit)
        if channel != NAME:
            return replies
        closed = [reply for reply in replies if self._is_closed(reply.address, now)]
        for reply in closed:
            self._closed_on("reply", reply.id, reply.attempt)
            self.run("DELETE FROM reply WHERE id = ?", reply.id)
        return [reply for reply in replies if reply not in closed] if closed else replies

    def open_window(self, address: str, at: datetime, now: datetime) -> None:
        """This person wrote then: for 24 hours anything may be sent; what waits for them comes at once."""
        super().open_window(address, at, now)
        self._give_waiting(address, now)

    def _is_closed(self, address: str, now: datetime) -> bool:
        return self.value(_IS_CLOSED, address, to_ms(now + CLOSING)) is not None

    def _keep_waiting(
        self, address: str, thread: str | None, message: str, mode: str, wait: str, created: int
    ) -> None:  # fmt: skip
        lives = int(LIVES[Wait(wait)].total_seconds() * 1000)
        self.run(_ADD, address, thread, message, mode, str(wait), created, created + lives)
        self.run(_TOO_MANY, address)

    def _closed_on(self, table: str, reply_id: int, attempt: int) -> bool:
        """The platform has refused this attempt for its closed window: what may wait for it does; whether it was so."""
        row = self.one(_THIS.format(table=table), reply_id, attempt)
        if row is not None:
            self._keep_waiting(*row)
        return row is not None

    def _give_waiting_to(self, subscriber: int | None, now: datetime) -> None:
        if subscriber is not None:
            self._give_waiting(self._address(subscriber), now)

    def _give_waiting(self, address: str, now: datetime) -> None:
        """What waits for them is due, if anything may be said to them now."""
        if self.value(_NEXT, address) is None or self._is_closed(address, now):
            return
        self.run(_OVER, address, to_ms(now))
        self.run(_DUE, address, to_ms(now))
        self.run(f"DELETE FROM whatsapp_waiting WHERE id IN ({_NEXT})", address)
