"""Messages that do not say when they were said: they were said when they came, however late they are handled."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.whatsapp.inbox import Inbox
from bot.channels.whatsapp.receive import POSTS
from bot.channels.whatsapp.send import NAME
from bot.chat.turn import Status
from bot.ports import Tx
from tests.channels.test_whatsapp_receive import post, send
from tests.support.at_whatsapp import NUMBER_ID, PERSON, AtWhatsApp, at_whatsapp

UNDATED: dict[str, dict[str, Any]] = {
    "without a time": {},
    "with a time that is none": {"timestamp": "yesterday"},
}
DAY = timedelta(hours=24)


async def comes(person: AtWhatsApp, text: str, stamp: dict[str, Any]) -> datetime:
    """A post is stored and not worked on; when."""
    message = {"from": PERSON, "id": f"wamid.{text}", "type": "text", "text": {"body": text}, **stamp}
    value = {"metadata": {"phone_number_id": NUMBER_ID}, "messages": [message]}
    body = json.dumps({"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]})
    now = person.clock.now()
    person.whatsapp.person(PERSON).window_until = now + DAY
    await person.store.write(lambda tx: tx.receive(POSTS, [((tx.last_update(POSTS) or 0) + 1, body)], now))
    return now


async def handled(person: AtWhatsApp, later: timedelta) -> None:
    """All that has come is handled so much later."""
    person.clock.turn(later.total_seconds())
    assert person.desk is not None
    inbox = Inbox(
        person.store, person.desk, NUMBER_ID, person.clock.now, heard=lambda: None, stopped=lambda _: None
    )  # fmt: skip
    inbox.finish()
    await inbox.run()
    await person.rested()


def window(tx: Tx) -> datetime:
    (until,) = tx.conn.execute("SELECT window_until FROM subscriber WHERE address = ?", [PERSON]).fetchone()  # type: ignore[attr-defined]
    return datetime.fromtimestamp(until / 1000, UTC)


@pytest.mark.parametrize("stamp", UNDATED.values(), ids=UNDATED)
async def test_its_window_lasts_from_when_it_came(tmp_path: Path, stamp: dict[str, Any]) -> None:
    async with at_whatsapp(tmp_path) as person:
        came = await comes(person, "MULAI daerah", stamp)
        await handled(person, timedelta(hours=20))
        assert await person.store.read(window) == came.replace(microsecond=0) + DAY
        assert len(person.arrived()) == 1, "it is answered all the same"


@pytest.mark.parametrize("stamp", UNDATED.values(), ids=UNDATED)
async def test_a_stop_since_then_is_the_last_word(tmp_path: Path, stamp: dict[str, Any]) -> None:
    async with at_whatsapp(tmp_path) as person:
        await person.say("MULAI hukrim")
        person.clock.turn(3600)
        came = await comes(person, "MULAI daerah", stamp)
        stop = came + timedelta(hours=1)
        await person.store.write(lambda tx: tx.whatsapp_stopped((PERSON, None), stop, stop))
        await handled(person, timedelta(hours=2))
        assert (await person.store.read(lambda tx: tx.person(NAME, PERSON))).status is Status.STOPPED


async def wishes(person: AtWhatsApp, value: str, stamp: dict[str, Any], times: int = 1) -> Status:
    """A minute later somebody taps in WhatsApp's own menu, and that comes so many times; how they stand then."""
    person.clock.turn(60)
    wish = {"wa_id": PERSON, "category": "marketing_messages", "value": value, **stamp}
    for _ in range(times):
        assert await send(person, post(user_preferences=[wish])) == 200
    await person.rested()
    return await stands(person)


async def stands(person: AtWhatsApp) -> Status:
    return (await person.store.read(lambda tx: tx.person(NAME, PERSON))).status


@pytest.mark.parametrize("stamp", UNDATED.values(), ids=UNDATED)
async def test_a_second_stop_in_the_menu_is_no_repeat_of_the_first(tmp_path: Path, stamp: dict[str, Any]) -> None:
    async with at_whatsapp(tmp_path) as person:
        for _ in range(3):
            person.clock.turn(60)
            await person.say("MULAI daerah")
            assert await stands(person) is Status.ACTIVE
            assert await wishes(person, "stop", stamp) is Status.STOPPED


@pytest.mark.parametrize("stamp", UNDATED.values(), ids=UNDATED)
async def test_a_stop_that_comes_twice_at_once_is_one_stop(tmp_path: Path, stamp: dict[str, Any]) -> None:
    async with at_whatsapp(tmp_path) as person:
        await person.say("MULAI daerah")
        person.arrived()
        assert await wishes(person, "stop", stamp, times=2) is Status.STOPPED
        assert person.arrived() == [], "what was tapped in a menu is not answered"
        person.clock.turn(60)
        await person.say("MULAI daerah")
        assert await stands(person) is Status.ACTIVE


async def test_a_dated_stop_that_is_brought_again_takes_back_no_later_consent(tmp_path: Path) -> None:
    async with at_whatsapp(tmp_path) as person:
        await person.say("MULAI daerah")
        stamp = {"timestamp": str(int(person.clock.now().timestamp()) + 60)}
        assert await wishes(person, "stop", stamp) is Status.STOPPED
        person.clock.turn(60)
        await person.say("MULAI daerah")
        assert await wishes(person, "stop", stamp) is Status.ACTIVE
