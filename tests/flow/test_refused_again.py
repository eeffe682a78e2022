"""What was refused and put right, or looked at and resumed, is not stopped by what was refused before."""

import pytest

from bot.delivery.content import Note
from bot.delivery.plan import Delivery, Settled, State
from bot.flow import newsroom
from bot.ports import Subscription
from tests.support.outbox import Outbox

REFUSED = Settled(State.FAILED, "too_long", refused=True)


async def refused(outbox: Outbox, chats: int) -> int:
    """A story that so many of thirty readers' chats have refused."""
    await outbox.readers(*(str(n) for n in range(100, 130)))
    story = await outbox.tell("Pasar terbakar")
    outbox.answer(await outbox.claim(slots=chats), REFUSED)
    await outbox.claim(slots=0)
    return story


async def resume(outbox: Outbox, broadcast: int) -> None:
    await outbox.write(lambda tx: newsroom.resume(tx, broadcast, "redaksi", outbox.now))


async def correct(outbox: Outbox, broadcast: int) -> None:
    note = Note("Kios terbakar", wrong="Pasar terbakar")
    await outbox.write(lambda tx: newsroom.correct(tx, broadcast, note, "redaksi", outbox.now))


async def refuse(outbox: Outbox, broadcast: int, chats: int) -> str:
    """So many more of its readers refuse it; how it stands then."""
    claimed = [d for d in await outbox.claim(slots=chats) if d.broadcast_id == broadcast]
    assert len(claimed) == chats
    outbox.answer(claimed, REFUSED)
    await outbox.claim(slots=0)
    return await outbox.status(broadcast)


@pytest.mark.parametrize("put_right", [False, True])
async def test_what_paused_by_itself_and_goes_on_pauses_after_five_more(outbox: Outbox, *, put_right: bool) -> None:
    story = await refused(outbox, 5)
    assert await outbox.status(story) == "paused"
    if put_right:
        await correct(outbox, story)
    await resume(outbox, story)
    outbox.later(seconds=1)
    assert await refuse(outbox, story, 4) == "running"
    assert await refuse(outbox, story, 1) == "paused"


async def test_what_an_editor_paused_and_resumed_counts_anew(outbox: Outbox) -> None:
    story = await refused(outbox, 4)
    await outbox.write(lambda tx: newsroom.pause(tx, story, "", "redaksi", outbox.now))
    await outbox.claim(slots=0)
    await resume(outbox, story)
    assert await refuse(outbox, story, 1) == "running"


async def test_a_corrected_text_counts_anew_while_it_goes_out(outbox: Outbox) -> None:
    story = await refused(outbox, 4)
    await correct(outbox, story)
    assert await refuse(outbox, story, 4) == "running"
    assert await refuse(outbox, story, 1) == "paused"


@pytest.mark.parametrize("put_right", [False, True])
async def test_answers_that_come_late_to_what_was_sent_before_the_pause_do_not_count(
    outbox: Outbox, *, put_right: bool
) -> None:
    await outbox.readers(*(str(n) for n in range(100, 130)))
    story = await outbox.tell("Pasar terbakar")
    claimed: list[Delivery] = await outbox.claim(slots=14)
    outbox.answer(claimed[:5], REFUSED)
    await outbox.claim(slots=0)
    assert await outbox.status(story) == "paused"
    if put_right:
        await correct(outbox, story)
        await resume(outbox, story)
    outbox.answer(claimed[5:], REFUSED)
    await outbox.claim(slots=0)
    if not put_right:
        await resume(outbox, story)
    outbox.later(seconds=1)
    assert await outbox.status(story) == "running"
    assert await refuse(outbox, story, 4) == "running"


async def resume_at_once(outbox: Outbox, broadcast: int) -> None:
    """An editor presses before the next tick."""
    await resume(outbox, broadcast)
    outbox.later(seconds=1)


async def test_what_is_resumed_before_another_tick_counts_anew(outbox: Outbox) -> None:
    story = await refused(outbox, 5)
    await resume_at_once(outbox, story)
    assert await refuse(outbox, story, 4) == "running"
    assert await refuse(outbox, story, 1) == "paused"


async def test_what_an_editor_pauses_and_resumes_between_two_ticks_counts_anew(outbox: Outbox) -> None:
    story = await refused(outbox, 4)
    await outbox.write(lambda tx: newsroom.pause(tx, story, "", "redaksi", outbox.now))
    await resume_at_once(outbox, story)
    assert await refuse(outbox, story, 4) == "running"
    assert await refuse(outbox, story, 1) == "paused"


async def test_late_answers_to_what_left_before_a_pause_that_no_tick_has_seen_do_not_count(outbox: Outbox) -> None:
    await outbox.readers(*(str(n) for n in range(100, 130)))
    story = await outbox.tell("Pasar terbakar")
    claimed = await outbox.claim(slots=14)
    outbox.answer(claimed[:5], REFUSED)
    await outbox.claim(slots=0)
    await resume_at_once(outbox, story)
    outbox.answer(claimed[5:], REFUSED)
    await outbox.claim(slots=0)
    assert await refuse(outbox, story, 4) == "running"


async def test_the_share_that_is_refused_is_one_of_what_was_tried_since(outbox: Outbox) -> None:
    """Very many arrived before; what an editor wrote since is refused by everybody."""
    await outbox.readers(*(str(n) for n in range(100, 240)))
    story = await outbox.tell("Pasar terbakar")
    outbox.answer(await outbox.claim(slots=100))
    outbox.answer(await outbox.claim(slots=1), REFUSED)
    await outbox.claim(slots=0)
    await outbox.write(lambda tx: newsroom.pause(tx, story, "", "redaksi", outbox.now))
    await resume_at_once(outbox, story)
    await outbox.claim(slots=0)
    assert await refuse(outbox, story, 4) == "running"
    assert await refuse(outbox, story, 1) == "paused"


async def test_what_one_channel_refuses_pauses_it_however_much_another_has_sent(outbox: Outbox) -> None:
    await outbox.readers(*(str(n) for n in range(100, 200)))
    others = [Subscription("console", str(n), ("daerah",), consent_at=outbox.now) for n in range(5)]
    await outbox.write(lambda tx: tx.import_subscribers(others, outbox.now))
    both = ["telegram", "console"]
    alert = await outbox.write(lambda tx: newsroom.alert(tx, Note("Jembatan ditutup"), (), both, "redaksi", outbox.now))
    outbox.answer(await outbox.claim(slots=100))
    await outbox.claim(slots=0)
    await outbox.on("console")
    assert await refuse(outbox, alert, 5) == "paused"
    assert outbox.refused == [(alert, "console: too_long")]
