"""Waiting for what can be seen on the phones, or in the portal's log of requests."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from bot.simulator.phones import Phones
from bot.simulator.portal import Portal
from bot.simulator.stories import CATEGORIES

GLANCE = 0.2  # seconds: what no event tells (a poll of the portal) is looked at this often
READ = (200, 304)  # the program has read a feed, or learned that nothing changed
FEEDS = {"/feed/", *(f"/category/{category.slug}/feed/" for category in CATEGORIES)}


async def until(phones: Phones, true: Callable[[], bool], deadline: float | None = None) -> float | None:
    """Seconds until the condition holds; None when the deadline (in seconds) comes first."""
    clock = phones.telegram.clock
    began, changed = clock.monotonic(), asyncio.Event()
    unwatch = phones.watch(changed.set)
    try:
        while not true():
            if deadline is not None and clock.monotonic() - began > deadline:
                return None
            changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(GLANCE):
                    await changed.wait()
    finally:
        unwatch()
    return clock.monotonic() - began


def read_since(portal: Portal, at: float) -> bool:
    """Whether the program has read every feed of the town after this moment (monotonic seconds)."""
    return {hit.path for hit in portal.hits if hit.at >= at and hit.status in READ} >= FEEDS
