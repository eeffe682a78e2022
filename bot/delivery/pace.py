"""How fast: the account's strict window, each chat's own limit, and how many requests may be in flight.

Seconds here are monotonic: a wall clock that jumps neither bursts nor starves.
"""

import math
from collections import deque
from dataclasses import dataclass, field

MARGIN = 0.02  # seconds added to every window
MOST_LATE = 0.25  # seconds: an answer that comes later than this tells nothing about the way there
# Seconds between two claims while there is work: at most 0.05, and a whole fraction of window and margin, because the
# slots of a tick come free one window later: with 0.05 they would wait for the next tick and cost 3 % of the rate.
TICK = (1 + MARGIN) / 21
SHORTEST_TICK = (1 + MARGIN) / 102  # about 10 ms
A_TICKS_WORTH = 50  # messages: enough to share a commit; where more would gather, ticks get shorter instead


def tick_length(rate: float) -> float:
    """Seconds between two claims at this rate: fewer in flight at high rates, so less that a crash leaves unknown."""
    wanted = min(TICK, max(SHORTEST_TICK, A_TICKS_WORTH / rate))
    return (1 + MARGIN) / math.ceil((1 + MARGIN) / wanted - 1e-9)


@dataclass(slots=True)
class Sent:
    """Requests that left together."""

    at: float
    count: int
    unanswered: int
    last_answer: float


@dataclass(slots=True)
class Window:
    """At most `rate` sends in any one second, evenly spread; empty for the first second after `opened`.

    Two bounds hold together: send i and send i + rate arrive at least a window apart (strict, promise 5), and slots
    accrue steadily with a small reserve, so that somebody who writes never waits for a burst to pass.

    When a request arrives is not seen, but bounded: it arrived no later than its answer came, less the way back, and
    the next one arrives no earlier than it leaves, plus the way there. Both ways together take at least `fastest`. So
    a slot comes free a window after its answer, less `fastest`; with a network that spreads requests by 50 ms, a fixed
    margin of 20 was seen to break the window.
    """

    rate: float  # sends a second
    opened: float  # when this process began: the window before it may be full
    margin: float = MARGIN
    fastest: float = math.inf  # seconds that the quickest of the last requests took; infinite: nothing is known
    slowest: float = 0.0  # and the slowest
    _sent: deque[Sent] = field(default_factory=deque)
    _taken: int = 0
    _slots: float = 0.0
    _counted: float = 0.0

    def __post_init__(self) -> None:
        """Count from the end of the first, empty window."""
        self._counted = self.opened + self.span

    @property
    def capacity(self) -> int:
        """Sends in one window: the rate, at least one."""
        return max(1, math.floor(self.rate))

    @property
    def span(self) -> float:
        """The window's length in seconds: one, or longer where the rate is below one a second."""
        return self.capacity / self.rate

    @property
    def reserve(self) -> float:
        """Slots that may be saved up: three ticks' worth, at least one."""
        return max(1.0, self.rate * 3 * tick_length(self.rate))

    def free(self, now: float) -> int:
        """How many may leave at this moment."""
        if now < self.opened + self.span:
            return 0
        while self._sent and now >= self._free_again(self._sent[0]):
            self._taken -= self._sent.popleft().count
        accrued = self._slots + (now - self._counted) * self.rate
        self._slots, self._counted = min(self.reserve, accrued), now
        return max(0, min(math.floor(self._slots + 1e-9), self.capacity - self._taken))

    def take(self, count: int, now: float) -> Sent:
        """Write down that `count` leave now; each of them is `answered` later."""
        sent = Sent(now, count, count, now)
        if count:
            self._sent.append(sent)
            self._taken += count
            self._slots -= count
        return sent

    @staticmethod
    def answered(sent: Sent, now: float) -> None:
        """Write down that one of these has its answer, or never will."""
        sent.unanswered -= 1
        sent.last_answer = now

    def wait(self, now: float) -> float:
        """Seconds until at least one may leave, if no answer comes before then (ask `free` again)."""
        if now < self.opened + self.span:
            return self.opened + self.span - now
        full = self._free_again(self._sent[0]) - now if self._taken >= self.capacity else 0.0
        return max(0.0, full, (1.0 - self._slots) / self.rate)

    def _free_again(self, sent: Sent) -> float:
        """When the slots of these come free."""
        if not sent.unanswered:
            took = sent.last_answer - sent.at
        elif self.fastest < self.span:
            took = math.inf  # late by more than anybody knows: wait for its answer
        else:
            took = self.slowest  # no answer can be expected yet
        return sent.at + self.span + self.margin + min(MOST_LATE, max(0.0, took - self.fastest))


@dataclass(frozen=True, slots=True)
class ChatRate:
    """What one chat stands: a short burst, then so many a second."""

    burst: float = math.inf
    per_second: float = math.inf


@dataclass(slots=True)
class Chats:
    """The burst that each recently used chat has left; chats at rest take no memory."""

    _left: dict[str, tuple[float, float]] = field(default_factory=dict)  # address -> (left, at)

    def wait(self, address: str, rate: ChatRate, now: float) -> float:
        """Seconds until this chat stands one more message; 0.0 is now."""
        left = self._now_left(address, rate, now)
        return 0.0 if left >= 1 else (1 - left) / rate.per_second

    def take(self, address: str, rate: ChatRate, now: float) -> None:
        """Write down that one message leaves for this chat now."""
        if math.isfinite(rate.burst):
            self._left[address] = (self._now_left(address, rate, now) - 1, now)

    def forget_rested(self, now: float, after: float = 120.0) -> None:
        """Drop chats that have rested for `after` seconds: their burst is whole again."""
        for address in [a for a, (_, at) in self._left.items() if now - at > after]:
            del self._left[address]

    def _now_left(self, address: str, rate: ChatRate, now: float) -> float:
        left, at = self._left.get(address, (rate.burst, now))
        return min(rate.burst, left + (now - at) * rate.per_second)


@dataclass(slots=True)
class Latencies:
    """The last answers' latencies, for the 95th percentile."""

    _last: deque[float] = field(default_factory=lambda: deque(maxlen=256))

    def add(self, seconds: float) -> None:
        """One answer took so long."""
        self._last.append(seconds)

    def p95(self) -> float:
        """The 95th percentile in seconds; half a second while nothing is known."""
        if not self._last:
            return 0.5
        return sorted(self._last)[math.ceil(0.95 * len(self._last)) - 1]

    def extremes(self) -> tuple[float, float]:
        """The shortest and the longest in seconds; infinite and nought while nothing is known."""
        return min(self._last, default=math.inf), max(self._last, default=0.0)


def in_flight_limit(rate: float, p95: float) -> int:
    """W of promise 3: requests that may be under way at once, between 4 and 800."""
    return min(800, max(4, math.ceil(rate * (p95 + tick_length(rate)))))
