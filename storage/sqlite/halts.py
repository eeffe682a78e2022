"""What transactions say about halts: begun, tried, over."""

from datetime import datetime
from typing import Final

from bot.delivery.halts import HALTED, Halt, Scope
from bot.delivery.receipts import Tag
from storage.sqlite.part import Part, from_ms, to_ms

_HALT: Final = """
INSERT INTO whatsapp_halt (scope, code, since, probe_at) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  code = excluded.code, probe_at = max(probe_at, excluded.probe_at), probe = ''
"""
_IS_OVER: Final = "INSERT OR REPLACE INTO meta SELECT 'halt_over_' || scope, ? FROM whatsapp_halt"
_GOES_ON: Final = """
UPDATE delivery SET next_at = min(next_at, ?) WHERE state = 'queued' AND channel = 'whatsapp' AND code = ?
"""


class Halts(Part):
    """What is held back because the platform does not take it."""

    def halts(self) -> list[Halt]:
        """What is held back now."""
        rows = self.all("SELECT scope, code, since, probe_at FROM whatsapp_halt ORDER BY since")
        return [Halt(Scope(scope), code, from_ms(since), from_ms(probe_at)) for scope, code, since, probe_at in rows]

    def halt(self, halt: Halt) -> bool:
        """Hold this back; whether it was not before."""
        known = self.value("SELECT 1 FROM whatsapp_halt WHERE scope = ?", halt.scope.value)
        self.run(_HALT, halt.scope.value, halt.code, to_ms(halt.since), to_ms(halt.probe_at))
        return known is None

    def halt_over(self, scope: Scope) -> datetime | None:
        """When this was held back no more, the last time; None: it never was held back, or is for the first time."""
        at = self.value("SELECT value FROM meta WHERE key = ?", f"halt_over_{scope.value}")
        return None if at is None else from_ms(int(at))

    def probe_halt(self, scope: Scope, tag: Tag, again: datetime) -> None:
        """This attempt tries whether the halt is over; the next one may do so then."""
        self.run(
            "UPDATE whatsapp_halt SET probe = ?, probe_at = ? WHERE scope = ?", str(tag), to_ms(again), scope.value
        )

    def end_halts(self, now: datetime) -> list[Halt]:
        """Somebody knows that the platform takes everything again; what was held back, and is due now."""
        ended = self.halts()
        if ended:
            self.run(_IS_OVER, str(to_ms(now)))
            self.run("DELETE FROM whatsapp_halt")
            self.run(_GOES_ON, to_ms(now), HALTED)
        return ended

    def _probes(self) -> set[str]:
        """Attempts that try."""
        return {row[0] for row in self.all("SELECT probe FROM whatsapp_halt WHERE probe <> ''")}

    def _end_probed(self, tag: str, now: datetime) -> None:
        """This attempt has arrived."""
        self.run(f"{_IS_OVER} WHERE probe = ?", str(to_ms(now)), tag)
        if self.run("DELETE FROM whatsapp_halt WHERE probe = ?", tag):
            self.run(_GOES_ON, to_ms(now), HALTED)
