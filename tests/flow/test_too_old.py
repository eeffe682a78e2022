"""What becomes too old before its turn comes: nobody is lost without a trace, and editors can have it sent again."""

from datetime import timedelta

import pytest

from bot.delivery.content import BroadcastKind, Level, Note
from bot.delivery.plan import Settled, State
from bot.flow import newsroom
from tests.support.outbox import Outbox, local, who

TEN = tuple(str(n) for n in range(11, 21))


async def half_sent(outbox: Outbox, level: Level = Level.URGENT) -> int:
    """An alert that four of ten have."""
    await outbox.readers(*TEN)
    alert = await outbox.alert("Tanggul jebol", level=level)
    outbox.answer(await outbox.claim(4))
    await outbox.claim(0)
    return alert


async def again(outbox: Outbox, broadcast: int) -> int:
    return int(await outbox.write(lambda tx: newsroom.try_again(tx, broadcast, "redaksi", outbox.now)))


async def test_whom_an_alert_did_not_reach_before_it_was_old_is_counted_named_and_sent_it_again(outbox: Outbox) -> None:
    alert = await half_sent(outbox)
    outbox.later(hours=7)
    await outbox.start()
    assert await outbox.drain() == []
    report = await outbox.report(alert)
    assert (await outbox.status(alert), report.sent, report.failed) == ("expired", 4, {"expired": 6})
    missed = await outbox.store.read(lambda tx: tx.missed(alert, 0, 100))
    assert [(row[2], row[3], row[4]) for row in missed] == [(a, "failed", "expired") for a in TEN[4:]]
    assert await again(outbox, alert) == 6
    assert who(await outbox.drain()) == list(TEN[4:])
    report = await outbox.report(alert)
    assert (await outbox.status(alert), report.sent, report.failed) == ("done", 10, {})
    assert await again(outbox, alert) == 0


async def test_what_was_paused_until_it_was_old_names_its_readers_too(outbox: Outbox) -> None:
    alert = await half_sent(outbox)
    await outbox.write(lambda tx: newsroom.pause(tx, alert, "", "redaksi", outbox.now))
    outbox.later(hours=7)
    await outbox.drain()
    assert (await outbox.status(alert), (await outbox.report(alert)).failed) == ("expired", {"expired": 6})


async def test_who_paused_or_left_before_it_was_old_missed_nothing(outbox: Outbox) -> None:
    alert = await half_sent(outbox)
    await outbox.wishes("18", paused_until=outbox.now + timedelta(days=3))
    await outbox.write(lambda tx: tx.stop("telegram", "19", False, outbox.now))
    outbox.later(hours=7)
    await outbox.drain()
    assert (await outbox.report(alert)).failed == {"expired": 4}


ABOUT = {
    "a follow-up": (BroadcastKind.FOLLOW_UP, 5),
    "a correction": (BroadcastKind.CORRECTION, 5),
    "a withdrawal": (BroadcastKind.WITHDRAWAL, 5),
}


@pytest.mark.parametrize("name", ABOUT)
async def test_what_is_about_an_alert_and_came_too_late_is_counted_for_those_who_had_that(
    outbox: Outbox, name: str
) -> None:  # fmt: skip
    kind, unreached = ABOUT[name]
    await outbox.readers(*TEN[:6])
    alert = await outbox.alert("Tiga korban", level=Level.URGENT)
    await outbox.drain()
    now = outbox.now
    made = await outbox.write(
        lambda tx: newsroom.follow_up(tx, alert, Note("Surut"), "redaksi", now) if kind is BroadcastKind.FOLLOW_UP
        else newsroom.correct(tx, alert, Note("Dua korban", wrong="Tiga korban"), "redaksi", now)
        if kind is BroadcastKind.CORRECTION else newsroom.withdraw(tx, alert, "keliru", "redaksi", now)
    )  # fmt: skip
    first = [d for d in await outbox.claim(7 if kind is BroadcastKind.CORRECTION else 1) if d.broadcast_id == made]
    outbox.answer(first)
    await outbox.claim(0)
    outbox.later(hours=25)
    await outbox.drain()
    report = await outbox.report(made)
    assert (report.sent + report.failed["expired"], await outbox.status(made)) == (6, "expired")
    assert report.failed == {"expired": 6 - len(first)}
    assert await again(outbox, made) == 6 - len(first)
    assert len([d for d in await outbox.drain() if d.broadcast_id == made]) == 6 - len(first) >= 1 or unreached == 0


