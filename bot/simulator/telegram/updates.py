"""The queue of updates that wait for the program, and the long poll that takes them."""

import asyncio
from collections import deque
from collections.abc import Iterable
from datetime import timedelta
from random import Random

from bot.simulator.clock import Clock
from bot.simulator.telegram.answers import ApiError
from bot.simulator.telegram.model import Json
from bot.simulator.telegram.params import Params

KEPT_FOR = timedelta(hours=24)
MAX_TIMEOUT = 50
_NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class Updates:
    """Updates in order, kept until they are acknowledged or 24 hours old."""

    def __init__(self, clock: Clock, chance: Random) -> None:
        self.clock = clock
        self.allowed: frozenset[str] | None = None  # None: the default
        self._queue: deque[tuple[float, Json]] = deque()
        self._next_id = chance.randrange(100_000_000, 900_000_000)
        self._poll: asyncio.Future[str] | None = None
        self._arrival: asyncio.Event | None = None

    def add(self, kind: str, payload: Json) -> int | None:
        """Queue an update; its id, None when the program does not want this kind."""
        if kind not in self.allowed if self.allowed is not None else kind in _NOT_BY_DEFAULT:
            return None
        update_id = self._next_id
        self._next_id += 1
        self._queue.append((self.clock.monotonic(), {"update_id": update_id, kind: payload}))
        if self._poll is not None and not self._poll.done():
            self._poll.set_result("")
        if self._arrival is not None:
            self._arrival.set()
        return update_id

    def allow(self, params: Params) -> None:
        """Change which kinds are wanted, when the request says so; an empty list is the default."""
        kinds = params.parsed("allowed_updates", "allowed updates")
        if isinstance(kinds, list):
            self.allowed = frozenset(map(str, kinds)) or None

    def count(self) -> int:
        """How many wait."""
        self._expire()
        return len(self._queue)

    def clear(self) -> None:
        """Forget them all."""
        self._queue.clear()

    def first(self) -> Json | None:
        """The oldest, which stays in the queue."""
        self._expire()
        return self._queue[0][1] if self._queue else None

    def done(self, update_id: int) -> None:
        """Forget the oldest if it is this one."""
        if self._queue and self._queue[0][1]["update_id"] == update_id:
            self._queue.popleft()

    async def arrived(self) -> None:
        """Wait until there is one."""
        if not self._queue:
            self._arrival = asyncio.Event()
            await self._arrival.wait()

    async def get(self, params: Params) -> list[Json]:
        """The long poll: acknowledges what lies before the offset, answers as soon as something waits."""
        self.interrupt("terminated by other getUpdates request; make sure that only one bot instance is running")
        self.allow(params)
        limit = min(max(params.integer("limit", 100), 1), 100)
        timeout = min(max(params.integer("timeout"), 0), MAX_TIMEOUT)
        self._acknowledge(params.integer("offset"))
        if not self.count() and timeout:
            await self._wait(timeout)
        return [update for _, update in self._some(limit)]

    def _some(self, limit: int) -> Iterable[tuple[float, Json]]:
        return [self._queue[at] for at in range(min(limit, len(self._queue)))]

    def _acknowledge(self, offset: int) -> None:
        self._expire()
        if offset < 0:
            while len(self._queue) > -offset:
                self._queue.popleft()
        while self._queue and self._queue[0][1]["update_id"] < offset:
            self._queue.popleft()

    def _expire(self) -> None:
        oldest = self.clock.monotonic() - KEPT_FOR.total_seconds()
        while self._queue and self._queue[0][0] < oldest:
            self._queue.popleft()

    async def _wait(self, timeout: float) -> None:  # noqa: ASYNC109 — the Bot API's own parameter
        poll = self._poll = asyncio.get_running_loop().create_future()
        try:
            conflict = await asyncio.wait_for(poll, timeout)
        except TimeoutError:
            conflict = ""
        finally:
            if self._poll is poll:
                self._poll = None
        if conflict:
            raise ApiError(409, f"Conflict: {conflict}")

    def interrupt(self, conflict: str) -> None:
        """End a waiting long poll: with a conflict, or with an empty answer for ""."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(conflict)
        self._poll = None
