"""The whole program: a story that a hub pushes is on the phones within two seconds, and a followed word brings it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]

from bot.app import program
from bot.chat.turn import Role
from bot.flow.desk import hash_code
from bot.ports import Store
from bot.simulator.portal import Fault, Hub
from storage import open_store
from tests.storage.makers import NOW
from tests.support.world import BODY, World

MakeWorld = Callable[..., Awaitable[World]]
SRI, BUDI, ADMIN = 11, 12, 13


def free_port() -> int:
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.fixture
async def pushed(make_world: MakeWorld) -> AsyncIterator[tuple[World, Hub]]:
    """A program that the world can reach, a portal whose feed is polled once an hour and names a hub."""
    port = free_port()
    town = await make_world(every="1h", LISTEN=f"127.0.0.1:{port}", PUBLIC_URL=f"http://127.0.0.1:{port}")
    hub = Hub(town.portal)
    application = web.Application()
    application.add_routes(hub.routes())
    runner = web.AppRunner(application, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hub.start()
    town.portal.hub = f"http://127.0.0.1:{runner.addresses[0][1]}/hub/"
    try:
        yield town, hub
    finally:
        await town.stop()
        await hub.stop()
        await runner.cleanup()


async def test_a_pushed_story_is_on_the_phone_within_two_seconds(pushed: tuple[World, Hub]) -> None:
    town, hub = pushed
    town.telegram.add_user(SRI, "Bu Sri")
    await town.start()
    await town.subscribes(SRI, "Daerah")
    await town.until(lambda: hub.confirmed, within=20, what="the hub's question")
    took = []
    for title in ("Pasar malam dibuka", "Lomba layang-layang di Trawas"):
        began = asyncio.get_running_loop().time()
        town.portal.publish(title, BODY, ["daerah"])
        await town.until(lambda title=title: town.copies(SRI, title), what=title)  # type: ignore[misc]
        took.append(asyncio.get_running_loop().time() - began)
    assert max(took) < 2
    assert town.asked("/feed/") == 3  # one poll, and twice the hub


def store_of(town: World) -> Store:
    """The program's database, beside it."""
    return open_store(town.environment["DATABASE_URL"], now=NOW, busy_seconds=5)


async def test_a_followed_word_brings_stories_of_other_topics(make_world: MakeWorld) -> None:
    town = await make_world()
    for user, name in ((SRI, "Bu Sri"), (BUDI, "Pak Budi")):
        town.telegram.add_user(user, name)
    await town.start()
    await town.subscribes(SRI, "Budaya")
    await town.subscribes(BUDI, "Budaya")
    beside = store_of(town)
    try:
        assert await beside.write(lambda tx: tx.follow_word("telegram", str(SRI), "Sukamaju"))
        await town.polled()
        town.portal.publish("Balai RW buka hari Sabtu", BODY, ["kesehatan"])  # Kelurahan Sukamaju
        town.portal.publish("Wayang semalam suntuk", "<p>Dalang muda tampil.</p>", ["budaya"])
        await town.until(lambda: town.copies(SRI, "Balai RW"), what="the follower of the word")
        await town.until(lambda: town.copies(BUDI, "Wayang"), what="the follower of the topic")
        await town.told(2)
        assert [town.copies(user, "Balai RW") for user in (SRI, BUDI)] == [1, 0]
        assert "#Kesehatan" in next(text for text in town.texts(SRI) if "Balai RW" in text)
        assert not [text for text in town.texts(SRI) if "kata:" in text]
        await beside.write(lambda tx: tx.unfollow_word("telegram", str(SRI), "sukamaju", NOW))
        town.portal.publish("Balai RW tutup", BODY, ["kesehatan"])
        await town.polled(3)
        assert town.copies(SRI, "Balai RW tutup") == 0
    finally:
        beside.close()


async def test_an_admin_hears_of_a_feed_that_is_gone(make_world: MakeWorld) -> None:
    town = await make_world()
    town.telegram.add_user(ADMIN, "Mas Anto")
    await town.start()
    beside = store_of(town)
    await beside.write(
        lambda tx: tx.add_invitation(hash_code("x" * 22), Role.ADMIN, NOW.replace(year=2020), NOW.replace(year=2100))
    )
    beside.close()
    await town.says(ADMIN, "/start undang-" + "x" * 22)
    town.portal.faults.add(answer=Fault.STATUS(410), path="/feed/")
    await town.until(lambda: any("sudah tidak ada" in text for text in town.texts(ADMIN)), what="the notice")


async def test_health_and_stats_say_that_everything_stands_still_after_a_restore(make_world: MakeWorld) -> None:
    port = free_port()
    town = await make_world(LISTEN=f"127.0.0.1:{port}")
    beside = store_of(town)
    await beside.write(lambda tx: tx.stand_still("restored"))
    beside.close()
    await town.start()
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/healthz") as answer:
        health = json.loads(await answer.text())
    assert "kentongan resume" in health["standing_still"]
    assert (await town.stats())["standing_still"] == "restored"


async def test_old_rows_are_let_go_by_the_running_program(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its own schedule, not only when somebody asks."""
    monkeypatch.setattr(program, "TIDY_EVERY", 0.2)
    town = await make_world()
    await town.start()
    beside = store_of(town)
    await beside.write(lambda tx: tx.add_invitation("old", Role.EDITOR, NOW.replace(year=2020), NOW.replace(year=2021)))
    beside.close()
    database = Path(town.environment["DATABASE_URL"].removeprefix("sqlite:///"))

    def gone() -> object:
        with closing(sqlite3.connect(database)) as db:
            return bool(
                db.execute("SELECT NOT EXISTS (SELECT 1 FROM invitation WHERE code_hash = 'old')").fetchone()[0]
            )

    await town.until(gone, what="the invitation of 2020 let go")
