"""What transactions say about updates that came in."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from storage.sqlite.part import Part, from_ms_or_none, to_ms

_RECEIVE: Final = """
INSERT INTO inbox (channel, update_id, body, received_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_WAITING: Final = """
SELECT update_id, body FROM inbox WHERE channel = ? AND handled_at IS NULL ORDER BY update_id LIMIT ?
"""
_HANDLED: Final = """
UPDATE inbox SET handled_at = ?, error = ? WHERE channel = ? AND update_id = ? AND handled_at IS NULL
"""
_FORGET: Final = """
DELETE FROM inbox WHERE handled_at < ? AND handled_at IS NOT NULL
  AND update_id < (SELECT max(update_id) FROM inbox newest WHERE newest.channel = inbox.channel)
"""


class Inbox(Part):
    """Updates: kept before the platform is told, handled once."""

    def receive(self, channel: str, updates: Sequence[tuple[int, str]], now: datetime) -> int:
        """Keep raw updates (id, body); known ids are passed over; how many are new."""
        if not updates:
            return 0
        at = to_ms(now)
        rows = [(channel, update_id, body, at) for update_id, body in updates]
        return self.conn.executemany(_RECEIVE, rows).rowcount

    def waiting_updates(self, channel: str, limit: int) -> list[tuple[int, str]]:
        """Updates that are not handled yet, oldest first."""
        return self.all(_WAITING, channel, limit)

    def came(self, channel: str, update_id: int) -> datetime | None:
        """When this update was received; None: there is none (any more)."""
        find = "SELECT received_at FROM inbox WHERE channel = ? AND update_id = ?"
        return from_ms_or_none(self.value(find, channel, update_id))

    def handled(self, channel: str, update_id: int, now: datetime, error: str = "") -> bool:
        """Mark as handled; False when it already was (then nothing else of the transaction may be done)."""
        return self.run(_HANDLED, to_ms(now), error, channel, update_id) == 1

    def blank_updates(self, channel: str, updates: Collection[int]) -> None:
        """Keep that these came, and nothing of what they said."""
        blank = "UPDATE inbox SET body = '{}' WHERE channel = ? AND update_id = ?"
        for update in updates:
            self.run(blank, channel, update)

    def last_update(self, channel: str) -> int | None:
        """The highest update id ever received."""
        highest: int | None = self.value("SELECT max(update_id) FROM inbox WHERE channel = ?", channel)
        return highest

    def forget_updates(self, before: datetime) -> int:
        """Drop handled updates older than this (the highest of each channel stays); how many."""
        return self.run(_FORGET, to_ms(before))
