"""Server-sent events with ids: who comes back after a break gets what they missed, or everything anew."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from secrets import token_hex
from typing import Any

KEEP = 300  # events for those who come back
BEHIND = 200  # events that a slow page may lag before it is cut off and comes back by itself
HEARTBEAT = 10.0  # seconds


class Stream:
    """One stream for all open pages."""

    def __init__(self, heartbeat: float = HEARTBEAT) -> None:
        self._run = token_hex(4)  # ids of an earlier run of the demo mean nothing in this one
        self._count = 0
        self._heartbeat = heartbeat
        self._kept: deque[tuple[int, bytes]] = deque(maxlen=KEEP)
        self._pages: set[asyncio.Queue[bytes | None]] = set()

    @property
    def pages(self) -> int:
        """How many pages listen."""
        return len(self._pages)

    def publish(self, kind: str, data: Any) -> None:  # noqa: ANN401 — any JSON value
        """Tell every page."""
        self._count += 1
        event = self._event(kind, data)
        self._kept.append((self._count, event))
        for page in list(self._pages):
            if page.qsize() >= BEHIND:
                self._pages.discard(page)
                page.put_nowait(None)
            else:
                page.put_nowait(event)

    def whole(self, state: Any) -> bytes:  # noqa: ANN401 — any JSON value
        """The event that a fresh page begins with."""
        return b"retry: 1000\n" + self._event("state", state)

    def missed(self, last_id: str) -> list[bytes] | None:
        """The events after this id; None when the page must begin anew."""
        run, _, number = last_id.partition("-")
        if run != self._run or not number.isdecimal() or int(number) > self._count:
            return None
        oldest = self._kept[0][0] if self._kept else self._count + 1
        if int(number) < oldest - 1:
            return None
        return [event for n, event in self._kept if n > int(number)]

    async def listen(self, first: Sequence[bytes]) -> AsyncGenerator[bytes, None]:
        """These events, then others as they come, with a comment now and then so that a dead connection is noticed."""
        page: asyncio.Queue[bytes | None] = asyncio.Queue()
        for event in first:
            page.put_nowait(event)
        self._pages.add(page)
        try:
            while (coming := await self._next(page)) is not None:
                yield coming
        finally:
            self._pages.discard(page)

    async def _next(self, page: "asyncio.Queue[bytes | None]") -> bytes | None:
        try:
            async with asyncio.timeout(self._heartbeat):
                return await page.get()
        except TimeoutError:
            return b": still here\n\n"

    def close(self) -> None:
        """End every page's stream."""
        for page in list(self._pages):
            page.put_nowait(None)

    def _event(self, kind: str, data: Any) -> bytes:  # noqa: ANN401 — any JSON value
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        return f"id: {self._run}-{self._count}\nevent: {kind}\ndata: {text}\n\n".encode()
