"""A whole world for tests: the strict simulator on one side, the real program on the other, HTTP between them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app import App
from bot.settings import Settings, load
from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.telegram import Limits, Network, Shown, Telegram

CATEGORIES = {
    "berita-utama": "BERITA UTAMA", "hukrim": "HUKRIM", "kesehatan": "KESEHATAN", "daerah": "DAERAH",
    "budaya": "BUDAYA", "investigasi": "INVESTIGASI",
}  # fmt: skip
BODY = (
    "<p>Kota Mojokerto target-24jam.com (17 Februari 2026) Warga Kelurahan Sukamaju kini dapat memeriksakan"
    " tekanan darah tanpa biaya di balai RW setiap hari Sabtu. Layanan itu dibuka pukul 08.00 dan berlangsung"
    " sampai siang.</p>"
    "<p>Baca Juga: Jadwal posyandu bulan ini</p>"
    "<p>Kepala puskesmas berharap warga datang bersama keluarga. (redaksi)</p>"
)
SUMMARY = (
    "Warga Kelurahan Sukamaju kini dapat memeriksakan tekanan darah tanpa biaya di balai RW setiap hari Sabtu. "
    "Layanan itu dibuka pukul 08.00 dan berlangsung sampai siang."
)
FEEDS_YAML = """\
portal: {{name: Target 24 Jam, url: "{url}", area: Mojokerto, language: id, timezone: Asia/Jakarta}}
defaults: {{quiet: off}}
categories:
  - {{id: utama, name: {{id: Berita Utama, en: Top News}}, labels: [BERITA UTAMA]}}
  - {{id: hukrim, name: {{id: Hukum & Kriminal, en: Law & Crime}}, labels: [HUKRIM]}}
  - {{id: kesehatan, name: {{id: Kesehatan, en: Health}}, labels: [KESEHATAN]}}
  - {{id: daerah, name: {{id: Daerah, en: Regional}}, labels: [DAERAH]}}
  - {{id: budaya, name: {{id: Budaya, en: Culture}}, labels: [BUDAYA]}}
  - {{id: investigasi, name: {{id: Investigasi, en: Investigation}}, labels: [INVESTIGASI]}}
feeds:
{feeds}
"""


def feeds_yaml(url: str, paths: dict[str, str], every: str = "1s") -> str:
    """A feeds.yaml whose feeds are these paths (each with its category or "") of the simulator's portal."""
    lines = []
    for path, category in paths.items():
        own = f", categories: [{category}]" if category else ""
        lines.append(f'  - {{url: "{url}{path}", every: {every}{own}}}')
    return FEEDS_YAML.format(url=url, feeds="\n".join(lines))


