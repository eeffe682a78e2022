"""A correction and a withdrawal as they look on a phone of the page."""

from typing import Any

import aiohttp
from playwright.async_api import expect

from bot.simulator.demo import TOKEN, Demo
from bot.simulator.phones import RESIDENTS
from tests.browser.test_page import SRI, Opens

CHAT = RESIDENTS[0].user_id


async def test_a_corrected_message_says_so_and_a_deleted_one_disappears(open_page: Opens, demo: Demo) -> None:
    page = await open_page()
    phone = page.locator(SRI)
    async with aiohttp.ClientSession() as session:

        async def call(method: str, **params: Any) -> Any:
            url = f"{demo.simulator.base_url}/bot{TOKEN}/{method}"
            async with session.post(url, json={"chat_id": CHAT, **params}) as answer:
                return (await answer.json())["result"]

        await phone.get_by_role("button", name="Mulai", exact=True).click()
        await expect(phone.locator("article")).to_have_count(2)
        wrong = (await call("sendMessage", text="Pasar malam mulai Kamis"))["message_id"]
        keys = {"inline_keyboard": [[{"text": "Menu", "callback_data": "menu"}]]}
        await call("sendMessage", text="RALAT", reply_parameters={"message_id": wrong}, reply_markup=keys)
        correction = phone.locator("article", has_text="RALAT")
        await expect(correction.locator(".quote")).to_have_text("Pasar malam mulai Kamis")
        await call("editMessageText", message_id=wrong, text="Pasar malam mulai Jumat")
        await expect(phone.locator(f"[data-id='{wrong}']")).to_contain_text("disunting")
        await expect(correction.locator(".quote")).to_have_text("Pasar malam mulai Jumat")
        await expect(correction).not_to_contain_text("disunting")
        await call("editMessageText", message_id=wrong, text="Judul yang panjang sekali " * 9)
        await expect(correction.locator(".quote")).to_contain_text("Judul yang panjang")
        assert await phone.locator(".chat").evaluate("box => box.scrollWidth - box.clientWidth") == 0
        await call("deleteMessage", message_id=wrong)
        await expect(phone.locator(f"[data-id='{wrong}']")).to_have_count(0)
        await expect(correction.locator(".quote.lost")).to_have_text("Pesan sudah dihapus")
