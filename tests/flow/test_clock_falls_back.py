"""A wall clock that falls back: what runs goes on, and what waits for seconds does not wait for hours."""

from datetime import timedelta

from bot.delivery.content import Level, Note
from bot.flow import newsroom
from tests.support.outbox import Outbox, who

READERS = ("11", "12", "13", "14")


async def planned(outbox: Outbox) -> int:
    at = outbox.now + timedelta(minutes=10)
    alert = await outbox.write(
        lambda tx: newsroom.alert(tx, Note("Jembatan ditutup"), (), ["telegram"], "redaksi", outbox.now, at)
    )
    outbox.later(minutes=10)
    return int(alert)


async def test_an_alert_that_goes_out_goes_on(outbox: Outbox) -> None:
    await outbox.readers(*READERS)
    await outbox.alert("Tanggul jebol", level=Level.URGENT)
    first = await outbox.claim(2)
    outbox.answer(first)
    outbox.later(minutes=-90)
    assert who(first + await outbox.drain()) == list(READERS)


async def test_an_alert_that_was_made_before_begins(outbox: Outbox) -> None:
    await outbox.readers(*READERS)
    await outbox.alert("Tanggul jebol", level=Level.URGENT)
    outbox.later(minutes=-90)
    assert who(await outbox.drain()) == list(READERS)


async def test_a_planned_alert_that_has_begun_goes_on_and_one_that_has_not_waits(outbox: Outbox) -> None:
    await outbox.readers(*READERS)
    await planned(outbox)
    first = await outbox.claim(2)
    outbox.answer(first)
    outbox.later(minutes=-90)
    assert who(first + await outbox.drain()) == list(READERS)
    later = await planned(outbox)
    outbox.later(minutes=-1)
    assert await outbox.drain() == []
    due = await outbox.store.read(lambda tx: tx.next_due("telegram", outbox.now))
    assert due == outbox.now + timedelta(minutes=1)
    outbox.now = due
    assert who(await outbox.drain()) == list(READERS)
    assert await outbox.status(later) == "done"
