"""Chats that must rest keep nobody else back: what waits for them is not at the head of anybody's queue."""

from datetime import timedelta

import pytest

from bot.delivery.pace import ChatRate
from bot.delivery.plan import Settled, State
from tests.support.outbox import NOON, Outbox

GROUPS = [str(-n) for n in range(1, 31)]
TICK = 0.05  # seconds
SLOTS = 2


async def ticks(outbox: Outbox, seconds: float) -> list[tuple[float, str]]:
    """What left in so many seconds: after how many, and to whom."""
    began, left = outbox.now, []
    while (passed := (outbox.now - began).total_seconds()) < seconds:
        batch = await outbox.claim(SLOTS)
        outbox.answer(batch)
        left += [(passed, delivery.address) for delivery in batch]
        outbox.later(seconds=TICK)
    return left


async def test_many_groups_get_many_stories_as_fast_as_each_stands_them(outbox: Outbox) -> None:
    outbox.gate.groups = ChatRate(burst=2, per_second=0.3)
    await outbox.readers(*GROUPS)
    for n in range(5):
        await outbox.tell(f"Berita {n}")
    left = await ticks(outbox, 3 / 0.3 + 2)  # the fifth stands in a chat after ten seconds, all in 3.75 s of slots
    assert len(left) == 5 * len(GROUPS)


@pytest.mark.parametrize("killed", [False, True], ids=["stopped", "killed"])
async def test_a_groups_twenty_a_minute_do_not_begin_anew_with_the_program(outbox: Outbox, *, killed: bool) -> None:
    outbox.gate.groups = ChatRate(burst=2, per_second=0.3)
    await outbox.readers("-7", "77")
    for n in range(60):
        await outbox.tell(f"Berita {n}")
    began, left = outbox.now, list[float]()
    for tick in range(70 * 4):
        if tick % 40 == 39:  # every ten seconds
            if not killed:
                await outbox.claim(0)
            await outbox.start()
        batch = await outbox.claim()
        outbox.answer(batch)
        left += [(outbox.now - began).total_seconds() for delivery in batch if delivery.address == "-7"]
        outbox.later(seconds=0.25)
    assert max(sum(at <= other < at + 60 for other in left) for at in left) in {
        19,
        20,
    }  # a tick is a quarter of a second


async def test_a_retry_does_not_wait_for_groups_that_must_rest(outbox: Outbox) -> None:
    outbox.gate.groups = ChatRate(burst=1, per_second=0.1)
    await outbox.readers("77", *GROUPS)
    await outbox.tell("Satu")
    (first,) = await outbox.claim(1)
    outbox.answer([first], Settled(State.QUEUED, "flood", next_at=NOON + timedelta(seconds=12)))
    for title in ("Dua", "Tiga"):
        await outbox.tell(title)
    left = await ticks(outbox, 13)  # from 10 s on every group has one whose time has come but for the group's rest
    assert first.address == "77"
    assert 12 <= [at for at, address in left if address == "77"][-1] < 12 + 2 * TICK


async def test_a_digest_does_not_wait_for_groups_that_must_rest(outbox: Outbox) -> None:
    outbox.gate.groups = ChatRate(burst=1, per_second=0.1)
    groups = [str(-n) for n in range(1, 201)]
    await outbox.readers(*groups, "77", mode="evening")
    await outbox.tell("Satu")
    await outbox.drain()
    outbox.now = NOON + timedelta(hours=5, seconds=-1)  # 17.00 comes
    await outbox.alert("Awas")
    assert len(await outbox.drain()) == len(groups) + 1
    outbox.later(seconds=1)
    assert [address for _, address in await ticks(outbox, 2)] == ["77"]
