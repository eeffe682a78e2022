"""What is owed to whoever had the original reaches them also when they can be reached late (promise 8)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.delivery.content import Act, Level, Note
from bot.delivery.life import LONGEST_DUTY
from bot.delivery.plan import Delivery, Settled, State
from bot.flow import newsroom
from tests.support.outbox import NIGHT, Outbox, local, who

About = Callable[[Outbox, int], Awaitable[int]]
TROUBLE = "connect_refused"


async def correct(outbox: Outbox, about: int) -> int:
    note = Note("Dua korban", wrong="Tiga korban")
    return int(await outbox.write(lambda tx: newsroom.correct(tx, about, note, "redaksi", outbox.now)))


async def withdraw(outbox: Outbox, about: int) -> int:
    return int(await outbox.write(lambda tx: newsroom.withdraw(tx, about, "Keliru", "redaksi", outbox.now)))


async def follow_up(outbox: Outbox, about: int) -> int:
    note = Note("Air surut")
    return int(await outbox.write(lambda tx: newsroom.follow_up(tx, about, note, "redaksi", outbox.now)))


ABOUT: dict[str, About] = {"a correction": correct, "a withdrawal": withdraw, "a follow-up": follow_up}


async def had(outbox: Outbox, *addresses: str, level: Level = Level.ORDINARY) -> int:
    """An alert that these readers have."""
    await outbox.readers(*addresses)
    alert = await outbox.alert("Tiga korban", level=level)
    assert who(await outbox.drain()) == sorted(addresses)
    return alert


def until(outbox: Outbox, *, held: bool, **span: float) -> Settled:
    """An attempt that surely did not arrive: the next one is so much later; `held`: the platform holds this chat."""
    at = outbox.now + timedelta(**span)
    return Settled(State.QUEUED, "flood" if held else TROUBLE, next_at=at, hold_until=at if held else None)


async def met(outbox: Outbox, settled: Settled) -> list[Delivery]:
    """Everything that leaves now meets this."""
    left: list[Delivery] = []
    for _ in range(3):
        claimed = await outbox.claim()
        outbox.answer(claimed, settled)
        left += claimed
    await outbox.claim(slots=0)
    return left


@pytest.mark.parametrize("level", [Level.ORDINARY, Level.URGENT])
@pytest.mark.parametrize("held", [False, True], ids=["another try", "a hold"])
@pytest.mark.parametrize("name", ABOUT)
async def test_a_try_that_comes_after_more_than_a_day_is_made(
    outbox: Outbox, name: str, level: Level, *, held: bool
) -> None:
    made = await ABOUT[name](outbox, await had(outbox, "11", level=level))
    left = await met(outbox, until(outbox, held=held, hours=26))
    assert who(left) == ["11"] * len(left) != []
    outbox.later(hours=25)
    assert await outbox.drain() == []
    outbox.later(hours=1)
    again = {d.broadcast_id for d in await outbox.drain()}
    assert made in again
    assert again == {d.broadcast_id for d in left} | {made}
    assert await outbox.status(made) == "done"


@pytest.mark.parametrize("name", ABOUT)
async def test_who_is_on_hold_when_it_is_made_is_reached_afterwards(outbox: Outbox, name: str) -> None:
    alert = await had(outbox, "11")
    await outbox.alert("Pasar tutup")
    await met(outbox, until(outbox, held=True, hours=30))
    made = await ABOUT[name](outbox, alert)
    assert await outbox.drain() == []
    outbox.later(hours=30)
    assert made in {d.broadcast_id for d in await outbox.drain()}


async def test_a_hold_that_comes_while_it_waits_does_not_end_it(outbox: Outbox) -> None:
    alert = await had(outbox, "11")
    correction = await correct(outbox, alert)
    await met(outbox, until(outbox, held=False, hours=1))
    await outbox.alert("Pasar tutup")
    await met(outbox, until(outbox, held=True, hours=30))
    outbox.later(hours=30)
    assert correction in {d.broadcast_id for d in await outbox.drain()}


async def test_a_try_after_a_day_that_falls_into_quiet_hours_waits_for_their_end(outbox: Outbox) -> None:
    alert = await had(outbox, "11")
    await outbox.wishes("11", quiet=NIGHT)
    correction = await correct(outbox, alert)
    await met(outbox, until(outbox, held=True, hours=34))
    outbox.later(hours=34)
    assert outbox.now == local(22, day=18)
    assert {d.act for d in await outbox.drain()} == {Act.EDIT}
    outbox.now = local(5, day=19)
    assert [d.broadcast_id for d in await outbox.drain()] == [correction]


async def test_at_night_the_edit_leaves_at_once_and_the_reply_in_the_morning(outbox: Outbox) -> None:
    alert = await had(outbox, "11")
    await outbox.wishes("11", quiet=NIGHT)
    outbox.now = local(23)
    correction = await correct(outbox, alert)
    assert [d.act for d in await outbox.drain()] == [Act.EDIT]
    outbox.now = local(5, day=18)
    assert [(d.broadcast_id, d.act) for d in await outbox.drain()] == [(correction, Act.REPLY)]


async def test_who_pauses_for_some_days_gets_a_correction_afterwards(outbox: Outbox) -> None:
    alert = await had(outbox, "11")
    await outbox.wishes("11", paused_until=outbox.now + timedelta(days=3))
    correction = await correct(outbox, alert)
    assert [d.act for d in await outbox.drain()] == [Act.EDIT]
    outbox.later(days=2, hours=23)
    assert await outbox.drain() == []
    outbox.later(hours=1)
    assert [d.broadcast_id for d in await outbox.drain()] == [correction]


async def test_what_goes_from_reader_to_reader_does_not_end_in_their_middle(outbox: Outbox) -> None:
    alert = await had(outbox, "11", "12", "13", "14")
    made = await withdraw(outbox, alert)
    reached = []
    for span in (timedelta(hours=23, minutes=55), timedelta(minutes=9), timedelta(minutes=9), timedelta(minutes=9)):
        outbox.now += span
        claimed = await outbox.claim(slots=1)
        outbox.answer(claimed)
        reached += claimed
    assert who(reached) == ["11", "12", "13", "14"]
    assert {d.broadcast_id for d in reached} == {made}


async def test_it_is_owed_for_a_week_and_then_listed_with_the_reason(outbox: Outbox) -> None:
    alert = await had(outbox, "11")
    made = await withdraw(outbox, alert)
    await met(outbox, until(outbox, held=True, days=9))
    outbox.now += LONGEST_DUTY
    await outbox.drain()
    assert (await outbox.report(made)).failed == {"expired": 1}
    outbox.later(days=3)
    assert await outbox.drain() == []
