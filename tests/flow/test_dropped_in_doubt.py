"""What is dropped while nobody knows whether an earlier attempt of it has arrived is called unknown."""

from datetime import timedelta

import pytest

from bot.delivery.content import Level
from bot.delivery.plan import Settled, State
from bot.flow import newsroom
from tests.support.outbox import Outbox


@pytest.mark.parametrize("how", ["a stop", "cancelled", "too old"])
@pytest.mark.parametrize(("doubt", "expected"), [(True, (1, 0)), (False, (0, 1))], ids=["in doubt", "never left"])
async def test_a_doubt_stays_a_doubt(outbox: Outbox, how: str, doubt: bool, expected: tuple[int, int]) -> None:
    await outbox.readers("1")
    alert = await outbox.alert("Tanggul jebol", level=Level.URGENT)
    again = outbox.now + timedelta(minutes=1)
    outbox.answer(await outbox.claim(), Settled(State.QUEUED, "read_timeout", next_at=again, doubt=doubt))
    await outbox.claim(0)
    if how == "a stop":
        await outbox.write(lambda tx: tx.stop("telegram", "1", False, outbox.now))
    elif how == "cancelled":
        await outbox.write(lambda tx: newsroom.cancel(tx, alert, "redaksi", outbox.now))
    else:
        outbox.later(days=9)
    await outbox.drain()
    report = await outbox.report(alert)
    assert (report.unknown, sum(report.failed.values())) == expected
