"""What transactions say about alerts and corrections that may not have stood whole in a template."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.delivery.receipts import DeliveryTag
from bot.delivery.window import REST_LIVES
from storage.sqlite.audience import HELD
from storage.sqlite.part import to_ms
from storage.sqlite.whatsapp_waiting import WhatsAppWaiting

_LEAST: Final = 500  # bytes of a note: fewer stand in any template, whatever else is in it
_NOTE: Final = f"""
INSERT INTO whatsapp_rest (subscriber_id, broadcast_id, attempt, template, at)
SELECT ?1, ?2, ?3, ?4, ?5 FROM broadcast
WHERE id = ?2 AND kind IN ('alert', 'correction') AND length(CAST(note AS BLOB)) > {_LEAST}
ON CONFLICT DO UPDATE SET attempt = excluded.attempt, template = excluded.template, at = excluded.at
"""
# While a colleague is asked for a correction of it, or nobody knows whether it leaves, it is not yet decided.
_OF: Final = f"""
FROM whatsapp_rest r JOIN broadcast b ON b.id = r.broadcast_id
JOIN delivery d ON d.broadcast_id = r.broadcast_id AND d.subscriber_id = r.subscriber_id
WHERE r.subscriber_id = ?1 AND d.state <> 'started' AND NOT {HELD}
"""
_OWED: Final = f"""
SELECT r.broadcast_id, r.template {_OF} AND r.at > ?2 AND d.attempt = r.attempt AND d.state IN ('sent', 'unknown')
  AND b.status IN ('running', 'paused', 'done', 'expired')
  AND EXISTS (SELECT 1 FROM subscriber s WHERE s.id = ?1 AND s.status = 'active')
ORDER BY r.broadcast_id
"""
_TAKEN: Final = f"""
DELETE FROM whatsapp_rest WHERE subscriber_id = ?1 AND broadcast_id IN (SELECT r.broadcast_id {_OF})
"""


class WhatsAppRests(WhatsAppWaiting):
    """What is owed to whoever has read the beginning."""

    def note_rests(self, sent: Sequence[tuple[DeliveryTag, str]], now: datetime) -> None:
        """These attempts leave by these templates; short texts, of which nothing can be missing, are not noted."""
        rows = [(t.subscriber_id, t.broadcast_id, t.attempt, template, to_ms(now)) for t, template in sent]
        self.conn.executemany(_NOTE, rows)

    def take_rests(self, address: str, now: datetime) -> list[tuple[int, str]]:
        """Broadcasts that this person has had by a template since so long ago, with it; each is given once."""
        subscriber = self._subscriber("whatsapp", address)
        if subscriber is None or self._is_closed(address, now):
            return []
        if self.value("SELECT 1 FROM whatsapp_rest WHERE subscriber_id = ? LIMIT 1", subscriber) is None:
            return []
        owed = [(int(broadcast), str(key)) for broadcast, key in self.all(_OWED, subscriber, to_ms(now - REST_LIVES))]
        self.run(_TAKEN, subscriber)
        return owed
