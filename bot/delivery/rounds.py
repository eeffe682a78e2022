"""When a follow-up goes over its source's readers once more while the source still goes out."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.delivery.plan import Broadcast

EVERY: Final = timedelta(minutes=1)  # a round reads all that the source has reached: not with every message


@dataclass(slots=True)
class _Seen:
    """What was known of one pass's source."""

    at: datetime  # when the newest round began
    reached: int  # readers that the source had then
    latest: int  # readers that it had when it was looked at last


@dataclass(slots=True)
class Rounds:
    """The rounds of each pass that waits for its source to settle, since this process began.

    Another one begins when the source has reached somebody since: as soon as it comes to rest (readers who sleep, a
    chat on hold), else every minute.
    """

    _seen: dict[tuple[int, int], _Seen] = field(default_factory=dict)

    def is_due(self, broadcast: Broadcast, reached: int, now: datetime) -> bool:
        """Whether another round would find somebody, and it is time for it."""
        seen = self._seen.get(_key(broadcast))
        if seen is None:
            return True
        rests, seen.latest = reached == seen.latest, reached
        return reached != seen.reached and (rests or not seen.at <= now < seen.at + EVERY)

    def moves(self, broadcast: Broadcast) -> bool:
        """Whether the source has reached somebody whom no round has looked for yet."""
        seen = self._seen.get(_key(broadcast))
        return seen is not None and seen.latest != seen.reached

    def begun(self, broadcast: Broadcast, reached: int, now: datetime) -> None:
        """Write down that a round begins."""
        self._seen[_key(broadcast)] = _Seen(now, reached, reached)

    def forget(self, running: set[tuple[int, int]]) -> None:
        """Keep only these passes, by broadcast and number."""
        for key in self._seen.keys() - running:
            del self._seen[key]


def _key(broadcast: Broadcast) -> tuple[int, int]:
    return broadcast.id, broadcast.pass_no


def waits(broadcast: Broadcast) -> bool:
    """Whether this pass has been over its source's readers, and waits for another round."""
    return broadcast.source_id is not None and broadcast.last_id == 0 and not broadcast.final
