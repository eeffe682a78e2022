"""Cases that worlds of dice have found (tests/flow/test_outbox_under_dice.py), played by hand."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.delivery.content import Act, BroadcastKind, Note
from bot.delivery.plan import Settled, State
from bot.errors import StoreError
from bot.flow import newsroom
from tests.support.outbox import NIGHT, WIB, Outbox, who

WRONG = Note("Tiga orang luka.", wrong="Lima orang luka.")
UNKNOWN = Settled(State.UNKNOWN, "read_timeout")
DOUBT = Settled(State.QUEUED, "read_timeout", doubt=True)


@pytest.fixture
async def outbox(tmp_path: Path) -> AsyncIterator[Outbox]:
    outbox = Outbox(tmp_path)
    await outbox.start()
    yield outbox
    outbox.store.close()


def local(hour: int, minute: int = 0, day: int = 17) -> datetime:
    return datetime(2026, 2, day, hour, minute, tzinfo=WIB)


async def test_a_process_that_another_has_followed_writes_nothing(outbox: Outbox) -> None:
    await outbox.readers("1")
    old = outbox._claim
    await outbox.start()
    await outbox.tell("Satu")
    new, outbox._claim = outbox._claim, old
    with pytest.raises(StoreError, match="taken over"):
        await outbox.claim()
    outbox._claim = new
    assert who(await outbox.drain()) == ["1"]


async def test_a_correction_reaches_whoever_may_have_the_wrong_text_beside_the_right_one(outbox: Outbox) -> None:
    """The first attempt may have arrived with the wrong words, the second has arrived with the right ones."""
    await outbox.readers("1")
    alert = await outbox.alert("Lima orang luka.")
    outbox.answer(await outbox.claim(), DOUBT)
    await outbox.claim(slots=0)
    await outbox.write(lambda tx: newsroom.correct(tx, alert, WRONG, "redaksi", outbox.now))
    outbox.later(seconds=2)
    left = await outbox.drain()
    assert [d.kind for d in left] == [BroadcastKind.ALERT, BroadcastKind.MARK, BroadcastKind.CORRECTION]


async def test_who_surely_never_had_the_wrong_text_gets_no_correction(outbox: Outbox) -> None:
    await outbox.readers("1")
    alert = await outbox.alert("Lima orang luka.")
    outbox.answer(await outbox.claim(), Settled(State.QUEUED, "refused", next_at=outbox.now))
    await outbox.write(lambda tx: newsroom.correct(tx, alert, WRONG, "redaksi", outbox.now))
    assert [d.kind for d in await outbox.drain()] == [BroadcastKind.ALERT]


async def test_a_doubt_that_an_editor_accepted_is_still_corrected(outbox: Outbox) -> None:
    await outbox.readers("1")
    story = await outbox.tell("Satu")
    outbox.answer(await outbox.claim(), UNKNOWN)
    await outbox.drain()
    again = await outbox.write(lambda tx: newsroom.try_again(tx, story, "redaksi", outbox.now, unknown=True))
    assert again == 1
    await outbox.write(lambda tx: newsroom.correct(tx, story, WRONG, "redaksi", outbox.now, title="Ralat"))
    left = await outbox.drain()
    assert [d.kind for d in left] == [BroadcastKind.STORY, BroadcastKind.MARK, BroadcastKind.CORRECTION]


async def test_a_message_about_a_withdrawn_story_wakes_nobody_and_waits_for_a_pause(outbox: Outbox) -> None:
    """Whoever had the story in a digest gets a message of its own: that one rings."""
    await outbox.readers("1", mode="evening", quiet=NIGHT)
    await outbox.readers("2", mode="evening")
    story = await outbox.tell("Satu")
    await outbox.drain()
    outbox.now = local(17)
    assert who(await outbox.drain()) == ["1", "2"]
    outbox.now = local(22)
    await outbox.wishes("2", mode="evening", paused_until=local(9, day=18))
    await outbox.write(lambda tx: newsroom.withdraw(tx, story, "Keliru", "redaksi", outbox.now))
    assert await outbox.drain() == []
    outbox.now = local(5, day=18)
    assert who(await outbox.drain()) == ["1"]
    outbox.now = local(9, day=18)
    assert who(await outbox.drain()) == ["2"]


async def test_a_doubtful_withdrawal_is_said_twice_at_most_and_done_more_often(outbox: Outbox) -> None:
    await outbox.readers("1")
    await outbox.readers("2", mode="evening")
    story = await outbox.tell("Satu")
    await outbox.drain()
    outbox.now = local(17)
    await outbox.drain()
    await outbox.write(lambda tx: newsroom.withdraw(tx, story, "Keliru", "redaksi", outbox.now))
    acts: list[Act] = []
    for _ in range(9):
        acts += [d.act for d in await outbox.claim()]
        await outbox.start()  # killed: nobody knows
    assert (acts.count(Act.SEND), acts.count(Act.EDIT)) == (2, 6)


async def test_messages_in_the_chat_before_a_move_are_not_looked_for_in_the_new_one(outbox: Outbox) -> None:
    """Ids begin anew there: an edit would change another message."""
    await outbox.readers("1")
    story = await outbox.tell("Satu")
    await outbox.drain()
    await outbox.tell("Dua")
    outbox.answer(await outbox.claim(), Settled(State.QUEUED, "migrated", next_at=outbox.now, new_address="19"))
    await outbox.drain()
    await outbox.write(lambda tx: newsroom.correct(tx, story, WRONG, "redaksi", outbox.now))
    left = await outbox.drain()
    assert [(d.kind, d.act, d.address, d.message) for d in left] == [(BroadcastKind.CORRECTION, Act.SEND, "19", None)]


async def test_what_was_on_its_way_while_the_chat_moved_has_no_id_in_the_new_one(outbox: Outbox) -> None:
    await outbox.readers("1")
    story = await outbox.tell("Satu")
    first = await outbox.claim()
    await outbox.alert("Dua")
    second = await outbox.claim()
    outbox.answer(second, Settled(State.QUEUED, "migrated", next_at=outbox.now, new_address="19"))
    await outbox.claim(slots=0)
    outbox.answer(first)
    await outbox.claim(slots=0)
    await outbox.write(lambda tx: newsroom.correct(tx, story, WRONG, "redaksi", outbox.now))
    left = await outbox.drain()
    assert BroadcastKind.MARK not in {d.kind for d in left}
    assert [d.message for d in left if d.kind is BroadcastKind.CORRECTION] == [None]


async def test_a_mark_that_was_under_way_ends_with_the_move(outbox: Outbox) -> None:
    await outbox.readers("1")
    story = await outbox.tell("Satu")
    await outbox.drain()
    await outbox.write(lambda tx: newsroom.correct(tx, story, WRONG, "redaksi", outbox.now))
    marks = await outbox.claim(slots=1)
    assert [d.kind for d in marks] == [BroadcastKind.MARK]
    outbox.answer(marks, Settled(State.QUEUED, "migrated", next_at=outbox.now, new_address="19"))
    left = await outbox.drain()
    assert [(d.kind, d.act) for d in left] == [(BroadcastKind.CORRECTION, Act.SEND)]
    assert (await outbox.report(marks[0].broadcast_id)).failed == {"moved": 1}
