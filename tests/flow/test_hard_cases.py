"""Cases that worlds of dice have found (tests/flow/test_outbox_under_dice.py), played by hand."""

import pytest

from bot.delivery.content import Act, BroadcastKind, Note
from bot.delivery.plan import Settled, State
from bot.errors import StoreError
from bot.flow import newsroom, spread
from bot.ports import Tx
from tests.support.outbox import NIGHT, Outbox, local, who

WRONG = Note("Tiga orang luka.", wrong="Lima orang luka.")
UNKNOWN = Settled(State.UNKNOWN, "read_timeout")
DOUBT = Settled(State.QUEUED, "read_timeout", doubt=True)


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


# Digests -------------------------------------------------------------------------------------------------------------


def carried(outbox: Outbox, address: str) -> list[tuple[int, ...]]:
    """The stories that reached one reader, message by message."""
    return [d.stories or (d.story_id or 0,) for d, _ in outbox.sent if d.address == address]


async def limited(outbox: Outbox, limit: int) -> None:
    await outbox.write(
        lambda tx: tx.follow("telegram", "1", ["daerah"], False, "ya", None, "id", outbox.now, None, limit)
    )  # fmt: skip


async def test_a_story_that_waited_for_its_chat_counts_for_the_day(outbox: Outbox) -> None:
    await limited(outbox, 1)
    flood = Settled(State.QUEUED, "flood", next_at=local(12, 1), hold_until=local(12, 1))
    await outbox.alert("Awas")
    outbox.answer(await outbox.claim(), flood)
    await outbox.tell("Satu")
    assert await outbox.claim() == []
    outbox.now = local(12, 2)
    await outbox.drain()
    await outbox.tell("Dua")
    await outbox.drain()
    assert carried(outbox, "1")[-1] == (1,)


async def test_a_story_that_was_counted_is_tried_again_on_the_same_day(outbox: Outbox) -> None:
    await limited(outbox, 1)
    await outbox.tell("Satu")
    outbox.answer(await outbox.claim(), Settled(State.QUEUED, "refused", next_at=outbox.now))
    assert [(d.kind, d.attempt) for d in await outbox.drain()] == [(BroadcastKind.STORY, 2)]


async def test_a_follow_up_reaches_those_who_get_the_story_in_a_later_digest(outbox: Outbox) -> None:
    await outbox.readers("1", "2", mode="evening")
    story = await outbox.tell("Satu")
    await outbox.tell("Lain", "budaya")
    await outbox.drain()
    follow_up = await outbox.write(lambda tx: newsroom.follow_up(tx, story, Note("Dibuka."), "redaksi", outbox.now))
    assert await outbox.drain() == []
    assert await outbox.status(follow_up) == "done"
    outbox.now = local(17)
    left = await outbox.drain()
    assert who(d for d in left if d.broadcast_id == follow_up) == ["1", "2"]


async def test_a_follow_up_finds_the_digest_that_a_clock_put_before_its_story(outbox: Outbox) -> None:
    """The story was told while the clock was ten hours ahead; the digest is made when that is mended."""
    await outbox.readers("1", mode="evening")
    outbox.now = local(3, day=18)
    story = await outbox.tell("Satu")
    assert await outbox.drain() == []
    outbox.now = local(16)
    await outbox.wishes("1", mode="evening")
    outbox.now = local(17)
    (digest,) = await outbox.drain()
    outbox.later(minutes=5)
    await outbox.write(lambda tx: newsroom.follow_up(tx, story, Note("Dibuka."), "redaksi", outbox.now))
    assert [(d.address, d.kind.value) for d in await outbox.drain()] == [("1", "follow_up")]
    assert digest.stories == (1,)


