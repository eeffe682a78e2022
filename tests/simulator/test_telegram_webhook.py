"""Webhook delivery: order, secret, retries, and what getWebhookInfo tells of it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.telegram import Telegram
from tests.simulator.wire import SARI, Wire, until


class Program:
    """The program's end of a webhook: it answers as it is told and keeps what came."""

    def __init__(self) -> None:
        self.answers: list[web.Response] = []
        self.came: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        self.came.append(await request.json())
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        return self.answers.pop(0) if self.answers else web.Response()

    async def has(self, count: int) -> list[str]:
        """Wait until so many requests came; their texts."""
        await until(lambda: len(self.came) >= count)
        return [update["message"]["text"] for update in self.came]


@pytest.fixture
async def program(telegram: Telegram) -> AsyncIterator[Program]:
    telegram.webhook.backoff = (0.001, 0.004)
    program = Program()
    app = web.Application()
    app.router.add_post("/telegram", program.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    program.url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"
    yield program
    await telegram.close()
    await runner.cleanup()


async def drained(telegram: Telegram) -> None:
    await until(lambda: not telegram.updates.count())


async def test_updates_come_one_after_another_with_the_secret(wire: Wire, telegram: Telegram, program: Program) -> None:
    telegram.say(SARI, "sebelum")
    await wire.call("setWebhook", url=program.url, secret_token="s3cr3t_-")
    telegram.say(SARI, "sesudah")
    assert await program.has(2) == ["sebelum", "sesudah"]
    assert program.secrets == ["s3cr3t_-"] * 2
    await drained(telegram)


async def test_a_failing_update_is_sent_again_and_holds_up_the_next(
    wire: Wire, telegram: Telegram, program: Program
) -> None:
    program.answers = [web.Response(status=500), web.Response(status=503)]
    await wire.call("setWebhook", url=program.url)
    telegram.say(SARI, "satu")
    telegram.say(SARI, "dua")
    assert await program.has(4) == ["satu", "satu", "satu", "dua"]
    await drained(telegram)
    info = await wire.call("getWebhookInfo")
    assert info["last_error_message"] == "Wrong response from the webhook: 503 Service Unavailable"
    assert (info["url"], info["pending_update_count"], info["last_error_date"]) == (program.url, 0, 1795507200)


async def test_retry_after_is_honoured(wire: Wire, telegram: Telegram, program: Program) -> None:
    program.answers = [web.Response(status=503, headers={"Retry-After": "3600"})]
    await wire.call("setWebhook", url=program.url)
    telegram.say(SARI, "satu")
    await program.has(1)
    await asyncio.sleep(0.02)  # ten times the longest backoff
    assert len(program.came) == 1
    assert (await wire.call("getWebhookInfo"))["pending_update_count"] == 1


async def test_a_closed_port_is_told(wire: Wire, telegram: Telegram, program: Program) -> None:
    await wire.call("setWebhook", url="http://127.0.0.1:9/telegram")
    telegram.say(SARI, "satu")
    await until(lambda: telegram.webhook.last_error)
    info = await wire.call("getWebhookInfo")
    assert (info["last_error_message"], info["pending_update_count"]) == ("Connection refused", 1)
    assert program.came == []


async def test_a_server_that_comes_back_goes_on_with_its_webhook(telegram: Telegram, program: Program) -> None:
    simulator = Simulator(telegram, Portal(name="x", categories={}))
    first = await simulator.start()
    async with aiohttp.ClientSession() as session:
        await Wire(session, first).call("setWebhook", url=program.url)
        await simulator.stop()
        telegram.say(SARI, "selagi mati")
        assert program.came == []
        again = await simulator.start(port=int(first.rpartition(":")[2]))
        assert again == first
        assert await program.has(1) == ["selagi mati"]
        assert (await Wire(session, again).call("getWebhookInfo"))["url"] == program.url
    await simulator.stop()


async def test_polling_and_a_webhook_exclude_each_other(wire: Wire, telegram: Telegram, program: Program) -> None:
    poll = asyncio.create_task(wire.refused("getUpdates", timeout=50))
    await until(lambda: telegram.updates._poll)
    await wire.call("setWebhook", url=program.url)
    assert await poll == "409 Conflict: terminated by setWebhook request"
    assert await wire.refused("getUpdates") == (
        "409 Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first"
    )
    await wire.call("deleteWebhook")
    assert await wire.call("getUpdates") == []


async def test_pending_updates_can_be_dropped(wire: Wire, telegram: Telegram, program: Program) -> None:
    telegram.say(SARI, "lama")
    await wire.call("setWebhook", url=program.url, drop_pending_updates=True)
    telegram.say(SARI, "baru")
    assert await program.has(1) == ["baru"]


async def test_setting_and_deleting_say_what_they_did(wire: Wire, program: Program) -> None:
    said = [
        (await wire.ask(method, **params))[1]["description"]
        for method, params in [
            ("setWebhook", {"url": program.url}),
            ("setWebhook", {"url": program.url}),
            ("deleteWebhook", {}),
            ("deleteWebhook", {}),
        ]
    ]
    assert said == ["Webhook was set", "Webhook is already set", "Webhook was deleted", "Webhook is already deleted"]


REFUSED = {
    "no TLS": ({"url": "http://portal.example/t"}, "bad webhook: An HTTPS URL must be provided for webhook"),
    "odd port": (
        {"url": "https://portal.example:8080/t"},
        "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
    ),
    "the world outside": (
        {"url": "https://portal.example/t"},
        "bad webhook: Failed to resolve host: Name or service not known",
    ),
    "odd secret": ({"url": "http://127.0.0.1:1/", "secret_token": "a b"}, "secret token contains unallowed characters"),
    "long secret": ({"url": "http://127.0.0.1:1/", "secret_token": "a" * 257}, "secret token is too long"),
}


@pytest.mark.parametrize(("params", "description"), REFUSED.values(), ids=REFUSED)
async def test_bad_webhooks_are_refused(wire: Wire, params: dict[str, Any], description: str) -> None:
    assert await wire.refused("setWebhook", **params) == f"400 Bad Request: {description}"
