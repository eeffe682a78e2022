"""Backups: one moment, whole, checked; beside a busy writer, through kills, full disks and damage."""

import os
import re
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import AlreadyRunning, StoreError, UsageError
from bot.ports import Tx
from storage import back_up, database_path, lock_database, look_at, open_store
from storage.lock import Lock
from storage.sqlite.connection import connect
from tests.storage.conftest import MakeStore
from tests.storage.makers import NOW, follow, imported, tell


@pytest.fixture
async def full(url: str, make_store: MakeStore) -> Path:
    """A database with three subscribers and a story; its file."""

    def work(tx: Tx) -> None:
        for address in "123":
            follow(tx, address, "daerah")
        tell(tx)

    await make_store().write(work)
    return database_path(url)


def counted(file: Path) -> tuple[int, int, int]:
    with closing(connect(file, writes=False, busy_seconds=1)) as db:
        count = "SELECT (SELECT count(*) FROM subscriber), (SELECT count(*) FROM story), count(*) FROM broadcast"
        row: tuple[int, int, int] = db.execute(count).fetchone()
    return row


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_backup_has_everything_and_is_its_owners_alone(url: str, full: Path) -> None:
    made = back_up(url, None, now=NOW)
    assert made.file == full.parent / "backups" / "kentongan-20260131-0200.db"
    assert made.counts == {"subscriber": 3, "story": 1, "broadcast": 1}
    assert made.size == made.file.stat().st_size
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.file.parent.stat().st_mode) == 0o700
    assert names(made.file.parent) == [made.file.name]  # one file, no WAL, no part of it
    assert counted(made.file) == (3, 1, 1)


def test_a_backup_can_be_read_where_nothing_is_written(url: str, full: Path) -> None:
    """Its journal mode is not WAL, which would want two files beside it."""
    assert full.read_bytes()[18:20] == b"\x02\x02"
    assert back_up(url, None, now=NOW).file.read_bytes()[18:20] == b"\x01\x01"


def test_a_file_a_folder_and_an_older_backup_may_be_named(url: str, full: Path, tmp_path: Path) -> None:
    assert full.exists()
    (tmp_path / "away").mkdir()
    assert back_up(url, tmp_path / "away", now=NOW).file == tmp_path / "away" / "kentongan-20260131-0200.db"
    named = tmp_path / "new" / "latest.db"
    assert back_up(url, named, now=NOW).file == named
    assert back_up(url, named, now=NOW + timedelta(days=1)).file == named
    assert names(named.parent) == ["latest.db"]


def test_what_is_no_backup_is_never_written_over(url: str, full: Path, tmp_path: Path) -> None:
    letter = tmp_path / "surat.txt"
    letter.write_text("Kepada Yth. Bapak RT")
    for wrong in (full, letter):
        before = wrong.read_bytes()
        with pytest.raises(UsageError, match="name another file"):
            back_up(url, wrong, now=NOW)
        assert wrong.read_bytes() == before


def test_only_the_newest_are_kept_and_nothing_else_is_removed(url: str, full: Path) -> None:
    folder = full.parent / "backups"
    folder.mkdir()
    for name in ("mine.db", "kentongan-20260101-0000.db.part", "kentongan-old.db"):
        (folder / name).write_text("")
    for day in range(5):
        made = back_up(url, None, now=NOW + timedelta(days=day), keep=2)
    assert names(folder) == [
        "kentongan-20260203-0200.db", "kentongan-20260204-0200.db", "kentongan-old.db", "mine.db",
    ]  # fmt: skip
    assert [old.name for old in made.removed] == ["kentongan-20260202-0200.db"]