async def test_whoever_comes_to_a_digest_late_gets_the_follow_up_too(outbox: Outbox) -> None:
    await outbox.readers("1", "2", mode="evening")
    story = await outbox.tell("Satu")
    await outbox.drain()
    await outbox.wishes("2", mode="evening", paused_until=local(17, 40))
    outbox.now = local(17)
    await outbox.drain()
    await outbox.write(lambda tx: newsroom.follow_up(tx, story, Note("Dibuka."), "redaksi", outbox.now))
    assert [d.kind for d in await outbox.drain()] == [BroadcastKind.FOLLOW_UP]
    outbox.now = local(17, 40)
    assert [(d.address, d.kind.value) for d in await outbox.drain()] == [("2", "digest"), ("2", "follow_up")]


@pytest.mark.parametrize("why", ["paused", "asleep", "too late"])
async def test_what_a_digest_could_not_bring_comes_with_the_next_one(outbox: Outbox, why: str) -> None:
    await outbox.readers("1", mode="evening")
    for n in range(9):
        await outbox.tell(f"Kabar {n}")
    await outbox.drain()
    outbox.now = local(17)
    again = local(20, 5) if why == "too late" else local(17, 1)
    outbox.answer(await outbox.claim(), Settled(State.QUEUED, "refused", next_at=again))
    await outbox.claim(slots=0)
    if why == "paused":
        await outbox.wishes("1", mode="evening", paused_until=local(19))
    if why == "asleep":
        await outbox.wishes("1", mode="evening", quiet=(17 * 60, 19 * 60))
    outbox.now = again
    assert await outbox.drain() == []
    outbox.now = local(17, day=18) if why == "too late" else local(19)
    (digest,) = await outbox.drain()
    assert (digest.stories, digest.more) == ((9, 8, 7, 6, 5, 4, 3), 2)


async def looked_at_and_paused(outbox: Outbox) -> int:
    """The pass has come past readers of digests, and is stopped before its end."""
    await outbox.readers("1", "2", mode="both")
    await outbox.readers("3", "4")
    story = await outbox.tell("Satu")
    await outbox.tell("Dua")
    left = await outbox.claim(slots=1)
    assert [(d.address, d.story_id) for d in left] == [("3", 1)]
    outbox.answer(left)
    await outbox.write(lambda tx: newsroom.pause(tx, story, "", "redaksi", outbox.now))
    await outbox.drain()
    return story


async def test_a_paused_story_comes_once_after_it_goes_on(outbox: Outbox) -> None:
    """A digest is made meanwhile, and passes it over."""
    story = await looked_at_and_paused(outbox)
    outbox.now = local(17)
    await outbox.drain()
    assert carried(outbox, "1") == carried(outbox, "2") == [(2,)]
    await outbox.write(lambda tx: newsroom.resume(tx, story, "redaksi", outbox.now))
    await outbox.drain()
    outbox.now = local(6, day=18)
    await outbox.drain()
    assert carried(outbox, "1") == carried(outbox, "2") == [(2,), (1,)]
    assert sorted(carried(outbox, "3")) == sorted(carried(outbox, "4")) == [(1,), (2,)]


async def test_a_story_that_stayed_paused_until_it_was_old_stands_in_no_digest(outbox: Outbox) -> None:
    story = await looked_at_and_paused(outbox)
    outbox.now = local(1, day=18)
    await outbox.drain()
    outbox.now = local(6, day=18)
    await outbox.drain()
    assert carried(outbox, "1") == [(2,)]
    assert await outbox.status(story) == "cancelled"


async def test_a_late_category_brings_nothing_that_stood_in_a_digest(outbox: Outbox) -> None:
    """Also to readers whose digest came at the end of their quiet hours, and who get stories at once by now."""
    await outbox.readers("1", topics=("daerah", "budaya"), quiet=NIGHT)
    await outbox.readers("2", topics=("budaya",))
    outbox.now = local(4, 50)
    await outbox.tell("Satu", "daerah")
    await outbox.drain()
    outbox.now = local(5)
    assert who(await outbox.drain()) == ["1"]

    def gain(tx: Tx) -> bool:
        tx.add_categories(1, ["budaya"])
        return spread.reach_further(tx, 1, ["budaya"], outbox.now)

    assert await outbox.write(gain)
    assert who(await outbox.drain()) == ["2"]


