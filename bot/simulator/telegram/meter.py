"""Counts what arrives and says 429 when it is too much."""

from array import array
from collections import deque
from math import ceil

from bot.simulator.clock import Clock
from bot.simulator.telegram.limits import Limits
from bot.simulator.telegram.model import Chat

_PAID_PER_SECOND = 1000
_ROUNDING = 1e-9
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
        tokens = self._tokens(chat.id, now) if limits.chat_per_second is not None else 1.0
        if tokens < 1.0 - _ROUNDING:
            return chat.id
        windows: list[deque[float]] = []
        if limits.group_per_minute is not None and chat.kind != "private":
            windows.append(self._groups.setdefault(chat.id, deque()))
            if not _has_place(windows[-1], limits.group_per_minute, 60.0, now):
                return chat.id
        if limits.account_per_second is not None:
            windows.append(self._account)
            most = max(limits.account_per_second, _PAID_PER_SECOND) if paid else limits.account_per_second
            if not _has_place(self._account, most, 1.0, now):
                return _ACCOUNT
        if limits.chat_per_second is not None:
            self._chats[chat.id] = (tokens - 1.0, now)
        for window in windows:
            window.append(now)
        return None

    def _tokens(self, chat_id: int, now: float) -> float:
        """How many messages this chat takes at once now."""
        most = float(self.limits.chat_burst)
        tokens, when = self._chats.get(chat_id, (most, now))
        return min(most, tokens + (now - when) * (self.limits.chat_per_second or 0.0))

    def peak(self, window: float) -> int:
        """The most arrivals within any window of so many seconds."""
        first = most = 0
        times = self.arrivals
        for last, at in enumerate(times):
            while at - times[first] >= window:
                first += 1
            most = max(most, last - first + 1)
        return most


def _has_place(window: deque[float], most: int, seconds: float, now: float) -> bool:
    while window and now - window[0] >= seconds:
        window.popleft()
    return len(window) < most
