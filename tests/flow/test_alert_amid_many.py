"""An alert while a digest for very many drains (promise 6), through the real deliverer; `bench alert` has a million."""

from pathlib import Path

from bot.delivery.content import BroadcastKind
from bot.delivery.pace import tick_length
from tests.support.drain import draining

READERS, RATE = 20_000, 500.0
TICK = RATE * tick_length(RATE)  # messages


async def test_an_alert_leaves_within_a_tick_and_then_nothing_else_does(tmp_path: Path) -> None:
    async with draining(tmp_path, READERS, RATE) as drain:
        left = drain.channel.left
        assert {kind for _, _, kind in left} == {BroadcastKind.DIGEST}
        alert = await drain.alert("Tanggul jebol")
        written = len(left)
        await drain.channel.until(lambda: len(drain.of(alert)) >= RATE)
        kinds = [kind for _, _, kind in left[written:]]
        first = kinds.index(BroadcastKind.ALERT)
        # What is claimed already leaves first: a tick's worth, and as much while the alert's own is being written.
        assert first <= 2 * TICK
        assert kinds[first:] == [BroadcastKind.ALERT] * len(kinds[first:])


async def test_two_alerts_share_fairly(tmp_path: Path) -> None:
    async with draining(tmp_path, READERS, RATE) as drain:
        one = await drain.alert("Tanggul jebol")
        await drain.channel.until(lambda: bool(drain.of(one)))
        two = await drain.alert("Jembatan ambruk")
        await drain.channel.until(lambda: len(drain.of(two)) >= RATE)
        since = drain.of(two)[0]
        beside = sum(at >= since for at in drain.of(one))
        assert abs(beside - len(drain.of(two))) <= 2 * TICK
