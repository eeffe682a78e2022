"""Quiet hours of more than half a day: an important alert waits for their end, and two hours more (promise 7)."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.delivery.content import Level
from bot.delivery.plan import Settled, State
from tests.support.outbox import Outbox, local, who

LONG = (20 * 60, 11 * 60)
READER = "11"


@pytest.fixture
async def outbox(tmp_path: Path) -> AsyncIterator[Outbox]:
    made = Outbox(tmp_path)
    await made.start()
    await made.readers(READER, quiet=LONG)
    made.now = local(20, 5)
    yield made
    made.store.close()


async def at(outbox: Outbox, moment: datetime) -> list[str]:
    outbox.now = moment
    return who(await outbox.drain())


@pytest.mark.parametrize("level", [Level.IMPORTANT, Level.ORDINARY])
async def test_an_alert_comes_when_a_long_night_ends(outbox: Outbox, level: Level) -> None:
    alert = await outbox.alert("Jalan licin", level=level)
    assert await at(outbox, local(20, 6)) == []
    assert await at(outbox, local(10, 59, day=18)) == []
    assert await at(outbox, local(11, 0, day=18)) == [READER]
    assert await outbox.status(alert) == "done"


TRIES = {
    "until two hours after it": (local(12, 59, day=18), [READER], {}),
    "and no longer": (local(13, 1, day=18), [], {"expired": 1}),
}


@pytest.mark.parametrize("name", TRIES)
async def test_what_fails_at_the_end_of_the_night_is_tried(outbox: Outbox, name: str) -> None:
    moment, came, failed = TRIES[name]
    alert = await outbox.alert("Jalan licin", level=Level.IMPORTANT)
    await outbox.drain()
    outbox.now = local(11, 0, day=18)
    outbox.answer(await outbox.claim(), Settled(State.QUEUED, "connect_refused", next_at=moment - timedelta(seconds=1)))
    await outbox.claim()
    assert await at(outbox, moment) == came
    assert (await outbox.report(alert)).failed == failed


async def test_an_urgent_alert_is_old_after_six_hours_whoever_sleeps(outbox: Outbox) -> None:
    await outbox.write(lambda tx: tx.set_urgent("telegram", READER, False))
    alert = await outbox.alert("Banjir", level=Level.URGENT)
    await outbox.drain()
    assert await at(outbox, local(11, 0, day=18)) == []
    assert (await outbox.report(alert)).failed == {"expired": 1}


async def test_a_short_night_makes_nothing_older(outbox: Outbox) -> None:
    await outbox.wishes(READER, quiet=(20 * 60, 21 * 60))
    alert = await outbox.alert("Jalan licin", level=Level.IMPORTANT)
    before = await outbox.store.read(lambda tx: tx.broadcast(alert))
    await outbox.drain()
    after = await outbox.store.read(lambda tx: tx.broadcast(alert))
    assert before is not None
    assert after is not None
    assert after.expires_at == before.expires_at
