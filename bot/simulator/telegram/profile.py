"""The methods about the bot itself, its commands, and chats."""

import re
from collections.abc import Callable
from typing import Any

from bot.simulator.telegram.answers import bad_request
from bot.simulator.telegram.model import Chat, Json
from bot.simulator.telegram.params import Params
from bot.simulator.telegram.shapes import chat_json, member_json, user_json
from bot.simulator.telegram.world import World, check_group

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_MAX_COMMANDS = 100
_MAX_DESCRIPTION = 256
_LANGUAGE = re.compile(r"([a-z]{2})?")
_WIDE_SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
_CHAT_SCOPES = ("chat", "chat_administrators", "chat_member")

Scope = tuple[str, int, int]  # type, chat, user


class Profile:
    """getMe, commands by scope and language, descriptions, getChat, getChatMember."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.commands: dict[tuple[Scope, str], list[Json]] = {}
        self.texts: dict[tuple[str, str], str] = {}  # (name | description | short_description, language)

    def get_me(self, _params: Params) -> Json:
        """GetMe."""
        absent = (
            "can_read_all_group_messages", "supports_inline_queries", "can_connect_to_business", "has_main_web_app",
        )  # fmt: skip
        return user_json(self.world, self.world.bot) | {"can_join_groups": True} | dict.fromkeys(absent, False)

    # Commands --------------------------------------------------------------------------------------------------------

    def set_commands(self, params: Params) -> bool:
        """SetMyCommands."""
        commands = params.parsed("commands", "commands")
        if not isinstance(commands, list):
            raise bad_request("Expected an Array of BotCommand")
        if len(commands) > _MAX_COMMANDS:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        checked = [_checked_command(command) for command in commands]
        self.commands[self._scope(params), _language(params)] = checked
        return True

    def get_commands(self, params: Params) -> list[Json]:
        """getMyCommands: exactly this scope and language."""
        return self.commands.get((self._scope(params), _language(params)), [])

    def delete_commands(self, params: Params) -> bool:
        """DeleteMyCommands."""
        self.commands.pop((self._scope(params), _language(params)), None)
        return True

    def _scope(self, params: Params) -> Scope:
        value = params.parsed("scope", "BotCommandScope")
        if value is None:
            return ("default", 0, 0)
        if not isinstance(value, dict):
            raise bad_request("Can't parse BotCommandScope: BotCommandScope must be an Object")
        scope = Params(value)
        kind = scope.text("type")
        if kind in _WIDE_SCOPES:
            return (kind, 0, 0)
        if kind not in _CHAT_SCOPES:
            raise bad_request("Can't parse BotCommandScope: Unsupported type specified")
        return (kind, self.world.chat(scope).id, scope.integer("user_id"))

    def menu(self, user_id: int, language: str) -> list[Json]:
        """The commands that this person's private chat shows: the narrowest scope, their language before any."""
        scopes = (("chat", user_id, 0), ("all_private_chats", 0, 0), ("default", 0, 0))
        for scope in scopes:
            for code in (language, ""):
                if self.commands.get((scope, code)):
                    return self.commands[scope, code]
        return []

    # Texts -----------------------------------------------------------------------------------------------------------

    def setter(self, name: str, most: int) -> Callable[[Params], bool]:
        """The method that sets the bot's name, description or short description."""

        def set_text(params: Params) -> bool:
            text = params.text(name)
            if len(text) > most:
                raise bad_request(f"BOT_{name.upper()}_TOO_LONG")
            self.texts[name, _language(params)] = text
            return True

        return set_text

    def getter(self, name: str) -> Callable[[Params], Json]:
        """The method that tells it."""

        def get_text(params: Params) -> Json:
            text = self.texts.get((name, _language(params))) or self.texts.get((name, ""), "")
            return {name: text or (self.world.bot.first_name if name == "name" else "")}

        return get_text

    # Chats -----------------------------------------------------------------------------------------------------------

    def get_chat(self, params: Params) -> Json:
        """GetChat."""
        chat = self.world.chat(params)
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        more = {
            "accent_color_id": abs(chat.id) % 7,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(gifts, False),
        }
        return chat_json(self.world, chat) | more

    def get_member(self, params: Params) -> Json:
        """GetChatMember."""
        chat = self.world.chat(params)
        user_id = params.integer("user_id")
        if user_id <= 0:
            raise bad_request("invalid user_id specified")
        user = self.world.bot if user_id == self.world.bot.id else self.world.users.get(user_id)
        if user is None:
            raise bad_request("user not found")
        if chat.kind != "private" and user is not self.world.bot:
            check_group(chat, self.world.bot.id)
        return member_json(self.world, user, status_of(chat, user_id, is_bot=user.is_bot))

    def get_administrators(self, params: Params) -> list[Json]:
        """GetChatAdministrators."""
        chat = self.world.chat(params)
        if chat.kind == "private":
            raise bad_request("there are no administrators in the private chat")
        check_group(chat, self.world.bot.id)
        people = ({chat.owner} | chat.admins) - {0, self.world.bot.id}
        return [member_json(self.world, self.world.user(u), status_of(chat, u, is_bot=False)) for u in sorted(people)]


def status_of(chat: Chat, user_id: int, *, is_bot: bool) -> str:
    """What somebody is in a chat."""
    if is_bot and not chat.member:
        return "kicked" if user_id in chat.banned else "left"
    if user_id == chat.owner:
        return "creator"
    if user_id in chat.admins:
        return "administrator"
    if is_bot:
        return "member"
    if user_id in chat.banned:
        return "kicked"
    return "member" if chat.kind == "private" or user_id in chat.members else "left"


def _language(params: Params) -> str:
    code = params.text("language_code")
    if not _LANGUAGE.fullmatch(code):
        raise bad_request("LANG_CODE_INVALID")
    return code


def _checked_command(value: Any) -> Json:  # noqa: ANN401 — JSON
    if not isinstance(value, dict):
        raise bad_request("Can't parse BotCommand: expected an Object")
    command, description = str(value.get("command", "")).removeprefix("/"), str(value.get("description", "")).strip()
    if not _COMMAND.fullmatch(command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= _MAX_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": command, "description": description}
