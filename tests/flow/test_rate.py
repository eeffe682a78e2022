"""The real sending side against the strict simulator over real HTTP: the rate is reached, and floods are obeyed."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from telegram import Bot

import storage
from bot import clock
from bot.app import new_session
from bot.channels.telegram.send import TelegramChannel
from bot.channels.telegram.transport import AiohttpRequest
from bot.chat.message import Message, Span
from bot.flow.deliver import Deliverer
from bot.flow.spread import announce
from bot.news.item import Item
from bot.ports import Store, Subscription
from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.telegram import Fault, Limits, Network, Telegram

TOKEN = "110201543:" + "r" * 35
MESSAGE = Message((Span("Jembatan Sungai Brantas ditutup malam ini"),))


class Post:
    """A story on its way to many phones."""

    def __init__(self, telegram: Telegram, store: Store, deliverer: Deliverer) -> None:
        self.telegram, self.store, self.deliverer = telegram, store, deliverer

    async def tell(self, readers: int) -> None:
        now = clock.now()
        rows = [Subscription("telegram", str(n), ("daerah",), consent_at=now) for n in range(1, readers + 1)]
        await self.store.write(lambda tx: tx.import_subscribers(rows, now))
        item = Item(guid="jembatan", link="https://kabar.example/jembatan", title="Jembatan ditutup")
        story_id = await self.store.write(lambda tx: tx.add_story(item, now, ["daerah"], now))
        await self.store.write(lambda tx: announce(tx, story_id, ["daerah"], ["telegram"], now))
        self.deliverer.wake()

    async def states(self) -> dict[str, int]:
        stats = await self.store.read(lambda tx: tx.stats(clock.now()))
        counts: dict[str, int] = stats["deliveries"]["by_state"]
        return counts

    async def until(self, true: Callable[[], Awaitable[bool]], within: float = 60) -> None:
        async with asyncio.timeout(within):
            while not await true():  # noqa: ASYNC110 — what is waited for stands in the database
                await asyncio.sleep(0.02)

    async def until_sent(self, count: int, within: float = 60) -> None:
        async def sent() -> bool:
            return (await self.states()).get("sent", 0) >= count

        await self.until(sent, within)

    async def until_state(self, *words: str) -> None:
        async def reached() -> bool:
            return self.deliverer.snapshot()["state"] in words

        await self.until(reached)

    def sent(self) -> int:
        return self.telegram.counts.get(("sendmessage", 200), 0)

    def asked(self) -> int:
        return sum(count for (method, _), count in self.telegram.counts.items() if method == "sendmessage")


@contextlib.asynccontextmanager
async def post_office(
    folder: Path, *, limits: Limits | None = None, network: Network | None = None, message: Message = MESSAGE
) -> AsyncIterator[Post]:
    telegram = Telegram(TOKEN, limits=limits, network=network, crowd=100_000)
    simulator = Simulator(telegram, Portal(name="Kabar Uji", categories={}))
    url = await simulator.start()
    store = storage.open_store(f"sqlite:///{folder / 'rate.db'}", now=clock.now())
    recovery = await store.write(lambda tx: tx.begin_epoch(clock.now()))
    async with new_session() as session:
        request = AiohttpRequest(session)
        bot = Bot(TOKEN, base_url=f"{url}/bot", request=request, get_updates_request=request)
        channel = TelegramChannel(bot, request.wire, rate=30.0)
        zone = ZoneInfo("Asia/Jakarta")
        deliverer = Deliverer(store, channel, lambda *_: channel.prepare(message), zone, recovery.epoch, clock.now)
        deliverer.start()
        try:
            yield Post(telegram, store, deliverer)
        finally:
            await deliverer.stop(2)
    store.close()
    await simulator.stop()


async def test_thirty_a_second_are_reached_on_a_network_of_50_to_100_ms_without_one_429(tmp_path: Path) -> None:
    """`python -m bench rate` measures a minute; the bound here is one that a busy machine keeps too."""
    async with post_office(tmp_path, network=Network(0.05, 0.05)) as post:
        await post.tell(readers=600)
        await post.until_sent(30)
        before, began = post.sent(), time.monotonic()
        await asyncio.sleep(10)
        reached = (post.sent() - before) / (time.monotonic() - began)
        assert post.telegram.floods == 0
        assert post.telegram.peak() <= 30
        assert reached >= 0.9 * 30
        shown = post.deliverer.snapshot()
        assert shown["state"] == "sending"
        assert shown["rate"] == 30.0
        assert shown["in_flight"] <= shown["in_flight_limit"]


async def test_one_chats_429_stops_nobody_else(tmp_path: Path) -> None:
    async with post_office(tmp_path) as post:
        post.telegram.faults.add(answer=Fault.FLOOD(3600), method="sendMessage", chat_id=3)
        await post.tell(readers=60)
        began = time.monotonic()
        await post.until_sent(59)
        assert time.monotonic() - began < 8  # the first second is empty, one more is paused
        assert post.deliverer.fault == ""
        assert post.deliverer.snapshot()["rate"] == 30.0
        assert await post.states() == {"sent": 59, "queued": 1}
        assert len(post.telegram.ledger(3)) == 1


async def test_a_storm_of_429s_pauses_the_account_then_one_probe_then_half_the_rate(tmp_path: Path) -> None:
    async with post_office(tmp_path, network=Network(0.05)) as post:
        await post.tell(readers=300)
        await post.until_sent(20)
        storm = post.telegram.faults.add(answer=Fault.FLOOD(2), method="sendMessage")
        await post.until_state("flood")
        assert post.deliverer.fault.startswith("flood: the account pauses; one message tries again in")
        await asyncio.sleep(1.0)  # what was under way has been answered
        asked = post.asked()
        await post.until_state("probing")
        await post.until_state("flood")  # the probe meets the storm too
        assert post.asked() == asked + 1
        assert storm.struck == storm.seen
        post.telegram.faults.clear()
        await post.until_state("slow")
        assert post.deliverer.snapshot()["rate"] == 15.0
        assert post.deliverer.fault == ""
        probe, *others = [e for e in post.telegram.ledger() if e.ok][-(post.sent() - 20) :]
        assert all(entry.at >= probe.at for entry in others)
        await post.until_sent(60)
        since = [e.at for e in post.telegram.ledger() if e.ok and e.at > probe.at]
        assert max(sum(1 for at in since if begin <= at < begin + 1) for begin in since) <= 18  # half, or one step more
        assert post.deliverer.in_flight <= post.deliverer.limit


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.DROP], ids=lambda fault: fault.name)
async def test_the_breaker_opens_records_what_happened_and_closes_by_one_probe(fault: Fault, tmp_path: Path) -> None:
    async with post_office(tmp_path) as post:
        post.telegram.faults.add(answer=fault, method="sendMessage")
        await post.tell(readers=200)
        await post.until_state("breaker")
        assert post.deliverer.fault.startswith("breaker open")

        async def recorded() -> bool:
            states = await post.states()
            return post.deliverer.in_flight == 0 and "started" not in states

        await post.until(recorded)
        asked = post.asked()
        assert asked < 30  # ten, and what was under way
        assert sum((await post.states()).values()) < 60
        post.telegram.faults.clear()
        await asyncio.sleep(1)
        assert post.asked() == asked
        await post.until_sent(100)
        assert post.deliverer.snapshot()["state"] == "sending"
        assert post.deliverer.fault == ""


async def test_stopping_gives_back_what_was_claimed_and_has_not_left(tmp_path: Path) -> None:
    async with post_office(tmp_path, network=Network(0.05)) as post:
        await post.tell(readers=300)
        await post.until_sent(10)
        await post.deliverer.stop(5)
        states = await post.states()
        assert set(states) <= {"sent", "queued"}
        assert states["sent"] == post.sent()
