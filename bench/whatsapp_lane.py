"""One way of sending a story to many on WhatsApp, alone in a process: prints CPU and wall seconds."""

import asyncio
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta

import aiohttp

from bench import posting
from bench.posting import IN_FLIGHT, RATE, Measured, bare, in_parallel, measured, settings_in, spared, told
from bench.story import story_message_of
from bot import app as composition
from bot import catalogs, clock
from bot.app.whatsapp import SETTLING
from bot.channels.whatsapp.client import VERSION, Client
from bot.channels.whatsapp.send import NAME, WhatsAppChannel, head
from bot.delivery.budget import Budget
from bot.delivery.content import Content
from bot.flow.deliver import Deliverer
from bot.flow.means import Means, Terms
from bot.ports import Store, Subscription, Tx
from bot.settings import Settings
from bot.settings.ratecard import read_rate_card

TOKEN, NUMBER_ID = "whatsapp-bench-token", "1122334455667"
PHONE = "6281200000000"
TEN_MINUTES = timedelta(minutes=10)


def channel_of(session: aiohttp.ClientSession, url: str, store: Store | None = None) -> WhatsAppChannel:
    """Our channel, on the program's one client."""
    texts = catalogs.load()
    return WhatsAppChannel(Client(session, TOKEN, NUMBER_ID, url), store, texts, rate=RATE)  # type: ignore[arg-type]  # a story asks no store


def encoded(channel: WhatsAppChannel) -> bytes:
    """The request's body, as it is on the wire."""
    return head(PHONE, None, "d:1:1000:1") + channel.prepare(story_message_of()).tail


async def raw(url: str, count: int) -> Measured:
    """The measure."""
    async with composition.new_session() as session:
        body = encoded(channel_of(session, url))
    return await bare(f"{url}/{VERSION}/{NUMBER_ID}/messages", body, count, Authorization=f"Bearer {TOKEN}")


async def wire(url: str, count: int) -> Measured:
    """The same body on our client, and nothing else of the program."""
    async with composition.new_session() as session:
        body, client = encoded(channel_of(session, url)), Client(session, TOKEN, NUMBER_ID, url)
        await in_parallel(IN_FLIGHT, lambda _: client.post(body))
        result = await measured(lambda: in_parallel(count, lambda _: client.post(body)))
        await client.close()
    return result


async def ours(url: str, count: int) -> Measured:
    """The whole way: claim, price, render, send, record, in a database with so many followers in open windows."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_in(folder)
        store = composition.open_store(settings)
        epoch = await followers(store, count)
        async with composition.new_session() as session:
            time = [clock.now()]
            deliverer = await delivering(store, channel_of(session, url, store), settings, epoch, lambda: time[0])

            async def broadcast(nth: int) -> None:
                time[0] = clock.now() + nth * TEN_MINUTES  # what comes sooner would wait and join the first
                await told(store, deliverer, NAME, nth, count, time[0])

            await broadcast(1)  # connections are made before the clock starts, as for the others
            result = await measured(lambda: broadcast(2))
            await deliverer.stop(5)
        store.close()
        return result


async def followers(store: Store, count: int) -> int:
    """So many who follow what is told, and who have just written; the epoch."""
    now = clock.now()
    rows = [Subscription(NAME, str(int(PHONE) + n), ("daerah",), consent_at=now) for n in range(1, count + 1)]
    await store.write(lambda tx: tx.import_subscribers(rows, now))

    def write_to_us(tx: Tx) -> None:
        for row in rows:
            tx.open_window(row.address, now, now)

    await store.write(write_to_us)
    return (await store.write(lambda tx: tx.begin_epoch(now))).epoch


async def delivering(
    store: Store, channel: WhatsAppChannel, settings: Settings, epoch: int, now: Callable[[], datetime]
) -> Deliverer:  # fmt: skip
    """The outbox, started and past its empty first second."""
    prepared = channel.prepare(story_message_of())

    def compose(_: Content, __: str) -> object:
        return prepared

    zone = settings.portal.timezone
    means = Means(Terms(read_rate_card().card, Budget(day=10**15)), zone)
    deliverer = Deliverer(store, channel, compose, zone, epoch, now, settling=SETTLING, means=means)
    deliverer.start()
    composition.spare_the_collector()
    await asyncio.sleep(1.1)  # the first second after a start is empty; it is not what is measured
    return deliverer


LANES: dict[str, posting.Lane] = {"raw": raw, "raw_spared": spared(raw), "wire": wire, "ours": ours}


if __name__ == "__main__":
    posting.main(LANES)
