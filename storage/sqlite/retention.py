"""What transactions say about old things: what is let go, so that the database does not grow for ever."""

from datetime import datetime
from typing import Final

from storage.sqlite.part import Part, to_ms

# Walks over the broadcasts that still have deliveries, one seek each; never further than the youngest old one.
_OLD_BROADCAST: Final = """
WITH RECURSIVE last_old (id) AS (
  SELECT id FROM broadcast WHERE created_at < :before ORDER BY created_at DESC LIMIT 1
), kept (id) AS (
  SELECT min(broadcast_id) FROM delivery
  UNION ALL
  SELECT (SELECT min(d.broadcast_id) FROM delivery d WHERE d.broadcast_id > kept.id)
  FROM kept WHERE kept.id < (SELECT id FROM last_old)
)
SELECT b.id FROM kept CROSS JOIN broadcast b ON b.id = kept.id
WHERE b.status NOT IN ('running', 'paused') AND coalesce(b.done_at, b.created_at) < :before LIMIT 1
"""
_DELIVERIES: Final = """
DELETE FROM delivery WHERE broadcast_id = ?1 AND subscriber_id IN (
  SELECT subscriber_id FROM delivery WHERE broadcast_id = ?1 ORDER BY subscriber_id LIMIT ?2)
"""
_INVITATIONS: Final = """
DELETE FROM invitation WHERE code_hash IN (SELECT code_hash FROM invitation WHERE expires_at < ? LIMIT ?)
"""
_TRIES: Final = """
DELETE FROM invitation_try WHERE id IN (SELECT id FROM invitation_try WHERE at < ? ORDER BY at LIMIT ?)
"""

# Of a draft that has become something, as long as that lives; of all others, since nobody has changed it.
_DRAFTS: Final = """
DELETE FROM push_draft WHERE id IN (
  SELECT d.id FROM push_draft d LEFT JOIN broadcast b ON b.id = d.broadcast_id
  WHERE d.changed_at < ? AND (d.broadcast_id IS NULL OR b.done_at IS NOT NULL) LIMIT ?)
"""
_SCREENS: Final = """
DELETE FROM push_screen WHERE next_at IS NULL AND (broadcast_id, channel, address) IN (
  SELECT broadcast_id, channel, address FROM push_screen WHERE next_at IS NULL AND broadcast_id <=
    (SELECT id FROM broadcast WHERE created_at < ? ORDER BY created_at DESC LIMIT 1) LIMIT ?)
"""
_NONCES: Final = """
DELETE FROM screen_nonce WHERE (channel, address) IN (SELECT channel, address FROM screen_nonce WHERE at < ? LIMIT ?)
"""
_RESTS: Final = """
DELETE FROM whatsapp_rest WHERE (subscriber_id, broadcast_id) IN (
  SELECT subscriber_id, broadcast_id FROM whatsapp_rest WHERE at < ? ORDER BY at LIMIT ?)
"""
_DATED: Final = (_INVITATIONS, _TRIES, _DRAFTS, _SCREENS, _NONCES, _RESTS)


class Retention(Part):
    """Letting go, a part at a time."""

    def forget_old(self, before: datetime, limit: int) -> int:
        """Drop at most `limit` rows of what was over before: deliveries, invitations, drafts, screens; how many.

        0 means that nothing is left to drop. Broadcasts stay: they are why a story is not told twice.
        """
        at = to_ms(before)
        dropped = 0
        for statement in _DATED:
            dropped += self.run(statement, at, limit - dropped)
        while dropped < limit and (broadcast := self._old_broadcast(at)) is not None:
            dropped += self.run(_DELIVERIES, broadcast, limit - dropped)
        return dropped

    def forget_answers(self, before: datetime) -> int:
        """Drop answers that WhatsApp took before and has said nothing of since, and what waited too long; how many."""
        waited = self.run("DELETE FROM whatsapp_waiting WHERE until < ?", to_ms(before))
        return waited + self.run("DELETE FROM whatsapp_answer WHERE at < ?", to_ms(before))

    def _old_broadcast(self, before: int) -> int | None:
        row = self.conn.execute(_OLD_BROADCAST, {"before": before}).fetchone()
        return None if row is None else row[0]