async def test_who_had_not_had_a_story_when_the_program_was_away_for_two_days_gets_a_digest(outbox: Outbox) -> None:
    await outbox.readers(*TEN)
    story = await outbox.tell("Pasar Ngrame dibuka")
    outbox.answer(await outbox.claim(4))
    await outbox.claim(0)
    outbox.later(hours=40)
    await outbox.start()
    for _ in range(3):
        await outbox.claim(0)  # nothing may leave in the first second
    came = []
    for _ in range(26):
        came += await outbox.drain()
        outbox.later(hours=1)
    assert {(d.kind, d.address) for d in came} == {(BroadcastKind.DIGEST, address) for address in TEN[4:]}
    assert await outbox.status(story) == "expired"


async def test_many_are_written_down_some_at_a_time_and_the_next_tick_is_due_at_once(outbox: Outbox) -> None:
    await outbox.readers(*[str(n) for n in range(1_000, 3_500)])
    alert = await outbox.alert("Tanggul jebol", level=Level.URGENT)
    outbox.later(hours=7)
    counts = []
    while await outbox.status(alert) == "running":
        await outbox.claim(0)
        counts.append((await outbox.report(alert)).failed["expired"])
        due = await outbox.store.read(lambda tx: tx.next_due("telegram", outbox.now))
        assert due == (outbox.now if counts[-1] < 2_500 else None)
    assert counts == [1_000, 2_000, 2_500]


async def drain_slowly(outbox: Outbox, hours: float, minutes: int = 30) -> list[str]:
    """One reader every so many minutes."""
    came = []
    for _ in range(int(hours * 60 / minutes)):
        batch = await outbox.claim(1)
        outbox.answer(batch)
        came += who(batch)
        outbox.later(minutes=minutes)
    await outbox.drain(slots=0)
    return came


async def test_an_alert_that_still_goes_from_reader_to_reader_does_not_end_in_their_middle(outbox: Outbox) -> None:
    readers = [str(n) for n in range(100, 154)]
    await outbox.readers(*readers)
    alert = await outbox.alert("Tanggul jebol", level=Level.URGENT)
    assert await drain_slowly(outbox, 9, minutes=10) == readers
    assert (await outbox.status(alert), (await outbox.report(alert)).sent) == ("done", 54)


async def test_twice_its_life_is_the_longest_that_an_alert_goes_on(outbox: Outbox) -> None:
    readers = [str(n) for n in range(100, 190)]
    await outbox.readers(*readers)
    alert = await outbox.alert("Tanggul jebol", level=Level.URGENT)
    assert await drain_slowly(outbox, 15, minutes=10) == readers[:72]  # twelve hours
    assert (await outbox.status(alert), (await outbox.report(alert)).failed) == ("expired", {"expired": 18})


async def test_what_stood_still_when_it_became_old_does_not_go_on(outbox: Outbox) -> None:
    alert = await half_sent(outbox)
    outbox.later(hours=5, minutes=55)
    outbox.answer(await outbox.claim(1))
    outbox.later(minutes=21)
    assert await outbox.drain() == []
    assert (await outbox.report(alert)).failed == {"expired": 5}


async def test_what_fails_before_a_long_night_is_tried_when_the_night_ends(outbox: Outbox) -> None:
    await outbox.readers("11", quiet=(20 * 60, 11 * 60))
    outbox.now = local(19, 50)
    alert = await outbox.alert("Jalan licin", level=Level.IMPORTANT)
    an_hour = outbox.now + timedelta(hours=1)
    outbox.answer(await outbox.claim(), Settled(State.QUEUED, "no_rights", next_at=an_hour, hold_until=an_hour))
    for moment in (local(20, 51), local(10, 50, day=18)):
        outbox.now = moment
        assert await outbox.drain() == []
    outbox.now = local(11, 0, day=18)
    assert who(await outbox.drain()) == ["11"]
    assert await outbox.status(alert) == "done"
