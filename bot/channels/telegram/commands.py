"""The lists of commands that Telegram shows: told once for each scope and language, and only when they have changed."""

from collections.abc import Sequence
from contextlib import suppress

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError

from bot.channels.telegram.outcome import classify
from bot.channels.telegram.send import NAME
from bot.chat.residents.groups import in_a_group
from bot.chat.texts import Texts
from bot.chat.turn import Role
from bot.chat.words import visible
from bot.errors import StoreError
from bot.ports import Store

log = structlog.get_logger(__name__)

LONGEST_ABOUT = 256  # characters of a description
CODES = {None: "id", "id": "id", "en": "en"}  # Telegram's language code (None: everyone else) -> ours


async def register_commands(bot: Bot, texts: Texts) -> int:
    """Tell Telegram the commands for everyone, and for the administrators of groups; how many lists had to be told.

    Never fatal: without the list the commands work all the same.
    """
    told = await tell_scope(bot, texts, BotCommandScopeAllPrivateChats(), Role.RESIDENT)
    return told + await tell_scope(bot, texts, BotCommandScopeAllChatAdministrators(), Role.RESIDENT, in_group=True)


def shown_commands(texts: Texts, role: Role, language: str, *, in_group: bool = False) -> list[BotCommand]:
    """What Telegram's menu offers to this role in this language."""
    voice = texts.voice(language)
    offered = [e for e in visible(role) if not in_group or in_a_group(e.name)]
    return [BotCommand(e.word(language), voice.t(e.about)[:LONGEST_ABOUT]) for e in offered]


class StaffMenus:
    """Keeps the menus of staff as their roles are: who joins sees more commands, who leaves the usual ones again."""

    def __init__(self, bot: Bot, texts: Texts, store: Store) -> None:
        self._bot, self._texts, self._store = bot, texts, store
        self._told: dict[int, Role] = {}

    async def look(self) -> None:
        """Tell Telegram what has changed since the last look."""
        with suppress(StoreError):
            staff = await self._store.read(lambda tx: tx.staff())
            roles = {int(m.address): m.role for m in staff if m.channel == NAME and m.address.isdigit()}
            for chat in self._told.keys() - roles.keys():
                await self._forget(chat)
            for chat, role in roles.items():
                if self._told.get(chat) is not role:
                    await tell_scope(self._bot, self._texts, BotCommandScopeChat(chat), role)
            self._told = roles

    async def _forget(self, chat: int) -> None:
        for code in CODES:
            try:
                await self._bot.delete_my_commands(BotCommandScopeChat(chat), code)
            except TelegramError as error:
                log.warning("a menu is not taken back", channel=NAME, code=classify(error).code)


async def tell_scope(bot: Bot, texts: Texts, scope: BotCommandScope, role: Role, *, in_group: bool = False) -> int:
    """Tell the commands of one scope in every language; how many lists had to be told."""
    told = 0
    for code, language in CODES.items():
        told += await _tell(bot, scope, code, shown_commands(texts, role, language, in_group=in_group))
    return told


async def _tell(bot: Bot, scope: BotCommandScope, code: str | None, commands: Sequence[BotCommand]) -> bool:
    try:
        if list(await bot.get_my_commands(scope, code)) == list(commands):
            return False
        await bot.set_my_commands(commands, scope, code)
    except TelegramError as error:
        log.warning("the list of commands is not told", channel=NAME, scope=scope.type, code=classify(error).code)
        return False
    return True