@dataclass
class World:
    """What a test acts on; `start()` and `stop()` are the program's, the simulator lives through both."""

    folder: Path
    telegram: Telegram
    portal: Portal
    simulator: Simulator
    network: Network
    environment: dict[str, str]
    app: App | None = None
    _running: asyncio.Task[None] | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def settings(self) -> Settings:
        """The program's settings, read anew."""
        return load(self.environment)

    async def start(self) -> None:
        """Start the program and wait until it works."""
        self.app = App(self.settings)
        self._running = asyncio.create_task(self.app.run())
        ready = asyncio.create_task(self.app.ready.wait())
        await asyncio.wait({ready, self._running}, return_when=asyncio.FIRST_COMPLETED)
        if self._running.done():
            ready.cancel()
            await self._running

    async def stop(self) -> None:
        """Stop the program as SIGTERM does."""
        if self.app is not None and self._running is not None:
            self.app.ask_to_stop()
            await self._running
            self.app = None

    async def until(self, true: Callable[[], Any], within: float = 30.0, what: str = "") -> Any:
        """Wait for something that the simulator can see, or fail with what the phones show."""
        deadline = asyncio.get_running_loop().time() + within
        while not (value := true()):
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                raise AssertionError(f"not within {within} s: {what or true}")
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), min(left, 0.25))
        return value

    async def polled(self, times: int = 2, within: float = 30.0) -> None:
        """Wait until every feed has been asked for so many more times: what was there has been seen."""
        feeds = [feed.url.removeprefix(self.simulator.base_url) for feed in self.settings.feeds]
        before = {path: self.asked(path) for path in feeds}
        await self.until(lambda: all(self.asked(p) >= before[p] + times for p in feeds), within, "feeds polled")

    def asked(self, path: str) -> int:
        """How often the program has asked for this path."""
        return sum(1 for hit in self.portal.hits if hit.path == path)

    def texts(self, user_id: int) -> list[str]:
        """What the bot has said that this phone shows now."""
        return [shown.text for shown in self.telegram.shown(user_id) if shown.from_bot]

    def last(self, user_id: int) -> Shown:
        """The newest message of the bot on this phone."""
        return [shown for shown in self.telegram.shown(user_id) if shown.from_bot][-1]

    def copies(self, user_id: int, title: str) -> int:
        """How many messages on this phone carry the title."""
        return sum(title in text for text in self.texts(user_id))

    async def says(self, user_id: int, text: str) -> str:
        """The person types; the bot's next message."""
        before = len(self.texts(user_id))
        self.telegram.say(user_id, text)
        await self.until(lambda: len(self.texts(user_id)) > before, what=f"an answer to {text!r}")
        return self.texts(user_id)[-1]

    async def taps(self, user_id: int, label: str) -> str:
        """The person taps a button; what the phone then shows, once it has changed."""
        before = self._looks(user_id)
        self.telegram.tap(user_id, label)
        await self.until(lambda: self._looks(user_id) != before, what=f"a change after tapping {label!r}")
        return self.texts(user_id)[-1]

    async def subscribes(self, user_id: int, *labels: str) -> None:
        """Start, the topics, Selesai."""
        await self.says(user_id, "/start")
        for label in labels:
            await self.taps(user_id, label)
        await self.taps(user_id, "Selesai")

    async def subscribes_also(self, user_id: int, label: str) -> None:
        """A subscriber adds a topic."""
        await self.says(user_id, "/topik")
        await self.taps(user_id, label)

    def mapped(self, label: str, category: str) -> bool:
        """Whether the running program takes this label to mean this category."""
        assert self.app is not None
        return any(c.id == category and label in c.labels for c in self.app.settings.categories)

    async def stats(self) -> dict[str, Any]:
        """The program's own counts."""
        assert self.app is not None
        return await self.app.stats()

    async def told(self, stories: int, within: float = 20.0) -> None:
        """Wait until so many stories have been told and every delivery has settled."""
        async with asyncio.timeout(within):
            while not await self._at_rest(stories):  # noqa: ASYNC110 — only the program's database knows
                await asyncio.sleep(0.05)

    async def deliveries(self, within: float = 30.0, **states: int) -> None:
        """Wait until the deliveries stand exactly so."""
        assert self.app is not None
        async with asyncio.timeout(within):
            while (await self.app.stats())["deliveries"]["by_state"] != states:  # noqa: ASYNC110 — likewise
                await asyncio.sleep(0.02)

    async def _at_rest(self, stories: int) -> bool:
        assert self.app is not None
        stats = await self.app.stats()
        told, states = stats["stories"]["told"], stats["deliveries"]["by_state"]
        return told >= stories and not stats["broadcasts"].get("running") and not {"started", "queued"} & set(states)

    def _looks(self, user_id: int) -> list[object]:
        shown = [(s.message_id, s.html, s.buttons) for s in self.telegram.shown(user_id)]
        return [*shown, len(self.telegram.toasts(user_id))]


@contextlib.asynccontextmanager
async def world(
    folder: Path, token: str, *, paths: dict[str, str] | None = None, limits: Limits | None = None,
    network: Network | None = None, every: str = "1s", **environment: str,
) -> AsyncIterator[World]:  # fmt: skip
    """A simulator that runs, a portal with a past of three articles, and a program ready to be started."""
    network = network or Network()
    telegram = Telegram(token, limits=limits, network=network)
    portal = Portal(name="Target 24 Jam", categories=CATEGORIES)
    simulator = Simulator(telegram, portal)
    url = await simulator.start()
    for number in range(3):
        portal.publish(f"Kabar lama nomor {number}", BODY, ["daerah"], published=days_ago(3 - number))
    file = folder / "feeds.yaml"
    file.write_text(feeds_yaml(url, paths or {"/feed/": ""}, every))
    made = World(
        folder, telegram, portal, simulator, network,
        {
            "DATABASE_URL": f"sqlite:///{folder / 'kentongan.db'}", "FEEDS_FILE": str(file), "LISTEN": "127.0.0.1:0",
            "TELEGRAM_BOT_TOKEN": token, "TELEGRAM_API_URL": url, "FETCH_ALLOW_PRIVATE": "true", **environment,
        },
    )  # fmt: skip
    unlisten = telegram.listen(lambda _: made._changed.set())
    try:
        yield made
    finally:
        unlisten()
        await made.stop()
        await simulator.stop()


def days_ago(days: float) -> datetime:
    """A moment in the past, for articles that were there before us."""
    return datetime.now(UTC) - timedelta(days=days)  # noqa: TID251 — the portal's own clock


def scanned(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file below a folder with its bytes."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes()
