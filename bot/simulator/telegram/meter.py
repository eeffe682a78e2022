"""Counts what arrives and says 429 when it is too much."""

from array import array
from collections import deque
from math import ceil

from bot.simulator.clock import Clock
from bot.simulator.telegram.limits import Limits
from bot.simulator.telegram.model import Chat

_PAID_PER_SECOND = 1000
_ACCOUNT = 0  # no chat has this id


class Meter:
    """Sliding windows and buckets; constant work a request."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self.limits = limits
        self.clock = clock
        self.arrivals = array("d")
        self.floods = 0
        self._account: deque[float] = deque()
        self._chats: dict[int, tuple[float, float]] = {}  # chat -> (tokens, when)
        self._groups: dict[int, deque[float]] = {}
        self._closed: dict[int, float] = {}  # chat or account -> until

    def arrived(self) -> None:
        """A send or an edit has reached the server, whatever becomes of it."""
        self.arrivals.append(self.clock.monotonic())

    def admit(self, chat: Chat, *, paid: bool = False) -> int:
        """0 when the request may pass, else the seconds to wait."""
        now = self.clock.monotonic()
        for scope in (_ACCOUNT, chat.id):
            if self._closed.get(scope, 0.0) > now:
                return self._refuse(ceil(self._closed[scope] - now))
        exhausted = self._exhausted(chat, now, paid=paid)
        if exhausted is not None:
            self._closed[exhausted] = now + self.limits.retry_after
            return self._refuse(self.limits.retry_after)
        return 0

    def _refuse(self, seconds: int) -> int:
        self.floods += 1
        return seconds

    def _exhausted(self, chat: Chat, now: float, *, paid: bool) -> int | None:
        """What has run out, the chat or the account; None: nothing, and the request is counted."""
        limits = self.limits
        if limits.chat_per_second is not None and not self._take_token(chat.id, limits.chat_per_second, now):
            return chat.id
        if limits.group_per_minute is not None and chat.kind != "private":
            window = self._groups.setdefault(chat.id, deque())
            if not _take_place(window, limits.group_per_minute, 60.0, now):
                return chat.id
        if limits.account_per_second is not None:
            most = max(limits.account_per_second, _PAID_PER_SECOND) if paid else limits.account_per_second
            if not _take_place(self._account, most, 1.0, now):
                return _ACCOUNT
        return None

    def _take_token(self, chat_id: int, rate: float, now: float) -> bool:
        tokens, when = self._chats.get(chat_id, (float(self.limits.chat_burst), now))
        tokens = min(float(self.limits.chat_burst), tokens + (now - when) * rate)
        if tokens < 1.0 - 1e-9:
            return False
        self._chats[chat_id] = (tokens - 1.0, now)
        return True

    def peak(self, window: float) -> int:
        """The most arrivals within any window of so many seconds."""
        first = most = 0
        times = self.arrivals
        for last, at in enumerate(times):
            while at - times[first] >= window:
                first += 1
            most = max(most, last - first + 1)
        return most


def _take_place(window: deque[float], most: int, seconds: float, now: float) -> bool:
    while window and now - window[0] >= seconds:
        window.popleft()
    if len(window) >= most:
        return False
    window.append(now)
    return True
