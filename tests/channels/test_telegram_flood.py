"""What one person sends by the thousand: stored, left unheard, cheap; and what counts all the same is heard."""

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram.inbox import FLOOD, MOST_OF_ONE, Inbox
from bot.chat.push_seal import sealed
from bot.chat.turn import Incoming, Role, Status
from bot.flow.desk import Desk, Sender, hash_code
from bot.flow.facts import Facts
from bot.flow.patience import QUIET, Patience
from bot.ports import Store
from tests.channels.telegram_rig import (
    BUDI,
    NOW,
    SARI,
    Ears,
    Json,
    Rig,
    ears,
    member,
    message,
    press,
    rig,
    update,
    user,
)

GROUP: Json = {"id": -4001, "type": "group", "title": "Warga"}
MANY = 200


@dataclass
class Clock:
    """The desk's."""

    now: datetime = NOW


@dataclass
class World:
    """A person who has tried our patience, and everybody else."""

    rig: Rig
    ears: Ears
    clock: Clock
    ids: int = 0
    heard: Counter[str] = field(default_factory=Counter)

    def next(self, **what: Json) -> Json:
        self.ids += 1
        return update(self.ids, **what)

    async def hear(self, *updates: Json) -> None:
        """What comes from Telegram at once."""
        inbox = Inbox(self.rig.store, self.ears.application, lambda: self.clock.now)
        await inbox.keep(updates)
        inbox.finish()
        await inbox.run()

    async def talk(self, count: int, text: str = "halo", **more: Any) -> None:
        await self.hear(*(self.next(message=message(text, **more)) for _ in range(count)))

    async def left_unheard(self) -> int:
        """How many were marked when they were stored."""
        told = "SELECT count(*) FROM inbox WHERE error = ? AND handled_at IS NOT NULL"
        return int(await self.rig.store.read(lambda tx: tx.conn.execute(told, (FLOOD,)).fetchone()[0]))  # type: ignore[attr-defined]


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    """Sari has sent more than anybody is answered."""
    clock, heard = Clock(), Counter[str]()

    class Impatient(Desk):
        def __init__(
            self, store: Store, facts: Facts, _now: object, wake: Callable[[str], None], rates: Callable[[], Any]
        ) -> None:
            super().__init__(store, facts, lambda: clock.now, wake, rates, patience=Patience())

        async def handle(
            self, update_id: int, sender: Sender, incoming: Incoming,
            *, target: str | None = None, callback: str | None = None,
        ) -> None:  # fmt: skip
            heard[sender.member or sender.address] += 1
            await super().handle(update_id, sender, incoming, target=target, callback=callback)

    async with rig(folder, Impatient) as made, ears(made) as connected:
        one = World(made, connected, clock, heard=heard)
        await one.talk(1, "/start daerah")
        await one.talk(MOST_OF_ONE)
        heard.clear()
        yield one


async def test_who_is_not_answered_is_not_handled_either_and_all_of_it_is_stored(tmp_path: Path) -> None:
    async with world(tmp_path) as abuse:
        before = await abuse.left_unheard()
        await abuse.talk(MANY)
        await abuse.hear(*(abuse.next(callback_query=press("topics")) for _ in range(MANY)))
        assert abuse.heard[str(SARI)] == 0
        assert await abuse.left_unheard() == before + 2 * MANY
        assert await abuse.rig.last_update() == abuse.ids
        assert await abuse.rig.waiting() == []


async def test_brought_a_hundred_times_it_is_one(tmp_path: Path) -> None:
    async with world(tmp_path) as abuse:
        talk, stop = abuse.next(message=message("halo")), abuse.next(message=message("tolong berhenti ya"))
        for _ in range(100):
            await abuse.hear(talk, stop, talk)
        assert abuse.heard[str(SARI)] == 1


LAST_WORDS = {
    "a command": {"message": message("/berhenti")},
    "a word": {"message": message("stop")},
    "a button": {"callback_query": press("stop")},
    "a block": {"my_chat_member": member("kicked")},
}


