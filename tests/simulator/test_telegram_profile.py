"""Commands by scope and language, descriptions, getChat and getChatMember."""

from typing import Any

import pytest

from bot.simulator.telegram import Telegram
from tests.simulator.wire import SARI, Wire

GROUP = -1001234567890
MENU = [{"command": "menu", "description": "Buka menu"}]
ENGLISH = [{"command": "menu", "description": "Open the menu"}]
TEAM = [{"command": "push", "description": "Kirim kabar"}]


async def test_each_scope_and_language_has_its_own_commands(wire: Wire, telegram: Telegram) -> None:
    private, team = {"type": "all_private_chats"}, {"type": "chat", "chat_id": SARI}
    await wire.call("setMyCommands", commands=MENU, scope=private)
    await wire.call("setMyCommands", commands=ENGLISH, scope=private, language_code="en")
    assert await wire.call("getMyCommands", scope=private, language_code="en") == ENGLISH
    assert await wire.call("getMyCommands") == []
    telegram.add_user(8, "Ann", "en")
    assert (telegram.menu(SARI), telegram.menu(8)) == (MENU, ENGLISH)
    await wire.call("setMyCommands", commands=TEAM, scope=team)
    assert telegram.menu(SARI) == TEAM
    await wire.call("deleteMyCommands", scope=team)
    assert telegram.menu(SARI) == MENU


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "capitals": ({"commands": [{"command": "Menu", "description": "x"}]}, "BOT_COMMAND_INVALID"),
    "33 letters": ({"commands": [{"command": "a" * 33, "description": "x"}]}, "BOT_COMMAND_INVALID"),
    "no description": ({"commands": [{"command": "a"}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
    "257 letters": ({"commands": [{"command": "a", "description": "x" * 257}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
    "101 commands": ({"commands": MENU * 101}, "BOT_COMMANDS_TOO_MUCH"),
    "long language": ({"commands": MENU, "language_code": "ind"}, "LANG_CODE_INVALID"),
    "unknown scope": (
        {"commands": MENU, "scope": {"type": "village"}},
        "can't parse BotCommandScope: Unsupported type specified",
    ),
    "a stranger's chat": ({"commands": MENU, "scope": {"type": "chat", "chat_id": 99}}, "chat not found"),
}


@pytest.mark.parametrize(("params", "description"), REFUSED.values(), ids=REFUSED)
async def test_bad_commands_are_refused(wire: Wire, params: dict[str, Any], description: str) -> None:
    assert await wire.refused("setMyCommands", **params) == f"400 Bad Request: {description}"


async def test_descriptions_are_kept_by_language(wire: Wire) -> None:
    await wire.call("setMyDescription", description="Kabar")
    await wire.call("setMyDescription", description="News", language_code="en")
    assert await wire.call("getMyDescription", language_code="en") == {"description": "News"}
    assert await wire.call("getMyDescription", language_code="jv") == {"description": "Kabar"}
    refusal = await wire.refused("setMyShortDescription", short_description="a" * 121)
    assert refusal == "400 Bad Request: BOT_SHORT_DESCRIPTION_TOO_LONG"


async def test_members_have_their_status(wire: Wire, telegram: Telegram) -> None:
    group = telegram.add_group(GROUP, "Warga")
    group.admins.add(SARI)
    telegram.add_user(8, "Budi")
    bot = (await wire.call("getMe"))["id"]
    statuses = [(await wire.call("getChatMember", chat_id=GROUP, user_id=u))["status"] for u in (SARI, 8, bot)]
    assert statuses == ["administrator", "left", "member"]
    assert [m["user"]["id"] for m in await wire.call("getChatAdministrators", chat_id=GROUP)] == [SARI]
    assert await wire.refused("getChatMember", chat_id=GROUP, user_id=99) == "400 Bad Request: user not found"


async def test_get_chat_tells_the_kind(wire: Wire, telegram: Telegram) -> None:
    telegram.add_group(GROUP, "Warga", forum=True)
    chat = await wire.call("getChat", chat_id=GROUP)
    assert (chat["type"], chat["title"], chat["is_forum"]) == ("supergroup", "Warga", True)
    assert (await wire.call("getChat", chat_id=SARI))["first_name"] == "Sari"
