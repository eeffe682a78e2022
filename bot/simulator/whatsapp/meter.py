"""How much WhatsApp takes: so many messages a second a number, so many to one person, so many people begun with."""

from array import array
from collections import deque
from dataclasses import dataclass

from bot.simulator.clock import Clock
from bot.simulator.whatsapp.errors import CloudError

_ROUNDING = 1e-9
A_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Rates that are allowed; None switches one off."""

    account_per_second: int | None = 80  # in any sliding one-second window
    pair_seconds: float | None = 6.0  # one message to one person each so many seconds
    pair_burst: int = 45
    portfolio: int | None = 250  # people outside of their window in any 24 hours; 2,000, 10,000, 100,000 come later

    @classmethod
    def off(cls) -> "Limits":
        """No limits at all."""
        return cls(None, None, portfolio=None)


class Meter:
    """Counts what arrives and refuses what is too much; constant work a request."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self.limits, self.clock = limits, clock
        self.arrivals = array("d")
        self.account_hits = 0
        self.pair_hits = 0
        self.portfolio_hits = 0
        self._account: deque[float] = deque()
        self._pairs: dict[str, tuple[float, float]] = {}  # person -> (tokens, when)
        self._begun: dict[str, float] = {}  # person -> when last written to outside of their window, the oldest first

    def arrived(self) -> None:
        """A message has reached the server, whatever becomes of it."""
        self.arrivals.append(self.clock.monotonic())

    def admit(self, person: str) -> None:
        """Count one message to this person, or raise what it is refused with."""
        now, limits = self.clock.monotonic(), self.limits
        if limits.account_per_second is not None:
            while self._account and now - self._account[0] >= 1.0:
                self._account.popleft()
            if len(self._account) >= limits.account_per_second:
                self.account_hits += 1
                raise CloudError(130429, "Cloud API message throughput has been reached.")
        if limits.pair_seconds is not None:
            tokens = self._tokens(person, now, limits.pair_seconds)
            if tokens < 1.0 - _ROUNDING:
                self.pair_hits += 1
                raise CloudError(131056, "Too many messages to the same number in a short time.")
            self._pairs[person] = (tokens - 1.0, now)
        if limits.account_per_second is not None:
            self._account.append(now)

    def begin(self, person: str) -> bool:
        """Count somebody who is written to outside of their window; False: that would be one too many in a day."""
        now, limit = self.clock.monotonic(), self.limits.portfolio
        if limit is None:
            return True
        while self._begun and now - self._begun[oldest := next(iter(self._begun))] >= A_DAY:
            del self._begun[oldest]
        if person not in self._begun and len(self._begun) >= limit:
            self.portfolio_hits += 1
            return False
        self._begun.pop(person, None)
        self._begun[person] = now
        return True

    @property
    def begun(self) -> int:
        """How many people were written to outside of their window in the last day, as far as was looked."""
        return len(self._begun)

    def _tokens(self, person: str, now: float, seconds: float) -> float:
        most = float(self.limits.pair_burst)
        tokens, when = self._pairs.get(person, (most, now))
        return min(most, tokens + (now - when) / seconds)

    def peak(self, window: float = 1.0) -> int:
        """The most arrivals within any window of so many seconds."""
        first = most = 0
        for last, at in enumerate(self.arrivals):
            while at - self.arrivals[first] >= window:
                first += 1
            most = max(most, last - first + 1)
        return most
