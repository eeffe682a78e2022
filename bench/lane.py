"""One way of sending a story to many, alone in a process: prints CPU-seconds, wall seconds and how many it sent."""

import asyncio
import json
import tempfile

import aiohttp
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.request import HTTPXRequest

from bench import posting
from bench.posting import IN_FLIGHT, RATE, Measured, bare, in_parallel, measured, settings_in, spared, told
from bench.story import story_message_of
from bot import app as composition
from bot import clock
from bot.channels.telegram import render
from bot.channels.telegram.send import TelegramChannel
from bot.channels.telegram.transport import AiohttpRequest
from bot.channels.telegram.wire import Wire
from bot.delivery.content import Content
from bot.flow.deliver import Deliverer
from bot.ports import Store, Subscription
from bot.settings import Settings

TOKEN = "123456789:" + "b" * 35


def encoded() -> bytes:
    """The request's body, as it is on the wire."""
    return json.dumps({"chat_id": 123456789, **render.body(story_message_of())}).encode()


async def raw(url: str, count: int) -> Measured:
    """The measure."""
    return await bare(f"{url}/bot{TOKEN}/sendMessage", encoded(), count)


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
        settings = settings_in(folder)
        store = composition.open_store(settings)
        rows = [Subscription("telegram", str(n), ("daerah",), consent_at=clock.now()) for n in range(1, count + 1)]
        await store.write(lambda tx: tx.import_subscribers(rows, clock.now()))
        recovery = await store.write(lambda tx: tx.begin_epoch(clock.now()))
        async with composition.new_session() as session:
            deliverer = delivering(store, session, url, settings, recovery.epoch)
            deliverer.start()
            composition.spare_the_collector()
            await asyncio.sleep(1.1)  # the first second after a start is empty; it is not what is measured
            # Connections are made before the clock starts, as for the others.
            await told(store, deliverer, "telegram", 1, count, clock.now())
            result = await measured(lambda: told(store, deliverer, "telegram", 2, count, clock.now()))
            await deliverer.stop(5)
        store.close()
        return result


def delivering(
    store: Store, session: aiohttp.ClientSession, url: str, settings: Settings, epoch: int, rate: float = RATE
) -> Deliverer:
    """The outbox on Telegram's channel, as the program builds it; nothing has started."""
    request = AiohttpRequest(session)
    bot = Bot(TOKEN, base_url=f"{url}/bot", request=request, get_updates_request=request)
    channel = TelegramChannel(bot, request.wire, rate=rate)

    def compose(_: Content, __: str) -> object:
        return channel.prepare(story_message_of())

    return Deliverer(store, channel, compose, settings.portal.timezone, epoch, clock.now)


LANES: dict[str, posting.Lane] = {"raw": raw, "raw_spared": spared(raw), "wire": wire, "library": library, "ours": ours}


if __name__ == "__main__":
    posting.main(LANES)
