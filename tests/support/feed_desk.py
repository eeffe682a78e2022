"""A news desk for tests: the simulated portal over HTTP, a real fetcher, sandbox, database and poller, one clock."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]

import storage
from bot.fetch import Fetcher
from bot.flow.notice import Notice
from bot.flow.poll import Polled, Poller
from bot.news.category import LabelMap
from bot.ports import DeclaredFeed, Feed, Store
from bot.sandbox import Sandbox
from bot.simulator.clock import HandClock
from bot.simulator.portal import Hub, Portal
from bot.simulator.server import Simulator
from bot.simulator.telegram import Telegram

LABELS = {"daerah": "DAERAH", "hukrim": "HUKUM & KRIMINAL"}
MAPPING = LabelMap([("daerah", ("DAERAH",)), ("hukrim", ("Hukum & Kriminal",))])
BODY = (
    "<p>Warga Dusun Sumberjo memperbaiki saluran irigasi sepanjang dua ratus meter secara gotong royong. "
    "Pekerjaan selesai sebelum musim tanam.</p><p>Kepala dusun berterima kasih kepada semua yang datang.</p>"
)


@dataclass
class FeedDesk:
    """What a test acts on."""

    clock: HandClock
    portal: Portal
    hub: Hub
    store: Store
    fetcher: Fetcher
    sandbox: Sandbox
    poller: Poller
    url: str
    database: Path
    notices: list[Notice] = field(default_factory=list)

    async def feed(self, path: str = "/feed/") -> Feed:
        """A feed as it stands."""
        feeds = await self.store.read(lambda tx: tx.feeds())
        return next(feed for feed in feeds if feed.url == self.url + path)

    async def poll(self, path: str = "/feed/", after: float = 300.0) -> Polled:
        """Let time pass, then look at the feed."""
        self.clock.turn(after)
        return await self.poller.poll(await self.feed(path))

    def publish(self, *titles: str, apart: float = 60.0, categories: tuple[str, ...] = ("daerah",)) -> list[int]:
        """Articles one after the other."""
        ids = []
        for title in titles:
            self.clock.turn(apart)
            ids.append(self.portal.publish(title, BODY, categories))
        return ids

    def told(self) -> list[str]:
        """The headlines of all broadcasts, in the order in which they go out."""
        with contextlib.closing(sqlite3.connect(self.database)) as db:
            rows = db.execute("SELECT s.title FROM broadcast b JOIN story s ON s.id = b.story_id ORDER BY b.id")
            return [title for (title,) in rows]

    def asked(self, part: str) -> list[str]:
        """Addresses with this in them that the portal has been asked for."""
        return [hit.path for hit in self.portal.hits if part in hit.path]

    async def wait(self, feed: Feed | None = None) -> float:
        """Seconds until the feed is looked at again."""
        feed = feed or await self.feed()
        assert feed.next_check is not None
        assert feed.checked_at is not None
        return (feed.next_check - feed.checked_at).total_seconds()

    def numbered(self, first: int, last: int) -> list[str]:
        """Headlines that differ in more than their number."""
        villages = ("Sumberjo", "Pacet", "Trawas", "Gondang", "Jatirejo", "Kutorejo", "Dlanggu", "Puri", "Bangsal")
        return [f"Warga {villages[n % 9]} memperbaiki saluran ke-{n}" for n in range(first, last + 1)]


@contextlib.asynccontextmanager
async def feed_desk(
    folder: Path, *feeds: DeclaredFeed | str, own: str = "", now: Callable[[], datetime] | None = None,
    clock: HandClock | None = None,
) -> AsyncIterator[FeedDesk]:  # fmt: skip
    """A portal with nothing published yet, and a desk that polls these paths (`/feed/` when none is named)."""
    clock = clock or HandClock()
    portal = Portal(name="Kabar Uji", categories=LABELS, clock=clock)
    hub = Hub(portal)
    simulator = Simulator(Telegram("1:" + "x" * 35), portal, hub.routes())
    url = await simulator.start()
    database = folder / "desk.db"
    store, sandbox = storage.open_store(f"sqlite:///{database}", now=clock.now()), Sandbox()
    declared = [DeclaredFeed(url + feed) if isinstance(feed, str) else feed for feed in feeds or ("/feed/",)]
    await store.write(lambda tx: tx.declare_feeds(declared))
    notices: list[Notice] = []
    async with aiohttp.ClientSession() as session:
        fetcher = Fetcher(session, allow_private=True)
        poller = Poller(
            store, fetcher, sandbox, MAPPING, ["telegram"], now or clock.now, lambda: None,
            own=own, tell=lambda _tx, notice: notices.append(notice), chance=lambda: 0.5,
        )  # fmt: skip
        try:
            yield FeedDesk(clock, portal, hub, store, fetcher, sandbox, poller, url, database, notices)
        finally:
            await poller.stop()
            await hub.stop()
            await sandbox.close()
            store.close()
            await simulator.stop()


def hours(n: float) -> timedelta:
    return timedelta(hours=n)
