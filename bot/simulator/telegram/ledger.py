"""The ledger: every request that came, and how many of each kind."""

from collections import Counter, deque

from bot.simulator.telegram.model import Entry


class Ledger:
    """Keeps the newest entries (all, so many, or none) and always the counts."""

    def __init__(self, keep: int | None) -> None:
        self.keep = keep
        self.entries: deque[Entry] = deque(maxlen=keep)
        self.counts: Counter[tuple[str, int]] = Counter()  # (method, status)
        self._by_chat: dict[int | None, list[Entry]] = {}  # made when asked for, so that adding stays cheap

    def count(self, method: str, status: int) -> None:
        """Count a request that is not kept whole."""
        self.counts[method, status] += 1

    def add(self, entry: Entry) -> None:
        """Keep and count a request."""
        self.entries.append(entry)
        self._by_chat = {}
        self.counts[entry.method, entry.status] += 1

    def of(self, chat_id: int | None) -> list[Entry]:
        """The kept entries, oldest first."""
        if chat_id is None:
            return list(self.entries)
        if not self._by_chat:
            for entry in self.entries:
                self._by_chat.setdefault(entry.chat_id, []).append(entry)
        return list(self._by_chat.get(chat_id, []))
