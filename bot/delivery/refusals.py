"""When a platform refuses what a broadcast says: after how many refusals it stands still until somebody looks."""

from collections import defaultdict
from dataclasses import dataclass, field

CHATS = 5  # the same refusal from so many different chats is about the text, not about one of them
SHARE = 0.2  # and at least this share of what has ended: some odd clients among thousands stop nobody's news
_REMEMBERED = 64  # broadcasts


@dataclass(slots=True)
class _Refused:
    """Of one broadcast, since its texts have this version: the chats by code, and how much had ended before."""

    version: int
    ended: int = 0
    chats: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


class Refusals:
    """Which chats refused what; forgets with the process, which only makes it more patient."""

    def __init__(self) -> None:
        self._refused: dict[int, _Refused] = {}
        self._told: set[int] = set()

    def note(self, broadcast_id: int, version: int, code: str, subscriber_id: int) -> int:
        """Write down one refusal; how many different chats have refused this broadcast with this code.

        With a newer version of texts it is counted anew: what was refused may have been put right.
        """
        refused = self._refused.setdefault(broadcast_id, _Refused(version))
        if refused.version != version:
            refused = self._refused[broadcast_id] = _Refused(version, refused.ended)
        refused.chats[code].add(subscriber_id)
        while len(self._refused) > _REMEMBERED:
            self.forget(next(iter(self._refused)))
        return len(refused.chats[code])

    def noted(self) -> list[int]:
        """The broadcasts that somebody has refused."""
        return list(self._refused)

    def has_any(self, broadcast_id: int) -> bool:
        """Whether somebody has refused it since it was counted anew."""
        return bool(self._refused[broadcast_id].chats)

    def is_older(self, broadcast_id: int, version: int) -> bool:
        """Whether what was refused was refused with older texts, or before somebody resumed it."""
        return self._refused[broadcast_id].version != version

    def renew(self, broadcast_id: int, version: int, ended: int) -> None:
        """It is counted anew from here: refusals, and the attempts of which they are a share."""
        self._refused[broadcast_id] = _Refused(version, ended)
        self._told.discard(broadcast_id)

    def forget(self, broadcast_id: int) -> None:
        """It is counted anew from here."""
        self._refused.pop(broadcast_id, None)
        self._told.discard(broadcast_id)

    def is_told(self, broadcast_id: int) -> bool:
        """Whether it was asked before: where nothing stands still, the staff hears of it once."""
        told = broadcast_id in self._told
        self._told.add(broadcast_id)
        return told

    def are_too_many(self, broadcast_id: int, chats: int, ended: int) -> bool:
        """Whether the broadcast must stand still: enough chats, and enough of the attempts that have ended since."""
        before = self._refused[broadcast_id].ended if broadcast_id in self._refused else 0
        return chats >= CHATS and chats >= SHARE * (ended - before)
