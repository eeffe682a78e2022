"""What the lanes of every channel share: the clock, the bare post, the way of a story, the command line."""

import asyncio
import json
import logging
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import aiohttp
import uvloop

from bench.story import ITEM
from bot import app as composition
from bot.flow.deliver import Deliverer
from bot.flow.spread import announce
from bot.ports import Store
from bot.settings import Settings, load

IN_FLIGHT = 100
RATE = 5_000.0  # five times the most that Telegram grants to anybody; nothing is waited for but the machine

Measured = tuple[float, float]
Lane = Callable[[str, int], Awaitable[Measured]]


async def measured(work: Callable[[], Awaitable[None]]) -> Measured:
    """CPU-seconds of the whole process (all threads) and wall seconds of `work`."""
    wall, cpu = time.perf_counter(), time.process_time()
    await work()
    return time.process_time() - cpu, time.perf_counter() - wall


async def in_parallel(count: int, send: Callable[[int], Awaitable[object]]) -> None:
    """Call `send` for 1 … count, IN_FLIGHT at a time."""
    numbers = iter(range(1, count + 1))

    async def worker() -> None:
        for number in numbers:
            await send(number)

    await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))


async def bare(address: str, body: bytes, count: int, **headers: str) -> Measured:
    """The measure: a body that is encoded already, posted by bare aiohttp on uvloop."""
    headers = {"Content-Type": "application/json", **headers}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def send(_: int) -> None:
            async with session.post(address, data=body, headers=headers) as answer:
                await answer.read()

        await in_parallel(IN_FLIGHT, send)  # connections are made before the clock starts
        return await measured(lambda: in_parallel(count, send))


def spared(lane: Lane) -> Lane:
    """The same lane with the collector set as the program sets it."""

    async def run(url: str, count: int) -> Measured:
        composition.spare_the_collector()
        return await lane(url, count)

    return run


def settings_in(folder: str) -> Settings:
    """The settings of a program whose database stands in this folder."""
    return load({"DATABASE_URL": f"sqlite:///{folder}/bench.db", "FEEDS_FILE": str(Path("feeds.yaml").resolve())})


async def told(store: Store, deliverer: Deliverer, channel: str, nth: int, count: int, now: datetime) -> None:
    """Tell the nth story; returns when it has arrived at so many readers, and so have all before it."""
    story = replace(ITEM, guid=f"story {nth}")
    story_id = await store.write(lambda tx: tx.add_story(story, now, ["daerah"], now))
    await store.write(lambda tx: announce(tx, story_id, ["daerah"], [channel], now))
    deliverer.wake()
    while deliverer.in_flight or await store.read(lambda tx: bool(tx.open_passes(channel, now))):
        await asyncio.sleep(0.1)
    await asyncio.sleep(0.1)  # the last outcomes are written
    sent = (await store.read(lambda tx: tx.stats(now)))["deliveries"]["by_state"]
    assert sent == {"sent": nth * count}, sent


def main(lanes: Mapping[str, Lane]) -> None:
    """`LANE URL COUNT` of the command line, as JSON on standard output."""
    logging.disable(logging.WARNING)
    lane, url, count = sys.argv[1], sys.argv[2], int(sys.argv[3])

    async def run() -> Measured:
        return await lanes[lane](url, count)

    cpu, wall = uvloop.run(run())
    print(json.dumps({"cpu": cpu, "wall": wall, "count": count}))
