"""Telegram whole: started, spoken to over HTTP, stopped; polling and webhook; with and without a Telegram."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from structlog.testing import capture_logs
from telegram import Bot, BotCommandScopeAllPrivateChats

from bot.channels.telegram.commands import StaffMenus, register_commands, shown_commands
from bot.channels.telegram.parts import TelegramParts
from bot.channels.telegram.receive import webhook_secret
from bot.channels.telegram.transport import AiohttpRequest
from bot.chat.turn import Role, Status
from bot.delivery.plan import Settled, State
from bot.errors import UsageError
from bot.flow.desk import hash_code
from bot.simulator.telegram import Fault
from tests.channels.telegram_rig import BUDI, NOW, SARI, TOKEN, Rig, message, rig, update


async def eventually(holds: Callable[[], Awaitable[bool]], within: float = 30.0) -> None:
    """Look again and again until it holds."""
    async with asyncio.timeout(within):
        while not await holds():  # noqa: ASYNC110 — what is waited for happens in the store, which rings no bell
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(parts: TelegramParts) -> AsyncIterator[TelegramParts]:
    await parts.start()
    try:
        yield parts
    finally:
        await parts.stop()


async def pump(made: Rig, parts: TelegramParts) -> None:
    """Send what is queued, as the deliverer does."""
    for reply in await made.answers():
        outcome = await parts.channel.reply(reply)
        settled = Settled(State.SENT, outcome.code, outcome.message_id)
        await made.store.write(lambda tx, r=reply, s=settled: tx.settle_replies("telegram", [(r, s)], NOW))  # type: ignore[misc]


async def test_polling_talks_with_a_phone(tmp_path: Path) -> None:
    async with rig(tmp_path) as made, running(made.parts()) as parts:
        assert parts.address == "https://t.me/kentongan_bot"

        async def spoke() -> bool:
            await pump(made, parts)
            return any(s.from_bot for s in made.telegram.shown(SARI))

        made.telegram.say(SARI, "/start")
        await eventually(spoke)
        made.telegram.tap(SARI, "Daerah")

        async def ticked() -> bool:
            await pump(made, parts)
            shown = [s for s in made.telegram.shown(SARI) if s.from_bot]
            return any("✅" in b.label for row in shown[-1].buttons for b in row)

        await eventually(ticked)
        assert len([s for s in made.telegram.shown(SARI) if s.from_bot]) == 1, "the menu changes in place"


async def test_stopping_handles_what_is_stored_and_leaves_the_session_open(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        parts = made.parts()
        await parts.start()
        await parts._inbox.keep([update(i, message=message("/start daerah")) for i in range(1, 40)])
        await parts.stop()
        assert await made.waiting() == []
        assert not made.session.closed
        assert parts.task.done()


async def test_a_message_from_before_a_restart_is_answered_after_it(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        async with running(made.parts()):
            pass
        made.telegram.say(SARI, "/start daerah")
        async with running(made.parts()):

            async def active() -> bool:
                return (await made.person(SARI)).status is Status.ACTIVE

            await eventually(active)


async def test_blocking_reaches_us(tmp_path: Path) -> None:
    async with rig(tmp_path) as made, running(made.parts()):
        made.telegram.say(SARI, "/start daerah")
        made.telegram.block(SARI)

        async def gone() -> bool:
            return (await made.person(SARI)).status is Status.GONE

        await eventually(gone)


@asynccontextmanager
async def serving(parts: TelegramParts, port: int) -> AsyncIterator[None]:
    app = web.Application()
    app.add_routes(parts.routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield
    await runner.cleanup()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


async def test_by_webhook_telegram_calls_us_and_is_believed(tmp_path: Path) -> None:
    port = free_port()
    async with rig(tmp_path) as made:
        parts = made.parts(mode="webhook", public_url=f"http://127.0.0.1:{port}/")
        async with serving(parts, port), running(parts):
            made.telegram.say(SARI, "/start daerah")

            async def active() -> bool:
                return (await made.person(SARI)).status is Status.ACTIVE

            await eventually(active)
            assert made.telegram.webhook.url == f"http://127.0.0.1:{port}/telegram"
        assert all(e.method.lower() != "getupdates" for e in made.telegram.ledger())


async def test_polling_takes_back_a_webhook_that_was_set_before(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        async with running(made.parts(mode="webhook", public_url="http://127.0.0.1:9")):
            assert made.telegram.webhook.url
        async with running(made.parts()) as parts:
            assert not made.telegram.webhook.url
            assert parts.routes() == []


async def test_the_webhooks_secret_and_the_token_stand_in_no_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with rig(tmp_path) as made, running(made.parts(mode="webhook", public_url="http://127.0.0.1:9")):
        assert made.telegram.webhook.secret == webhook_secret(TOKEN)
    assert webhook_secret(TOKEN) not in caplog.text
    assert "canary" not in caplog.text


async def test_a_webhook_without_a_public_address_is_refused(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        with pytest.raises(UsageError, match="PUBLIC_URL"):
            made.parts(mode="webhook")


async def test_a_start_does_not_wait_for_a_telegram_that_is_away(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        parts = made.parts(api_url=f"http://127.0.0.1:{free_port()}")
        async with asyncio.timeout(3):
            await parts.start()
        assert (parts.fault, parts.address) == ("refused", None)
        await parts.stop()
        assert parts.task.cancelled()


async def test_telegram_is_met_when_it_comes_back(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        made.telegram.faults.add(answer=Fault.SERVER_ERROR, method="getMe", times=1)
        async with running(made.parts()) as parts:
            assert parts.fault == "server_error"

            async def met() -> bool:
                return parts.address is not None

            await eventually(met)
            assert parts.fault == ""


async def test_a_token_that_is_refused_is_said_once_without_showing_it(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        made.telegram.faults.add(answer=Fault.UNAUTHORIZED)
        with capture_logs() as logged:
            async with running(made.parts()) as parts:
                assert parts.fault == "unauthorized"
                assert parts.task.done()
    assert "@BotFather" in str(logged)
    assert "canary" not in str(logged)


# The list of commands -----------------------------------------------------------------------------------------------


async def test_phones_show_the_commands_in_their_language(tmp_path: Path) -> None:
    async with rig(tmp_path) as made, running(made.parts()):

        async def told() -> bool:
            return made.telegram.menu(SARI) != made.telegram.menu(BUDI)  # English has been told too

        await eventually(told)
        assert [c["command"] for c in made.telegram.menu(SARI)] == [
            "menu", "topik", "terbaru", "cari", "waktu", "jeda", "bantuan", "berhenti",
        ]  # fmt: skip
        assert [c["command"] for c in made.telegram.menu(BUDI)] == [
            "menu", "topics", "latest", "search", "schedule", "pause", "help", "stop",
        ]  # fmt: skip
        assert all(1 <= len(c["description"]) <= 256 for c in made.telegram.menu(SARI) + made.telegram.menu(BUDI))


async def test_commands_are_told_once_and_again_only_when_they_changed(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        api = AiohttpRequest(made.session)
        bot = Bot(TOKEN, base_url=f"{made.base}/bot", request=api, get_updates_request=api)
        texts = made.facts.texts
        assert await register_commands(bot, texts) == 6  # for people, and for administrators of groups
        assert await register_commands(bot, texts) == 0
        await bot.delete_my_commands(BotCommandScopeAllPrivateChats(), "en")
        assert await register_commands(bot, texts) == 1
        in_groups = [c.command for c in shown_commands(texts, Role.RESIDENT, "id", in_group=True)]
        assert in_groups == ["menu", "topik", "terbaru", "cari", "waktu", "jeda", "bantuan", "berhenti"]


async def test_staff_see_the_commands_of_their_role_while_they_hold_it(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        api = AiohttpRequest(made.session)
        bot = Bot(TOKEN, base_url=f"{made.base}/bot", request=api, get_updates_request=api)
        await register_commands(bot, made.facts.texts)
        menus = StaffMenus(bot, made.facts.texts, made.store)
        code = hash_code("rahasia")
        await made.store.write(lambda tx: tx.add_invitation(code, Role.ADMIN, NOW, NOW.replace(year=2025)))
        await made.store.write(lambda tx: tx.redeem_invitation("telegram", str(SARI), code, NOW))
        await menus.look()
        assert {"push", "feeds"} <= {c["command"] for c in made.telegram.menu(SARI)}
        asked = len(made.telegram.ledger())
        await menus.look()
        assert len(made.telegram.ledger()) == asked
        (member,) = await made.store.read(lambda tx: tx.team())
        await made.store.write(lambda tx: tx.revoke(member.id))
        await menus.look()
        assert not {"push", "feeds"} & {c["command"] for c in made.telegram.menu(SARI)}


async def test_commands_that_cannot_be_told_stop_nothing(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        for method in ("getMyCommands", "setMyCommands"):
            made.telegram.faults.add(answer=Fault.SERVER_ERROR, method=method)
        async with running(made.parts()) as parts:
            made.telegram.say(SARI, "/start daerah")

            async def active() -> bool:
                return (await made.person(SARI)).status is Status.ACTIVE

            await eventually(active)
            assert not parts.task.done()
