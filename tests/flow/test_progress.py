"""Whoever watches a broadcast is told how far it has come, as it comes along, and when it is over."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing

import pytest

import storage
from bot import clock
from bot.delivery.content import Note
from bot.delivery.plan import Settled, State, Status
from bot.errors import NewsroomError
from bot.flow import newsroom
from bot.flow.progress import Progress, Written, watch
from bot.ports import Subscription, Tx
from bot.simulator.telegram import Limits
from tests.support.outbox import Outbox
from tests.support.world import World

MakeWorld = Callable[..., Awaitable[World]]


async def next_of(watching: AsyncIterator[Progress], within: float = 30.0) -> Progress:
    async with asyncio.timeout(within):
        return await anext(watching)


def counts(progress: Progress) -> tuple[int, int, int, int]:
    return progress.sent, progress.failed, progress.unknown, progress.under_way


async def test_each_change_is_told_once_and_the_end_ends_it(outbox: Outbox) -> None:
    await outbox.readers("1", "2", "3")
    alert = await outbox.alert("Awas")
    written = Written()
    watching = watch(outbox.store, alert, written, every=0.01)
    assert counts(await next_of(watching)) == (0, 0, 0, 0)
    left = await outbox.claim()
    written.tell()
    assert counts(await next_of(watching)) == (0, 0, 0, 3)
    outbox.answer(left[:1])
    outbox.answer(left[1:2], Settled(State.FAILED, "refused"))
    outbox.answer(left[2:], Settled(State.UNKNOWN, "read_timeout"))
    await outbox.claim()
    written.tell()
    last = await next_of(watching)
    while not last.over:  # the tick that writes the last outcome need not be the one that closes it
        await outbox.claim()
        written.tell()
        last = await next_of(watching)
    assert counts(last) == (1, 1, 1, 0)
    assert (last.settled, last.status) == (3, Status.DONE)
    with pytest.raises(StopAsyncIteration):
        await next_of(watching)


async def test_what_is_written_while_nobody_waits_is_not_missed(outbox: Outbox) -> None:
    await outbox.readers("1")
    alert = await outbox.alert("Awas")
    written = Written()
    watching = watch(outbox.store, alert, written, every=0.01)
    await next_of(watching)
    await outbox.write(lambda tx: newsroom.pause(tx, alert, "", "redaksi", outbox.now))
    written.tell()
    assert (await next_of(watching, within=4.0)).status is Status.PAUSED  # sooner than it looks unasked


async def test_from_another_process_it_is_looked_at_again_and_again(outbox: Outbox) -> None:
    await outbox.readers("1")
    alert = await outbox.alert("Awas")
    watching = watch(outbox.store, alert, every=0.01)
    await next_of(watching)
    await outbox.drain()
    assert (await next_of(watching)).sent == 1


async def test_where_nothing_moves_the_same_is_told_once_more(outbox: Outbox) -> None:
    await outbox.readers("1")
    alert = await outbox.alert("Awas")
    watching = watch(outbox.store, alert, every=0.01, still_after=0.05)
    first = await next_of(watching)
    assert await next_of(watching) == first


async def test_a_broadcast_that_is_not_there_is_told_so(outbox: Outbox) -> None:
    with pytest.raises(NewsroomError, match="no broadcast 99"):
        await next_of(watch(outbox.store, 99))


async def test_the_running_program_tells_with_every_tick(make_world: MakeWorld) -> None:
    town = await make_world(limits=Limits(account_per_second=20), TELEGRAM_RATE="20")
    await town.start()
    assert town.app is not None
    for number in range(1, 31):
        town.telegram.add_user(number, f"Warga {number}")
    with closing(storage.open_store(town.environment["DATABASE_URL"], now=clock.now())) as store:
        alert = await store.write(_alert_to_thirty)  # as a command beside it does
    async with asyncio.timeout(30):
        seen = [progress async for progress in town.app.watch(alert)]
    assert [p.sent for p in seen] == sorted(p.sent for p in seen)
    assert len(seen) >= 3
    assert (seen[-1].sent, seen[-1].status) == (30, Status.DONE)


def _alert_to_thirty(tx: Tx) -> int:
    now = clock.now()
    tx.import_subscribers([Subscription("telegram", str(n), ("daerah",), consent_at=now) for n in range(1, 31)], now)
    return newsroom.alert(tx, Note("Awas"), [], ["telegram"], "redaksi", now)
