"""Alerts, follow-ups, corrections and withdrawals: each reaches exactly those whom it concerns."""

from datetime import timedelta

import pytest

from bot.delivery.content import Act, BroadcastKind, Level, Note
from bot.delivery.plan import Delivery, Settled, State
from bot.errors import NewsroomError
from bot.flow import newsroom
from tests.support.outbox import NIGHT, Outbox, local, who

WRONG = Note("Tiga orang luka.", wrong="Lima orang luka.")
UNKNOWN = Settled(State.UNKNOWN, "read_timeout")


def acts(deliveries: list[Delivery], kind: BroadcastKind) -> dict[str, tuple[Act, str | None]]:
    return {d.address: (d.act, d.message) for d in deliveries if d.kind is kind}


async def test_an_urgent_alert_wakes_and_an_important_one_waits_for_the_morning(outbox: Outbox) -> None:
    await outbox.readers("1", quiet=NIGHT)
    await outbox.readers("2", mode="evening")
    outbox.now = local(22)
    important = await outbox.alert("Jalan licin", level=Level.IMPORTANT)
    urgent = await outbox.alert("Banjir", level=Level.URGENT)
    left = await outbox.drain()
    assert sorted((d.broadcast_id, d.address) for d in left) == [(important, "2"), (urgent, "1"), (urgent, "2")]
    outbox.now = local(5, day=18)
    assert [(d.broadcast_id, d.address) for d in await outbox.drain()] == [(important, "1")]


async def test_an_alert_to_topics_reaches_their_followers_and_one_to_none_reaches_all(outbox: Outbox) -> None:
    await outbox.readers("1", topics=("daerah",))
    await outbox.readers("2", topics=("budaya",))
    await outbox.readers("3", topics=("semua",))
    await outbox.alert("Untuk budaya", "budaya")
    assert who(await outbox.drain()) == ["2", "3"]
    await outbox.alert("Untuk semua")
    assert who(await outbox.drain()) == ["1", "2", "3"]


async def test_an_alert_overtakes_and_two_share_fairly(outbox: Outbox) -> None:
    await outbox.readers(*(str(n) for n in range(100, 140)))
    story = await outbox.tell("Satu")
    await outbox.claim(slots=4)
    first, second = await outbox.alert("A"), await outbox.alert("B")
    taken: list[int] = []
    for _ in range(20):
        taken += [d.broadcast_id for d in await outbox.claim(slots=1)]
    assert story not in taken
    assert taken.count(first) == taken.count(second) == 10


async def test_a_doubtful_alert_is_sent_once_more_and_then_listed(outbox: Outbox) -> None:
    await outbox.readers("1")
    alert = await outbox.alert("Awas")
    for copies in (1, 2):
        left = await outbox.claim()
        assert len(left) == 1, copies
        await outbox.start()  # killed: nobody knows
    assert await outbox.claim() == []
    assert (await outbox.report(alert)).unknown == 1
    await outbox.write(lambda tx: newsroom.try_again(tx, alert, "redaksi", outbox.now, unknown=True))
    assert who(await outbox.drain()) == ["1"]
    report = await outbox.report(alert)
    assert (report.unknown, report.sent) == (0, 1)


async def test_a_story_is_not_sent_again_after_a_kill(outbox: Outbox) -> None:
    await outbox.readers("1", "2")
    story = await outbox.tell("Satu")
    await outbox.claim(slots=1)
    assert await outbox.start() == 1
    assert who(await outbox.drain()) == ["2"]
    report = await outbox.report(story)
    assert (report.sent, report.unknown) == (1, 1)


