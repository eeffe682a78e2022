"""Where claimed attempts wait for their slot: each leaves at the moment when the window lets it, and nobody sleeps.

A tick claims what will be able to leave until the next one. So neither the ticks nor the commits cost any of the rate.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from bot.delivery.pace import Sent, Window
from bot.delivery.plan import Delivery, QueuedReply

Attempt = Delivery | QueuedReply

LONGEST = 0.05  # seconds between two looks while something waits: an answer may have freed a slot earlier
SHORTEST = 0.001  # seconds: what timers can do
# Above so many a second several leave together, every few milliseconds: that costs half as many thousandths.
MANY = 250.0
TOGETHER = 0.004


class Gate:
    """Holds what is written down as started, in order, and lets it go as slots come free."""

    def __init__(
        self, window: Window, clock: Callable[[], float], pause: Callable[[], float],
        leave: Callable[[Attempt, Sent], None],
    ) -> None:  # fmt: skip
        self._window, self._clock, self._pause, self._leave = window, clock, pause, leave
        self._waiting: deque[Attempt] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @property
    def deliveries(self) -> list[Delivery]:
        """Those that wait, without the answers."""
        return [attempt for attempt in self._waiting if isinstance(attempt, Delivery)]

    def add(self, replies: Sequence[QueuedReply], deliveries: Sequence[Delivery]) -> None:
        """Just claimed: answers go first, also before what was claimed earlier."""
        self._waiting.extendleft(reversed(replies))
        self._waiting.extend(deliveries)
        self.look()

    def look(self) -> None:
        """Let go what may leave now, and look again when the next slot comes free."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._waiting:
            return
        now, pause = self._clock(), self._pause()
        if pause <= 0:
            count = min(len(self._waiting), self._window.free(now))
            for sent in self._window.take(count, now):
                self._leave(self._waiting.popleft(), sent)
        if self._waiting:
            shortest = TOGETHER if self._window.rate > MANY else SHORTEST
            # Half a millisecond more: a timer that fires early would look in vain.
            rest = min(LONGEST, max(shortest, pause, self._window.wait(now) + SHORTEST / 2))
            self._timer = asyncio.get_running_loop().call_later(rest, self.look)

    def empty(self) -> list[Attempt]:
        """Take back all that wait: they have not left."""
        waiting, self._waiting = list(self._waiting), deque()
        self.look()
        return waiting
