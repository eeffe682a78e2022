"""Somebody gets a story after its follow-up has been sent to everybody else: it comes to them too (promise 8)."""

import pytest

from bot.delivery.content import Act, BroadcastKind, Note
from bot.delivery.plan import Settled, State
from bot.flow import newsroom, spread
from bot.ports import Tx
from tests.support.outbox import Outbox


async def follow_up(outbox: Outbox, about: int, text: str) -> int:
    number = await outbox.write(lambda tx: newsroom.follow_up(tx, about, Note(text), "redaksi", outbox.now))
    await outbox.drain()
    assert await outbox.status(number) == "done"
    return int(number)


async def told_with_two_follow_ups(outbox: Outbox) -> tuple[int, int, int]:
    """A story, what followed, and what followed upon that; only reader 1 has had them, 2 follows something else."""
    await outbox.readers("1")
    await outbox.readers("2", topics=("budaya",))
    story = await outbox.tell("Pasar terbakar")
    await outbox.drain()
    first = await follow_up(outbox, story, "Api padam.")
    return story, first, await follow_up(outbox, first, "Pasar dibuka lagi.")


async def test_the_followers_of_a_late_category_get_what_has_followed(outbox: Outbox) -> None:
    had = await told_with_two_follow_ups(outbox)

    def gains(tx: Tx) -> bool:
        tx.add_categories(1, ["budaya"])
        return spread.reach_further(tx, 1, ["budaya"], outbox.now)

    outbox.later(minutes=30)
    assert await outbox.write(gains)
    left = await outbox.drain()
    assert [(d.address, d.broadcast_id) for d in left] == [("2", number) for number in had]
    assert [d.act for d in left] == [Act.SEND, Act.REPLY, Act.REPLY]
    assert [await outbox.status(number) for number in had] == ["done", "done", "done"]


@pytest.mark.parametrize("state", [State.FAILED, State.UNKNOWN])
async def test_who_is_sent_the_missed_again_gets_what_has_followed(outbox: Outbox, state: State) -> None:
    await outbox.readers("1", "2")
    alert = await outbox.alert("Jembatan ditutup")
    one, two = await outbox.claim()
    outbox.answer([one])
    outbox.answer([two], Settled(state, "too_long"))
    if state is State.UNKNOWN:
        outbox.answer([d for d in await outbox.claim() if d.address == "2"], Settled(state, "read_timeout"))
    await outbox.drain()
    await follow_up(outbox, alert, "Dibuka lagi.")
    outbox.later(hours=30)
    again = await outbox.write(lambda tx: newsroom.try_again(tx, alert, "redaksi", outbox.now, unknown=True))
    assert again == 1
    assert [(d.address, d.broadcast_id) for d in await outbox.drain()][:1] == [("2", alert)]
    followed = [d.address for d, _ in outbox.sent if d.kind is BroadcastKind.FOLLOW_UP]
    assert sorted(followed) == ["1", "2"]


async def test_a_follow_up_that_was_taken_back_follows_nobody(outbox: Outbox) -> None:
    story, first, _ = await told_with_two_follow_ups(outbox)
    await outbox.write(lambda tx: newsroom.withdraw(tx, first, "Keliru.", "redaksi", outbox.now))
    await outbox.drain()

    def gains(tx: Tx) -> bool:
        tx.add_categories(1, ["budaya"])
        return spread.reach_further(tx, 1, ["budaya"], outbox.now)

    assert await outbox.write(gains)
    assert [(d.address, d.broadcast_id) for d in await outbox.drain()] == [("2", story)]
