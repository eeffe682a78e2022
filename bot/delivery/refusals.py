"""When a platform refuses what a broadcast says: after how many refusals it stands still until somebody looks."""

from collections import defaultdict

CHATS = 5  # the same refusal from so many different chats is about the text, not about one of them
SHARE = 0.2  # and at least this share of what has ended: some odd clients among thousands stop nobody's news
_REMEMBERED = 64  # broadcasts


class Refusals:
    """Which chats refused what; forgets with the process, which only makes it more patient."""

    def __init__(self) -> None:
        self._refused: dict[int, dict[str, set[int]]] = {}
        self._told: set[int] = set()

    def note(self, broadcast_id: int, code: str, subscriber_id: int) -> int:
        """Write down one refusal; how many different chats have refused this broadcast with this code."""
        codes = self._refused.setdefault(broadcast_id, defaultdict(set))
        codes[code].add(subscriber_id)
        while len(self._refused) > _REMEMBERED:
            oldest = next(iter(self._refused))
            del self._refused[oldest]
            self._told.discard(oldest)
        return len(codes[code])

    def is_told(self, broadcast_id: int) -> bool:
        """Whether it was asked before: where nothing stands still, the staff hears of it once."""
        told = broadcast_id in self._told
        self._told.add(broadcast_id)
        return told

    @staticmethod
    def are_too_many(chats: int, ended: int) -> bool:
        """Whether the broadcast must stand still: enough chats, and enough of all attempts that have ended."""
        return chats >= CHATS and chats >= SHARE * ended
