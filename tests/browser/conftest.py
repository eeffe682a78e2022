"""A demo with a stand-in for the program, and a real browser that shows its page."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize

from bot.simulator.demo import Demo
from bot.simulator.telegram import Limits
from tests.browser.chromium import chromium
from tests.support.standin import StandIn

Opens = Callable[..., Awaitable[Page]]
WIDE, PHONE = (1440, 900), (390, 844)


@pytest.fixture
async def demo() -> AsyncIterator[Demo]:
    demo = Demo(tell=lambda _: None, limits=Limits.off())
    await demo.start()
    async with StandIn(demo):
        yield demo
    await demo.stop()


@pytest.fixture
async def open_page(demo: Demo) -> AsyncIterator[Opens]:
    """Open the page in a window of this size; at the end it must have made no error and asked nobody else."""
    complaints: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if m.type in {"error", "warning"} else None)
        page.on("request", lambda r: None if r.url.startswith(demo.simulator.base_url) else complaints.append(r.url))

    async with chromium() as browser:

        async def open_page(size: tuple[int, int] = WIDE, **options: Any) -> Page:
            viewport = ViewportSize(width=size[0], height=size[1])
            context = await browser.new_context(viewport=viewport, reduced_motion="reduce", **options)
            context.set_default_timeout(10_000)
            page = await context.new_page()
            watch(page)
            await page.goto(demo.simulator.base_url)
            await page.wait_for_selector("body[data-ready]")
            return page

        yield open_page
    assert complaints == []
