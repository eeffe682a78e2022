"""One way of sending a story to many, alone in a process: prints CPU-seconds, wall seconds and how many it sent."""

import asyncio
import json
import logging
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import aiohttp
import uvloop
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.request import HTTPXRequest

from bench.story import ITEM, story_message_of
from bot import app as composition
from bot import clock
from bot.channels.telegram import render
from bot.channels.telegram.send import TelegramChannel
from bot.channels.telegram.transport import AiohttpRequest
from bot.channels.telegram.wire import Wire
from bot.delivery.content import Content
from bot.flow.deliver import Deliverer
from bot.flow.spread import announce
from bot.ports import Subscription
from bot.settings import load

TOKEN = "123456789:" + "b" * 35
IN_FLIGHT = 100
RATE = 5_000.0  # five times the most that Telegram grants to anybody; nothing is waited for but the machine

Measured = tuple[float, float]


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


def encoded() -> bytes:
    """The request's body, as it is on the wire."""
    return json.dumps({"chat_id": 123456789, **render.body(story_message_of())}).encode()


async def raw(url: str, count: int) -> Measured:
    """The measure: a body that is encoded already, posted by bare aiohttp on uvloop."""
    body = encoded()
    headers = {"Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def send(_: int) -> None:
            async with session.post(f"{url}/bot{TOKEN}/sendMessage", data=body, headers=headers) as answer:
                await answer.read()

        await in_parallel(IN_FLIGHT, send)  # connections are made before the clock starts
        return await measured(lambda: in_parallel(count, send))


async def raw_spared(url: str, count: int) -> Measured:
    """The same with the collector set as the program sets it."""
    composition.spare_the_collector()
    return await raw(url, count)


async def wire(url: str, count: int) -> Measured:
    """The same body on our lane to many, and nothing else of the program: what is left of `ours` is ours."""
    body, address = encoded(), f"{url}/bot{TOKEN}/sendMessage"
    async with composition.new_session() as session:
        lane = Wire(session)
        await in_parallel(IN_FLIGHT, lambda _: lane.post(address, body))
        result = await measured(lambda: in_parallel(count, lambda _: lane.post(address, body)))
        await lane.close()
    return result


async def library(url: str, count: int) -> Measured:
    """python-telegram-bot's own send_message on its default transport."""
    fields = render.body(story_message_of())
    rows = fields["reply_markup"]["inline_keyboard"]
    request = HTTPXRequest(connection_pool_size=256, pool_timeout=60)
    bot = Bot(TOKEN, base_url=f"{url}/bot", request=request, get_updates_request=HTTPXRequest())
    await request.initialize()

    async def send(chat: int) -> None:
        await bot.send_message(
            chat, fields["text"], parse_mode="HTML",
            link_preview_options=LinkPreviewOptions(**fields["link_preview_options"]),
            reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton(**b) for b in row] for row in rows]),
        )  # fmt: skip

    await in_parallel(IN_FLIGHT, send)
    result = await measured(lambda: in_parallel(count, send))
    await request.shutdown()
    return result


async def ours(url: str, count: int) -> Measured:
    """The whole way: claim, render, send, record, in a database with so many followers."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load(
            {"DATABASE_URL": f"sqlite:///{folder}/bench.db", "FEEDS_FILE": str(Path("feeds.yaml").resolve())}
        )
        store = composition.open_store(settings)
        rows = [Subscription("telegram", str(n), ("daerah",), consent_at=clock.now()) for n in range(1, count + 1)]
        await store.write(lambda tx: tx.import_subscribers(rows, clock.now()))
        recovery = await store.write(lambda tx: tx.begin_epoch(clock.now()))
        async with composition.new_session() as session:
            request = AiohttpRequest(session)
            bot = Bot(TOKEN, base_url=f"{url}/bot", request=request, get_updates_request=request)
            channel = TelegramChannel(bot, request.wire, rate=RATE)

            def compose(_: Content, __: str) -> object:
                return channel.prepare(story_message_of())

            deliverer = Deliverer(store, channel, compose, settings.portal.timezone, recovery.epoch, clock.now)
            deliverer.start()
            composition.spare_the_collector()
            await asyncio.sleep(1.1)  # the first second after a start is empty; it is not what is measured

            async def broadcast(nth: int) -> None:
                now = clock.now()
                story = replace(ITEM, guid=f"story {nth}")
                story_id = await store.write(lambda tx: tx.add_story(story, now, ["daerah"], now))
                await store.write(lambda tx: announce(tx, story_id, ["daerah"], ["telegram"], now))
                deliverer.wake()
                while deliverer.in_flight or await store.read(lambda tx: bool(tx.open_passes("telegram", now))):
                    await asyncio.sleep(0.1)
                await asyncio.sleep(0.1)  # the last outcomes are written
                sent = (await store.read(lambda tx: tx.stats(now)))["deliveries"]["by_state"]
                assert sent == {"sent": nth * count}, sent

            await broadcast(1)  # connections are made before the clock starts, as for the others
            result = await measured(lambda: broadcast(2))
            await deliverer.stop(5)
            await request.shutdown()
        store.close()
        return result


LANES: dict[str, Callable[[str, int], Awaitable[Measured]]] = {
    "raw": raw, "raw_spared": raw_spared, "wire": wire, "library": library, "ours": ours,
}  # fmt: skip


def main() -> None:
    """`python -m bench.lane LANE URL COUNT`."""
    logging.disable(logging.WARNING)
    lane, url, count = sys.argv[1], sys.argv[2], int(sys.argv[3])

    async def run() -> Measured:
        return await LANES[lane](url, count)

    cpu, wall = uvloop.run(run())
    print(json.dumps({"cpu": cpu, "wall": wall, "count": count}))


if __name__ == "__main__":
    main()
