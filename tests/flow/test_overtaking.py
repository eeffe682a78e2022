"""Two edits of one message are never under way at once: the earlier could arrive last, and a phone would show it."""

from datetime import timedelta

import pytest

from bot.delivery.content import Act, BroadcastKind, Note
from bot.delivery.plan import Delivery, Rank, Settled, State
from bot.flow import newsroom
from bot.ports import Tx
from tests.support.outbox import Outbox, local, who

LATER = {"a correction": None, "a withdrawal": False, "an erasure": True}


async def correct(outbox: Outbox, about: int, right: str) -> int:
    """A correction with its mark."""
    note = Note(right, wrong="Tiga")
    return int(await outbox.write(lambda tx: newsroom.correct(tx, about, note, "redaksi", outbox.now)))


async def withdraw(outbox: Outbox, about: int, *, erase: bool = False) -> int:
    made = await outbox.write(lambda tx: newsroom.withdraw(tx, about, "Keliru", "redaksi", outbox.now, erase=erase))
    return int(made)


async def alert_that_is_had(outbox: Outbox, *addresses: str) -> int:
    await outbox.readers(*addresses)
    alert = await outbox.alert("Tiga korban")
    await outbox.drain()
    return alert


def to(deliveries: list[Delivery], *addresses: str) -> list[Delivery]:
    """Those of them that go to these readers."""
    return [d for d in deliveries if d.address in addresses]


def again_in(outbox: Outbox, seconds: float) -> Settled:
    """An attempt that surely did not arrive."""
    return Settled(State.QUEUED, "connect_refused", next_at=outbox.now + timedelta(seconds=seconds))


@pytest.mark.parametrize("erase", LATER.values(), ids=LATER)
async def test_what_is_said_next_waits_for_the_edit_that_is_under_way_to_the_same_reader(
    outbox: Outbox, erase: bool | None
) -> None:
    alert = await alert_that_is_had(outbox, "1", "2", "3")
    await correct(outbox, alert, "Empat")
    before = await outbox.claim(slots=2)
    assert who(before) == ["1", "2"]
    await (correct(outbox, alert, "Lima") if erase is None else withdraw(outbox, alert, erase=erase))
    assert {d.address for d in await outbox.drain()} == {"3"}
    outbox.answer(to(before, "1"))
    outbox.answer(to(before, "2"), again_in(outbox, 0))
    after = await outbox.drain()
    assert {(d.address, d.act) for d in after if d.act is not Act.REPLY} == {
        (address, Act.DELETE if erase else Act.EDIT) for address in ("1", "2")
    }
    assert {d.broadcast_id for d in after}.isdisjoint({d.broadcast_id for d in before})


async def test_of_three_that_follow_each_other_only_the_newest_reaches_whoever_waits(outbox: Outbox) -> None:
    alert = await alert_that_is_had(outbox, "1")
    await correct(outbox, alert, "Empat")
    before = await outbox.claim()
    await correct(outbox, alert, "Lima")
    assert await outbox.drain() == []
    withdrawal = await withdraw(outbox, alert)
    assert await outbox.drain() == []
    outbox.answer(before)
    assert [(d.broadcast_id, d.act) for d in await outbox.drain()] == [(withdrawal, Act.EDIT)]


async def test_a_message_about_something_in_a_digest_waits_for_the_earlier_one_too(outbox: Outbox) -> None:
    await outbox.readers("1", mode="evening")
    story = await outbox.tell("Tiga korban")
    await outbox.drain()
    outbox.now = local(17)
    await outbox.drain()
    await correct(outbox, story, "Empat")
    before = [*await outbox.claim(), *await outbox.claim()]  # the story's own readers come before the digest's
    assert [d.kind for d in before] == [BroadcastKind.CORRECTION]
    last = await correct(outbox, story, "Lima")
    assert await outbox.drain() == []
    outbox.answer(before)
    assert [d.broadcast_id for d in await outbox.drain()] == [last]


async def another_withdrawal(outbox: Outbox, about: int) -> int:
    """Which the newsroom refuses: an earlier version did not, and they may wait in its database."""

    def work(tx: Tx) -> int:
        until = outbox.now + newsroom.ABOUT_LIVES
        made = (BroadcastKind.WITHDRAWAL, Rank.CORRECTION, about, [about], outbox.now, until)
        return tx.add_about(*made, note=Note("Keliru"), version=tx.next_version(), erase=True)

    return int(await outbox.write(work))


async def test_a_further_try_waits_for_an_earlier_edit_that_began_meanwhile(outbox: Outbox) -> None:
    alert = await alert_that_is_had(outbox, "1")
    await withdraw(outbox, alert)
    outbox.answer(await outbox.claim(), again_in(outbox, 2))
    erasure = await another_withdrawal(outbox, alert)
    outbox.answer(await outbox.claim(), again_in(outbox, 3))
    await outbox.claim(slots=0)
    outbox.later(seconds=2)
    (stub,) = await outbox.claim()
    assert stub.act is Act.EDIT
    outbox.later(seconds=5)
    assert await outbox.drain() == []
    outbox.answer([stub])
    await outbox.claim(slots=0)
    outbox.later(seconds=5)
    assert [d.broadcast_id for d in await outbox.drain()] == [erasure]


async def test_a_follow_up_waits_for_no_edit(outbox: Outbox) -> None:
    alert = await alert_that_is_had(outbox, "1")
    await correct(outbox, alert, "Empat")
    await outbox.claim()
    await outbox.write(lambda tx: newsroom.follow_up(tx, alert, Note("Surut."), "redaksi", outbox.now))
    assert [d.kind for d in await outbox.drain()] == [BroadcastKind.FOLLOW_UP]
