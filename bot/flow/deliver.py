"""From the outbox to the phones: one tick after the other, and nothing leaves that is not written down first."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from bot.delivery.account import Account, Hold, is_answer
from bot.delivery.content import Content
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.pace import Chats, Latencies, Sent, Window, in_flight_limit, tick_length
from bot.delivery.plan import Delivery, QueuedReply, Settled, State
from bot.errors import StoreError
from bot.flow.claim import Batch, Claim, Finished, TellRefused
from bot.flow.forms import Compose, Forms
from bot.flow.gate import Attempt, Gate
from bot.flow.means import Means
from bot.flow.settling import AT_ONCE, Settler, Settling
from bot.flow.underway import UnderWay
from bot.ports import Channel, Store, To

log = structlog.get_logger(__name__)

SHORTEST = 0.005  # seconds: a moment's wait, never a spin
IDLE = 5.0  # seconds without anything due before looking again
EARLY = 0.75  # of a tick's length: a transaction that takes longer than usual leaves no slot unused
STORE_PAUSE = 1.0  # seconds between two tries while the store refuses
FORGET_EVERY = 5.0  # seconds between two tidyings of the chats' memory


class Deliverer:
    """The sending side of one channel: claims by the tick, sends as slots come free, writes outcomes with a tick."""

    def __init__(
        self, store: Store, channel: Channel, compose: Compose, timezone: ZoneInfo, epoch: int,
        now: Callable[[], datetime], clock: Callable[[], float] = time.monotonic,
        on_written: Callable[[], None] = lambda: None, tell: TellRefused = lambda *_: None,
        opened: float | None = None, settling: Settling = AT_ONCE, means: Means | None = None,
    ) -> None:  # fmt: skip
        """`opened` is the clock's second since which nobody else sends by this account; None: from now on.

        `means` are those of a channel that bills, or closes windows.
        """
        self._store, self._channel, self._forms = store, channel, Forms(compose)
        self._now, self._clock, self._on_written, self._settling = now, clock, on_written, Settler(settling)
        self._chats, self._latencies = Chats(), Latencies()
        self._under_way = UnderWay(clock)
        self._claim = Claim(channel, self._chats, timezone, epoch, tell, means, self._under_way.busy)
        self._account = Account(channel.rate)
        self._window = Window(channel.rate, clock() if opened is None else opened)
        self._gate = Gate(self._window, clock, lambda: self._account.pause(clock()), self._leave)
        self._tick_length = tick_length(channel.rate)
        self._writing = 0.0  # seconds that a tick's transaction takes, lately
        self._finished = Finished()
        self._in_flight: dict[Sent, asyncio.Task[None]] = {}
        self._loop: asyncio.AbstractEventLoop  # asked once: in Python 3.11 asking for it costs a system call
        self._wake = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._writing_soon: asyncio.TimerHandle | None = None
        self._stopping = False
        self._tidied = clock()
        self._store_fault = ""

    @property
    def in_flight(self) -> int:
        """Attempts that are written down as started: those under way, and the few that are about to leave."""
        return len(self._in_flight) + len(self._gate)

    @property
    def limit(self) -> int:
        """W: attempts that may be started and not over."""
        return in_flight_limit(self._account.rate(self._clock()), self._latencies.p95())

    @property
    def fault(self) -> str:
        """What keeps this channel from sending, for /healthz; empty when nothing does."""
        return self._store_fault or self._account.fault(self._clock())

    def snapshot(self) -> dict[str, Any]:
        """How it goes: attempts in flight and their limit W, the rate allowed now, a word, the 95th percentile in s."""
        now = self._clock()
        return {
            "in_flight": self.in_flight,
            "in_flight_limit": self.limit,
            "rate": round(self._account.rate(now), 2),
            "state": "store" if self._store_fault else self._account.state(now),
            "latency_p95": round(self._latencies.p95(), 4),
        }

    def wake(self) -> None:
        """Something may be due: look now."""
        self._wake.set()

    def start(self) -> asyncio.Task[None]:
        """Begin to tick; the task ends with `stop`, or with a fault that its owner must not overlook."""
        self._loop = asyncio.get_running_loop()
        self._running = self._loop.create_task(self._run(), name=f"deliver {self._channel.name}")
        return self._running

    async def stop(self, within: float) -> None:
        """Claim nothing more, let what is in flight finish for at most `within` seconds, write every outcome down."""
        self._stopping = True
        self._wake.set()
        if self._running is not None:
            await asyncio.wait({self._running})
        self._take_back(self._gate.empty())
        if self._in_flight:
            await asyncio.wait(self._in_flight.values(), timeout=within)
        for task in self._in_flight.values():
            task.cancel()  # stays `started`: the next start finds it and calls it unknown
        await self._write(0)

    # Ticks ----------------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        while not self._stopping:
            await self._rest(await self._tick())

    async def _tick(self) -> float:
        """One claim; how many seconds may pass before the next."""
        began = self._clock()
        self._window.rate = self._account.rate(began)
        slots = self._slots(began)
        batch = await self._write(slots)
        if batch is None:
            return STORE_PAUSE
        now = self._clock()
        self._writing += (min(now - began, self._tick_length) - self._writing) / 8
        self._forms.keep(batch.contents, [*batch.deliveries, *self._gate.deliveries])
        self._admit(batch, now)
        if began - self._tidied > FORGET_EVERY:
            self._chats.forget_rested(began)
            self._tidied = began
        return self._until_next(batch, slots, began, now)

    def _slots(self, now: float) -> int:
        """How many to claim: what will be able to leave before the next tick has claimed, and W and account allow."""
        coming = self._window.free_by(now + self._tick_length, now) - len(self._gate)
        return self._account.may_claim(min(coming, self.limit - self.in_flight), self.in_flight, now)

    def _admit(self, batch: Batch, now: float) -> None:
        """To the gate with what was claimed, unless the account has stopped while it was being written down."""
        self._under_way.begin(batch.deliveries)
        if self._account.hold and self._account.may_claim(len(batch), self.in_flight, now) < len(batch):
            self._take_back([*batch.replies, *batch.deliveries])
        else:
            self._gate.add(batch.replies, batch.deliveries)

    def _until_next(self, batch: Batch, slots: int, began: float, now: float) -> float:
        """Seconds until the next tick, unless something wakes us: a tick's length while there is work."""
        # So early that the next transaction ends before the slots that were claimed for now are used up.
        tick = max(SHORTEST, began + self._tick_length * EARLY - self._writing - now)
        if batch or batch.more or self._gate:
            return tick
        if slots <= 0:
            ready = max(self._window.wait(now) - self._tick_length, self._account.pause(now))
            return min(IDLE, max(tick, ready))
        if batch.next_due is None:
            return IDLE
        return min(IDLE, max(tick, (batch.next_due - self._now()).total_seconds()))

    async def _rest(self, seconds: float) -> None:
        # While working, the tick's full length groups commits; while idle, a wake ends the rest at once.
        if seconds <= self._tick_length:
            await asyncio.sleep(seconds)
        else:
            timer = self._loop.call_later(seconds, self._wake.set)
            await self._wake.wait()
            timer.cancel()
        self._wake.clear()

    async def _write(self, slots: int) -> Batch | None:
        """The tick's transaction; None when the store refuses: then nothing has left and no outcome is forgotten."""
        finished, self._finished = self._finished, Finished()
        now, clock = self._now(), self._clock()
        try:
            batch = await self._store.write(
                lambda tx: self._claim.run(tx, finished, slots, self._forms.known, now, clock)
            )  # fmt: skip
        except StoreError as error:
            self._finished.deliveries[:0] = finished.deliveries
            self._finished.replies[:0] = finished.replies
            if self._store_fault != error.reason:
                log.warning("sending waits for the store", channel=self._channel.name, reason=error.reason)
            self._store_fault = error.reason
            return None
        if self._store_fault:
            log.info("the store takes again", channel=self._channel.name)
            self._store_fault = ""
        if finished or batch or batch.closed:
            self._on_written()
        return batch

    # Sends ----------------------------------------------------------------------------------------------------------

    def _leave(self, attempt: Attempt, sent: Sent) -> None:
        """This one has its slot."""
        if isinstance(attempt, Delivery):
            self._in_flight[sent] = self._loop.create_task(
                self._send_delivery(attempt, self._forms.content(attempt), sent)
            )
        else:
            self._in_flight[sent] = self._loop.create_task(self._send_reply(attempt, sent))

    async def _send_reply(self, reply: QueuedReply, sent: Sent) -> None:
        try:
            try:
                outcome = await self._channel.reply(reply)
            except Exception as fault:  # noqa: BLE001 — ours, not the network's: see _broken
                outcome = self._broken(fault)
            self._note(outcome, reply.address, sent)
            self._finished.replies.append((reply, self._settling.reply(reply, outcome, self._now())))
            self._write_soon()
        finally:
            del self._in_flight[sent]

    async def _send_delivery(self, delivery: Delivery, content: Content | None, sent: Sent) -> None:
        try:
            try:
                prepared = self._forms.prepare(delivery, content)
            except Exception as fault:  # noqa: BLE001 — ours, and nothing has left: it is tried again
                outcome = self._broken(fault, Kind.NOT_SENT)
                self._window.answered(sent, self._clock(), heard=False)
            else:
                outcome = await self._deliver(prepared, delivery)
                self._note(outcome, delivery.address, sent)
            self._finished.deliveries.append((delivery, self._settling.delivery(delivery, outcome, self._now())))
            self._write_soon()
        finally:
            self._under_way.end(delivery)
            del self._in_flight[sent]

    async def _deliver(self, prepared: object, delivery: Delivery) -> Outcome:
        to = To(delivery.address, delivery.thread, delivery.message, delivery)
        try:
            return await self._channel.deliver(prepared, to, delivery.act)
        except Exception as fault:  # noqa: BLE001 — ours, not the network's: see _broken
            return self._broken(fault)

    def _broken(self, fault: Exception, kind: Kind = Kind.UNKNOWN) -> Outcome:
        """A fault of ours, not of the network: mostly nobody knows how far it came, and somebody must read of it."""
        log.error("sending broke", channel=self._channel.name, exc_info=fault)
        return Outcome(kind, "our_fault")

    def _note(self, outcome: Outcome, address: str, sent: Sent) -> None:
        """What an outcome says about network and account, apart from its own delivery."""
        now, before = self._clock(), self._account.hold
        self._window.answered(sent, now, heard=is_answer(outcome))
        self._latencies.add(now - sent.at)
        self._account.note(outcome, address, sent.at, now)
        self._heed(before, sent.at, now)

    def told(self, outcome: Outcome, address: str, at: datetime) -> None:
        """What the platform says afterwards of a request, of the moment `at`: it concerns the account likewise."""
        now, before = self._clock(), self._account.hold
        then = now - max(0.0, (self._now() - at).total_seconds())
        self._account.told(outcome, address, then, now)
        self._heed(before, then, now)

    def _heed(self, before: Hold | None, left: float, now: float) -> None:
        """The account may have stopped, or begun again, by what became of a request that left then."""
        hold = self._account.hold
        if hold is before:
            return
        if hold is None:
            log.info("sending again", channel=self._channel.name, rate=self._account.rate(now))
            self._wake.set()
            return
        if before is None or before.trouble is not hold.trouble or left >= before.until:  # not each of a storm's
            log.warning("sending stops", channel=self._channel.name, reason=self._account.fault(now))
        self._take_back(self._gate.empty())

    def _take_back(self, attempts: list[Attempt]) -> None:
        """These were claimed and have not left: back into the queue with them."""
        again = Settled(State.QUEUED, "held_back", next_at=self._now())
        for attempt in attempts:
            if isinstance(attempt, Delivery):
                self._under_way.end(attempt)
                self._finished.deliveries.append((attempt, again))
            else:
                self._finished.replies.append((attempt, again))

    def _write_soon(self) -> None:
        """Outcomes are written with the next tick; when none is near, one tick's length from now, all together."""
        if self._writing_soon is None:
            self._writing_soon = self._loop.call_later(self._tick_length, self._write_now)

    def _write_now(self) -> None:
        self._writing_soon = None
        self._wake.set()
