"""What is withdrawn takes with it what goes on from it."""

from datetime import timedelta

import pytest

from bot.delivery.content import BroadcastKind, Note
from bot.delivery.plan import Settled, State
from bot.errors import NewsroomError
from bot.flow import newsroom
from tests.support.outbox import Outbox, local, who


async def withdraw(outbox: Outbox, about: int) -> int:
    made = await outbox.write(lambda tx: newsroom.withdraw(tx, about, "Kabar bohong", "redaksi", outbox.now))
    return int(made)


async def follow_up(outbox: Outbox, about: int, text: str) -> int:
    made = await outbox.write(lambda tx: newsroom.follow_up(tx, about, Note(text), "redaksi", outbox.now))
    return int(made)


async def correct(outbox: Outbox, about: int) -> int:
    note = Note("Lima korban", wrong="Tiga korban")
    return int(await outbox.write(lambda tx: newsroom.correct(tx, about, note, "redaksi", outbox.now)))


async def fire_with_follow_ups(outbox: Outbox) -> tuple[int, int, int]:
    """An alert that four have, a follow-up that one of them has, and one to that in turn."""
    await outbox.readers("1", "2", "3", "4")
    alert = await outbox.alert("Pasar terbakar")
    await outbox.drain()
    first = await follow_up(outbox, alert, "Api padam")
    outbox.answer(await outbox.claim(slots=1))
    await outbox.claim(slots=0)
    second = await follow_up(outbox, first, "Pasar buka lagi")
    return alert, first, second


async def test_a_withdrawal_ends_the_follow_ups_that_still_go_out_and_theirs(outbox: Outbox) -> None:
    alert, first, second = await fire_with_follow_ups(outbox)
    withdrawal = await withdraw(outbox, alert)
    left = await outbox.drain()
    assert {d.broadcast_id for d in left} == {withdrawal}
    assert who(left) == ["1", "2", "3", "4"]
    assert [await outbox.status(b) for b in (first, second)] == ["cancelled", "cancelled"]


@pytest.mark.parametrize("stands", ["planned", "paused", "tried again"])
async def test_a_withdrawal_ends_a_follow_up_that_waits(outbox: Outbox, stands: str) -> None:
    await outbox.readers("1")
    alert = await outbox.alert("Pasar terbakar")
    await outbox.drain()
    made = await follow_up(outbox, alert, "Api padam")
    later = outbox.now + timedelta(minutes=10)
    match stands:
        case "planned":
            await outbox.write(lambda tx: tx.begin_at(made, later, later + newsroom.ABOUT_LIVES))
        case "paused":
            await outbox.write(lambda tx: newsroom.pause(tx, made, "", "redaksi", outbox.now))
        case _:
            outbox.answer(await outbox.claim(), Settled(State.QUEUED, "server_error", next_at=later))
            await outbox.claim(slots=0)
    withdrawal = await withdraw(outbox, alert)
    assert [d.broadcast_id for d in await outbox.drain()] == [withdrawal]
    outbox.later(minutes=11)
    assert await outbox.drain() == []
    assert await outbox.status(made) == "cancelled"


async def test_the_correction_of_a_follow_up_ends_with_what_both_are_about(outbox: Outbox) -> None:
    alert, first, _ = await fire_with_follow_ups(outbox)
    await outbox.drain()
    await correct(outbox, first)
    withdrawal = await withdraw(outbox, alert)
    assert {d.broadcast_id for d in await outbox.drain()} == {withdrawal}


async def test_a_story_in_a_digest_takes_its_follow_up_with_it(outbox: Outbox) -> None:
    await outbox.readers("1", mode="evening")
    story = await outbox.tell("Pasar terbakar")
    await outbox.drain()
    outbox.now = local(17)
    digest = await outbox.claim()
    assert who(digest) == ["1"]
    await follow_up(outbox, story, "Api padam")
    withdrawal = await withdraw(outbox, story)
    outbox.answer(digest)
    assert [d.broadcast_id for d in await outbox.drain()] == [withdrawal]


async def test_what_had_ended_stays_as_it_ended_and_is_not_tried_again(outbox: Outbox) -> None:
    await outbox.readers("1", "2")
    alert = await outbox.alert("Pasar terbakar")
    await outbox.drain()
    made = await follow_up(outbox, alert, "Api padam")
    one, two = await outbox.claim()
    outbox.answer([one])
    outbox.answer([two], Settled(State.FAILED, "server_error"))
    await outbox.drain()
    withdrawal = await withdraw(outbox, alert)
    assert await outbox.status(made) == "done"
    with pytest.raises(NewsroomError, match="about one that was withdrawn"):
        await outbox.write(lambda tx: newsroom.try_again(tx, made, "redaksi", outbox.now))
    one, two = await outbox.claim()
    outbox.answer([one])
    outbox.answer([two], Settled(State.FAILED, "server_error"))
    await outbox.drain()
    assert await outbox.write(lambda tx: newsroom.try_again(tx, withdrawal, "redaksi", outbox.now)) == 1


@pytest.mark.parametrize("about", ["alert", "follow-up"])
async def test_nothing_follows_what_was_withdrawn(outbox: Outbox, about: str) -> None:
    alert, first, _ = await fire_with_follow_ups(outbox)
    await withdraw(outbox, alert)
    told = alert if about == "alert" else first
    with pytest.raises(NewsroomError, match="was withdrawn"):
        await follow_up(outbox, told, "Sudah aman")
    with pytest.raises(NewsroomError, match="was withdrawn"):
        await correct(outbox, told)
    await withdraw(outbox, first)  # a follow-up can still be taken back itself
    assert {d.kind for d in await outbox.drain()} == {BroadcastKind.WITHDRAWAL}


async def test_a_withdrawn_correction_marks_nobody_elses_message(outbox: Outbox) -> None:
    await outbox.readers("1", "2", "3", "4")
    alert = await outbox.alert("Tiga korban")
    await outbox.drain()
    correction = await correct(outbox, alert)
    begun = await outbox.claim(slots=1)
    assert [d.kind for d in begun] == [BroadcastKind.MARK]
    outbox.answer(begun)
    await withdraw(outbox, correction)
    assert await outbox.drain() == []
    assert [await outbox.status(b) for b in (correction - 1, correction)] == ["withdrawn", "withdrawn"]


async def test_a_mark_that_was_done_before_its_correction_is_withdrawn_stays_done(outbox: Outbox) -> None:
    await outbox.readers("1", "2")
    alert = await outbox.alert("Tiga korban")
    await outbox.drain()
    correction = await correct(outbox, alert)
    await outbox.drain()
    await withdraw(outbox, correction)
    assert {(d.kind, d.address) for d in await outbox.drain()} == {
        (BroadcastKind.WITHDRAWAL, "1"), (BroadcastKind.WITHDRAWAL, "2"),
    }  # fmt: skip
    assert await outbox.status(correction - 1) == "done"
