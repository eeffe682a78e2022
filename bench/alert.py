"""An alert while a digest for 1,000,000 readers drains at 1,000 a second: when its first message leaves.

Twenty alerts, one after the other; seconds from the end of the editor's transaction to the departure of the first
message, and how many of the digest's left in between. `--readers=50000` makes it smaller.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uvloop

from bot import app as composition
from bot.flow import newsroom
from tests.support.drain import Drain, draining

READERS = 1_000_000
RATE = 1000.0
ALERTS = 20
AN_ALERTS_RUN = 0.2  # seconds that one is let run before it is cancelled
THE_DIGESTS_RUN = 0.3


def run() -> dict[str, Any]:
    """Median and longest."""
    given = (arg.partition("=")[2] for arg in sys.argv if arg.startswith("--readers="))
    return uvloop.run(_run(int(next(given, READERS))))


async def _run(readers: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        async with draining(Path(folder), readers, RATE) as drain:
            composition.spare_the_collector()
            seen = [await _alert(drain, nth) for nth in range(ALERTS)]
    return {
        "readers": readers,
        "first_message_ms_median": round(1000 * statistics.median(late for late, _ in seen), 1),
        "first_message_ms_longest": round(1000 * max(late for late, _ in seen), 1),
        "digests_before_it_at_most": max(before for _, before in seen),
        "target": "a tick and what is in flight: 50 ms",
    }


async def _alert(drain: Drain, nth: int) -> tuple[float, int]:
    """Seconds until the first message left, and how many others left before it."""
    alert = await drain.alert(f"Tanggul jebol, kabar ke-{nth}")
    written, began = len(drain.channel.left), time.perf_counter()
    await drain.channel.until(lambda: bool(drain.of(alert)))
    late = drain.of(alert)[0] - began
    before = [which for _, which, _ in drain.channel.left[written:]].index(alert)
    await asyncio.sleep(AN_ALERTS_RUN)
    await drain.store.write(lambda tx: newsroom.cancel(tx, alert, "redaksi", drain.now()))
    await asyncio.sleep(THE_DIGESTS_RUN)
    return late, before
