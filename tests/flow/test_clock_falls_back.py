"""A wall clock that falls back: what runs goes on, and what waits for seconds does not wait for hours."""

from datetime import timedelta

import pytest

from bot.delivery.content import Level, Note
from bot.delivery.plan import Settled, State
from bot.flow import newsroom
from tests.support.outbox import NIGHT, Outbox, local, who

READERS = ("11", "12", "13", "14")


async def planned(outbox: Outbox) -> int:
    at = outbox.now + timedelta(minutes=10)
    alert = await outbox.write(
        lambda tx: newsroom.alert(tx, Note("Jembatan ditutup"), (), ["telegram"], "redaksi", outbox.now, at)
    )
    outbox.later(minutes=10)
    return int(alert)


async def test_an_alert_that_goes_out_goes_on(outbox: Outbox) -> None:
    await outbox.readers(*READERS)
    await outbox.alert("Tanggul jebol", level=Level.URGENT)
    first = await outbox.claim(2)
    outbox.answer(first)
    outbox.later(minutes=-90)
    assert who(first + await outbox.drain()) == list(READERS)


async def test_an_alert_that_was_made_before_begins(outbox: Outbox) -> None:
    await outbox.readers(*READERS)
    await outbox.alert("Tanggul jebol", level=Level.URGENT)
    outbox.later(minutes=-90)
    assert who(await outbox.drain()) == list(READERS)


async def test_a_follow_up_lives_as_long_as_the_alert_that_waits_for_somebodys_night_to_end(outbox: Outbox) -> None:
    await outbox.readers("11")
    await outbox.readers("12", quiet=(13 * 60, 12 * 60))
    outbox.now = local(13)
    alert = await outbox.alert("Air naik", level=Level.IMPORTANT)
    outbox.answer(await outbox.claim())
    outbox.later(hours=-16)
    follow_up = await outbox.write(lambda tx: newsroom.follow_up(tx, alert, Note("Surut"), "redaksi", outbox.now))
    assert who(await outbox.drain()) == ["11"]
    outbox.now = local(12, day=18)
    assert [(d.address, d.broadcast_id) for d in await outbox.drain()] == [("12", alert), ("12", follow_up)]
    assert await outbox.status(follow_up) == "done"


async def test_a_planned_alert_that_has_begun_goes_on_and_one_that_has_not_waits(outbox: Outbox) -> None:
    await outbox.readers(*READERS)
    await planned(outbox)
    first = await outbox.claim(2)
    outbox.answer(first)
    outbox.later(minutes=-90)
    assert who(first + await outbox.drain()) == list(READERS)
    later = await planned(outbox)
    outbox.later(minutes=-1)
    assert await outbox.drain() == []
    due = await outbox.store.read(lambda tx: tx.next_due("telegram", outbox.now))
    assert due == outbox.now + timedelta(minutes=1)
    outbox.now = due
    assert who(await outbox.drain()) == list(READERS)
    assert await outbox.status(later) == "done"


async def flooded(outbox: Outbox, wait: timedelta) -> None:
    """One reader, an urgent alert, and a platform that wants to be asked again after so long."""
    await outbox.readers("11")
    await outbox.alert("Tanggul jebol", level=Level.URGENT)
    until = outbox.now + wait
    outbox.answer(await outbox.claim(), Settled(State.QUEUED, "flood", next_at=until, hold_until=until))
    await outbox.claim(0)


WAITS = {"seconds": timedelta(seconds=5), "an hour": timedelta(hours=1)}


@pytest.mark.parametrize("restart", [False, True], ids=["one process", "a restart meanwhile"])
@pytest.mark.parametrize("name", WAITS)
async def test_a_chat_rests_as_long_as_the_platform_said_and_no_longer(
    outbox: Outbox, name: str, restart: bool
) -> None:  # fmt: skip
    await flooded(outbox, WAITS[name])
    outbox.later(hours=-2)
    if restart:
        await outbox.start()
    assert await outbox.drain() == []
    outbox.now += WAITS[name] - timedelta(seconds=1)
    assert await outbox.drain() == []
    outbox.later(seconds=1)
    assert who(await outbox.drain()) == ["11"]


async def test_a_try_after_a_failure_comes_when_it_would_have_come(outbox: Outbox) -> None:
    await outbox.readers("11")
    await outbox.alert("Tanggul jebol", level=Level.URGENT)
    soon = outbox.now + timedelta(seconds=4)
    outbox.answer(await outbox.claim(), Settled(State.QUEUED, "connect_refused", next_at=soon))
    await outbox.claim(0)
    outbox.later(hours=-10)
    assert await outbox.drain() == []
    outbox.later(seconds=4)
    assert who(await outbox.drain()) == ["11"]


async def test_an_answer_that_was_due_is_due(outbox: Outbox) -> None:
    await outbox.claim(0)
    await outbox.write(lambda tx: tx.add_reply("telegram", "11", None, "{}", "new", outbox.now))
    outbox.later(hours=-2)
    await outbox.claim(0)
    claimed = await outbox.write(lambda tx: tx.claim_replies("telegram", 1, outbox.now, 10))
    assert [reply.address for reply in claimed] == ["11"]


async def test_quiet_hours_are_hours_of_the_wall(outbox: Outbox) -> None:
    await outbox.readers("11", quiet=NIGHT)
    outbox.now = local(4, 58, day=18)
    await outbox.alert("Jalan licin", level=Level.IMPORTANT)
    await outbox.drain()
    outbox.later(minutes=-90)
    for _ in range(9):
        assert await outbox.drain() == []
        outbox.later(minutes=10)
    assert outbox.now == local(4, 58, day=18)
    assert await outbox.drain() == []
    outbox.later(minutes=2)
    assert who(await outbox.drain()) == ["11"]


async def test_a_clock_that_is_set_right_by_a_second_changes_nothing(outbox: Outbox) -> None:
    await flooded(outbox, timedelta(seconds=60))
    outbox.later(seconds=-2)
    assert await outbox.drain() == []
    outbox.later(seconds=61)
    assert await outbox.drain() == []
    outbox.later(seconds=1)
    assert who(await outbox.drain()) == ["11"]
