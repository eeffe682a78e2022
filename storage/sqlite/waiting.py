"""What waits for a chat: holds that the platform asked for, and queued deliveries that are no longer wanted."""

from datetime import datetime, timedelta
from typing import Final

from bot.delivery.life import ABOUT, AFTER_QUIET, LONGEST_DUTY
from storage.sqlite.part import Part, to_ms

_HOLD: Final = """
INSERT INTO hold VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET until = max(until, excluded.until) RETURNING until
"""
# A closed broadcast has nothing open, so looking at those that are not finds all that waits for a subscriber.
_OF_SUBSCRIBER: Final = """
subscriber_id = :subscriber AND state = 'queued' AND broadcast_id IN (SELECT id FROM broadcast WHERE done_at IS NULL)
"""
# Too late because of what it had to wait for: that is the reason. An attempt of which nobody knows may have arrived.
FAIL: Final = """
UPDATE delivery SET state = CASE WHEN doubts > 0 THEN 'unknown' ELSE 'failed' END, finished_at = :now,
  channel = NULL, rank = NULL, next_at = NULL,
  code = CASE WHEN :code = 'expired' AND code IN ('window_closed', 'budget', 'portfolio', 'halted') THEN code
    ELSE :code END
"""
DUE_NOW: Final = f"""
UPDATE delivery SET next_at = min(next_at, :now)
WHERE {_OF_SUBSCRIBER} AND code IN ('window_closed', 'budget', 'portfolio')
"""
_BUMP_DELIVERIES: Final = f"UPDATE delivery SET next_at = max(next_at, :until) WHERE {_OF_SUBSCRIBER}"
# What is about something told is owed to whoever waits (`bot.delivery.life`).
_AFTER: Final = AFTER_QUIET // timedelta(milliseconds=1)
_OWED: Final = f"""
UPDATE broadcast SET expires_at = max(expires_at,
  min(owed.until, max(not_before, created_at) + {LONGEST_DUTY // timedelta(milliseconds=1)}))
FROM (
  SELECT b.id AS about, d.next_at + {_AFTER} AS until FROM broadcast b INDEXED BY broadcast_open
  CROSS JOIN delivery d ON d.broadcast_id = b.id AND d.subscriber_id = :subscriber
  WHERE b.done_at IS NULL AND b.kind IN ({", ".join(f"'{kind}'" for kind in sorted(ABOUT))})
    AND d.state = 'queued' AND b.expires_at < d.next_at + {_AFTER}) owed
WHERE broadcast.id = owed.about
"""
_BUMP_REPLIES: Final = """
UPDATE reply SET next_at = max(next_at, ?) WHERE channel = ? AND address = ? AND state = 'queued'
"""


class Waiting(Part):
    """Holds and the dropping of queued deliveries. Whatever is queued for a chat on hold is due when the hold ends."""

    def _hold(self, channel: str, address: str, until: datetime) -> None:
        """Leave this chat alone until then; a longer hold stays."""
        until_ms = self.value(_HOLD, channel, address, to_ms(until))
        self.run(_BUMP_REPLIES, until_ms, channel, address)
        subscriber = self._subscriber(channel, address)
        if subscriber is not None:
            self.conn.execute(_BUMP_DELIVERIES, {"subscriber": subscriber, "until": until_ms})
            self._owe_on(subscriber)

    def _owe_on(self, subscriber: int) -> None:
        """What they wait for ends no sooner than they can have it."""
        self.conn.execute(_OWED, {"subscriber": subscriber})

    def _forget_holds(self, now: datetime) -> None:
        self.run("DELETE FROM hold WHERE until <= ?", to_ms(now))

    def _subscriber(self, channel: str, address: str) -> int | None:
        """The id of a known address."""
        found: int | None = self.value("SELECT id FROM subscriber WHERE channel = ? AND address = ?", channel, address)
        return found

    def _drop_queued(self, subscriber: int, code: str, now: datetime, unless: str = "0") -> None:
        """Queued deliveries of this subscriber fail with this reason: they are neither sent nor lost."""
        values = {"subscriber": subscriber, "code": code, "now": to_ms(now)}
        self.conn.execute(f"{FAIL} WHERE {_OF_SUBSCRIBER} AND NOT ({unless})", values)
