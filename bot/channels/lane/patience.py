"""One timer for all requests that wait: each may wait equally long, so whoever began first is late first."""

import asyncio
from collections import deque
from collections.abc import Callable

Late = Callable[["asyncio.Future[tuple[int, bytes]]"], None]  # its answer has not come in time


class Patience:
    """Says of every answer that has not come after `seconds` that it is late; a timer each cost 4 % of a message."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[tuple[float, asyncio.Future[tuple[int, bytes]], Late]] = deque()  # due, oldest first
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, answer: "asyncio.Future[tuple[int, bytes]]", late: Late) -> None:
        """From now on this answer is waited for."""
        self._forget_done()
        self._waiting.append((self._loop.time() + self._seconds, answer, late))
        if self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._look)

    def end(self) -> None:
        """Wait for nothing any more once nothing is waited for."""
        self._forget_done()
        if self._timer is not None and not self._waiting:
            self._timer.cancel()
            self._timer = None

    def _forget_done(self) -> None:
        while self._waiting and self._waiting[0][1].done():
            self._waiting.popleft()

    def _look(self) -> None:
        self._timer = None
        now = self._loop.time()
        while self._waiting and (self._waiting[0][0] <= now or self._waiting[0][1].done()):
            _, answer, late = self._waiting.popleft()
            if not answer.done():
                late(answer)
        if self._waiting:
            self._timer = self._loop.call_at(self._waiting[0][0], self._look)
