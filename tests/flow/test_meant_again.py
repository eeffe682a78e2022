"""Somebody for whom something was given up before it left, and whom a later pass means all the same (promise 9)."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.delivery.content import Act, Note
from bot.delivery.plan import Settled, State, Status
from bot.flow import newsroom, spread
from bot.ports import Tx
from tests.support.outbox import NOON, Outbox, who

READER = "11"


@pytest.fixture
async def outbox(tmp_path: Path) -> AsyncIterator[Outbox]:
    made = Outbox(tmp_path)
    await made.start()
    await made.readers(READER)
    yield made
    made.store.close()


async def told_in_vain(outbox: Outbox, state: State = State.QUEUED) -> int:
    """A story whose one attempt was surely not delivered (or nobody knows), so that it waits; the broadcast."""
    broadcast = await outbox.tell("Obat palsu disita")
    started = await outbox.claim()
    assert who(started) == [READER]
    outbox.answer(started, Settled(state, "connect_refused", next_at=outbox.now.replace(minute=30)))
    await outbox.claim()
    return broadcast


async def follow(outbox: Outbox, *topics: str) -> None:
    await outbox.write(
        lambda tx: tx.follow("telegram", READER, topics, False, "ya", None, "id", outbox.now, None, None)
    )


async def gains(outbox: Outbox, topic: str) -> None:
    def work(tx: Tx) -> None:
        tx.add_categories(1, [topic])
        spread.reach_further(tx, 1, [topic], outbox.now)

    await outbox.write(work)


async def test_who_left_and_came_back_gets_what_their_new_topic_gains(outbox: Outbox) -> None:
    broadcast = await told_in_vain(outbox)
    await outbox.write(lambda tx: tx.stop("telegram", READER, False, outbox.now))
    await follow(outbox, "kesehatan")
    assert (await outbox.report(broadcast)).failed == {"stopped": 1}
    await gains(outbox, "kesehatan")
    assert who(await outbox.drain()) == [READER]
    report = await outbox.report(broadcast)
    assert (report.sent, report.failed) == (1, {})


async def test_who_changed_their_topics_gets_what_the_new_one_gains(outbox: Outbox) -> None:
    broadcast = await told_in_vain(outbox)
    await follow(outbox, "kesehatan")
    assert (await outbox.report(broadcast)).failed == {"unfollowed": 1}
    await gains(outbox, "kesehatan")
    assert who(await outbox.drain()) == [READER]


async def test_at_night_it_comes_with_the_digest(outbox: Outbox) -> None:
    """The late pass finds them asleep, and what was given up is nothing that they had."""
    await told_in_vain(outbox)
    await follow(outbox, "kesehatan")
    await outbox.wishes(READER, mode="evening")
    await gains(outbox, "kesehatan")
    assert await outbox.drain() == []
    outbox.now = datetime(2026, 2, 17, 10, 0, tzinfo=NOON.tzinfo)  # 17.00
    (digest,) = await outbox.drain()
    assert digest.stories == (1,)


async def test_who_follows_nothing_new_gets_nothing_new(outbox: Outbox) -> None:
    await told_in_vain(outbox)
    await follow(outbox, "olahraga")
    await gains(outbox, "kesehatan")
    assert await outbox.drain() == []


async def test_of_what_may_have_arrived_no_later_pass_brings_a_copy(outbox: Outbox) -> None:
    await told_in_vain(outbox, State.UNKNOWN)
    await follow(outbox, "kesehatan")
    await gains(outbox, "kesehatan")
    assert await outbox.drain() == []


async def test_a_digest_that_was_given_up_has_shown_nobody_its_stories(outbox: Outbox) -> None:
    """Its only story was paused while it waited; let go on, the story is told to its reader."""
    await outbox.wishes(READER, mode="evening")
    story = await outbox.tell("Obat palsu disita")
    assert await outbox.drain() == []
    outbox.now = datetime(2026, 2, 17, 10, 0, tzinfo=NOON.tzinfo)
    digest = await outbox.claim()
    outbox.answer(digest, Settled(State.QUEUED, "server_error", next_at=outbox.now))
    await outbox.write(lambda tx: tx.set_status(story, Status.PAUSED, "", outbox.now))
    assert await outbox.drain() == []
    await outbox.wishes(READER)
    await outbox.write(lambda tx: tx.set_status(story, Status.RUNNING, "", outbox.now))
    (told,) = await outbox.drain()
    assert (told.broadcast_id, told.address) == (story, READER)


async def test_a_follow_up_under_way_looks_once_more_for_those_who_are_sent_the_story_again(outbox: Outbox) -> None:
    """It had begun, and an editor had the doubtful sent again before it came to them."""
    await outbox.readers("12")
    story = await outbox.tell("Obat palsu disita")
    sure, doubtful = await outbox.claim()
    outbox.answer([sure])
    outbox.answer([doubtful], Settled(State.UNKNOWN, "read_timeout"))
    await outbox.drain()
    said = Note("Jumlahnya bertambah.")
    follow_up = await outbox.write(lambda tx: newsroom.follow_up(tx, story, said, "redaksi", outbox.now))
    outbox.answer(await outbox.claim(1))
    await outbox.write(lambda tx: newsroom.try_again(tx, story, "redaksi", outbox.now, unknown=True))
    again, after = await outbox.drain()
    assert (again.broadcast_id, again.address) == (story, "12")
    assert (after.broadcast_id, after.address, after.act) == (follow_up, "12", Act.REPLY)
