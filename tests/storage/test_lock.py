"""Who runs on a database is seen without disturbing anybody."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot.errors import AlreadyRunning
from storage import lock_database, lock_holder
from tests.storage.makers import NOW

HOLDS = """
import sys, time
from tests.storage.makers import NOW
from storage import lock_database
with lock_database(sys.argv[1], now=NOW):
    print("held", flush=True)
    time.sleep(60)
"""


def test_where_nobody_has_ever_run_nobody_holds_it_and_nothing_is_made(url: str, tmp_path: Path) -> None:
    assert lock_holder(url) == ""
    assert list(tmp_path.iterdir()) == []


def test_the_holder_is_named_while_it_holds(url: str) -> None:
    with lock_database(url, now=NOW):
        assert lock_holder(url) == f"pid {os.getpid()} since 2026-01-31T02:00:00+00:00"
    assert lock_holder(url) == ""


def test_one_that_was_killed_holds_nothing(url: str) -> None:
    command = [sys.executable, "-c", HOLDS, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert lock_holder(url).startswith(f"pid {process.pid} ")
        with pytest.raises(AlreadyRunning, match=f"pid {process.pid} "):
            lock_database(url, now=NOW)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert lock_holder(url) == ""
        lock_database(url, now=NOW).close()


def test_a_start_is_not_refused_by_those_who_only_look(url: str) -> None:
    lock_database(url, now=NOW).close()
    over = threading.Event()
    looks = []

    def look() -> None:
        while not over.is_set():
            looks.append(lock_holder(url))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        for _ in range(300):
            lock_database(url, now=NOW).close()
    finally:
        over.set()
        thread.join()
    assert len(looks) > 300
