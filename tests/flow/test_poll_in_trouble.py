"""A poll whose result cannot be kept: nothing is lost, and the portal does not pay for our trouble."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import storage
from bot.errors import StoreError
from bot.flow.poll import TROUBLE_RESTS, Poller
from bot.news.category import LabelMap
from bot.news.item import Document, Item
from bot.ports import Answer, DeclaredFeed, Store

NOW = datetime(2026, 2, 17, 5, 0, tzinfo=UTC)
URL = "https://portal.example/feed/"


class Desk:
    """A store that may refuse to be written, and a portal that counts and remembers how it was asked."""

    def __init__(self, store: Store) -> None:
        self.store, self.now, self.full = store, NOW, False
        self.asked: list[str | None] = []
        self.poller = Poller(self, self.fetch, self.parse, LabelMap([]), ["telegram"], lambda: self.now, lambda: None)

    async def fetch(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Answer:  # noqa: ARG002
        self.asked.append(etag)
        return Answer(url, 304) if etag else Answer(url, 200, b"<rss/>", {"etag": '"1"'})

    async def parse(self, body: bytes, *, url: str, content_type: str | None = None) -> Document:  # noqa: ARG002
        return Document("Kabar", "", (Item("g1", f"{url}1", "Satu"),))

    async def changed_elsewhere(self) -> bool:
        return False

    async def write(self, work: Callable[..., Any]) -> Any:
        if self.full:
            raise StoreError("disk_full", "no space")
        return await self.store.write(work)

    async def read(self, work: Callable[..., Any]) -> Any:
        return await self.store.read(work)

    def close(self) -> None:
        self.store.close()

    async def look(self) -> int:
        """One look, waited for; how often the portal has been asked."""
        await self.poller.look()
        for task in list(self.poller._running.values()):
            await task
        return len(self.asked)


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    desk = Desk(storage.open_store(f"sqlite:///{tmp_path / 'polls.db'}", now=NOW))
    await desk.store.write(lambda tx: tx.declare_feeds([DeclaredFeed(URL, every=5.0)]))
    return desk


async def test_while_nothing_can_be_written_the_portal_is_left_in_peace(desk: Desk) -> None:
    desk.full = True
    assert await desk.look() == 1
    desk.now += timedelta(seconds=1)
    assert await desk.look() == 1
    desk.full = False
    desk.now += timedelta(seconds=TROUBLE_RESTS)
    assert await desk.look() == 2
    assert len(await desk.store.read(lambda tx: tx.latest(None, 5))) == 1
    desk.close()


async def test_the_first_look_with_a_mapping_is_unconditional_and_the_next_are_not(desk: Desk) -> None:
    for _ in range(3):
        await desk.look()
        desk.now += timedelta(seconds=5)
    desk.poller.take_mapping(LabelMap([("daerah", ("DAERAH",))]))
    await desk.look()
    assert desk.asked == [None, '"1"', '"1"', None]
    desk.close()
