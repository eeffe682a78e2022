"""The rate that is reached in % of what is allowed, and the 429s, against the strict simulator over real HTTP.

The simulator counts arrivals in any one second and answers 429 to what is too much. Delays are in ms, the second number
is the most that chance adds. Two minutes follow each other: in the first more is doubted, because less is known of the
network. `--seconds=10` makes each of them shorter, `--only=50+20` leaves the rest out.
"""

import asyncio
import contextlib
import json
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import uvloop

from bench.lane import TOKEN, delivering
from bench.posting import settings_in
from bench.story import ITEM
from bot import app as composition
from bot import clock
from bot.flow.spread import announce
from bot.ports import Store, Subscription

SECONDS = 60.0
SPANS = 2
CASES = {"0+0": (30, 0.0, 0.0), "50+20": (30, 0.05, 0.02), "50+50": (30, 0.05, 0.05),
         "200+20": (30, 0.2, 0.02), "200+50": (30, 0.2, 0.05),
         "1000 a second": (1000, 0.0, 0.0)}  # fmt: skip
TARGETS = {"reached": "at least 97 %", "floods": 0, "cpu_of_a_core at 1000 a second": "at most 30 %"}


def option(name: str, usual: str) -> str:
    """`--name=value` of the command line."""
    return next((given.partition("=")[2] for given in sys.argv if given.startswith(f"--{name}=")), usual)


def run() -> dict[str, Any]:
    """Each case in turn, a fresh simulator, database and process for each."""
    seconds, only = float(option("seconds", str(SECONDS))), option("only", "")
    cases = {name: case for name, case in CASES.items() if only in {"", name}}
    return {name: measure(*case, seconds) for name, case in cases.items()} | {"targets": TARGETS}


def measure(rate: int, latency: float, jitter: float, seconds: float) -> dict[str, Any]:
    """One case: the program's process against the simulator's."""
    readers = int(rate * (SPANS * seconds + 5))
    with simulator(rate, latency, jitter, readers) as url:
        ours = subprocess.run(
            [sys.executable, "-m", "bench.rate", url, str(rate), str(readers), str(seconds)],
            check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    seen: dict[str, Any] = json.loads(ours.stdout.splitlines()[-1])
    return seen


@contextlib.contextmanager
def simulator(rate: int, latency: float, jitter: float, users: int) -> Iterator[str]:
    """The strict simulator in a process of its own; its address."""
    given = {"rate": rate, "latency": latency, "jitter": jitter, "users": users, "token": TOKEN, "ledger": 0,
             "history": 0}  # fmt: skip
    command = [sys.executable, "-m", "bot.simulator", *(f"--{name}={value}" for name, value in given.items())]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)


# In the program's process -------------------------------------------------------------------------------------------


async def reached(url: str, rate: int, readers: int, seconds: float) -> dict[str, Any]:
    """Tell so many readers a story and count for so many seconds, once the empty first second has passed."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_in(folder)
        store = composition.open_store(settings)
        epoch = await told(store, readers)
        async with composition.new_session() as session:
            deliverer = delivering(store, session, url, settings, epoch, float(rate))
            composition.spare_the_collector()
            deliverer.start()
            result = await watched(session, url, rate, seconds)
            result |= {"at_the_end": deliverer.snapshot()}
            await deliverer.stop(5)
        store.close()
        return result


async def told(store: Store, readers: int) -> int:
    """So many followers, and a story for all of them; the epoch."""
    now = clock.now()
    for first in range(1, readers + 1, 10_000):
        numbers = range(first, min(first + 10_000, readers + 1))
        rows = [Subscription("telegram", str(n), ("daerah",), consent_at=now) for n in numbers]
        await store.write(lambda tx, rows=rows: tx.import_subscribers(rows, now))  # type: ignore[misc]
    recovery = await store.write(lambda tx: tx.begin_epoch(now))
    story_id = await store.write(lambda tx: tx.add_story(ITEM, now, ["daerah"], now))
    await store.write(lambda tx: announce(tx, story_id, ["daerah"], ["telegram"], now))
    return recovery.epoch


async def watched(session: aiohttp.ClientSession, url: str, rate: int, seconds: float) -> dict[str, Any]:
    """What the simulator counted in each of the spans of so many seconds, and what this process used meanwhile.

    The first look is when five seconds' worth has arrived: little is known of the network after a start, and what is
    not known is doubted. `start_gap_s` is what that costs, the empty first second included.
    """
    started = time.perf_counter()
    while (first := (await arrived(session, url))[0]) < 5 * rate:
        await asyncio.sleep(0.05)
    gap = time.perf_counter() - started - first / rate
    memory, cpu, began, looks = [resident()], time.process_time(), time.perf_counter(), []
    for _ in range(SPANS + 1):
        looks.append((time.perf_counter(), *await arrived(session, url)))
        if len(looks) <= SPANS:
            await asyncio.sleep(seconds)
            memory.append(resident())
    used, took = time.process_time() - cpu, time.perf_counter() - began
    return {
        "reached": [f"{100 * (n - n0) / (t - t0) / rate:.2f} %" for (t0, n0, _), (t, n, _) in pairwise(looks)],
        "start_gap_s": round(gap, 2),
        "floods": looks[-1][2],
        "cpu_of_a_core": f"{100 * used / took:.1f} %",
        "resident_mb": memory,
    }


async def arrived(session: aiohttp.ClientSession, url: str) -> tuple[int, int]:
    """Messages that the simulator took, and its 429s."""
    async with session.get(f"{url}/simulator/stats") as answer:
        seen = await answer.json()
    return seen["requests"].get("sendmessage 200", 0), seen["floods"]


def resident() -> float | None:
    """This process's memory in MB; None where the system does not say."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return round(int(line.split()[1]) / 1024, 1)


def main() -> None:
    """`python -m bench.rate URL RATE READERS SECONDS`, as `measure` calls it."""
    logging.disable(logging.WARNING)
    url, rate, readers, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    print(json.dumps(uvloop.run(reached(url, rate, readers, seconds))))


if __name__ == "__main__":
    main()
