"""From the outbox to the phones: one tick after the other, and nothing leaves that is not written down first."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from bot.delivery.outcome import Kind, Outcome
from bot.delivery.pace import Chats, Latencies, Sent, Window, in_flight_limit, tick_length
from bot.delivery.plan import Delivery, QueuedReply
from bot.delivery.settle import settle_reply, settle_story
from bot.errors import StoreError
from bot.flow.claim import Batch, Claim, Finished
from bot.news.item import Story
from bot.ports import Channel, Store, To

log = structlog.get_logger(__name__)

SHORTEST = 0.005  # seconds: a moment's wait for a slot, never a spin
IDLE = 5.0  # seconds without anything due before looking again
STORE_PAUSE = 1.0  # seconds between two tries while the store refuses
ACCOUNT_PAUSE = 60.0  # seconds between two probes of an account that the platform refuses
FORGET_EVERY = 60.0  # seconds between two tidyings of the chats' memory

Compose = Callable[[Story, str], object]  # a story in a language, prepared for the channel


class Deliverer:
    """The sending side of one channel: claims by the tick, sends at once, writes outcomes with the next tick."""

    def __init__(
        self, store: Store, channel: Channel, compose: Compose, timezone: ZoneInfo, epoch: int,
        now: Callable[[], datetime], clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._store, self._channel, self._compose = store, channel, compose
        self._now, self._clock = now, clock
        self._chats, self._latencies = Chats(), Latencies()
        self._claim = Claim(channel, self._chats, timezone, epoch)
        self._window = Window(channel.rate, clock())
        self._tick_length = tick_length(channel.rate)
        self._finished = Finished()
        self._in_flight: set[asyncio.Task[None]] = set()
        self._prepared: dict[tuple[int, str], object] = {}
        self._stories: dict[int, Story] = {}
        self._wake = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._writing_soon: asyncio.TimerHandle | None = None
        self._stopping = False
        self._tidied = clock()
        self._account_rests_until = 0.0
        self.fault = ""  # what keeps this channel from sending, for /healthz

    @property
    def in_flight(self) -> int:
        """Requests that are under way."""
        return len(self._in_flight)

    @property
    def limit(self) -> int:
        """W: requests that may be under way."""
        return in_flight_limit(self._channel.rate, self._latencies.p95())

    def wake(self) -> None:
        """Something may be due: look now."""
        self._wake.set()

    def start(self) -> asyncio.Task[None]:
        """Begin to tick; the task ends with `stop`, or with a fault that its owner must not overlook."""
        self._running = asyncio.create_task(self._run(), name=f"deliver {self._channel.name}")
        return self._running

    async def stop(self, within: float) -> None:
        """Claim nothing more, let what is in flight finish for at most `within` seconds, write every outcome down."""
        self._stopping = True
        self._wake.set()
        if self._running is not None:
            await asyncio.wait({self._running})
        if self._in_flight:
            await asyncio.wait(self._in_flight, timeout=within)
        for task in self._in_flight:
            task.cancel()  # stays `started`: the next start finds it and calls it unknown
        await self._write(0)

    async def _run(self) -> None:
        while not self._stopping:
            await self._rest(await self._tick())

    async def _tick(self) -> float:
        """One claim and its sends; how many seconds may pass before the next."""
        clock = self._clock()
        resting = clock < self._account_rests_until
        self._window.fastest, self._window.slowest = self._latencies.extremes()
        slots = 0 if resting else min(self._window.free(clock), self.limit - self.in_flight)
        batch = await self._write(max(0, slots))
        if batch is None:
            return STORE_PAUSE
        if batch:
            self._send(batch, self._window.take(len(batch), self._clock()))
        if clock - self._tidied > FORGET_EVERY:
            self._chats.forget_rested(clock)
            self._tidied = clock
        return self._until_next(batch, slots)

    def _until_next(self, batch: Batch, slots: int) -> float:
        """Seconds until the next tick, unless something wakes us: a tick's length while there is work."""
        if batch or batch.more:
            return self._tick_length
        if slots <= 0:
            rest = max(self._window.wait(self._clock()), self._account_rests_until - self._clock())
            return min(IDLE, max(SHORTEST, rest))
        if batch.next_due is None:
            return IDLE
        return min(IDLE, max(self._tick_length, (batch.next_due - self._now()).total_seconds()))

    async def _rest(self, seconds: float) -> None:
        # While working, the tick's full length groups commits; while idle, a wake ends the rest at once.
        if seconds <= self._tick_length:
            await asyncio.sleep(seconds)
        else:
            timer = asyncio.get_running_loop().call_later(seconds, self._wake.set)
            await self._wake.wait()
            timer.cancel()
        self._wake.clear()

    async def _write(self, slots: int) -> Batch | None:
        """The tick's transaction; None when the store refuses: then nothing has left and no outcome is forgotten."""
        finished, self._finished = self._finished, Finished()
        now, clock = self._now(), self._clock()
        try:
            batch = await self._store.write(
                lambda tx: self._claim.run(tx, finished, slots, self._stories, now, clock)
            )  # fmt: skip
        except StoreError as error:
            self._finished.deliveries[:0] = finished.deliveries
            self._finished.replies[:0] = finished.replies
            if self.fault != error.reason:
                log.warning("sending waits for the store", channel=self._channel.name, reason=error.reason)
            self.fault = error.reason
            return None
        if self.fault and self._account_rests_until <= clock:
            log.info("sending again", channel=self._channel.name)
            self.fault = ""
        return batch

    def _send(self, batch: Batch, sent: Sent) -> None:
        self._remember(batch.stories)
        for reply in batch.replies:
            self._start(self._send_reply(reply, sent))
        for delivery in batch.deliveries:
            self._start(self._send_delivery(delivery, sent))

    def _start(self, sending: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(sending)
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)

    async def _send_reply(self, reply: QueuedReply, sent: Sent) -> None:
        try:
            outcome = await self._channel.reply(reply)
        except Exception as fault:  # noqa: BLE001 — ours, not the network's: see _broken
            outcome = self._broken(fault)
        self._note(outcome, sent)
        self._finished.replies.append((reply, settle_reply(outcome, reply.attempt, self._now())))
        self._write_soon()

    async def _send_delivery(self, delivery: Delivery, sent: Sent) -> None:
        try:
            prepared = self._prepare(delivery.story_id, delivery.language)
            outcome = await self._channel.deliver(prepared, To(delivery.address, delivery.thread))
        except Exception as fault:  # noqa: BLE001 — ours, not the network's: see _broken
            outcome = self._broken(fault)
        self._note(outcome, sent)
        self._finished.deliveries.append((delivery, settle_story(outcome, delivery.attempt, self._now())))
        self._write_soon()

    def _broken(self, fault: Exception) -> Outcome:
        """A fault of ours, not of the network: nobody knows how far it came, and somebody must read of it."""
        log.error("sending broke", channel=self._channel.name, exc_info=fault)
        return Outcome(Kind.UNKNOWN, "our_fault")

    def _note(self, outcome: Outcome, sent: Sent) -> None:
        now = self._clock()
        self._window.answered(sent, now)
        self._latencies.add(now - sent.at)
        if outcome.account:
            self._account_rests_until = self._clock() + ACCOUNT_PAUSE
            self.fault = outcome.code
            log.error("the platform refuses our account", channel=self._channel.name, code=outcome.code)

    def _write_soon(self) -> None:
        """Outcomes are written with the next tick; when none is near, one tick's length from now, all together."""
        loop = asyncio.get_running_loop()
        if self._writing_soon is None or self._writing_soon.when() < loop.time():
            self._writing_soon = loop.call_later(self._tick_length, self._wake.set)

    def _prepare(self, story_id: int, language: str) -> object:
        key = (story_id, language)
        if key not in self._prepared:
            self._prepared[key] = self._compose(self._stories[story_id], language)
        return self._prepared[key]

    def _remember(self, stories: dict[int, Story], at_most: int = 256) -> None:
        """Keep the stories that are going out, with the form in which they began to."""
        self._stories.update(stories)
        while len(self._stories) > at_most:
            oldest = next(iter(self._stories))
            del self._stories[oldest]
            for key in [k for k in self._prepared if k[0] == oldest]:
                del self._prepared[key]
