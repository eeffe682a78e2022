"""A poll that finds nothing (304) and one that reads ten items, beside a bare GET; a thousand feeds on one machine."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import feedparser
import uvloop

from bench import many
from bot import app as composition
from bot import clock
from bot.fetch import Fetcher
from bot.flow.poll import Poller
from bot.ports import DeclaredFeed, Feed
from bot.sandbox import Sandbox
from bot.settings import load
from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.stories import CATEGORIES, body, samples
from bot.simulator.telegram import Telegram

ROUNDS = 30


def run() -> dict[str, Any]:
    """Milliseconds, medians of thirty rounds; CPU is this process's, the parser's child apart.

    Then a thousand feeds (`bench.many`).
    """
    return uvloop.run(_run()) | many.run()


async def _run() -> dict[str, Any]:
    portal = Portal(name="Target 24 Jam", categories={c.slug: c.label for c in CATEGORIES})
    simulator = Simulator(Telegram("1:" + "x" * 35), portal)
    url = await simulator.start()
    for sample in samples()[:10]:
        portal.publish(sample.title, body(sample, clock.now()), sample.slugs)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return await _measure(f"{url}/feed/", Path(folder))
    finally:
        await simulator.stop()


async def _measure(feed_url: str, folder: Path) -> dict[str, Any]:
    settings = load({"DATABASE_URL": f"sqlite:///{folder}/bench.db", "FEEDS_FILE": str(Path("feeds.yaml").resolve())})
    store = composition.open_store(settings)
    sandbox = Sandbox()
    async with composition.new_session() as session:
        poller = Poller(
            store, Fetcher(session, allow_private=True), sandbox, composition.label_map(settings), ["telegram"],
            clock.now, lambda: None,
        )  # fmt: skip
        await store.write(lambda tx: tx.declare_feeds([DeclaredFeed(feed_url)]))
        fresh = await _feed(store)
        await poller.poll(fresh)  # the first import; also starts the parser's child
        known = await _feed(store)
        body = await _get(session, feed_url)
        result = {
            "nothing new (304)": await _timed(lambda: poller.poll(known)),
            "bare conditional GET": await _timed(lambda: _get(session, feed_url, known.etag)),
            "ten items read": await _timed(lambda: poller.poll(fresh)),
            "feedparser alone, ten items, in the loop": await _timed(lambda: _parse(body)),
        }
    await sandbox.close()
    store.close()
    return result


async def _feed(store: Any) -> Feed:
    feeds: list[Feed] = await store.read(lambda tx: tx.feeds())
    return feeds[0]


async def _get(session: aiohttp.ClientSession, url: str, etag: str | None = None) -> bytes:
    async with session.get(url, headers={"If-None-Match": etag} if etag else {}) as answer:
        return await answer.read()


async def _parse(body: bytes) -> None:
    feedparser.parse(body)  # noqa: TID251 — the baseline


async def _timed(work: Callable[[], Awaitable[object]]) -> dict[str, float]:
    wall, cpu = [], []
    for _ in range(ROUNDS):
        began, used = time.perf_counter(), time.process_time()
        await work()
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - used) * 1000)
        await asyncio.sleep(0)
    return {"ms": round(statistics.median(wall), 2), "cpu_ms": round(statistics.median(cpu), 2)}
