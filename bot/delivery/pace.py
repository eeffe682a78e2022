"""How fast: the account's strict window, each chat's own limit, and how many requests may be in flight.

Seconds here are monotonic: a wall clock that jumps neither bursts nor starves.
"""

import math
from collections import deque
from dataclasses import dataclass, field

from bot.delivery.roundtrip import LONGEST_STALL, MOST_LATE, Latencies, RoundTrips

__all__ = ["ChatRate", "Chats", "Latencies", "Sent", "Window", "in_flight_limit", "tick_length"]

TICK = 0.048  # seconds between two claims while there is work: 0.05, less what a loop needs to wake
SHORTEST_TICK = 0.02
A_TICKS_WORTH = 100  # messages: enough to share a commit; where more would gather, ticks get shorter instead
UNHEARD_OF = 0.25  # seconds that a request is taken to be late while no answer has ever come
MORE_IN_FLIGHT = 3
CATCH_UP = 1.05  # slots accrue this much faster than the rate, which the window keeps: after a stall it is made good


def tick_length(rate: float) -> float:
    """Seconds between two claims at this rate: fewer in flight at high rates, so less that a crash leaves unknown."""
    return min(TICK, max(SHORTEST_TICK, A_TICKS_WORTH / rate))


@dataclass(slots=True, eq=False)
class Sent:
    """One request that left; it holds a slot until a window after its arrival has surely passed."""

    at: float
    answered: float = math.inf  # when
    overtaken: float = math.inf  # when one that left later had its answer
    free: bool = False  # its slot has been given back


@dataclass(slots=True)
class Window:
    """At most `rate` arrivals in any one second, evenly spread; empty for the first second after `opened`.

    Two bounds hold together: requests that share a slot arrive at least a window apart (strict, promise 5), and slots
    accrue steadily with a small reserve, so that somebody who writes never waits for a burst to pass.

    When a request arrives is not seen, but bounded: it arrived no later than its answer came, less the way back, and
    the next one arrives no earlier than it leaves, plus the way there. Both ways together take at least `fastest`. So
    a slot comes free a window after its answer, less `fastest`, whichever slot that is: requests overtake each other.
    Both readings of the clock err to the safe side; `margin` stands for what is not known about `fastest`.
    """

    rate: float  # sends a second
    opened: float  # when this process began: the window before it may be full
    trips: RoundTrips = field(default_factory=RoundTrips)
    _left: deque[Sent] = field(default_factory=deque)  # in the order of leaving
    _answered: deque[Sent] = field(default_factory=deque)  # in the order of the answers
    _alone: deque[Sent] = field(default_factory=deque)  # those that nothing has overtaken, in the order of leaving
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
        return 1.0 if self.rate >= 1.0 else 1.0 / self.rate

    @property
    def reserve(self) -> float:
        """Slots that may be saved up: three ticks' worth, at least one."""
        return max(1.0, self.rate * 3 * tick_length(self.rate))

    def free(self, now: float) -> int:
        """How many may leave at this moment."""
        if now < self.opened + self.span:
            return 0
        self._give_back(now)
        accrued = self._slots + (now - self._counted) * self.rate * CATCH_UP
        self._slots, self._counted = min(self.reserve, accrued), now
        return max(0, min(math.floor(self._slots + 1e-9), self.capacity - self._taken))

    def free_by(self, moment: float, now: float) -> int:
        """How many will have been able to leave by a moment soon after `now`, as far as is known now."""
        if moment < self.opened + self.span:
            return 0
        self.free(now)
        accrued = self._slots + (moment - max(now, self._counted)) * self.rate * CATCH_UP
        return max(0, min(math.floor(accrued + 1e-9), self.capacity - self._taken + self._coming_free(moment)))

    def take(self, count: int, now: float) -> list[Sent]:
        """Write down that `count` leave now; each of them is `answered` later."""
        sent = [Sent(now) for _ in range(count)]
        self._left.extend(sent)
        self._alone.extend(sent)
        self._taken += count
        self._slots -= count
        return sent

    def answered(self, sent: Sent, now: float, *, heard: bool = True) -> None:
        """Write down that this one is over; `heard`: with an answer of the platform, which says when it was there."""
        if not heard:
            sent.overtaken = min(sent.overtaken, sent.at)  # it failed, while nothing else stood still
            return
        self.trips.add(now - sent.at, now)
        sent.answered = now
        while self._alone and self._alone[0].at < sent.at:
            one = self._alone.popleft()
            one.overtaken = min(one.overtaken, now)
        if not sent.free:
            self._answered.append(sent)

    def wait(self, now: float) -> float:
        """Seconds until at least one may leave, if no answer comes before then (ask `free` again)."""
        if now < self.opened + self.span:
            return self.opened + self.span - now
        full = 0.0
        if self._taken >= self.capacity:
            heads = [self._free_again(self._answered[0])] if self._answered else []
            full = min([*heads, self._given_up(self._left[0])]) - now
        return max(0.0, full, self._counted + (1.0 - self._slots) / (self.rate * CATCH_UP) - now)

    def _give_back(self, now: float) -> None:
        """Take back the slots whose window has passed."""
        while self._answered and (self._answered[0].free or now >= self._free_again(self._answered[0])):
            self._release(self._answered.popleft())
        while self._left and (self._left[0].free or now >= self._given_up(self._left[0])):
            self._release(self._left.popleft())

    def _release(self, sent: Sent) -> None:
        if not sent.free:
            sent.free = True
            self._taken -= 1

    def _coming_free(self, moment: float) -> int:
        """Slots still taken that `_give_back` will find at that moment."""
        count = 0
        for sent in self._answered:
            if self._free_again(sent) > moment:
                break
            count += not sent.free
        for sent in self._left:
            if self._given_up(sent) > moment:
                break
            count += not sent.free and (sent.answered == math.inf or self._free_again(sent) > moment)
        return count

    def _free_again(self, sent: Sent) -> float:
        """When the slot of one that was answered comes free."""
        return sent.answered - self.trips.fastest + self.span + self.trips.margin

    def _given_up(self, sent: Sent) -> float:
        """When the slot comes free whatever is heard of it: one that hangs must not cost the account its rate.

        It hangs when one that left after it has its answer. Where none has, everything stands still, and will arrive
        together: a network that stalls, or a machine that has too much to do.
        """
        if sent.answered < math.inf:
            return self._free_again(sent)
        trips, since, late = self.trips, min(sent.overtaken, sent.at + LONGEST_STALL), MOST_LATE
        if self.span <= trips.fastest:  # no answer can be expected yet, because each takes longer, or as none came ever
            late = min(MOST_LATE, trips.slowest - trips.fastest) if trips.fastest < math.inf else UNHEARD_OF
            since = sent.at
        return since + self.span + trips.margin + late