async def test_a_correction_reaches_exactly_those_who_had_the_wrong_text(outbox: Outbox) -> None:
    """Sent: marked and answered. Unknown: a message of its own. Not yet reached: the corrected text, nothing else."""
    await outbox.readers("1", "2", "3", "4")
    await outbox.readers("5", mode="evening")
    story = await outbox.tell("Satu")
    sent, unknown = await outbox.claim(slots=2)
    outbox.answer([sent])
    outbox.answer([unknown], UNKNOWN)
    await outbox.claim(slots=0)
    await outbox.write(lambda tx: newsroom.correct(tx, story, WRONG, "redaksi", outbox.now, title="Satu (ralat)"))
    left = await outbox.drain()
    assert acts(left, BroadcastKind.MARK) == {"1": (Act.EDIT, "m1")}
    assert acts(left, BroadcastKind.CORRECTION) == {"1": (Act.REPLY, "m1"), "2": (Act.SEND, None)}
    assert {d.address: c.story.title for d, c in outbox.sent[2:] if d.kind is BroadcastKind.STORY and c.story} == {
        "3": "Satu (ralat)", "4": "Satu (ralat)",
    }  # fmt: skip
    outbox.now = local(17)
    (digest,) = await outbox.drain()
    assert (digest.address, outbox.sent[-1][1].stories[0].title) == ("5", "Satu (ralat)")


async def test_a_correction_waits_for_what_is_under_way(outbox: Outbox) -> None:
    await outbox.readers("1", "2", "3")
    story = await outbox.tell("Satu")
    one, two, three = await outbox.claim()
    await outbox.write(lambda tx: newsroom.correct(tx, story, WRONG, "redaksi", outbox.now))
    assert await outbox.claim() == []
    outbox.answer([one])
    outbox.answer([two], Settled(State.QUEUED, "refused", next_at=outbox.now))
    assert [(d.address, d.kind) for d in await outbox.claim()] == [("2", BroadcastKind.STORY)]
    outbox.answer([three])
    left = await outbox.drain()
    assert set(acts(left, BroadcastKind.MARK)) == {"1", "3"}
    assert set(acts(left, BroadcastKind.CORRECTION)) == {"1", "3"}
    assert await outbox.status(story) in {"running", "done"}


async def test_a_second_correction_ends_the_first(outbox: Outbox) -> None:
    await outbox.readers("1", "2", "3")
    story = await outbox.tell("Satu")
    await outbox.drain()
    await outbox.write(lambda tx: newsroom.correct(tx, story, WRONG, "redaksi", outbox.now))
    begun = await outbox.claim(slots=4)
    outbox.answer(begun)
    better = Note("Empat orang luka.", wrong="Tiga orang luka.")
    last = await outbox.write(lambda tx: newsroom.correct(tx, story, better, "redaksi", outbox.now))
    left = await outbox.drain()
    assert {d.broadcast_id for d in left} == {last, last - 1}
    assert who(d for d in left if d.broadcast_id == last) == ["1", "2", "3"]


async def test_digest_readers_get_a_correction_of_their_own(outbox: Outbox) -> None:
    await outbox.readers("1", "2", mode="evening")
    await outbox.readers("3", mode="morning")
    story = await outbox.tell("Satu")
    await outbox.drain()
    outbox.now = local(17)
    await outbox.drain()
    await outbox.write(lambda tx: newsroom.correct(tx, story, WRONG, "redaksi", outbox.now))
    left = await outbox.drain()
    assert acts(left, BroadcastKind.CORRECTION) == {"1": (Act.SEND, None), "2": (Act.SEND, None)}
    assert acts(left, BroadcastKind.MARK) == {}


@pytest.mark.parametrize(("erase", "act"), [(False, Act.EDIT), (True, Act.DELETE)])
async def test_a_withdrawal_takes_it_back_and_nobody_else_gets_it(outbox: Outbox, erase: bool, act: Act) -> None:
    await outbox.readers("1", "2", "3")
    story = await outbox.tell("Satu")
    first, second = await outbox.claim(slots=2)
    outbox.answer([first])
    await outbox.write(lambda tx: newsroom.withdraw(tx, story, "Keliru", "redaksi", outbox.now, erase=erase))
    left = await outbox.claim()
    assert [(d.address, d.act, d.message) for d in left] == [("1", act, "m1")]
    outbox.answer(left)
    outbox.answer([second])
    assert [(d.address, d.act) for d in await outbox.drain()] == [("2", act)]
    report = await outbox.report(story)
    assert (report.recalled, report.sent) == (2, 0)
    assert await outbox.status(story) == "withdrawn"