def test_no_database_gives_no_backup(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        back_up(url, None, now=NOW)
    assert caught.value.reason == "missing"
    assert not database_path(url).parent.exists()


def test_a_folder_that_cannot_be_made_is_told(url: str, full: Path) -> None:
    (full.parent / "backups").write_text("in the way")
    with pytest.raises(StoreError, match="backups cannot be written"):
        back_up(url, None, now=NOW)


def test_progress_goes_up_to_all_pages(url: str, full: Path) -> None:
    assert full.exists()
    told: list[tuple[int, int]] = []
    back_up(url, None, now=NOW, progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] > 0


def test_a_second_backup_at_the_same_time_is_refused(url: str, full: Path) -> None:
    with Lock(full.with_name(full.name + ".backup-lock"), NOW), pytest.raises(AlreadyRunning):
        back_up(url, None, now=NOW)


def test_the_running_programs_lock_does_not_matter(url: str, full: Path) -> None:
    with lock_database(url, now=NOW):
        assert back_up(url, None, now=NOW).counts["subscriber"] == 3
    assert full.exists()


# Beside a busy writer -----------------------------------------------------------------------------------------------

BUSY = """
import asyncio, sys, time
from storage import open_store
from tests.storage.makers import NOW, imported

async def main():
    store = open_store(sys.argv[1], now=NOW)
    n, slowest = 10_000_000, 0.0
    while True:
        rows = [imported(n + i, "daerah", "budaya") for i in range(10)]
        n += 10
        began = time.perf_counter()
        await store.write(lambda tx: tx.import_subscribers(rows, NOW))
        slowest = max(slowest, time.perf_counter() - began)
        print(n - 10_000_000, slowest, flush=True)

asyncio.run(main())
"""


@contextmanager
def writing(url: str) -> Iterator[subprocess.Popen[str]]:
    """A program that commits ten new subscribers after ten, without a rest."""
    with subprocess.Popen([sys.executable, "-c", BUSY, url], stdout=subprocess.PIPE, text=True) as child:
        try:
            written(child)
            yield child
        finally:
            child.kill()


def written(child: subprocess.Popen[str]) -> int:
    assert child.stdout is not None
    return int(child.stdout.readline().split()[0])


@pytest.fixture
async def large(make_store: MakeStore) -> int:
    """A database of many pages; how many subscribers."""
    store = make_store()
    for chunk in range(20):
        rows = [imported(1000 * chunk + n, "daerah", "budaya") for n in range(1000)]
        await store.write(lambda tx, rows=rows: tx.import_subscribers(rows, NOW))  # type: ignore[misc]
    store.close()
    return 20_000


def test_beside_a_busy_writer_it_copies_one_moment_without_beginning_anew(url: str, large: int) -> None:
    """SQLite's own steps would start over at each of the writer's commits; ours go from the first page to the last."""
    told: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        told.append((done, total))

    with writing(url) as child:
        for day in range(3):
            told.clear()
            made = back_up(url, None, now=NOW + timedelta(days=day), progress=progress)
            assert told == sorted(told)
            assert len({total for _, total in told}) == 1
            assert (made.counts["subscriber"] - large) % 10 == 0  # whole transactions
            assert counted(made.file)[0] == made.counts["subscriber"] > large
        before = written(child)
        assert written(child) > before  # it is still writing


def test_the_write_lock_is_never_taken(url: str, large: int) -> None:
    """A writer that never waits for anybody writes between all steps of the copy."""
    with closing(connect(database_path(url), writes=True, busy_seconds=0)) as db:
        commits = 0

        def step(_done: int, _total: int) -> None:
            nonlocal commits
            db.execute("INSERT OR REPLACE INTO meta VALUES ('step', '1')")
            commits += 1

        made = back_up(url, None, now=NOW, progress=step)
    assert commits > 3
    with closing(connect(made.file, writes=False, busy_seconds=1)) as copy:
        assert copy.execute("SELECT count(*) FROM meta WHERE key = 'step'").fetchone() == (0,)
    assert made.counts["subscriber"] == large


# Kills and full disks -----------------------------------------------------------------------------------------------

VICTIM = """
import sys
from pathlib import Path
from storage import back_up
from tests.storage.makers import NOW

def progress(done, total):
    print("step", flush=True)
    sys.stdin.readline()

back_up(sys.argv[1], Path(sys.argv[2]), now=NOW, progress=progress)
"""


@pytest.mark.parametrize("steps", [1, 3])
def test_killed_while_copying_the_older_backup_and_the_database_are_as_they_were(
    url: str, large: int, tmp_path: Path, steps: int
) -> None:
    target = tmp_path / "latest.db"
    back_up(url, target, now=NOW)
    before = target.read_bytes()
    command = [sys.executable, "-c", VICTIM, url, str(target)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdin is not None
        assert victim.stdout is not None
        for _ in range(steps):
            assert victim.stdout.readline() == "step\n"
            victim.stdin.write("\n")
            victim.stdin.flush()
        os.kill(victim.pid, signal.SIGKILL)
    assert target.read_bytes() == before
    look_at(url)
    assert back_up(url, target, now=NOW + timedelta(days=1)).counts["subscriber"] == large
    assert names(tmp_path) == ["kept", "latest.db"]


def test_a_disk_that_takes_no_more_leaves_no_half_file(url: str, large: int, tmp_path: Path) -> None:
    assert large
    target = tmp_path / "away" / "latest.db"
    with no_file_over(512 * 1024), pytest.raises(StoreError) as caught:
        back_up(url, target, now=NOW)
    assert caught.value.reason in ("io", "disk_full")
    assert names(target.parent) == []
    assert back_up(url, target, now=NOW).file == target


@contextmanager
def no_file_over(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte, where this user may make one."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", place], check=False, capture_output=True)
    if made.returncode:
        pytest.skip("only root can make a small disk")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_full_disk_is_called_so(url: str, large: int, small_disk: Path) -> None:
    assert large
    with pytest.raises(StoreError, match="the disk is full") as caught:
        back_up(url, small_disk / "latest.db", now=NOW)
    assert caught.value.reason == "disk_full"
    assert names(small_disk) == []


# Damage -------------------------------------------------------------------------------------------------------------


def damage(file: Path, where: float) -> None:
    """Overwrite some pages, as a bad disk does; 0 is the beginning of the file."""
    with file.open("r+b") as content:
        content.seek(int(file.stat().st_size * where) // 4096 * 4096)
        content.write(b"\xa5" * 4096 * 4)


@pytest.mark.parametrize("where", [0.0, 0.2, 0.8])
def test_a_damaged_database_gives_no_backup_and_is_called_damaged(url: str, large: int, where: float) -> None:
    assert large
    path = database_path(url)
    damage(path, where)
    before = path.read_bytes()
    for look in (lambda: back_up(url, None, now=NOW), lambda: look_at(url)):
        with pytest.raises(StoreError, match=re.escape("restore a backup")) as caught:
            look()
        assert caught.value.reason == "corrupt"
    assert names(path.parent / "backups") == []
    assert path.read_bytes() == before


def test_a_damaged_beginning_is_told_when_the_program_opens_it(url: str, large: int) -> None:
    assert large
    damage(database_path(url), 0.0)
    with pytest.raises(StoreError) as caught:
        open_store(url, now=NOW, migrate=True)
    assert caught.value.reason == "corrupt"
