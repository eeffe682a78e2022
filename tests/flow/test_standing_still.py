"""What stands still by itself or by an editor's word goes on: a correction with its mark; digests never stand still."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.delivery.content import BroadcastKind, Note
from bot.delivery.plan import Settled, State
from bot.errors import NewsroomError
from bot.flow import newsroom
from tests.support.outbox import Outbox, who

ADDRESSES = [str(n) for n in range(101, 111)]
REFUSED = Settled(State.FAILED, "button", refused=True)


@pytest.fixture
async def outbox(tmp_path: Path) -> AsyncIterator[Outbox]:
    outbox = Outbox(tmp_path)
    await outbox.start()
    await outbox.readers(*ADDRESSES)
    yield outbox
    outbox.store.close()


async def correct(outbox: Outbox, title: str) -> tuple[int, int]:
    """Everybody has had this story, and it is corrected; the mark's broadcast and the correction's."""
    story = await outbox.tell(title)
    await outbox.drain()
    note = Note("Dua jembatan.", wrong="Tiga jembatan.")
    made = await outbox.write(
        lambda tx: newsroom.correct(tx, story, note, "redaksi", outbox.now, title=f"{title} (benar)")
    )  # fmt: skip
    (mark,) = [b.id for b in await outbox.store.read(lambda tx: tx.about(story)) if b.kind is BroadcastKind.MARK]
    return mark, made


async def refuse_the_mark(outbox: Outbox, mark: int) -> None:
    """Half of the readers' clients do not take it: it stands still."""
    batch = await outbox.claim()
    marks = [d for d in batch if d.kind is BroadcastKind.MARK]
    outbox.answer(marks[:5], REFUSED)
    outbox.answer([d for d in batch if d not in marks])
    outbox.answer(marks[5:], Settled(State.QUEUED, "server_error", next_at=outbox.now))
    await outbox.claim(slots=0)
    assert await outbox.status(mark) == "paused"
    assert outbox.refused == [(mark, "telegram: button")]


@pytest.mark.parametrize("by_name", ["mark", "correction"])
async def test_a_mark_that_stands_still_by_itself_goes_on_by_its_own_number_and_by_its_corrections(
    outbox: Outbox, by_name: str
) -> None:
    mark, correction = await correct(outbox, "Satu")
    await refuse_the_mark(outbox, mark)
    named = {"mark": mark, "correction": correction}[by_name]
    await outbox.write(lambda tx: newsroom.resume(tx, named, "redaksi", outbox.now))
    assert [d.broadcast_id for d in await outbox.drain()] == [mark] * 5
    assert await outbox.status(mark) == "done"


async def test_a_correction_that_is_paused_resumed_or_cancelled_takes_its_own_mark_along(outbox: Outbox) -> None:
    other, _ = await correct(outbox, "Satu")
    await outbox.claim(slots=0)
    mark, correction = await correct(outbox, "Dua")
    assert await outbox.status(other) == "done"
    await outbox.write(lambda tx: newsroom.pause(tx, correction, "", "redaksi", outbox.now))
    assert [await outbox.status(b) for b in (mark, correction)] == ["paused", "paused"]
    assert await outbox.drain() == []
    await outbox.write(lambda tx: newsroom.resume(tx, correction, "redaksi", outbox.now))
    outbox.answer(left := await outbox.claim(slots=5))
    assert len(left) == 5
    await outbox.write(lambda tx: newsroom.cancel(tx, correction, "redaksi", outbox.now))
    assert await outbox.drain() == []
    assert [await outbox.status(b) for b in (other, mark, correction)] == ["done", "cancelled", "cancelled"]


async def test_nothing_is_said_about_a_mark(outbox: Outbox) -> None:
    mark, _ = await correct(outbox, "Satu")
    with pytest.raises(NewsroomError, match="is a mark"):
        await outbox.write(lambda tx: newsroom.withdraw(tx, mark, "", "redaksi", outbox.now))
    with pytest.raises(NewsroomError, match="is running, not paused"):
        await outbox.write(lambda tx: newsroom.resume(tx, mark, "redaksi", outbox.now))


async def test_digests_of_which_many_are_refused_go_on_for_everybody_else(outbox: Outbox) -> None:
    evening = [str(n) for n in range(201, 217)]
    await outbox.readers(*evening, mode="evening")
    await outbox.tell("Satu")
    await outbox.drain()
    outbox.later(hours=6)
    refused = await outbox.claim(slots=8)
    outbox.answer(refused[1:], REFUSED)
    outbox.answer(refused[:1], Settled(State.QUEUED, "server_error", next_at=outbox.now))
    await outbox.claim(slots=0)
    assert await outbox.status(refused[0].broadcast_id) == "running"
    assert outbox.refused == [(refused[0].broadcast_id, "telegram: button")]  # told once, and nothing stands still
    assert who(await outbox.drain()) == who([*refused[:1]]) + evening[8:]
