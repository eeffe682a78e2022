"""The wall clock falls back: what waits for a moment of the platform's must not wait for hours (docs/design.md)."""

from datetime import datetime, timedelta
from typing import Any, Final

from storage.sqlite.part import Part, to_ms

_NOTE: Final = "INSERT OR REPLACE INTO meta VALUES ('moment', ?)"
_NOTED: Final = "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'moment'"
_HOLDS: Final = "UPDATE hold SET until = until - :by WHERE until > :now AND coalesce(:channel, channel) = channel"
_REPLIES: Final = """
UPDATE reply SET next_at = next_at - :by
WHERE state = 'queued' AND next_at > :now AND coalesce(:channel, channel) = channel
"""
_SOON: Final = 300_000  # milliseconds: waits between tries, and of a chat whose pace is used up, are shorter
# What waits for hours of the wall, as quiet ones, and is moved with the rest, finds when it is due that these hold.
_DUE_SOON: Final = f"""
UPDATE delivery SET next_at = next_at - :by
WHERE state = 'queued' AND channel IN (SELECT value FROM json_each(:channels)) AND rank IN (0, 1, 2, 3)
  AND next_at > :now AND next_at <= :now + :by + {_SOON}
"""
_HELD_LONGER: Final = f"""
UPDATE delivery SET next_at = next_at - :by
WHERE subscriber_id IN (SELECT s.id FROM hold h JOIN subscriber s ON s.channel = h.channel AND s.address = h.address
                        WHERE h.channel IN (SELECT value FROM json_each(:channels)))
  AND broadcast_id IN (SELECT id FROM broadcast WHERE done_at IS NULL)
  AND state = 'queued' AND next_at > :now + :by + {_SOON}
"""
_CHANNELS: Final = "SELECT json_group_array(DISTINCT channel) FROM broadcast_pass WHERE ?1 IS NULL OR channel = ?1"


class Falls(Part):
    """Holds and waits between tries, which are lengths of time, kept as moments of the wall."""

    def note_moment(self, now: datetime) -> None:
        """The wall clock says this: a start that sees an earlier time knows that it fell."""
        self.run(_NOTE, str(to_ms(now)))

    def clock_fell(self, channel: str, now: datetime, by: timedelta) -> None:
        """The wall clock fell back by so much, to `now`: what waits for this platform is due so much earlier.

        Quiet hours, pauses, digests and schedules are times of the wall: they stay as they are.
        """
        self._move_waits(channel, to_ms(now), by // timedelta(milliseconds=1))
        self.note_moment(now)

    def _mind_a_fall(self, now: datetime) -> None:
        """At a start: the clock may have fallen since the process before wrote something down."""
        noted = self.value(_NOTED)
        if noted is not None and noted > to_ms(now):
            self._move_waits(None, to_ms(now), noted - to_ms(now))
            self.note_moment(now)

    def _move_waits(self, channel: str | None, now: int, by: int) -> None:
        values: dict[str, Any] = {"channel": channel, "now": now, "by": by}
        values["channels"] = self.value(_CHANNELS, channel)
        for statement in (_HOLDS, _REPLIES, _HELD_LONGER, _DUE_SOON):
            self.conn.execute(statement, values)