async def test_a_follow_up_reaches_those_who_get_the_original_also_while_it_goes_out(outbox: Outbox) -> None:
    await outbox.readers("1", "2", "3")
    await outbox.readers("9", topics=("budaya",))
    story = await outbox.tell("Satu")
    outbox.answer(await outbox.claim(slots=1))
    await outbox.write(lambda tx: newsroom.follow_up(tx, story, Note("Jalan dibuka."), "redaksi", outbox.now))
    left = await outbox.drain(slots=1)
    follow_ups = acts(left, BroadcastKind.FOLLOW_UP)
    assert set(follow_ups) == {"1", "2", "3"}
    assert all(act is Act.REPLY for act, _ in follow_ups.values())


async def test_pause_resume_and_cancel(outbox: Outbox) -> None:
    await outbox.readers(*(str(n) for n in range(100, 110)))
    story = await outbox.tell("Satu")
    outbox.answer(await outbox.claim(slots=2))
    await outbox.write(lambda tx: newsroom.pause(tx, story, "", "redaksi", outbox.now))
    assert await outbox.claim() == []
    await outbox.write(lambda tx: newsroom.resume(tx, story, "redaksi", outbox.now))
    outbox.answer(await outbox.claim(slots=3))
    await outbox.write(lambda tx: newsroom.cancel(tx, story, "redaksi", outbox.now))
    assert await outbox.drain() == []
    assert await outbox.status(story) == "cancelled"
    assert (await outbox.report(story)).sent == 5
    acts_done = [act for _, _, act, _ in await outbox.store.read(lambda tx: tx.audits(9))]
    assert acts_done == ["cancel", "resume", "pause"]


async def test_what_cannot_be_done_is_said_in_words(outbox: Outbox) -> None:
    with pytest.raises(NewsroomError, match="no broadcast 7"):
        await outbox.write(lambda tx: newsroom.cancel(tx, 7, "redaksi", outbox.now))
    await outbox.readers("1")
    story = await outbox.tell("Satu")
    with pytest.raises(NewsroomError, match="is running, not paused"):
        await outbox.write(lambda tx: newsroom.resume(tx, story, "redaksi", outbox.now))


async def test_while_everything_stands_still_only_answers_leave(outbox: Outbox) -> None:
    await outbox.readers("1")
    await outbox.tell("Satu")
    await outbox.write(lambda tx: tx.stand_still("restored"))
    assert await outbox.drain() == []
    await outbox.write(lambda tx: tx.stand_still(""))
    assert who(await outbox.drain()) == ["1"]


async def test_a_text_that_the_platform_refuses_stands_still_and_an_urgent_one_does_not(outbox: Outbox) -> None:
    await outbox.readers(*(str(n) for n in range(100, 130)))
    refused = Settled(State.FAILED, "too_long", refused=True)
    story, urgent = await outbox.tell("Satu"), await outbox.alert("Awas", level=Level.URGENT)
    for _ in range(4):
        outbox.answer(await outbox.claim(slots=10), refused)
    await outbox.claim(slots=0)
    assert [await outbox.status(b) for b in (story, urgent)] == ["paused", "done"]
    assert outbox.refused == [(story, "telegram: too_long")]
    assert (await outbox.report(story)).failed == {"too_long": 10}


async def test_some_odd_chats_stop_nobodys_news(outbox: Outbox) -> None:
    await outbox.readers(*(str(n) for n in range(100, 200)))
    story = await outbox.tell("Satu")
    outbox.answer(await outbox.claim(slots=90))
    outbox.answer(await outbox.claim(), Settled(State.FAILED, "bad_request", refused=True))
    await outbox.claim(slots=0)
    assert await outbox.status(story) == "done"


async def test_a_scheduled_alert_begins_at_its_time_also_for_those_who_joined_meanwhile(outbox: Outbox) -> None:
    await outbox.readers("1")
    begins = outbox.now + timedelta(hours=2)
    await outbox.write(
        lambda tx: newsroom.alert(tx, Note("Pasar murah"), (), ["telegram"], "redaksi", outbox.now, begins)
    )
    await outbox.readers("2")
    assert await outbox.drain() == []
    assert await outbox.store.read(lambda tx: tx.next_due("telegram", outbox.now)) == begins
    outbox.now = begins
    assert who(await outbox.drain()) == ["1", "2"]


