"""Two people take the same thing back: nobody gets two stubs."""

import pytest

from bot.delivery.content import BroadcastKind
from bot.errors import NewsroomError
from bot.flow import newsroom
from tests.support.outbox import Outbox, who


async def withdraw(outbox: Outbox, about: int) -> int:
    return int(await outbox.write(lambda tx: newsroom.withdraw(tx, about, "Keliru", "redaksi", outbox.now)))


async def told(outbox: Outbox, where: str) -> int:
    """What two readers have: an alert, a story, or a story that stood in a digest."""
    await outbox.readers("11", "12", mode="evening" if where == "a digest" else "instant")
    broadcast = await (outbox.alert("Jembatan ditutup") if where == "an alert" else outbox.tell("Jembatan ditutup"))
    if where == "a digest":
        assert await outbox.drain() == []
        outbox.later(hours=5)
    assert who(await outbox.drain()) == ["11", "12"]
    return broadcast


@pytest.mark.parametrize("left", [False, True], ids=["before the first has left", "after it has left"])
@pytest.mark.parametrize("where", ["an alert", "a story", "a digest"])
async def test_a_second_withdrawal_is_refused(outbox: Outbox, where: str, *, left: bool) -> None:
    broadcast = await told(outbox, where)
    await withdraw(outbox, broadcast)
    stubs = await outbox.drain() if left else []
    with pytest.raises(NewsroomError, match="withdrawn already"):
        await withdraw(outbox, broadcast)
    stubs += await outbox.drain()
    assert [d.kind for d in stubs] == [BroadcastKind.WITHDRAWAL] * 2
    assert who(stubs) == ["11", "12"]


async def test_what_was_cancelled_on_the_way_may_be_withdrawn_again(outbox: Outbox) -> None:
    broadcast = await told(outbox, "an alert")
    first = await withdraw(outbox, broadcast)
    outbox.answer(await outbox.claim(slots=1))
    await outbox.claim(slots=0)
    await outbox.write(lambda tx: newsroom.cancel(tx, first, "redaksi", outbox.now))
    await withdraw(outbox, broadcast)
    assert who(await outbox.drain()) == ["12"]
