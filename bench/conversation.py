"""People who write beside a running broadcast: how long an answer takes, against the strict simulator over real HTTP.

Telegram and the people are one process (bench/town.py), `kentongan run` is another that may use one core. Seconds count
from the moment at which Telegram has somebody's message to the one at which the answer stands on their phone.
`--seconds=5` makes it shorter, `--only=abuser` leaves the rest out.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import storage
from bench.rate import option
from bench.running import cpu_of, program, spread_out
from bench.story import ITEM
from bench.town import ALERT, TOKEN, Plan, ask
from bot import clock
from bot.delivery.content import Level, Note
from bot.flow.newsroom import alert
from bot.flow.spread import announce
from bot.ports import Store, Subscription, Tx

PEOPLE: Final = 1200
TARGETS: Final = {
    "1000 a second": "p95_ms at most 300, unanswered 0", "30 a second": "the queue is reported, the alert leaves first",
    "abuser": "at most 30 answers, p95_ms of the others below 1000",
}  # fmt: skip


def run() -> dict[str, Any]:
    """Each case with a fresh town, database and program."""
    seconds, only = float(option("seconds", "20")), option("only", "")
    cases: dict[str, Callable[[], dict[str, Any]]] = {
        "1000 a second": lambda: measure(1000, Plan(seconds)),
        "30 a second": lambda: measure(30, Plan(seconds, alert_to=100), alert_after=seconds / 2),
        "abuser": lambda: measure(1000, Plan(seconds, rate=20.0, abuser=10_000)),
    }
    return {name: case() for name, case in cases.items() if only in {"", name}} | {"targets": TARGETS}


def measure(rate: int, plan: Plan, *, alert_after: float = 0.0, readers: int | None = None) -> dict[str, Any]:
    """One case: the account's rate (0: no limit), what is to happen, how many readers a story goes to meanwhile."""
    readers = int(rate * (plan.seconds + 10)) if readers is None else readers
    with tempfile.TemporaryDirectory() as folder, town(rate, readers) as (url, talk):
        store = storage.open_store(f"sqlite:///{folder}/bench.db", now=clock.now(), migrate=True)
        asyncio.run(_told(store, readers, plan.alert_to))
        variables = {"TELEGRAM_API_URL": url, "TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_RATE": str(rate or 1000)}
        with program(Path(folder), variables) as (pid, address):
            health = f"{address}/healthz"
            time.sleep(2.5)  # the empty first second, and the broadcast is under way
            used, began = cpu_of(pid), time.perf_counter()
            talk.stdin.write(ask(plan))
            talk.stdin.flush()
            seen, at = {}, 0.0
            if alert_after:
                time.sleep(alert_after)
                seen, at = look(health), time.perf_counter()
                asyncio.run(store.write(_sound))
            result: dict[str, Any] = json.loads(talk.stdout.readline())
            spent = cpu_of(pid) - used
            arrived = result.pop("alert_at")
            took = time.perf_counter() - began
            left = asyncio.run(store.read(lambda tx: tx.stats(clock.now())))
        store.close()
    result = result | {"program_cpu": round(spent / took, 2), "waiting_at_the_end": left["replies"]}
    result |= {"load": round(os.getloadavg()[0], 1)}  # of a busy machine the milliseconds say little
    if alert_after:
        result |= {"reported": seen, "alert_s": round(arrived[-1] - at, 2) if arrived else None}
    return result


@contextmanager
def town(rate: int, readers: int) -> Iterator[tuple[str, Any]]:
    """The outside; its address, and its process to talk to."""
    command = [sys.executable, "-m", "bench.town", str(rate), str(PEOPLE), str(readers)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        spread_out(process.pid, 1)
        yield process.stdout.readline().strip(), process


def look(health: str) -> dict[str, Any]:
    """What the program says of its answers."""
    with urllib.request.urlopen(health) as answer:  # noqa: S310 — our own address
        found: dict[str, Any] = json.loads(answer.read())["channels"]["telegram"]
    return found


async def _told(store: Store, readers: int, alerted: int) -> None:
    """So many followers, and a story for all of them; the last `alerted` follow what the alert is about."""
    now = clock.now()
    numbers = range(PEOPLE + 2, PEOPLE + 2 + readers)

    def topics(number: int) -> tuple[str, ...]:
        return ("daerah", "hukrim") if number >= numbers.stop - alerted else ("daerah",)

    for first in range(0, readers, 10_000):
        some = numbers[first : first + 10_000]
        rows = [Subscription("telegram", str(n), topics(n), consent_at=now) for n in some]
        await store.write(lambda tx, rows=rows: tx.import_subscribers(rows, now))  # type: ignore[misc]
    story_id = await store.write(lambda tx: tx.add_story(ITEM, now, ["daerah"], now))
    await store.write(lambda tx: announce(tx, story_id, ["daerah"], ["telegram"], now))


def _sound(tx: Tx) -> None:
    alert(tx, Note(ALERT, "Arus dialihkan.", level=Level.URGENT), ["hukrim"], ["telegram"], "bench", clock.now())
