"""Long polling: offsets, conflicts, which kinds come, how long they are kept."""

import asyncio
from typing import Any

from bot.simulator.clock import HandClock
from bot.simulator.telegram import Telegram
from tests.simulator.wire import SARI, Wire, until


async def waiting(telegram: Telegram) -> None:
    await until(lambda: telegram.updates._poll)


async def test_updates_stay_until_the_offset_passes_them(wire: Wire, telegram: Telegram) -> None:
    for text in ("satu", "dua", "tiga"):
        telegram.say(SARI, text)
    first = await wire.call("getUpdates", limit=2)
    assert [update["message"]["text"] for update in first] == ["satu", "dua"]
    assert await wire.call("getUpdates", limit=2) == first
    after = await wire.call("getUpdates", offset=first[-1]["update_id"] + 1)
    assert [update["message"]["text"] for update in after] == ["tiga"]
    assert telegram.updates.count() == 1


async def test_a_negative_offset_forgets_all_but_the_last(wire: Wire, telegram: Telegram) -> None:
    for text in ("satu", "dua", "tiga"):
        telegram.say(SARI, text)
    assert [u["message"]["text"] for u in await wire.call("getUpdates", offset=-1)] == ["tiga"]
    assert telegram.updates.count() == 1


async def test_a_waiting_poll_answers_as_soon_as_someone_writes(wire: Wire, telegram: Telegram) -> None:
    poll = asyncio.create_task(wire.call("getUpdates", timeout=50))
    await waiting(telegram)
    telegram.say(SARI, "halo")
    assert [update["message"]["text"] for update in await poll] == ["halo"]


async def test_the_first_of_two_pollers_gets_a_conflict(wire: Wire, telegram: Telegram) -> None:
    first = asyncio.create_task(wire.refused("getUpdates", timeout=50))
    await waiting(telegram)
    second = asyncio.create_task(wire.call("getUpdates", timeout=50))
    assert await first == (
        "409 Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    await waiting(telegram)
    telegram.say(SARI, "halo")
    assert len(await second) == 1


async def test_an_update_has_telegrams_shape(wire: Wire, telegram: Telegram) -> None:
    telegram.say(SARI, "/start daerah-hukrim")
    update = (await wire.call("getUpdates"))[0]
    assert update["message"] == {
        "message_id": 1,
        "from": {"id": SARI, "is_bot": False, "first_name": "Sari", "language_code": "id"},
        "chat": {"id": SARI, "first_name": "Sari", "type": "private"},
        "date": 1795507200,
        "text": "/start daerah-hukrim",
        "entities": [{"offset": 0, "length": 6, "type": "bot_command"}],
    }


async def test_only_the_kinds_that_are_wanted_come(wire: Wire, telegram: Telegram) -> None:
    await wire.call("getUpdates", allowed_updates=["message"])
    telegram.block(SARI)
    telegram.unblock(SARI)
    telegram.say(SARI, "halo")
    kinds: list[set[str]] = [set(update) - {"update_id"} for update in await wire.call("getUpdates")]
    assert kinds == [{"message"}]
    await wire.call("getUpdates", allowed_updates=[])  # back to the default, which has my_chat_member
    telegram.block(SARI)
    assert "my_chat_member" in (await wire.call("getUpdates"))[-1]


async def test_blocking_and_unblocking_are_told(wire: Wire, telegram: Telegram) -> None:
    telegram.block(SARI)
    telegram.block(SARI)  # twice is once
    telegram.unblock(SARI)
    changes: list[dict[str, Any]] = [update["my_chat_member"] for update in await wire.call("getUpdates")]
    statuses = [(c["old_chat_member"]["status"], c["new_chat_member"]["status"]) for c in changes]
    assert statuses == [("member", "kicked"), ("kicked", "member")]
    assert (changes[0]["new_chat_member"]["user"]["is_bot"], changes[0]["from"]["id"]) == (True, SARI)


async def test_updates_die_after_a_day(wire: Wire, telegram: Telegram, clock: HandClock) -> None:
    telegram.say(SARI, "lama")
    clock.turn(23 * 3600)
    telegram.say(SARI, "baru")
    clock.turn(2 * 3600)
    assert [update["message"]["text"] for update in await wire.call("getUpdates")] == ["baru"]


async def test_update_ids_go_up_by_one(wire: Wire, telegram: Telegram) -> None:
    for text in "abc":
        telegram.say(SARI, text)
    ids = [update["update_id"] for update in await wire.call("getUpdates")]
    assert ids == list(range(ids[0], ids[0] + 3))
