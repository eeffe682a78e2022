"""What answers tell about the network: the least time there and back, and how far that can be trusted."""

import math
from collections import deque
from dataclasses import dataclass, field

LEAST_MARGIN = 0.0005  # seconds of doubt that remain however much is known
MOST_LATE = 1.0  # seconds that an answer may be late: what comes later is taken for a request that hangs
LONGEST_STALL = 10.0  # seconds without any answer until that holds for all of them
# A generation of answers is remembered until the next is full. A network that has become slower is taken for a slow
# spell of the old one for as long; that costs some of the rate, forgetting too early would cost the promise.
GENERATION = 1024  # answers, and
GENERATION_SECONDS = 60.0
FEWEST = 20  # answers; from fewer nothing is concluded


@dataclass(slots=True)
class Generation:
    """The extremes of some answers, in seconds."""

    began: float = -math.inf
    count: int = 0
    fastest: float = math.inf
    slowest: float = 0.0

    def add(self, seconds: float) -> None:
        """One more answer."""
        self.count += 1
        self.fastest, self.slowest = min(self.fastest, seconds), max(self.slowest, seconds)

    def is_full(self, now: float) -> bool:
        """Whether it is long enough, in answers and in time."""
        return self.count >= GENERATION and now - self.began >= GENERATION_SECONDS


@dataclass(slots=True)
class RoundTrips:
    """Two generations of answers: `fastest` is what may be counted on, `margin` the doubt that remains, in seconds.

    The true least time may lie below the fastest of n answers: with delays spread evenly over both ways by 1.25 times
    the mean delay over the root of n, in expectation. `margin` is that, more while n is small, and half a
    millisecond for all else: `python -m bench window` counts the random networks that break the window all the same.
    """

    fastest: float = math.inf  # nothing has been heard; 0.0: too little
    slowest: float = 0.0
    margin: float = LEAST_MARGIN
    _mean_delay: float = 0.0  # beyond the fastest
    _now: Generation = field(default_factory=Generation)
    _before: Generation = field(default_factory=Generation)

    def add(self, seconds: float, now: float) -> None:
        """The platform's answer came after so many seconds."""
        if not self._now.count or self._now.is_full(now):
            self._before, self._now = self._now, Generation(now)
        self._now.add(seconds)
        fastest = min(self._now.fastest, self._before.fastest)
        self.slowest = max(self._now.slowest, self._before.slowest)
        count = self._now.count + self._before.count
        self._mean_delay += (min(MOST_LATE, seconds - fastest) - self._mean_delay) / min(count, 256)
        self.fastest = fastest if count >= FEWEST else 0.0
        self.margin = LEAST_MARGIN + self._mean_delay * (1.25 / math.sqrt(count) + 25 / count + 1200 / count**2)


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