@dataclass(frozen=True, slots=True)
class ChatRate:
    """What one chat stands: a short burst, then so many a second."""

    burst: float = math.inf
    per_second: float = math.inf


@dataclass(slots=True)
class Chats:
    """When each recently used chat stands its whole burst again; chats at rest take no memory."""

    _whole_at: dict[str, float] = field(default_factory=dict)

    def wait(self, address: str, rate: ChatRate, now: float) -> float:
        """Seconds until this chat stands one more message; 0.0 is now."""
        left = self._left(address, rate, now)
        return 0.0 if left >= 1 else (1 - left) / rate.per_second

    def try_take(self, address: str, rate: ChatRate, now: float) -> float:
        """Take this chat's turn if it stands one more message now: 0.0; else seconds until it does."""
        pause = self.wait(address, rate, now) if address in self._whole_at else 0.0
        if not pause:
            self.take(address, rate, now)
        return pause

    def take(self, address: str, rate: ChatRate, now: float) -> None:
        """Write down that one message leaves for this chat now."""
        if math.isfinite(rate.burst):
            self._whole_at[address] = max(now, self._whole_at.get(address, now)) + 1 / rate.per_second

    def forget_rested(self, now: float) -> None:
        """Drop chats whose burst is whole again."""
        for address in [address for address, at in self._whole_at.items() if at <= now]:
            del self._whole_at[address]

    def _left(self, address: str, rate: ChatRate, now: float) -> float:
        """How much of the burst is left."""
        at = self._whole_at.get(address, now)
        return rate.burst if at <= now else rate.burst - (at - now) * rate.per_second


def in_flight_limit(rate: float, p95: float) -> int:
    """W of promise 3: requests that may be under way at once, between 4 and 800.

    Three more than rate and latency ask for: a few late answers together must not keep a free slot from being used.
    """
    return min(800, max(4, MORE_IN_FLIGHT + math.ceil(rate * (p95 + tick_length(rate)))))
