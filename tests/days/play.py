"""Plays days of one seed: a town, its readers, its newsroom, and what must hold."""

import asyncio
import gc
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from bot.channels.whatsapp import doubts
from bot.delivery.budget import Budget
from bot.flow import deliver
from bot.simulator.whatsapp import Fault
from tests.chaos.judge import Verdict
from tests.days.judge import MICRO, Watch, judge
from tests.days.newsroom import A_DAY, Newsroom
from tests.days.residents import Residents
from tests.days.town import Town, town
from tests.days.virtual import VirtualLoop

FIRST = datetime(2026, 10, 2, 17, tzinfo=UTC)  # local midnight, the 3rd of October
MINUTE = 60.0
UNANSWERED = 0.001  # of the requests: that many arrive, and as many do not
LAST_WEBHOOKS = 3600.0  # virtual seconds in which everything must come to rest


def play(
    seed: int, *, readers: int = 5_000, days: int = 2, stories: int = 14, alerts: int = 1, ample: bool = False
) -> Verdict:  # fmt: skip
    """So many days of this seed's world; in an `ample` one neither money nor the portfolio ends."""
    with a_folder() as folder, seldom_in_vain(), asyncio.Runner(loop_factory=VirtualLoop) as runner:
        verdict = runner.run(_play(seed, folder, readers, days, stories, alerts, ample=ample))
    gc.collect()
    return verdict


async def _play(
    seed: int, folder: Path, readers: int, days: int, stories: int, alerts: int, *, ample: bool
) -> Verdict:  # fmt: skip
    dice = Random(seed)
    start = FIRST + timedelta(days=dice.randrange(80))
    portfolio, budget = int(readers * dice.choice((0.3, 0.6, 1.5))), _budget(readers, dice)
    if ample:
        portfolio, budget = 2 * readers, Budget(day=readers * MICRO, month=31 * readers * MICRO)
    async with town(folder, start, dice, budget, portfolio) as made:
        zone = made.settings.portal.timezone
        residents, newsroom = Residents(made, dice, zone), Newsroom(made, dice)
        await residents.settle(readers)
        watch = Watch(made, residents, newsroom, zone)
        watch.begin()
        for fault in (Fault.ACCEPT_THEN_DROP, Fault.DROP):  # of which nobody hears: statuses tell, or their silence
            made.whatsapp.faults.add(fault, share=UNANSWERED)
        work = [asyncio.create_task(residents.live()), asyncio.create_task(newsroom.work(days, stories, alerts))]
        await asyncio.wait(work, timeout=days * A_DAY, return_when=asyncio.FIRST_EXCEPTION)
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        rests = await _comes_to_rest(made)
        verdict = await judge(watch)
        verdict.must(rests, "it does not come to rest")
        return verdict


def _budget(readers: int, dice: Random) -> Budget:
    """Sometimes ample, sometimes so little that alerts and digests must wait."""
    day = int(readers * dice.choice((0.01, 0.025, 0.1)) * MICRO)
    return Budget(day=day, month=day * dice.choice((2, 10)), broadcast=dice.choice((None, day // 2)))


async def _comes_to_rest(made: Town) -> bool:
    waited = 0.0
    while not await made.at_rest():
        await asyncio.sleep(5)
        waited += 5
        if waited >= LAST_WEBHOOKS:
            return False
    await asyncio.sleep(30)  # webhooks of what arrived last
    return True


@contextmanager
def seldom_in_vain() -> Iterator[None]:
    """Nobody else writes here: looking every few seconds whether somebody has would be most of a day's work."""
    before = deliver.IDLE, doubts.LOOK_EVERY
    deliver.IDLE, doubts.LOOK_EVERY = MINUTE, MINUTE  # type: ignore[misc]
    try:
        yield
    finally:
        deliver.IDLE, doubts.LOOK_EVERY = before  # type: ignore[misc]


@contextmanager
def a_folder() -> Iterator[Path]:
    """A folder in memory, where there is one: a virtual day has many commits."""
    memory = Path("/dev/shm")  # noqa: S108 — a place, not a file
    folder = Path(tempfile.mkdtemp(prefix="kentongan-days-", dir=memory if memory.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
