"""How far a broadcast has come, told to whoever watches it."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from bot.delivery.plan import Status
from bot.errors import NewsroomError
from bot.ports import Report, Store, Tx

POLL_EVERY = 0.5  # seconds between two looks where nobody tells that something was written
LOOK_ANYWAY = 5.0  # seconds without being told after which to look all the same: another program may have written


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a broadcast stands, by channel and as a whole."""

    broadcast_id: int
    status: Status
    reports: tuple[Report, ...]
    done_at: datetime | None = None

    @property
    def over(self) -> bool:
        """Whether nothing of it will leave any more, as things stand."""
        return self.done_at is not None

    @property
    def sent(self) -> int:
        """Readers who have it, also those from whom it was taken back."""
        return sum(report.sent + report.recalled for report in self.reports)

    @property
    def failed(self) -> int:
        """Readers who will not get it, for a reason that is known."""
        return sum(sum(report.failed.values()) for report in self.reports)

    @property
    def unknown(self) -> int:
        """Readers of whom nobody knows."""
        return sum(report.unknown for report in self.reports)

    @property
    def settled(self) -> int:
        """Readers with whom it is finished, one way or another."""
        return self.sent + self.failed + self.unknown + sum(report.digested for report in self.reports)

    @property
    def waiting(self) -> int:
        """Readers whose turn comes at a later time."""
        return sum(report.waiting for report in self.reports)

    @property
    def under_way(self) -> int:
        """Requests that have left and are not answered."""
        return sum(report.under_way for report in self.reports)


class Written:
    """Tells all who wait that something was written."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def tell(self) -> None:
        """Something was written just now."""
        self._next.set()
        self._next = asyncio.Event()

    @property
    def next(self) -> asyncio.Event:
        """The next telling: take it before looking, and what is written while looking is not missed."""
        return self._next


def progress_of(tx: Tx, broadcast_id: int) -> Progress:
    """Where this broadcast stands now; NewsroomError when there is none."""
    sent = tx.broadcast(broadcast_id)
    if sent is None:
        raise NewsroomError("not_found", f"there is no broadcast {broadcast_id}: kentongan broadcasts list shows them")
    return Progress(broadcast_id, sent.status, tuple(tx.report(broadcast_id)), sent.done_at)


async def watch(
    store: Store, broadcast_id: int, written: Written | None = None, *, every: float = POLL_EVERY,
    still_after: float = math.inf,
) -> AsyncIterator[Progress]:  # fmt: skip
    """Where it stands now, then each time that has changed, at most every so many seconds, until it is over.

    With `written` it looks when that tells; without (from another process) it looks every so many seconds. Where
    nothing changes for `still_after` seconds the same is given once more: whoever watches may want to know.
    """
    loop = asyncio.get_running_loop()
    last, changed = None, loop.time()
    while last is None or not last.over:
        told = written.next if written is not None else None
        now = await store.read(lambda tx: progress_of(tx, broadcast_id))
        if now != last or loop.time() - changed >= still_after:
            last, changed = now, loop.time()
            yield now
        if not now.over:
            await _until_next(told, every)


async def _until_next(told: asyncio.Event | None, every: float) -> None:
    if told is not None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), LOOK_ANYWAY)
    await asyncio.sleep(every)  # what is written meanwhile is seen with it
