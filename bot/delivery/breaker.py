"""When to stop trying: ten failures among the last twenty outcomes say that it is not the readers."""

from collections import deque
from dataclasses import dataclass, field

FAILURES = 10
OUTCOMES = 20
FIRST_PAUSE = 5.0  # seconds; doubled with each probe that fails
LONGEST_PAUSE = 60.0


@dataclass(slots=True)
class Breaker:
    """Counts what became of requests and says for how long to stop; whoever holds it lets one probe through then.

    Only failures of account or network may be told to it as failures, and only what proves both sound as a success.
    """

    _last: deque[bool] = field(default_factory=lambda: deque(maxlen=OUTCOMES))  # True: failed
    _pause: float = FIRST_PAUSE

    def succeeded(self) -> None:
        """The platform took a request."""
        self._last.append(False)

    def failed(self) -> float:
        """A request failed; seconds to stop for, 0.0 while that is no pattern."""
        self._last.append(True)
        if sum(self._last) < FAILURES:
            return 0.0
        self._last.clear()
        return self._pause

    def probe_failed(self) -> float:
        """Nor did the one request after the pause get through; seconds to stop for."""
        self._pause = min(LONGEST_PAUSE, self._pause * 2)
        return self._pause

    def close(self) -> None:
        """A probe got through: begin anew."""
        self._last.clear()
        self._pause = FIRST_PAUSE
