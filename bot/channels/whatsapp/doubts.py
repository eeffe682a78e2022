"""Sends that were never answered: their receipts settle them; those that none comes for are sent once more."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, cast

import structlog

from bot.channels.whatsapp.receive import POSTS
from bot.channels.whatsapp.send import NAME
from bot.delivery.receipts import Doubts, Listening, Tag
from bot.errors import StoreError
from bot.ports import Store, Tx

log = structlog.get_logger(__name__)

LOOK_EVERY: Final = 5.0  # seconds
BROUGHT_FOR: Final = timedelta(days=8)  # webhooks are brought again for seven days
TIDY_EVERY: Final = 720  # looks: an hour
A_TIME: Final = 5_000  # rows dropped in one transaction


class DoubtSweeper:
    """Looks every few seconds for doubts that have been listened for long enough."""

    def __init__(
        self, store: Store, now: Callable[[], datetime], clock: Callable[[], float], wake: Callable[[], None]
    ) -> None:  # fmt: skip
        self._store, self._now, self._clock, self._wake = store, now, clock, wake
        self._doubts, self._listening = Doubts(), Listening()
        self._through: dict[Tag, int] = {}  # doubts that were listened for long enough, and the last post by then

    def heard(self) -> None:
        """Webhooks come in."""
        self._listening.heard(self._clock())

    async def run(self) -> None:
        """Until cancelled."""
        looks = 0
        while True:
            try:
                await self.look()
                if looks % TIDY_EVERY == 0:
                    await self._tidy()
            except StoreError as error:
                log.warning("doubts wait for the store", channel=NAME, reason=error.reason)
            looks += 1
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> int:
        """Send once more what is ripe; how many."""
        ripe = await self._store.read(self._ripe)
        if not ripe:
            return 0
        now = self._now()
        count = await self._store.write(lambda tx: tx.once_more(ripe, now))
        if count:
            log.warning("sent once more: no receipt came", channel=NAME, count=count)
            self._wake()
        return count

    def _ripe(self, tx: Tx) -> list[Tag]:
        """What was listened for long enough, and whose receipt is in no post that waits here to be worked on."""
        ripe = cast("list[Tag]", self._doubts.ripe(tx.doubtful(), self._listening.seconds))
        last = (tx.last_update(POSTS) or 0) if ripe else 0
        self._through = {tag: self._through.get(tag, last) for tag in ripe}
        waiting = tx.waiting_updates(POSTS, 1) if ripe else []
        return [tag for tag in ripe if not waiting or waiting[0][0] > self._through[tag]]

    async def _tidy(self) -> None:
        before = self._now() - BROUGHT_FOR
        while await self._store.write(lambda tx: tx.forget_sights(before, A_TIME)):  # noqa: ASYNC110 — each look does work
            await asyncio.sleep(0.05)  # the outbox writes in between
