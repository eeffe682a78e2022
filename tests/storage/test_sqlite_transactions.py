"""Transactions: whole or not at all, whoever is cancelled, whatever is full or locked or killed."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.ports import Store, Tx
from storage import database_path, open_store
from storage.sqlite.connection import connect
from tests.storage.conftest import MakeStore
from tests.storage.makers import NOW, TELEGRAM, follow, imported


def everyone(tx: Tx) -> list[str]:
    return [s.address for _, s in tx.subscribers(0, 10_000)]


async def test_a_fault_undoes_the_whole_transaction_and_reaches_the_caller(store: Store) -> None:
    def work(tx: Tx) -> None:
        follow(tx, "1", "daerah")
        raise LookupError("on purpose")

    with pytest.raises(LookupError, match="on purpose"):
        await store.write(work)
    assert await store.read(everyone) == []
    await store.write(lambda tx: follow(tx, "2", "daerah"))
    assert await store.read(everyone) == ["2"]


async def test_our_own_mistakes_are_not_called_faults_of_the_disk(store: Store) -> None:
    with pytest.raises(Exception, match="FOREIGN KEY") as caught:
        await store.write(lambda tx: tx.mark_seen(1, [1], NOW))
    assert not isinstance(caught.value, StoreError)


async def test_a_cancelled_caller_stops_waiting_and_the_transaction_ends_whole(store: Store) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        follow(tx, "1", "daerah")
        entered.set()
        go_on.wait(10)
        follow(tx, "2", "daerah")

    caller = asyncio.ensure_future(store.write(slow))
    await asyncio.to_thread(entered.wait, 10)
    waiting = asyncio.ensure_future(store.write(lambda tx: follow(tx, "3", "daerah")))
    await asyncio.sleep(0)  # the second one stands in the queue now
    for task in (caller, waiting):
        task.cancel()
    go_on.set()
    for task in (caller, waiting):
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await store.write(everyone) == ["1", "2"]


async def test_closing_waits_for_what_runs(make_store: MakeStore) -> None:
    store = make_store()
    entered = threading.Event()

    def slow(tx: Tx) -> None:
        entered.set()
        tx.import_subscribers([imported(n, "daerah") for n in range(2000)], NOW)

    running = asyncio.ensure_future(store.write(slow))
    await asyncio.to_thread(entered.wait, 10)
    store.close()
    await running
    assert len(await make_store().read(everyone)) == 2000


async def test_readers_see_whole_transactions_while_a_writer_writes(store: Store) -> None:
    """Every transaction adds ten people: a reader never sees a part of ten, and does not wait for the writer."""

    async def write() -> None:
        for chunk in range(30):
            rows = [imported(10 * chunk + n, "daerah") for n in range(10)]
            await store.write(lambda tx, rows=rows: tx.import_subscribers(rows, NOW))  # type: ignore[misc]

    writing = asyncio.ensure_future(write())
    seen = []
    while not writing.done():
        seen.append(len(await store.read(everyone)))
    await writing
    assert [count for count in seen if count % 10] == []
    assert seen == sorted(seen)
    assert len(await store.read(everyone)) == 300


async def test_a_reader_inside_a_transaction_sees_one_moment(store: Store) -> None:
    looked, written = threading.Event(), threading.Event()

    def look_twice(tx: Tx) -> tuple[list[str], list[str]]:
        first = everyone(tx)
        looked.set()
        written.wait(10)
        return first, everyone(tx)

    reading = asyncio.ensure_future(store.read(look_twice))
    await asyncio.to_thread(looked.wait, 10)
    await store.write(lambda tx: follow(tx, "1", "daerah"))
    written.set()
    assert await reading == ([], [])
    assert await store.read(everyone) == ["1"]


HOLDER = """
import sys
from pathlib import Path
from storage.sqlite.connection import connect
db = connect(Path(sys.argv[1]), writes=True, busy_seconds=5)
db.conn.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
db.conn.execute("ROLLBACK")
print("let go", flush=True)
sys.stdin.read()
"""


def python(code: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def tell(child: subprocess.Popen[str], text: str) -> None:
    assert child.stdin is not None
    child.stdin.write(text + "\n")
    child.stdin.flush()


async def test_a_database_locked_by_another_program_is_told_and_then_works_again(url: str, store: Store) -> None:
    with python(HOLDER, str(database_path(url))) as other:
        assert line(other) == "held"
        with pytest.raises(StoreError) as caught:
            await store.write(lambda tx: follow(tx, "1", "daerah"))
        assert caught.value.reason == "locked"
        assert await store.read(everyone) == []
        tell(other, "let go")
        assert line(other) == "let go"
        await store.write(lambda tx: follow(tx, "2", "daerah"))
        assert await store.read(everyone) == ["2"]


def pages(tx: Tx, at_most: int | None) -> int:
    """Allow the file no more than so many pages beyond what it has (None: no limit)."""
    conn: sqlite3.Connection = tx.conn  # type: ignore[attr-defined]  # this engine's own
    has = conn.execute("PRAGMA page_count").fetchone()[0]
    limit = 1_000_000_000 if at_most is None else has + at_most
    return int(conn.execute(f"PRAGMA max_page_count = {limit}").fetchone()[0])


async def test_a_full_disk_is_told_writes_nothing_by_half_and_recovers(url: str, store: Store) -> None:
    await store.write(lambda tx: follow(tx, "0", "daerah"))
    await store.write(lambda tx: pages(tx, 2))
    rows = [imported(n, "daerah") for n in range(1, 3000)]
    with pytest.raises(StoreError, match="free some space") as caught:
        await store.write(lambda tx: tx.import_subscribers(rows, NOW))
    assert caught.value.reason == "disk_full"
    assert await store.read(everyone) == ["0"]
    await store.write(lambda tx: pages(tx, None))
    assert await store.write(lambda tx: tx.import_subscribers(rows, NOW)) == 2999
    assert_sound(database_path(url))


def assert_sound(path: Path) -> None:
    with closing(connect(path, writes=False, busy_seconds=5)) as db:
        assert db.conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.conn.execute("PRAGMA foreign_key_check").fetchall() == []


VICTIM = """
import asyncio, sys
from storage import open_store
from tests.storage.makers import NOW, imported

