"""A follow-up goes on to whoever gets its original late, while others of its readers still wait for that."""

from datetime import timedelta

from bot.delivery.content import Act, BroadcastKind, Level, Note
from bot.delivery.plan import Settled, State
from bot.flow import newsroom
from tests.support.outbox import Outbox, local, who


async def followed(outbox: Outbox, about: int, text: str = "Surut.") -> int:
    return int(await outbox.write(lambda tx: newsroom.follow_up(tx, about, Note(text), "redaksi", outbox.now)))


async def test_who_wakes_early_does_not_wait_for_who_wakes_late(outbox: Outbox) -> None:
    await outbox.readers("1", "2", quiet=(21 * 60, 5 * 60))
    await outbox.readers("3", quiet=(21 * 60, 11 * 60))
    outbox.now = local(22)
    alert = await outbox.alert("Banjir", level=Level.IMPORTANT)
    assert await outbox.drain() == []
    follow_up = await followed(outbox, alert)
    assert await outbox.drain() == []
    outbox.now = local(5, day=18)
    both = [(d.address, d.broadcast_id) for d in await outbox.drain()]
    assert both == [("1", alert), ("2", alert), ("1", follow_up), ("2", follow_up)]
    outbox.now = local(11, day=18)
    assert [(d.address, d.broadcast_id) for d in await outbox.drain()] == [("3", alert), ("3", follow_up)]
    assert await outbox.status(follow_up) == "done"


async def test_one_chat_that_must_rest_keeps_nobody_elses_follow_up_back(outbox: Outbox) -> None:
    await outbox.readers(*(str(number) for number in range(1, 30)))
    alert = await outbox.alert("Banjir", level=Level.URGENT)
    hour = outbox.now + timedelta(hours=1)
    first = await outbox.claim(4)
    outbox.answer(first[:1], Settled(State.QUEUED, "flood", next_at=hour, hold_until=hour))
    outbox.answer(first[1:])
    follow_up = await followed(outbox, alert)
    await outbox.drain(40)
    told = sorted(int(d.address) for d, _ in outbox.sent if d.broadcast_id == follow_up)
    assert told == list(range(2, 30))
    assert not outbox.more  # nothing is looked at again and again meanwhile
    outbox.now = hour
    assert [(d.address, d.broadcast_id) for d in await outbox.drain()] == [("1", alert), ("1", follow_up)]


async def test_a_digests_readers_do_not_wait_for_a_chat_that_must_rest(outbox: Outbox) -> None:
    await outbox.readers("1")
    await outbox.readers("2", mode="evening")
    story = await outbox.tell("Pasar terbakar")
    late = local(19)
    outbox.answer(await outbox.claim(), Settled(State.QUEUED, "no_rights", next_at=late, hold_until=late))
    await outbox.claim(0)
    outbox.now = local(17)
    await outbox.drain()
    follow_up = await followed(outbox, story)
    told = await outbox.drain()
    assert [(d.address, d.broadcast_id, d.act) for d in told] == [("2", follow_up, Act.SEND)]
    outbox.now = late
    assert [(d.address, d.broadcast_id) for d in await outbox.drain()] == [("1", story), ("1", follow_up)]


async def test_a_follow_up_that_only_waits_leaves_digests_their_tenth(outbox: Outbox) -> None:
    await outbox.readers("1", quiet=(12 * 60 + 1, 20 * 60))
    await outbox.readers("2", mode="evening")
    await outbox.readers(*(str(number) for number in range(3, 60)), topics=("budaya",))
    await outbox.tell("Kabar")
    outbox.now = local(16)
    await followed(outbox, await outbox.alert("Banjir", "daerah", level=Level.IMPORTANT))
    assert who(await outbox.drain()) == ["2", "2"]
    outbox.now = local(17)
    await outbox.tell("Lomba", "budaya")
    left = [one for _ in range(12) for one in await outbox.claim(1)]
    assert [d.address for d in left if d.kind is BroadcastKind.DIGEST] == ["2"]


async def test_whoever_joins_a_planned_alert_gets_its_follow_up(outbox: Outbox) -> None:
    begins = outbox.now + timedelta(hours=1)
    await outbox.readers("1", "3")
    note = Note("Kerja bakti besok.", level=Level.ORDINARY)
    alert = await outbox.write(
        lambda tx: newsroom.alert(tx, note, (), ["telegram"], "redaksi", outbox.now, not_before=begins)
    )
    outbox.now = begins
    outbox.answer(await outbox.claim(1))
    follow_up = await followed(outbox, alert)
    await outbox.readers("2")
    assert [d.broadcast_id for d in await outbox.drain() if d.address == "2"] == [alert, follow_up]
