"""A thousand feeds on one machine: CPU where nothing is new, and how long the event loop ever stands still."""

import asyncio
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

import uvloop

import storage
from bot import app as composition
from bot import clock
from bot.fetch import Fetcher
from bot.flow.poll import Poller
from bot.news.category import LabelMap
from bot.ports import DeclaredFeed, FeedCheck, Store, Tx
from bot.sandbox import Sandbox
from bot.simulator.portal import Portal
from bot.simulator.portal.rss import feed as rss
from bot.simulator.stories import CATEGORIES, body, samples

FEEDS, HOSTS = 1000, 50
STEADY = 30.0  # seconds that are watched
LOOK_EVERY = 0.5  # as in bot.app


@dataclass
class Stalls:
    """How late the event loop comes to what is due every five milliseconds.

    On a busy machine others take the processor from us, so of each delay only what this process computed in the
    meantime, in all of its threads, is a stall of ours.
    """

    late: float = 0.0
    ours: float = 0.0
    _due: float = 0.0
    _used: float = 0.0
    _handle: asyncio.TimerHandle | None = field(default=None)

    def start(self) -> None:
        """Begin anew."""
        self.late = self.ours = 0.0
        self._next()

    def stop(self) -> dict[str, float]:
        """The longest since the start."""
        assert self._handle is not None
        self._handle.cancel()
        return {
            "longest delay, ms": round(self.late * 1000, 1),
            "longest stall of ours, ms": round(self.ours * 1000, 1),
        }

    def _next(self) -> None:
        loop = asyncio.get_running_loop()
        self._due, self._used = loop.time() + 0.005, time.process_time()
        self._handle = loop.call_at(self._due, self._beat)

    def _beat(self) -> None:
        late, used = asyncio.get_running_loop().time() - self._due, time.process_time() - self._used
        self.late, self.ours = max(self.late, late), max(self.ours, min(late, used))
        self._next()


def run() -> dict[str, Any]:
    """The portals answer from a process of their own; CPU is the poller's, all threads, the parser's child apart."""
    command = [sys.executable, "-m", "bench.many"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as portals:
        assert portals.stdout is not None
        assert portals.stdin is not None
        port = int(portals.stdout.readline())
        try:
            return uvloop.run(_run(port))
        finally:
            portals.stdin.close()


async def _run(port: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        store = storage.open_store(f"sqlite:///{folder}/bench.db", now=clock.now())
        sandbox = Sandbox()
        feeds = [DeclaredFeed(f"http://127.0.0.{1 + n % HOSTS}:{port}/{n}/feed/") for n in range(FEEDS)]
        await store.write(lambda tx: tx.declare_feeds(feeds))
        async with composition.new_session() as session:
            fetcher = Fetcher(session, allow_private=True)
            mapping = LabelMap([(c.id, (c.label,)) for c in CATEGORIES])
            poller = Poller(store, fetcher, sandbox, mapping, ["telegram"], clock.now, lambda: None)
            try:
                return await _measure(store, poller)
            finally:
                await poller.stop()
                await sandbox.close()
                store.close()


async def _measure(store: Store, poller: Poller) -> dict[str, Any]:
    stalls = Stalls()
    composition.spare_the_collector()
    first = await _all_at_once(store, poller, stalls)
    again = await _all_at_once(store, poller, stalls)
    cpu, polls = await _steady(store, poller)
    stalls.start()
    await _steady(store, poller)
    steady = {"polls": polls, "of one core, %": round(100 * cpu / STEADY, 2), **stalls.stop()}
    return {
        f"{FEEDS} feeds, first import, all at once": first,
        f"{FEEDS} feeds, nothing new, all at once": again,
        f"{FEEDS} feeds, nothing new, one poll each in 300 s, {STEADY:.0f} s of it": steady,
    }


async def _steady(store: Store, poller: Poller) -> tuple[float, int]:
    """Seconds of CPU, and polls."""
    start = await _spread(store)
    began, used = time.perf_counter(), time.process_time()
    while time.perf_counter() - began < STEADY:
        await poller.look()
        await asyncio.sleep(LOOK_EVERY)
    return time.process_time() - used, await _checks(store, start)


async def _all_at_once(store: Store, poller: Poller, stalls: Stalls) -> dict[str, Any]:
    await store.write(_ask_all)
    began, used = time.perf_counter(), time.process_time()
    stalls.start()
    while True:
        await poller.look()
        now = clock.now()
        if not await store.read(lambda tx, now=now: tx.due_feeds(now)):  # type: ignore[misc]
            break
        await asyncio.sleep(LOOK_EVERY)
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    return {"s": round(wall, 1), "cpu_ms a poll": round(1000 * cpu / FEEDS, 2), **stalls.stop()}


def _ask_all(tx: Tx) -> None:
    for feed in tx.feeds():
        tx.ask_soon(feed.id)


async def _spread(store: Store) -> datetime:
    """As after a few rounds of jitter: the next looks lie anywhere in five minutes; the moment of this."""
    now, chance = clock.now(), random.Random(1)

    def write(tx: Tx) -> None:
        for feed in tx.feeds():
            tx.feed_checked(feed.id, FeedCheck(now, now + timedelta(seconds=chance.uniform(0, 300))))

    await store.write(write)
    return now


async def _checks(store: Store, since: datetime) -> int:
    """How many feeds have been looked at since then."""
    feeds = await store.read(lambda tx: tx.feeds())
    return sum(feed.checked_at is not None and feed.checked_at > since for feed in feeds)


class Portals(asyncio.Protocol):
    """Every path is a feed of ten articles of its own, which never changes."""

    body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self._head = cast("asyncio.Transport", transport), b""

    def data_received(self, data: bytes) -> None:
        self._head += data
        while (end := self._head.find(b"\r\n\r\n")) >= 0:
            head, self._head = self._head[:end], self._head[end + 4 :]
            self._transport.write(self._answer(head.split(b" ")[1].split(b"/")[1], head))

    def _answer(self, number: bytes, head: bytes) -> bytes:
        if b"if-none-match" in head.lower():
            return b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nCache-Control: max-age=60\r\n\r\n'
        body = self.body.replace(b"kabar.example", b"kabar%s.example" % number)
        start = b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Type: application/rss+xml\r\nContent-Length: %d\r\n\r\n'
        return start % len(body) + body


async def serve() -> None:
    """Listen on loopback addresses, print the port, answer until standard input closes."""
    portal = Portal(name="Kabar", categories={c.slug: c.label for c in CATEGORIES}, base_url="http://kabar.example")
    for sample in samples()[:10]:
        portal.publish(sample.title, body(sample, clock.now()), sample.slugs)
    document = rss(portal.site(), portal.visible(), path="/feed/", title="Kabar", built=clock.now())
    Portals.body = document.encode()
    loop = asyncio.get_running_loop()
    first = await loop.create_server(Portals, "127.0.0.1", 0)
    port = first.sockets[0].getsockname()[1]
    for host in range(2, HOSTS + 1):
        await loop.create_server(Portals, f"127.0.0.{host}", port)
    print(port, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(serve())
