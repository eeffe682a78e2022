"""The whole of it: the real program, started by `kentongan demo`, driven from its page in a real browser."""

import re

from playwright.async_api import expect

from bot.simulator.phones import RESIDENTS
from tests.browser.chromium import chromium
from tests.browser.shoot import running_demo
from tests.browser.test_alert_walk import follow
from tests.browser.test_page import publish

SRI, BUDI = (f"#pane-{owner.user_id}" for owner in RESIDENTS)
PROMPTLY = 15_000  # milliseconds


async def test_a_newcomer_subscribes_in_three_taps_and_gets_what_they_publish_themselves() -> None:
    async with running_demo() as address, chromium() as browser:
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        await page.goto(address)
        sri, budi = page.locator(SRI), page.locator(BUDI)
        for phone, topic in ((sri, "Investigasi"), (budi, "Hukum & Kriminal")):
            await follow(phone, topic)
        # The program's first look at the feeds sends nothing; the demo's own first story comes after it.
        await expect(page.locator("[data-story]").first).to_be_visible(timeout=PROMPTLY)
        await publish(page, "Warga Menghitung Sendiri Lampu yang Padam", "Investigasi")
        story = sri.locator("article", has_text="Warga Menghitung Sendiri")
        await expect(story).to_contain_text(re.compile(r"tiba \d,\d detik setelah terbit"), timeout=PROMPTLY)
        await expect(story.get_by_role("link", name="Baca selengkapnya")).to_be_visible()
        assert await story.count() == 1
        assert await budi.locator("article", has_text="Warga Menghitung Sendiri").count() == 0
