"""The list of commands that Telegram shows: told once for each scope and language, and only when it has changed."""

from collections.abc import Iterable, Sequence

import structlog
from telegram import Bot, BotCommand, BotCommandScope, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import TelegramError

from bot.channels.telegram.outcome import classify
from bot.channels.telegram.send import NAME
from bot.chat.texts import Texts
from bot.chat.turn import Role
from bot.chat.words import visible

log = structlog.get_logger(__name__)

LONGEST_ABOUT = 256  # characters of a description
CODES = {None: "id", "id": "id", "en": "en"}  # Telegram's language code (None: everyone else) -> ours


async def register_commands(bot: Bot, texts: Texts, staff: Iterable[tuple[int, Role]] = ()) -> int:
    """Tell Telegram the commands for everyone, and for staff in their own chats; how many lists had to be told.

    Never fatal: without the list the commands work all the same.
    """
    told = 0
    scopes: list[tuple[BotCommandScope, Role]] = [(BotCommandScopeAllPrivateChats(), Role.RESIDENT)]
    scopes += [(BotCommandScopeChat(chat), role) for chat, role in staff if visible(role) != visible(Role.RESIDENT)]
    for scope, role in scopes:
        for code, language in CODES.items():
            told += await _tell(bot, scope, code, shown_commands(texts, role, language))
    return told


def shown_commands(texts: Texts, role: Role, language: str) -> list[BotCommand]:
    """What Telegram's menu offers to this role in this language."""
    voice = texts.voice(language)
    return [BotCommand(e.word(language), voice.t(e.about)[:LONGEST_ABOUT]) for e in visible(role)]


async def _tell(bot: Bot, scope: BotCommandScope, code: str | None, commands: Sequence[BotCommand]) -> bool:
    try:
        if list(await bot.get_my_commands(scope, code)) == list(commands):
            return False
        await bot.set_my_commands(commands, scope, code)
    except TelegramError as error:
        log.warning("the list of commands is not told", channel=NAME, scope=scope.type, code=classify(error).code)
        return False
    return True
