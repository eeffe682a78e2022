"""The simulator's own clock: it imports nothing of the program, and tests turn it by hand."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the simulator asks of time."""

    def now(self) -> datetime:
        """The wall's time, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds that only go forward."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The wall's time, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 — the simulator may not import the program's clock

    def monotonic(self) -> float:
        """Seconds that only go forward."""
        return time.monotonic()


class HandClock:
    """A clock that stands still until it is turned."""

    def __init__(self, start: datetime = datetime(2026, 11, 24, 8, tzinfo=UTC)) -> None:
        self._start = start
        self._passed = 0.0

    def now(self) -> datetime:
        """The wall's time, aware, in UTC."""
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        """Seconds that only go forward."""
        return self._passed

    def turn(self, seconds: float) -> None:
        """Let this many seconds pass."""
        self._passed += seconds