async def main():
    store = open_store(sys.argv[1], now=NOW)
    for chunk in range(10_000):
        rows = [imported(100 * chunk + n, "daerah", "budaya") for n in range(100)]
        def work(tx):
            tx.import_subscribers(rows, NOW)
            if chunk == int(sys.argv[2]):
                print("inside", flush=True)
                sys.stdin.read()
        await store.write(work)
        print(chunk, flush=True)

asyncio.run(main())
"""


def kill(child: subprocess.Popen[str]) -> None:
    os.kill(child.pid, signal.SIGKILL)
    child.wait()


@pytest.mark.parametrize("committed", [1, 7, 30])
async def test_killed_at_any_time_what_was_committed_is_there_whole(url: str, committed: int) -> None:
    with python(VICTIM, url, "-1") as victim:
        while int(line(victim)) < committed:
            pass
        kill(victim)
    assert_sound(database_path(url))
    store = open_store(url, now=NOW)
    found = len(await store.read(everyone))
    store.close()
    assert found >= 100 * (committed + 1)
    assert found % 100 == 0


async def test_killed_inside_a_transaction_nothing_of_it_is_there(url: str) -> None:
    with python(VICTIM, url, "3") as victim:
        while line(victim) != "inside":
            pass
        kill(victim)
    assert_sound(database_path(url))
    store = open_store(url, now=NOW)
    assert len(await store.read(everyone)) == 300
    await store.write(lambda tx: follow(tx, "after", "daerah"))
    store.close()


async def test_a_person_found_after_a_restart_is_the_same(make_store: MakeStore) -> None:
    first = make_store()
    await first.write(lambda tx: follow(tx, "1", "daerah"))
    before = await first.read(lambda tx: tx.person(TELEGRAM, "1"))
    first.close()
    assert await make_store().read(lambda tx: tx.person(TELEGRAM, "1")) == before
