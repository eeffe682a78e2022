"""python-telegram-bot on the program's own session: parameters, files, downloads, connections."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import NetworkError, TimedOut

from bot.channels.telegram.transport import AiohttpRequest, is_bot_api_error
from bot.channels.telegram.wire import Timeouts

TOKEN = "123456:transport-canary"
SENT = {"message_id": 5, "date": 1, "chat": {"id": 7, "type": "private"}}

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def bot_at(serve: Serve, timeouts: Timeouts | None = None) -> AsyncIterator[tuple[Bot, str]]:
    """A Bot whose Telegram answers as `serve` does, and that server's address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession() as session:
        api = AiohttpRequest(session, timeouts)
        yield Bot(TOKEN, f"{base}/bot", f"{base}/file/bot", request=api, get_updates_request=api), base
    await runner.cleanup()


def success(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


async def test_parameters_travel_as_one_json_object() -> None:
    seen: list[Any] = []

    async def serve(request: web.Request) -> web.Response:
        seen.append((request.method, request.path, await request.json()))
        return success(SENT)

    async with bot_at(serve) as (bot, _):
        await bot.send_message(
            7, "Halo 😀", link_preview_options=LinkPreviewOptions(is_disabled=True),
            reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("Menu", callback_data="menu")]]),
        )  # fmt: skip
    [(method, path, body)] = seen
    assert (method, path) == ("POST", f"/bot{TOKEN}/sendMessage")
    assert body == {
        "chat_id": 7,
        "text": "Halo 😀",
        "link_preview_options": {"is_disabled": True},
        "reply_markup": {"inline_keyboard": [[{"text": "Menu", "callback_data": "menu"}]]},
    }


async def test_files_travel_as_form_data_beside_their_parameters() -> None:
    fields: dict[str, Any] = {}

    async def serve(request: web.Request) -> web.Response:
        async for part in await request.multipart():
            assert isinstance(part, aiohttp.BodyPartReader)
            fields[str(part.name)] = (part.filename, bytes(await part.read()))
        return success(SENT)

    async with bot_at(serve) as (bot, _):
        await bot.send_document(7, b"isi berkas", filename="laporan–mingguan.txt", caption="Laporan")
    assert fields["chat_id"] == (None, b"7")
    assert fields["caption"] == (None, b"Laporan")
    assert fields["document"] == ("laporan–mingguan.txt", b"isi berkas")


async def test_a_file_is_downloaded_whole() -> None:
    async def serve(request: web.Request) -> web.Response:
        assert request.method == "GET"
        return web.Response(body=b"\x00gambar")

    async with bot_at(serve) as (bot, base):
        assert await bot.request.retrieve(f"{base}/file/bot{TOKEN}/photos/1.jpg") == b"\x00gambar"


async def test_requests_share_a_connection() -> None:
    ports = set()

    async def serve(request: web.Request) -> web.Response:
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername")[1])
        return success(SENT)

    async with bot_at(serve) as (bot, _):
        for _ in range(3):
            await bot.send_message(7, "x")
    assert len(ports) == 1


async def test_one_call_may_wait_longer_than_others() -> None:
    async def serve(_: web.Request) -> web.Response:
        await asyncio.sleep(0.3)
        return success([])

    async with bot_at(serve, Timeouts(read=0.1)) as (bot, _):
        with pytest.raises(TimedOut):
            await bot.send_message(7, "x")
        assert isinstance(bot.request, AiohttpRequest)
        assert await bot.request.call(f"{bot.base_url}/getUpdates", {"timeout": 1}, read_timeout=2) == []


async def test_a_redirect_is_not_followed() -> None:
    seen: list[str] = []

    async def serve(request: web.Request) -> web.Response:
        seen.append(request.path)
        raise web.HTTPFound("/login")

    async with bot_at(serve) as (bot, _):
        with pytest.raises(NetworkError, match="page_302"):
            await bot.send_message(7, "x")
    assert seen == [f"/bot{TOKEN}/sendMessage"]


REFUSALS = {
    "the Bot API's": (b'{"ok":false,"error_code":400,"description":"Bad Request"}', True),
    "a success": (b'{"ok":true,"result":{}}', False),
    "without a code": (b'{"ok":false}', False),
    "a list": (b"[]", False),
    "a page": (b"<html>", False),
    "nothing": (b"", False),
    "not UTF-8": (b"\xff\xfe\xfa", False),
}


@pytest.mark.parametrize(("payload", "expected"), REFUSALS.values(), ids=REFUSALS.keys())
def test_only_the_bot_apis_own_refusals_count_as_such(payload: bytes, *, expected: bool) -> None:
    assert is_bot_api_error(payload) is expected
