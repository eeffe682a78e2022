"""A newsroom's alert and its correction, from the page of `kentongan demo`: two editors, two messengers."""

import re

from playwright.async_api import Locator, Page, expect

from bot.simulator.phones import REDAKSI, RESIDENTS
from tests.browser.chromium import chromium
from tests.browser.shoot import running_demo

PROMPTLY, TEN_SECONDS_AND_MORE = 20_000, 40_000  # milliseconds
CODE = re.compile(r"undang-[\w-]{10,}")
WRONG, RIGHT = "Jembatan Gajah Mada", "Jembatan Pajajaran"
ALERT = f"{WRONG} ditutup, arus dialihkan lewat Jalan Pahlawan."


async def type_into(phone: Locator, text: str) -> None:
    box = phone.get_by_role("textbox")
    await box.fill(text)
    await box.press("Enter")


async def tap(phone: Locator, label: str) -> None:
    """The newest button of this name; the list that it stands in is opened first."""
    found = phone.locator(".keys button").filter(has_text=re.compile(f"^(✅ )?{re.escape(label)}$")).last
    await found.wait_for(state="attached", timeout=PROMPTLY)
    closed = found.locator("xpath=ancestor::details[not(@open)]")
    if await closed.count():
        await closed.locator("summary").click()
    await found.click(timeout=PROMPTLY)


async def follow(phone: Locator, topic: str) -> None:
    await phone.get_by_role("button", name="Mulai", exact=True).click()
    await tap(phone, topic)
    await expect(phone.locator(".keys").get_by_text(topic)).not_to_have_count(0)
    ticked = phone.locator("article", has_text=re.compile(f"✅ {re.escape(topic)}"))
    await expect(ticked.last).to_be_attached(timeout=PROMPTLY)
    await tap(phone, "Selesai")
    await expect(phone.locator(".status")).to_have_text(f"mengikuti {topic}", timeout=PROMPTLY)


async def a_second_editor(newsroom: Locator, phone: Locator) -> None:
    """The newsroom invites somebody, who accepts on their own phone."""
    await expect(newsroom.locator("article", has_text="Peran: admin")).to_be_attached(timeout=PROMPTLY)
    await type_into(newsroom, "/undang editor")
    said = newsroom.locator("article:not(.mine)", has_text=CODE).last
    await expect(said).to_be_visible(timeout=PROMPTLY)
    code = CODE.search(await said.inner_text())
    assert code is not None
    await type_into(phone, f"/start {code[0]}")
    await expect(phone.locator("article", has_text="Undangan diterima")).to_be_attached(timeout=PROMPTLY)


async def sound(newsroom: Locator, colleague: Locator) -> None:
    """An urgent alert, which a colleague approves."""
    await type_into(newsroom, f"/push {ALERT}")
    await tap(newsroom, "Tingkat")
    await tap(newsroom, "Darurat")
    await tap(newsroom, "Minta persetujuan")
    await tap(colleague, "Setujui")


async def correct(newsroom: Locator, colleague: Locator) -> None:
    """What was sent said something wrong: below its report stands what to do about it; a colleague approves it."""
    await tap(newsroom, "Ralat")
    await type_into(newsroom, WRONG)
    await expect(newsroom.locator("article", has_text="Sekarang tulis yang benar").last).to_be_visible(timeout=PROMPTLY)
    await type_into(newsroom, RIGHT)
    await tap(newsroom, "Minta persetujuan")
    await expect(colleague.locator("article", has_text="ralat di atas").last).to_be_visible(timeout=PROMPTLY)
    await tap(colleague, "Setujui")


async def open_demo(page: Page, address: str) -> tuple[Locator, Locator, Locator]:
    await page.goto(address)
    await page.wait_for_selector("body[data-ready]")
    sri, budi, newsroom = (page.locator(f"#pane-{o.user_id}") for o in (*RESIDENTS, REDAKSI))
    await expect(budi).to_have_attribute("data-channel", "whatsapp")
    return sri, budi, newsroom


async def test_an_alert_and_its_correction_reach_telegram_and_whatsapp() -> None:
    async with running_demo() as address, chromium() as browser:
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        sri, budi, newsroom = await open_demo(page, address)
        await follow(sri, "Investigasi")
        await follow(budi, "Hukum & Kriminal")
        await a_second_editor(newsroom, sri)
        await sound(newsroom, sri)
        for phone in (sri, budi):
            alert = phone.locator("article:not(.mine)", has_text="DARURAT").filter(has_text="Jalan Pahlawan")
            await expect(alert.first).to_be_attached(timeout=TEN_SECONDS_AND_MORE)
        await correct(newsroom, sri)
        for phone in (sri, budi):
            correction = phone.locator("article:not(.mine)", has_text="Tadi tertulis: " + WRONG)
            correction = correction.filter(has=page.locator(".quote"))  # what was shown for approval answers nothing
            await expect(correction).to_be_attached(timeout=PROMPTLY)
            await expect(correction).to_contain_text("Yang benar: " + RIGHT)
            await expect(correction.locator(".quote")).to_contain_text("DARURAT")
