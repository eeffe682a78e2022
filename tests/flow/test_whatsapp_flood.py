"""What one person sends by the thousand on WhatsApp: few answers, cheap, no neighbour waits, and a stop is heard."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.whatsapp.floods import MOST_OF_ONE
from bot.channels.whatsapp.send import NAME
from bot.chat.push_seal import sealed
from bot.chat.turn import Role, Status
from bot.flow.patience import QUIET, Patience
from tests.support.at_whatsapp import COLLEAGUE, PERSON, AtWhatsApp, at_whatsapp

MANY, FEW, MOST_ANSWERS = 10_000, 300, 30
AT_ONCE = 10.0  # seconds that a neighbour waits at most, while the simulator brings all of it from the same process


@asynccontextmanager
async def abused(folder: Path) -> AsyncIterator[AtWhatsApp]:
    """A subscriber, in front of a program that does not answer for ever."""
    async with at_whatsapp(folder, patience=Patience()) as person:
        person.whatsapp.webhook.how = replace(person.whatsapp.webhook.how, batch=100)
        await person.say("MULAI daerah")
        yield person


def answers(person: AtWhatsApp, phone: str = PERSON) -> int:
    return len(person.whatsapp.ledger(phone))


async def handed_on(person: AtWhatsApp, that_say: str = "") -> int:
    """How many messages ever came to the desk, of those that say this."""
    count = "SELECT count(*) FROM inbox WHERE channel = ? AND instr(body, ?)"
    found = await person.store.read(lambda tx: tx.conn.execute(count, (NAME, that_say)).fetchone())  # type: ignore[attr-defined]
    return int(found[0])


async def status(person: AtWhatsApp) -> Status:
    return (await person.store.read(lambda tx: tx.person(NAME, PERSON))).status


async def test_ten_thousand_messages_of_one_get_few_answers_and_no_neighbour_waits(tmp_path: Path) -> None:
    async with abused(tmp_path) as person:
        before, known = answers(person), await handed_on(person)
        for _ in range(MANY):
            person.whatsapp.say(PERSON, "menu")
        person.whatsapp.say(COLLEAGUE, "menu")
        began = time.monotonic()
        while not answers(person, COLLEAGUE):
            await asyncio.sleep(0.01)
            assert time.monotonic() - began < AT_ONCE
        await person.rested(60)
        assert answers(person) - before <= MOST_ANSWERS
        assert await handed_on(person) - known <= 3 * MOST_OF_ONE, "what waited before anybody was tired of them"
        known = await handed_on(person)
        for _ in range(FEW):
            person.whatsapp.say(PERSON, "menu")
        await person.rested()
        assert await handed_on(person) == known


STOPS = {
    "typed": lambda p: p.whatsapp.say(PERSON, "tolong berhenti ya"),
    "tapped": lambda p: p.whatsapp.send(PERSON, "button", {"payload": "stop", "text": "Berhenti"}),
    "by its number": lambda p: p.whatsapp.say(PERSON, "2"),
    "in WhatsApp's own menu": lambda p: p.whatsapp.stop_marketing(PERSON),
}


# An answer has numbers of its own: what the old ones meant is known only while none comes.
WAYS = [(how, muted) for how in STOPS for muted in (True, False) if muted or how != "by its number"]


@pytest.mark.parametrize(("how", "muted"), WAYS)
async def test_a_stop_is_heard_amid_a_flood(how: str, muted: bool, tmp_path: Path) -> None:
    async with abused(tmp_path) as person:
        if muted:
            for _ in range(FEW):
                person.whatsapp.say(PERSON, "menu")
            await person.rested()
        if how == "by its number":
            await person.store.write(lambda tx: tx.keep_options(PERSON, '["topics", "stop"]'))
        for n in range(FEW):
            person.whatsapp.say(PERSON, "halo")
            if n == FEW // 2:
                STOPS[how](person)
        await person.rested()
        assert await status(person) is Status.STOPPED


@pytest.mark.parametrize(("hired", "heard"), [(True, 1), (False, 0)], ids=["on the staff", "on it no more"])
async def test_what_staff_decide_is_handed_on_amid_a_flood(hired: bool, heard: int, tmp_path: Path) -> None:
    async with abused(tmp_path) as person:
        for _ in range(FEW):
            person.whatsapp.say(PERSON, "menu")
        await person.rested()
        key = await person.store.write(lambda tx: tx.button_key())
        if hired:
            now = person.clock.now()
            await person.store.write(lambda tx: tx.add_invitation("x", Role.EDITOR, now, now + QUIET))
            await person.store.write(lambda tx: tx.redeem_invitation(NAME, PERSON, "x", now))
        button = {"payload": sealed(key, NAME, PERSON, "hold", 1, 1), "text": "Tahan"}
        person.whatsapp.send(PERSON, "button", button)
        for n in range(FEW):
            person.whatsapp.send(PERSON, "button", {"payload": f"e:hold:1.1:{n:011}", "text": "Tahan"})
        await person.rested()
        assert await handed_on(person, button["payload"]) == heard


async def test_whoever_was_quiet_for_a_while_is_answered_again(tmp_path: Path) -> None:
    async with abused(tmp_path) as person:
        for _ in range(MOST_OF_ONE * 2):
            person.whatsapp.say(PERSON, "menu")
        await person.rested()
        before = answers(person)
        await person.say("menu")
        assert answers(person) == before
        person.clock.turn(QUIET.total_seconds())
        await person.say("menu")
        assert answers(person) == before + 1