# Doubts and moves ----------------------------------------------------------------------------------------------------


async def test_who_may_have_had_it_before_it_failed_gets_the_correction(outbox: Outbox) -> None:
    await outbox.readers("1")
    alert = await outbox.alert("Lima orang luka.")
    outbox.answer(await outbox.claim(), DOUBT)
    await outbox.claim(slots=0)
    outbox.answer(await outbox.claim(), Settled(State.FAILED, "too_long"))
    await outbox.drain()
    await outbox.write(lambda tx: newsroom.correct(tx, alert, WRONG, "redaksi", outbox.now))
    assert [(d.kind, d.act) for d in await outbox.drain()] == [(BroadcastKind.CORRECTION, Act.SEND)]


async def test_what_was_under_way_when_two_chats_became_one_is_listed(outbox: Outbox) -> None:
    """Its outcome names a subscriber who is no more; nothing waits for it for ever."""
    await outbox.readers("1")
    first, second = await outbox.tell("Satu"), await outbox.tell("Dua")
    one, two = await outbox.claim()
    await outbox.readers("19")
    outbox.answer([one], Settled(State.QUEUED, "migrated", next_at=outbox.now, new_address="19"))
    await outbox.drain()
    outbox.answer([two])
    await outbox.drain()
    assert (await outbox.report(first)).sent == 1
    assert (await outbox.report(second)).unknown == 1
    assert await outbox.status(second) == "done"


async def test_what_is_tried_again_stays_paused_with_its_broadcast(outbox: Outbox) -> None:
    await outbox.readers("1", "2")
    story = await outbox.tell("Satu")
    outbox.answer(await outbox.claim(slots=1), Settled(State.FAILED, "too_long"))
    await outbox.claim(slots=0)
    await outbox.write(lambda tx: newsroom.pause(tx, story, "", "redaksi", outbox.now))
    assert await outbox.write(lambda tx: newsroom.try_again(tx, story, "redaksi", outbox.now)) == 1
    assert await outbox.drain() == []
    await outbox.write(lambda tx: newsroom.resume(tx, story, "redaksi", outbox.now))
    outbox.later(seconds=6)
    assert who(await outbox.drain()) == ["1", "2"]


async def test_two_stories_of_one_tick_are_both_counted(outbox: Outbox) -> None:
    await limited(outbox, 1)
    flood = Settled(State.QUEUED, "flood", next_at=local(12, 1), hold_until=local(12, 1))
    await outbox.alert("Awas")
    outbox.answer(await outbox.claim(), flood)
    await outbox.tell("Satu")
    await outbox.tell("Dua")
    await outbox.claim()
    outbox.now = local(12, 2)
    await outbox.drain()
    assert len(carried(outbox, "1")) == 3  # the alert, once more, and one story
    outbox.now = local(17)
    await outbox.drain()
    assert len(carried(outbox, "1")) == 4


async def test_a_digest_of_the_same_tick_knows_what_is_sent_at_once(outbox: Outbox) -> None:
    await outbox.readers("1")
    await outbox.wishes("1", paused_until=local(13))
    await outbox.tell("Satu")
    await outbox.drain()
    outbox.now = local(13)
    await outbox.tell("Dua")
    await outbox.drain()
    assert sorted(story for stories in carried(outbox, "1") for story in stories) == [1, 2]


async def test_a_second_word_of_the_same_move_changes_nothing(outbox: Outbox) -> None:
    await outbox.readers("1")
    await outbox.tell("Satu")
    await outbox.alert("Awas")
    moved = Settled(State.QUEUED, "migrated", next_at=outbox.now, new_address="19")
    alert, story = await outbox.claim()
    outbox.answer([alert], moved)
    outbox.answer(await outbox.claim())
    outbox.answer([story], moved)
    await outbox.drain()
    await outbox.write(lambda tx: newsroom.correct(tx, alert.broadcast_id, WRONG, "redaksi", outbox.now))
    assert [d.act for d in await outbox.drain()] == [Act.EDIT, Act.REPLY]
