"""What transactions say about things that webhooks bring more than once, for up to seven days."""

import hashlib
from datetime import datetime
from typing import Final

from storage.sqlite.money import Money
from storage.sqlite.part import to_ms

_BITS: Final = {"message": 1, "sent": 2, "delivered": 4, "read": 8, "played": 16, "failed": 32}
_OTHER_BIT: Final = 64
_SEE: Final = """
INSERT INTO whatsapp_seen VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET seen = seen | ?2 WHERE seen & ?2 = 0
"""


class Sights(Money):
    """Messages and statuses that have been seen."""

    def first_sight(self, message_id: str, what: str, now: datetime) -> bool:
        """Whether this message (`message`), or this status of it, comes for the first time."""
        # Hashed, for the ids of real messages spell out the number of whom they went to.
        return self.run(_SEE, _hashed(message_id), _BITS.get(what, _OTHER_BIT), to_ms(now)) == 1

    def was_seen(self, message_id: str, what: str) -> bool:
        """Whether it has come before."""
        seen = self.value("SELECT seen FROM whatsapp_seen WHERE id = ?", _hashed(message_id)) or 0
        return bool(seen & _BITS.get(what, _OTHER_BIT))

    def forget_sights(self, before: datetime, limit: int) -> int:
        """Drop at most so many that nobody will bring again; how many."""
        old = "SELECT id FROM whatsapp_seen WHERE at < ? LIMIT ?"
        dropped = self.run(f"DELETE FROM whatsapp_seen WHERE id IN ({old})", to_ms(before), limit)
        return dropped + self._forget_charges(before.date(), limit)


def _hashed(message_id: str) -> str:
    return hashlib.blake2b(message_id.encode(), digest_size=16).hexdigest()