async def test_trying_again_does_not_resume_what_is_paused(outbox: Outbox) -> None:
    await outbox.readers("1", "2")
    story = await outbox.tell("Satu")
    outbox.answer(await outbox.claim(slots=1), UNKNOWN)
    await outbox.claim(slots=0)
    await outbox.write(lambda tx: newsroom.pause(tx, story, "", "redaksi", outbox.now))
    await outbox.write(lambda tx: newsroom.try_again(tx, story, "redaksi", outbox.now, unknown=True))
    assert await outbox.drain() == []
    await outbox.write(lambda tx: newsroom.resume(tx, story, "redaksi", outbox.now))
    outbox.later(seconds=6)
    assert who(await outbox.drain()) == ["1", "2"]


async def test_once_more_means_once_also_when_nobody_knows_again(outbox: Outbox) -> None:
    await outbox.readers("1")
    alert = await outbox.alert("Awas")
    for _ in range(2):
        await outbox.claim()
        await outbox.start()
    await outbox.write(lambda tx: newsroom.try_again(tx, alert, "redaksi", outbox.now, unknown=True))
    outbox.answer(await outbox.claim(), UNKNOWN)
    outbox.later(minutes=5)
    assert await outbox.drain() == []
    assert (await outbox.report(alert)).unknown == 1


async def test_what_has_not_begun_is_neither_followed_up_nor_corrected(outbox: Outbox) -> None:
    await outbox.readers("1")
    begins = outbox.now + timedelta(hours=2)
    alert = await outbox.write(
        lambda tx: newsroom.alert(tx, Note("Pasar murah"), (), ["telegram"], "redaksi", outbox.now, begins)
    )
    with pytest.raises(NewsroomError, match="has not begun"):
        await outbox.write(lambda tx: newsroom.follow_up(tx, alert, Note("Batal."), "redaksi", outbox.now))
    with pytest.raises(NewsroomError, match="has not begun"):
        await outbox.write(lambda tx: newsroom.correct(tx, alert, WRONG, "redaksi", outbox.now))
    outbox.now = begins
    assert who(await outbox.drain()) == ["1"]
    outbox.now = begins - timedelta(hours=1)  # a clock that is put right; who has it has it
    await outbox.write(lambda tx: newsroom.follow_up(tx, alert, Note("Diundur."), "redaksi", outbox.now))


async def test_trying_again_brings_nothing_to_who_had_left_and_came_back_for_something_else(outbox: Outbox) -> None:
    await outbox.readers("1", "2")
    alert = await outbox.alert("Jalan ditutup", "daerah")
    later = Settled(State.QUEUED, "connect_refused", next_at=outbox.now + timedelta(minutes=1))
    gone, missed = await outbox.claim()
    outbox.answer([gone], later)
    outbox.answer([missed], Settled(State.FAILED, "server_error"))
    await outbox.claim(slots=0)
    await outbox.write(lambda tx: tx.stop("telegram", "1", False, outbox.now))
    back = ("telegram", "1", ("olahraga",), False, "ya", None, "id", outbox.now)
    await outbox.write(lambda tx: tx.follow(*back))
    assert (await outbox.report(alert)).failed == {"stopped": 1, "server_error": 1}
    assert await outbox.write(lambda tx: newsroom.try_again(tx, alert, "redaksi", outbox.now)) == 1
    assert who(await outbox.drain()) == ["2"]


@pytest.mark.parametrize("failed", [Settled(State.FAILED, "server_error"), Settled(State.UNKNOWN, "silence")])
async def test_trying_again_brings_no_second_copy_of_what_stood_in_a_digest(outbox: Outbox, failed: Settled) -> None:
    await outbox.readers("1", "2")
    story = await outbox.tell("Obat gratis")
    outbox.answer(await outbox.claim(), failed)
    await outbox.claim(slots=0)
    owe = "INSERT INTO owed SELECT 1, story_id FROM broadcast WHERE id = ?"  # as where a receipt says that it failed
    await outbox.write(lambda tx: tx.run(owe, story))  # type: ignore[attr-defined]
    await outbox.write(lambda tx: tx.owe_digests([(1, outbox.now)]))
    assert [(d.kind, d.address) for d in await outbox.drain()] == [(BroadcastKind.DIGEST, "1")]
    again = await outbox.write(lambda tx: newsroom.try_again(tx, story, "redaksi", outbox.now, unknown=True))
    assert again == 1
    assert who(await outbox.drain()) == ["2"]
