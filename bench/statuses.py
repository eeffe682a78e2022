"""Statuses by webhook while the same program sends: how many a second, how soon each post is answered, none lost.

The Graph API with its webhooks is one process (bench/statuses_outside.py), `kentongan run` is another that may use one
core. Each message that the program sends is told of three times, in signed batches, some of which come twice.
`--seconds=10` makes it shorter, `--only=ordinary` leaves the rest out.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # the library of the program

import storage
from bench.rate import option
from bench.running import cpu_of, program, spread_out
from bench.statuses_outside import NUMBER_ID, SECRET, VERIFY
from bench.story import ITEM
from bot import clock
from bot.flow.spread import announce
from bot.ports import Store, Subscription, Tx

SECONDS: Final = 30.0
CASES: Final = {
    "3000 a second": (1000, 3000, (20, 60)), "ordinary": (80, 240, (1, 6)), "what it takes": (4000, 12_000, (20, 60)),
}  # fmt: skip  # messages and statuses a second, statuses of a post
TARGETS: Final = {
    "3000 a second": "lost 0, answer_p95_ms at most 250", "ordinary": "lost 0, answer_p95_ms at most 50",
}  # fmt: skip
_SEEN: Final = "SELECT sum((seen >> 1 & 1) + (seen >> 2 & 1) + (seen >> 3 & 1)) FROM whatsapp_seen"
_WAITING: Final = "SELECT count(*) FROM inbox WHERE handled_at IS NULL"
_SENT: Final = "SELECT count(*) FROM delivery WHERE state = 'sent'"
_LEFT: Final = "SELECT count(*) FROM broadcast_pass WHERE done = 0"
_OPEN: Final = "SELECT count(*) FROM delivery WHERE finished_at IS NULL"


def run() -> dict[str, Any]:
    """Each case with a fresh database and program."""
    seconds, only = float(option("seconds", str(SECONDS))), option("only", "")
    cases = {name: case for name, case in CASES.items() if only in {"", name}}
    return {name: measure(*case, seconds) for name, case in cases.items()} | {"targets": TARGETS}


def measure(messages: int, statuses: int, batch: tuple[int, int], seconds: float) -> dict[str, Any]:
    """One case: so many messages a second sent, so many statuses a second told."""
    readers = int(messages * (seconds + 2))
    with tempfile.TemporaryDirectory() as name, outside() as (url, talk):
        folder = Path(name)
        database = folder / "bench.db"
        store = storage.open_store(f"sqlite:///{database}", now=clock.now(), migrate=True)
        asyncio.run(_told(store, readers))
        store.close()
        variables = {
            "WHATSAPP_API_URL": url, "WHATSAPP_ACCESS_TOKEN": "whatsapp-bench-token", "WHATSAPP_RATE": str(messages),
            "WHATSAPP_PHONE_NUMBER_ID": NUMBER_ID, "WHATSAPP_APP_SECRET": SECRET, "WHATSAPP_VERIFY_TOKEN": VERIFY,
        }  # fmt: skip
        with program(folder, variables) as (pid, address):
            hook = f"{address}/whatsapp"
            time.sleep(1.5)  # the empty first second, and the first messages
            used, began = cpu_of(pid), time.perf_counter()
            _say(talk, {"hook": hook, "rate": statuses, "seconds": seconds, "batch": batch})
            result: dict[str, Any] = json.loads(talk.stdout.readline())
            behind = _count(database, _WAITING)
            spent = (cpu_of(pid) - used) / (time.perf_counter() - began)
            _until(lambda: _count(database, _LEFT) + _count(database, _OPEN) == 0, 60)
            _say(talk, {})
            whole = json.loads(talk.stdout.readline())
            drained = _until(lambda: _count(database, _WAITING) == 0, 60)
        seen, sent = _count(database, _SEEN), _count(database, _SENT)
    return result | {
        "program_cpu": round(spent, 2), "posts_waiting_at_the_end": behind, "seconds_until_none_waited": drained,
        "statuses": whole["statuses"], "lost": whole["statuses"] - seen, "messages_unsettled": whole["messages"] - sent,
    }  # fmt: skip


@contextmanager
def outside() -> Iterator[tuple[str, Any]]:
    """The Graph API; its address, and its process to talk to."""
    command = [sys.executable, "-m", "bench.statuses_outside"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdin is not None
    spread_out(process.pid, 1)
    try:
        yield process.stdout.readline().strip(), process
    finally:
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.wait(10)


async def _told(store: Store, readers: int) -> None:
    """So many followers who have just written, and a story for all of them."""
    now = clock.now()
    for first in range(0, readers, 10_000):
        numbers = range(first, min(first + 10_000, readers))
        rows = [Subscription("whatsapp", str(6281200000000 + n), ("daerah",), consent_at=now) for n in numbers]

        def enter(tx: Tx, rows: list[Subscription] = rows) -> None:
            tx.import_subscribers(rows, now)
            for row in rows:
                tx.open_window(row.address, now, now)

        await store.write(enter)
    story_id = await store.write(lambda tx: tx.add_story(ITEM, now, ["daerah"], now))
    await store.write(lambda tx: announce(tx, story_id, ["daerah"], ["whatsapp"], now))


def _say(talk: Any, what: dict[str, Any]) -> None:
    talk.stdin.write(json.dumps(what) + "\n")
    talk.stdin.flush()


def _count(database: Path, query: str) -> int:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:
        return int(connection.execute(query).fetchone()[0] or 0)


def _until(true: Any, within: float) -> float:
    began = time.perf_counter()
    while not true() and time.perf_counter() - began < within:
        time.sleep(0.1)
    return round(time.perf_counter() - began, 1)
