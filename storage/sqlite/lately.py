"""What left for groups just before a start: their minute did not begin anew with the program."""

from datetime import datetime, timedelta
from typing import Final

from storage.sqlite.part import Part, from_ms, to_ms

# From what is open, or was lately: a walk over deliveries would take as long as they are many. The loops stay as they
# are written: few broadcasts, then the groups by their addresses (which are no numbers of people), then one row each.
_STARTED: Final = """
WITH lately (id) AS (
  SELECT id FROM broadcast INDEXED BY broadcast_open WHERE done_at IS NULL
  UNION ALL SELECT id FROM broadcast INDEXED BY broadcast_age WHERE created_at > :created AND done_at > :since)
SELECT s.address, d.started_at FROM lately b CROSS JOIN (
  SELECT id, address FROM subscriber WHERE channel = :channel AND address >= '-' AND address < '.'
  UNION ALL SELECT id, address FROM subscriber WHERE channel = :channel AND address >= '@' AND address < 'A') s
CROSS JOIN delivery d ON d.broadcast_id = b.id AND d.subscriber_id = s.id
WHERE d.started_at > :since ORDER BY d.started_at
"""
_LIVES: Final = timedelta(days=2)  # what has been done lately is not older


class Lately(Part):
    """What was started lately."""

    def started_to_groups(self, channel: str, since: datetime) -> list[tuple[str, datetime]]:
        """What was started after `since` to chats whose addresses are negative numbers or names, oldest first."""
        values = {"channel": channel, "since": to_ms(since), "created": to_ms(since - _LIVES)}
        return [(address, from_ms(at)) for address, at in self.conn.execute(_STARTED, values).fetchall()]
