"""Posts with something in them that cannot be handled: it takes nothing else with it, and nothing is lost of the rest.

What cannot be handled is made by a trigger in the database: a constraint that nobody foresaw.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from structlog.testing import capture_logs

from bot.channels.whatsapp import events
from bot.channels.whatsapp.apart import read_post
from bot.channels.whatsapp.events import Other, Said
from bot.channels.whatsapp.inbox import Inbox
from bot.channels.whatsapp.receive import POSTS
from bot.channels.whatsapp.send import NAME
from bot.chat.turn import Status
from bot.ports import Tx
from storage.sqlite.sights import _hashed
from tests.channels.test_whatsapp_receive import post, said, send
from tests.support.at_whatsapp import COLLEAGUE, NUMBER_ID, PERSON, AtWhatsApp, at_whatsapp

STRANGER = "628990000"
POISON: dict[str, Any] = {"id": "wamid.poison", "status": "delivered", "recipient_id": STRANGER}
TOO_FAST: dict[str, Any] = {
    "id": "wamid.fast", "status": "failed", "recipient_id": PERSON, "errors": [{"code": 130429}]
}  # fmt: skip
STOP = {"wa_id": PERSON, "category": "marketing_messages", "value": "stop"}
BROKEN = {
    "a message before a typed stop": post(said("rahasia", "wamid.poison", COLLEAGUE), said("BERHENTI", "wamid.stop")),
    "a message after a typed stop": post(said("BERHENTI", "wamid.stop"), said("rahasia", "wamid.poison", COLLEAGUE)),
    "a status beside a typed stop": post(said("BERHENTI", "wamid.stop"), statuses=[POISON]),
    "a status beside a stop in the menu": post(statuses=[POISON], user_preferences=[STOP]),
}


@pytest.fixture
async def person(tmp_path: Path) -> AsyncIterator[AtWhatsApp]:
    async with at_whatsapp(tmp_path) as made:
        await made.say("MULAI daerah")
        await made.store.write(poison)
        yield made


def poison(tx: Tx) -> None:
    """From now on the database refuses whatever has this id."""
    tx.conn.execute(  # type: ignore[attr-defined]
        f"CREATE TRIGGER poison BEFORE INSERT ON whatsapp_seen WHEN NEW.id = '{_hashed('wamid.poison')}'"
        " BEGIN SELECT RAISE(ABORT, 'rahasia'); END"
    )


def rows(tx: Tx) -> list[tuple[str, str, bool]]:
    """Of the posts: what is kept, what went wrong, whether it waits."""
    every = "SELECT body, error, handled_at IS NULL FROM inbox WHERE channel = ? ORDER BY update_id"
    return [(body, error, bool(waits)) for body, error, waits in tx.conn.execute(every, [POSTS])]  # type: ignore[attr-defined]


async def store(person: AtWhatsApp, *bodies: bytes) -> None:
    """Posts are stored, and nobody is woken."""
    now = person.clock.now()

    def receive(tx: Tx) -> None:
        first = (tx.last_update(POSTS) or 0) + 1
        tx.receive(POSTS, [(n, body.decode()) for n, body in enumerate(bodies, first)], now)

    await person.store.write(receive)


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
async def test_what_cannot_be_handled_takes_nothing_else_with_it(person: AtWhatsApp, broken: bytes) -> None:
    before, after = post(said("MULAI daerah", "wamid.1", COLLEAGUE)), post(said("bantuan", "wamid.2", COLLEAGUE))
    person.whatsapp.person(COLLEAGUE).window_until = person.whatsapp.person(PERSON).window_until
    await store(person, before, broken)
    assert await send(person, after) == 200
    await person.rested()
    assert (await person.store.read(lambda tx: tx.person(NAME, PERSON))).status is Status.STOPPED
    assert len(person.whatsapp.ledger(COLLEAGUE)) == 2, "the posts beside it are answered"
    ((body, error),) = [(body, error) for body, error, _ in await person.store.read(rows) if error]
    assert body == ("{}" if STRANGER in broken.decode() else broken.decode()), "who is not known is not kept"
    assert error.startswith("IntegrityError at ")
    assert (await person.store.read(lambda tx: tx.stats(person.clock.now())))["inbox"]["with_error"] == 1
    assert not person.parts.tasks[0].done(), "the inbox lives"


async def test_a_kill_between_two_pieces_of_a_post_loses_none_of_the_rest(person: AtWhatsApp) -> None:
    class Killed(BaseException):
        pass

    def kill(*_: object) -> NoReturn:
        raise Killed

    def life(**callbacks: Any) -> Inbox:
        assert person.desk is not None
        made = Inbox(person.store, person.desk, NUMBER_ID, person.clock.now, heard=lambda: None,
                     stopped=lambda _: None, **callbacks)  # fmt: skip
        made.finish()
        return made

    body = post(statuses=[POISON, TOO_FAST], user_preferences=[STOP])
    await store(person, body)
    with pytest.raises(Killed):
        await life(told=kill).run()
    assert (await person.store.read(rows))[-1] == (body.decode(), "", True)
    assert (await person.store.read(lambda tx: tx.person(NAME, PERSON))).status is Status.ACTIVE
    told: list[object] = []
    await life(told=lambda *what: told.append(what)).run()
    assert (await person.store.read(lambda tx: tx.person(NAME, PERSON))).status is Status.STOPPED
    kept, error, waits = (await person.store.read(rows))[-1]
    assert error.startswith("IntegrityError at ")
    assert not waits
    assert kept == "{}", "it names somebody who is not known (any more)"
    assert told == [], "what was handled in the earlier life is not told again"


async def test_not_even_a_post_that_cannot_be_marked_silences_the_rest_for_good(person: AtWhatsApp) -> None:
    refuse = "CREATE TRIGGER unmarked BEFORE UPDATE ON inbox BEGIN SELECT RAISE(ABORT, 'rahasia'); END"
    await person.store.write(lambda tx: tx.conn.execute(refuse))  # type: ignore[attr-defined]
    with capture_logs() as logs:
        assert await send(person, post(said("bantuan", "wamid.1"))) == 200
        async with asyncio.timeout(10):
            while not any(entry["event"] == "webhooks wait for the store" for entry in logs):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    assert "rahasia" not in json.dumps(logs)
    await person.store.write(lambda tx: tx.conn.execute("DROP TRIGGER unmarked"))  # type: ignore[attr-defined]
    assert await send(person, post(said("BERHENTI", "wamid.2"))) == 200
    await person.rested()
    assert (await person.store.read(lambda tx: tx.person(NAME, PERSON))).status is Status.STOPPED


def test_what_cannot_be_read_takes_nothing_else_of_its_post_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def reads_badly(item: events.Item) -> NoReturn:
        raise KeyError(str(item.body))

    monkeypatch.setitem(events._READERS, "statuses", reads_badly)
    body = post(said("BERHENTI", "wamid.1"), statuses=[POISON], user_preferences=[STOP])
    found = read_post(1, body.decode(), NUMBER_ID)
    first, second, third = (event for _, event in found.events)
    assert isinstance(first, Said)
    assert second == Other("statuses")
    assert isinstance(third, events.Wish)
    assert found.error.startswith("KeyError at ")