@pytest.mark.parametrize("what", LAST_WORDS.values(), ids=LAST_WORDS)
async def test_whoever_stops_is_heard_amid_a_flood(what: Json, tmp_path: Path) -> None:
    async with world(tmp_path) as abuse:
        flood = [abuse.next(message=message("halo")) for _ in range(MANY)]
        await abuse.hear(*flood[:100], abuse.next(**what), *flood[100:])
        assert (await abuse.rig.person(SARI)).status in {Status.STOPPED, Status.GONE}
        assert abuse.heard[str(SARI)] == 1


DECISIONS = {  # who made the button for whom, whether Sari is on the staff, whether it is heard
    "a hold": ("hold", SARI, True, True),
    "an approval": ("ok", SARI, True, True),
    "a button that decides nothing": ("card", SARI, True, False),
    "a button made for another": ("ok", BUDI, True, False),
    "of somebody who is on the staff no more": ("ok", SARI, False, False),
}


@pytest.mark.parametrize(("verb", "whose", "hired", "counts"), DECISIONS.values(), ids=DECISIONS)
async def test_what_staff_decide_is_heard_amid_a_flood(
    verb: str, whose: int, hired: bool, counts: bool, tmp_path: Path
) -> None:
    async with world(tmp_path) as abuse:
        key = await abuse.rig.store.write(lambda tx: tx.button_key())
        if hired:
            await abuse.rig.store.write(lambda tx: tx.add_invitation(hash_code("x"), Role.EDITOR, NOW, NOW + QUIET))
            await abuse.rig.store.write(lambda tx: tx.redeem_invitation("telegram", str(SARI), hash_code("x"), NOW))
        button = press(sealed(key, "telegram", str(whose), verb, 1, 1))
        flood = [abuse.next(message=message("halo")) for _ in range(MANY)]
        forged = [abuse.next(callback_query=press(f"e:{verb}:1.1:{n:011}")) for n in range(MANY)]
        await abuse.hear(*flood, *forged, abuse.next(callback_query=button), *flood)
        assert abuse.heard[str(SARI)] == int(counts)


async def test_in_a_group_only_the_one_who_floods_is_left_unheard(tmp_path: Path) -> None:
    async with world(tmp_path) as abuse:
        await abuse.talk(MANY, "/menu", chat=GROUP)
        assert abuse.heard[str(SARI)] == 0
        await abuse.talk(1, "/menu", chat=GROUP, sender=user(BUDI))
        assert abuse.heard[str(BUDI)] == 1
        moved = message(chat=GROUP, migrate_to_chat_id=-1009)
        await abuse.hear(abuse.next(message=moved))
        assert abuse.heard["-4001"] == 1


async def test_only_silence_ends_it_and_what_is_left_unheard_is_no_silence(tmp_path: Path) -> None:
    async with world(tmp_path) as abuse:
        for _ in range(3):
            abuse.clock.now += QUIET * 0.9
            await abuse.talk(1)
        assert abuse.heard[str(SARI)] == 0
        abuse.clock.now += QUIET
        await abuse.talk(1)
        assert abuse.heard[str(SARI)] == 1


async def test_a_flood_costs_no_more_than_as_many_messages_of_different_people(tmp_path: Path) -> None:
    """Storing is what both cost; what is looked at before something is left unheard must not be dearer."""

    async def cost(abuse: World, updates: list[Json]) -> float:
        inbox, began = Inbox(abuse.rig.store, abuse.ears.application, lambda: NOW), time.process_time()
        for first in range(0, len(updates), 100):
            await inbox.keep(updates[first : first + 100])
        return time.process_time() - began

    async with world(tmp_path) as abuse:
        people = [
            abuse.next(message=message("halo", chat={"id": n, "type": "private"}, sender=user(n)))
            for n in range(1000, 3000)
        ]
        flood = [abuse.next(message=message(text)) for text in ("halo", "/start", "menu", "apa kabar") * 500]
        assert await cost(abuse, flood) < 3 * await cost(abuse, people)
