"""The simulator as a process of its own, the way benchmarks and kill tests use it."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.simulator.__main__ import arguments, build
from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.telegram import Telegram

TOKEN = "1:abc"


@pytest.fixture
async def hand() -> AsyncIterator[aiohttp.ClientSession]:
    """A session whose base is a simulator built from a command line."""
    simulator = build(arguments(["--token", TOKEN, "--users", "100", "--rate", "0", "--ledger", "5"]))
    async with aiohttp.ClientSession(await simulator.start()) as session:
        yield session
    await simulator.stop()


async def do(hand: aiohttp.ClientSession, what: str, **arguments: Any) -> Any:
    async with hand.post(f"/simulator/{what}", json=arguments) as answer:
        return (await answer.json())["result" if answer.status == 200 else "error"]


async def see(hand: aiohttp.ClientSession, what: str) -> Any:
    async with hand.get(f"/simulator/{what}") as answer:
        return await answer.json()


async def test_it_says_its_address_first_serves_and_ends_on_sigterm() -> None:
    command = ("-m", "bot.simulator", "--token", TOKEN, "--users", "3")
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()
    async with aiohttp.ClientSession() as session:
        for user, status in ((3, 200), (4, 400)):
            message = {"chat_id": user, "text": "a"}
            async with session.post(f"{url}/bot{TOKEN}/sendMessage", json=message) as answer:
                assert answer.status == status
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 30) == 0


async def test_another_process_can_type_tap_publish_and_look(hand: aiohttp.ClientSession) -> None:
    assert await do(hand, "say", user_id=7, text="/start") == 1
    rows = {"inline_keyboard": [[{"text": "Selesai", "callback_data": "x"}]]}
    async with hand.post(f"/bot{TOKEN}/sendMessage", json={"chat_id": 7, "text": "Hai", "reply_markup": rows}):
        pass
    await do(hand, "tap", user_id=7, label="Selesai")
    post = {
        "title": "Judul",
        "body_html": "<p>x</p>",
        "categories": ["daerah"],
        "published": "2026-01-31T09:00:00+07:00",
    }
    assert await do(hand, "publish", **post) == 1001
    await do(hand, "edit", post_id=1001, title="Judul baru")
    async with hand.get("/feed/") as answer:
        assert "Judul baru" in await answer.text()
    assert [shown["text"] for shown in await see(hand, "shown/7")] == ["/start", "Hai"]
    stats = await see(hand, "stats")
    assert (stats["requests"], stats["floods"], stats["posts"]) == ({"sendmessage 200": 1}, 0, 1)
    assert [entry["method"] for entry in await see(hand, "ledger?chat_id=7")] == ["sendmessage"]


async def test_another_process_can_script_faults(hand: aiohttp.ClientSession) -> None:
    await do(hand, "faults", answer="FLOOD", retry_after=9, chat_id=7)
    async with hand.post(f"/bot{TOKEN}/sendMessage", json={"chat_id": 7, "text": "a"}) as answer:
        assert answer.headers["Retry-After"] == "9"
    await do(hand, "faults", answer=None)
    async with hand.post(f"/bot{TOKEN}/sendMessage", json={"chat_id": 7, "text": "a"}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    ("what", "arguments", "error"),
    [
        ("say", {"user_id": 101, "text": "a"}, "there is no user 101"),
        ("tap", {"user_id": 7, "label": "Menu"}, "no button says 'Menu'"),
        ("publish", {"title": "a", "body_html": "", "categories": ["bola"]}, "no such category: bola"),
    ],
)
async def test_what_is_not_possible_is_told(
    hand: aiohttp.ClientSession, what: str, arguments: dict[str, Any], error: str
) -> None:
    assert await do(hand, what, **arguments) == error


async def test_an_extra_page_at_the_root_takes_the_place_of_the_front_page() -> None:
    async def phones(_request: web.Request) -> web.Response:
        return web.Response(text="phones")

    portal = Portal(name="x", categories={}, base_url="http://portal.example")
    simulator = Simulator(Telegram(TOKEN), portal, [web.get("/", phones)])
    url = await simulator.start()
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert await answer.text() == "phones"
    await simulator.stop()
    assert portal.base_url == "http://portal.example"  # a given address is kept
