"""python-telegram-bot as a judge: it understands every shape and raises the right error for each refusal."""

from collections.abc import AsyncIterator

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from bot.simulator.telegram import Fault, Telegram
from tests.simulator.wire import SARI, TOKEN, Wire

ROWS = InlineKeyboardMarkup(
    [[InlineKeyboardButton("Baca", url="https://a.example/x")], [InlineKeyboardButton("Simpan", callback_data="s:1")]]
)


@pytest.fixture
async def judge(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    request = HTTPXRequest(read_timeout=5.0)
    async with Bot(TOKEN, base_url=f"{wire.url}/bot", request=request) as bot:
        yield bot


async def test_the_bot_knows_itself(judge: Bot) -> None:
    me = await judge.get_me()
    assert (me.id, me.username, me.is_bot) == (110201543, "kentongan_bot", True)


async def test_a_message_with_all_its_trimmings(judge: Bot, telegram: Telegram) -> None:
    typed = telegram.say(SARI, "/start")
    message = await judge.send_message(
        SARI, "<b>Judul 😀</b>\nIsi berita.", parse_mode="HTML", reply_markup=ROWS, disable_notification=True,
        link_preview_options=LinkPreviewOptions(url="https://a.example/x", prefer_large_media=True),
        reply_parameters=ReplyParameters(typed),
    )  # fmt: skip
    assert message.text_html == "<b>Judul 😀</b>\nIsi berita."
    assert message.reply_markup == ROWS
    assert message.link_preview_options is not None
    assert message.link_preview_options.prefer_large_media
    assert message.reply_to_message is not None
    assert message.reply_to_message.message_id == typed


async def test_edits_and_deletion(judge: Bot, telegram: Telegram) -> None:
    message = await judge.send_message(SARI, "satu", reply_markup=ROWS)
    edited = await message.edit_text("dua")
    assert not isinstance(edited, bool)
    assert (edited.text, edited.edit_date) == ("dua", message.date)
    await message.edit_reply_markup(ROWS)
    assert await message.delete()
    assert telegram.shown(SARI) == []


async def test_a_photo(judge: Bot) -> None:
    message = await judge.send_photo(SARI, b"\x89PNG....", caption="<i>Banjir</i>", parse_mode="HTML")
    assert (message.caption_html, len(message.photo)) == ("<i>Banjir</i>", 1)


async def test_updates_of_every_kind(judge: Bot, telegram: Telegram) -> None:
    telegram.say(SARI, "/start daerah")
    message = await judge.send_message(SARI, "Pilih", reply_markup=ROWS)
    telegram.tap(SARI, "Simpan")
    telegram.block(SARI)
    typed, tapped, left = await judge.get_updates(timeout=0)
    assert typed.message is not None
    assert typed.message.text == "/start daerah"
    assert tapped.callback_query is not None
    assert (tapped.callback_query.data, tapped.callback_query.message) == ("s:1", message)
    assert await tapped.callback_query.answer("Disimpan")
    assert left.my_chat_member is not None
    assert left.my_chat_member.new_chat_member.status == "kicked"
    assert await judge.get_updates(offset=left.update_id + 1, timeout=0) == ()


async def test_commands_and_chats(judge: Bot, telegram: Telegram) -> None:
    commands = (BotCommand("menu", "Buka menu"),)
    assert await judge.set_my_commands(commands, scope=BotCommandScopeAllPrivateChats(), language_code="id")
    assert await judge.get_my_commands(BotCommandScopeAllPrivateChats(), "id") == commands
    telegram.add_group(-1005, "Warga").admins.add(SARI)
    assert (await judge.get_chat(SARI)).first_name == "Sari"
    assert (await judge.get_chat_member(-1005, SARI)).status == "administrator"
    assert (await judge.get_chat_administrators(-1005))[0].user.id == SARI
    assert (await judge.get_webhook_info()).url == ""


ERRORS: dict[str, tuple[Fault, type[TelegramError]]] = {
    "blocked": (Fault.FORBIDDEN, Forbidden),
    "kicked": (Fault.KICKED, Forbidden),
    "chat not found": (Fault.CHAT_NOT_FOUND, BadRequest),
    "cannot parse": (Fault.CANNOT_PARSE, BadRequest),
    "token revoked": (Fault.UNAUTHORIZED, InvalidToken),
    "moved": (Fault.MIGRATE, ChatMigrated),
    "flood": (Fault.FLOOD(7), RetryAfter),
    "server error": (Fault.SERVER_ERROR, NetworkError),
    "bad gateway": (Fault.BAD_GATEWAY_HTML, NetworkError),
    "connection closed before the work": (Fault.DROP, NetworkError),
    "connection closed after the work": (Fault.ACCEPT_THEN_DROP, NetworkError),
}


@pytest.mark.parametrize(("fault", "error"), ERRORS.values(), ids=ERRORS)
async def test_each_fault_is_the_right_error(
    judge: Bot, telegram: Telegram, fault: Fault, error: type[TelegramError]
) -> None:
    telegram.faults.add(answer=fault, method="sendMessage")
    with pytest.raises(error) as raised:
        await judge.send_message(SARI, "a")
    assert type(raised.value) is error


async def test_the_errors_carry_their_numbers(judge: Bot, telegram: Telegram) -> None:
    telegram.faults.add(answer=Fault.FLOOD(7), times=1)
    with pytest.raises(RetryAfter) as flood:
        await judge.send_message(SARI, "a")
    telegram.add_group(-5, "RT 05")
    moved = telegram.migrate(-5)
    with pytest.raises(ChatMigrated) as migrated:
        await judge.send_message(-5, "a")
    assert flood.value._retry_after.total_seconds() == 7
    assert migrated.value.new_chat_id == moved


async def test_a_hang_times_out(judge: Bot, telegram: Telegram) -> None:
    telegram.faults.add(answer=Fault.HANG, method="sendMessage")
    with pytest.raises(TimedOut):
        await judge.send_message(SARI, "a", read_timeout=0.05)


async def test_polling_beside_a_webhook_is_a_conflict(judge: Bot) -> None:
    assert await judge.set_webhook("http://127.0.0.1:9/telegram", secret_token="abc")
    with pytest.raises(Conflict):
        await judge.get_updates(timeout=0)
    assert (await judge.get_webhook_info()).max_connections == 40
    assert await judge.delete_webhook()


async def test_an_edit_that_changes_nothing_is_a_bad_request(judge: Bot) -> None:
    message = await judge.send_message(SARI, "satu")
    with pytest.raises(BadRequest, match="Message is not modified"):
        await message.edit_text("satu")
