"""How the program is: admins are told unasked of what lasts, once, and that it is over; asked, they get it all."""

import shutil
from collections import namedtuple
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import catalogs
from bot.app.condition import Condition
from bot.chat.message import from_json
from bot.chat.turn import Role
from bot.flow.tell_staff import StaffTeller
from bot.ports import Store, Tx
from bot.settings import load
from storage import open_store
from tests.storage.makers import NOW, TELEGRAM, hours

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 — as the library gives it
FEEDS = """\
portal: {name: Kabar Uji, url: "https://kabar.example"}
categories: [{id: daerah, name: {id: Daerah}, labels: [DAERAH]}]
feeds: []
"""


class World:
    """A store with an admin and an editor, and parts that can break."""

    def __init__(self, store: Store, folder: Path) -> None:
        (folder / "feeds.yaml").write_text(FEEDS)
        given = {"DATABASE_URL": f"sqlite:///{folder}/k.db", "FEEDS_FILE": str(folder / "feeds.yaml")}
        self.store, self.faults = store, {"telegram": "", "whatsapp": ""}
        faults = {name: (lambda name=name: self.faults[name]) for name in self.faults}
        teller = StaffTeller(catalogs.load(), [TELEGRAM], lambda: NOW)
        self.condition = Condition(load(given, dotenv=None), store, faults, teller, NOW)

    async def told(self) -> list[tuple[str, str]]:
        """Look once more; whom is said what (its first line)."""
        await self.condition.look()
        replies = await self.store.write(self._taken)
        return sorted((address, from_json(message).plain().splitlines()[0]) for address, message in replies)

    @staticmethod
    def _taken(tx: Any) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = tx.conn.execute("SELECT address, message FROM reply").fetchall()
        tx.conn.execute("DELETE FROM reply")
        return found


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    store = open_store(f"sqlite:///{tmp_path}/k.db", now=NOW)

    def work(tx: Tx) -> None:
        tx.begin_epoch(NOW)
        for address, role in (("1", Role.ADMIN), ("2", Role.EDITOR)):
            tx.add_invitation(f"code{address}", role, NOW, NOW + hours(1))
            tx.redeem_invitation(TELEGRAM, address, f"code{address}", NOW)

    await store.write(work)
    yield World(store, tmp_path)
    store.close()


async def test_a_channel_that_stands_still_is_told_once_and_so_is_its_end(world: World) -> None:
    assert await world.told() == []
    world.faults["whatsapp"] = "unauthorized: the token is refused"
    assert await world.told() == [], "it may be over by itself"
    (stopped,) = await world.told()
    assert stopped[0] == "1"
    assert "whatsapp" in stopped[1].lower()
    assert await world.told() == []
    world.faults["whatsapp"] = ""
    (goes_on,) = await world.told()
    assert goes_on[0] == "1"
    assert goes_on != stopped
    assert await world.told() == []


async def test_what_passes_by_itself_is_told_to_nobody(world: World) -> None:
    world.faults["telegram"] = "flood for 12 s"
    assert [await world.told() for _ in range(3)] == [[], [], []]
    assert world.condition.faults() == {"telegram": "flood for 12 s"}


async def test_a_disk_that_fills_is_told_once_and_again_when_it_fills_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def room(free: int) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(50_000_000_000, 50_000_000_000 - free, free))

    room(20_000_000_000)
    assert await world.told() == []
    room(300_000_000)
    (told,) = await world.told()
    assert told[0] == "1"
    assert await world.told() == []
    room(20_000_000_000)
    assert await world.told() == []
    room(300_000_000)
    assert await world.told() == [told]
    assert world.condition().free == 300_000_000


async def test_whoever_asks_learns_of_faults_room_backup_and_since_when(world: World) -> None:
    world.faults["telegram"] = "breaker: network"
    known = world.condition()
    assert known.faults == {"telegram": "breaker: network"}
    assert known.copy is None
    assert known.since == NOW
    assert 0 < (known.free or 0) <= (known.total or 0)
    made = world.condition.back_up()
    known = world.condition()
    assert known.copy is not None
    assert abs(known.copy.at - made.at) < timedelta(minutes=1), "its name says the minute"
    assert known.copy.size == made.size > 0
