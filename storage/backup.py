"""A copy of the database while the program runs: one moment of it, checked before it gets its name.

SQLite's backup API copies the pages; the reading transaction that holds its snapshot is ours, so that a busy writer
neither waits nor makes the copying begin anew (the API alone starts over at every commit of another connection). VACUUM
INTO would read one moment too, but builds every tree again: more CPU beside a program that is sending, and no progress.
The write lock is never taken; until the copy is done the WAL cannot begin anew and grows with what is written.
"""

import errno
import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from bot.errors import StoreError, UsageError
from storage.durable import sync
from storage.lock import Lock
from storage.sqlite import schema
from storage.sqlite.connection import connect, sqlite3, sqlite_faults
from storage.sqlite.part import to_ms

FOLDER: Final = "backups"
_NAME: Final = re.compile(r"kentongan-\d{8}-\d{4}\.db")
_STEP: Final = 256  # pages a step: 1 MiB
_COUNTED: Final = ("subscriber", "story", "broadcast")
_FAULTS: Final = {
    "disk is full": ("disk_full", "the disk is full"),
    "disk I/O error": ("io", "the disk failed"),
    "malformed": ("corrupt", "the database file is damaged: restore a backup"),
    "locked": ("locked", "another program holds the database"),
}
_MAGIC: Final = b"SQLite format 3\0"

Progress = Callable[[int, int], None]  # pages copied, pages in all


@contextmanager
def disk(place: Path) -> Iterator[None]:
    """Turn what a folder or its disk refuses into StoreError."""
    try:
        yield
    except OSError as error:
        reason = "disk_full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "cannot_write"
        raise StoreError(reason, f"{place} cannot be written: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made."""

    file: Path
    at: datetime  # the moment that it shows
    size: int  # bytes
    counts: dict[str, int]  # rows of the tables that are compared
    removed: tuple[Path, ...]  # older ones


def backup_name(now: datetime) -> str:
    """The name of a backup of this moment; in UTC, so that the order of names is the order of making."""
    return f"kentongan-{now.astimezone(UTC):%Y%m%d-%H%M}.db"


def newest_backup(database: Path) -> tuple[datetime, int] | None:
    """The moment and the size, in bytes, of the newest backup in the usual folder, as its name says; None: none."""
    with suppress(OSError):
        usual = [file for file in (database.parent / FOLDER).iterdir() if _NAME.fullmatch(file.name)]
        newest = max(usual, key=lambda file: file.name, default=None)
        if newest is not None:
            at = datetime.strptime(newest.name, "kentongan-%Y%m%d-%H%M.db").replace(tzinfo=UTC)
            return at, newest.stat().st_size
    return None


def make_backup(
    database: Path, file: Path | None, *, now: datetime, keep: int | None, busy_seconds: float, progress: Progress
) -> Backup:  # fmt: skip
    """Copy `database` to `file` (a folder: under the usual name; None: in `backups` beside it), keep the newest `keep`.

    Whatever goes wrong, and also after a kill, no file with a backup's name is one that was not checked.
    """
    target = _target(database, file, now)
    if not database.is_file() or database.stat().st_size == 0:
        raise StoreError("missing", f"there is no database at {database}: check DATABASE_URL")
    with disk(target.parent):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with Lock(database.with_name(database.name + ".backup-lock"), now):  # one at a time: the part has one name
        part = target.with_name(target.name + ".part")
        try:
            counts = _copy(database, part, now, busy_seconds, progress)
            check_copy(part, counts)
            with disk(target.parent):
                sync(part)
                size = part.stat().st_size
                part.replace(target)
                sync(target.parent)
        finally:
            remove_part(part)
        removed = _remove_old(target, keep) if keep is not None else ()
    return Backup(target, now, size, counts, removed)


def _target(database: Path, file: Path | None, now: datetime) -> Path:
    target = file or database.parent / FOLDER / backup_name(now)
    if target.is_dir():
        target /= backup_name(now)
    if target.exists():
        if database.exists() and target.samefile(database):
            raise UsageError(f"{target} is the database itself: name another file")
        if not target.is_file() or not is_sqlite(target):
            raise UsageError(f"{target} is there already and is no backup: name another file")
    return target


def is_sqlite(file: Path) -> bool:
    """Whether a file begins as a database does."""
    with disk(file), file.open("rb") as content:
        return content.read(len(_MAGIC)) == _MAGIC


def _copy(database: Path, part: Path, now: datetime, busy_seconds: float, progress: Progress) -> dict[str, int]:
    """The pages of one moment in a file that then says which moment it is; the counts of that moment."""
    remove_part(part)
    with disk(part):
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with sqlite_faults(), closing(connect(database, writes=False, busy_seconds=busy_seconds)) as source:
        source.conn.execute("BEGIN")
        _check_ours(source)
        counts = _counts(source)  # holds the snapshot from here on
        with _plain(part) as copy, _named_faults():
            source.conn.backup(copy, pages=_STEP, progress=lambda _, left, total: progress(total - left, total))
        source.conn.execute("ROLLBACK")
    with sqlite_faults(), _plain(part) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")  # a backup is one file, and can be read where nothing is written
        copy.execute("INSERT OR REPLACE INTO meta VALUES ('backup_at', ?)", (str(to_ms(now)),))
        forgotten = copy.execute("SELECT 1 FROM meta WHERE key = 'erased'").fetchone() is not None
    if forgotten:
        _build_anew(part)
    return counts


def _build_anew(part: Path) -> None:
    """Leave behind what free space may still hold of people who asked to be forgotten (storage/sqlite/erasure.py)."""
    tight = part.with_name(part.name + "-tight")
    with sqlite_faults(), disk(part), _plain(part) as copy:
        copy.execute("DELETE FROM meta WHERE key = 'erased'")
        copy.execute("VACUUM INTO ?", (str(tight),))
        tight.chmod(0o600)
    tight.replace(part)


@contextmanager
def _named_faults() -> Iterator[None]:
    """Python's `backup` raises without SQLite's name of the error: it is known by its words."""
    try:
        yield
    except sqlite3.Error as error:
        for words, (reason, message) in _FAULTS.items():
            if words in str(error):
                raise StoreError(reason, f"{message}: no backup was made ({error})") from error
        raise


@contextmanager
def _plain(part: Path) -> Iterator[Any]:
    """A connection to a file that nobody else knows; what it writes is synced by hand."""
    conn = sqlite3.connect(part, isolation_level=None)
    try:
        conn.execute("PRAGMA synchronous = OFF")
        yield conn
    finally:
        conn.close()


def check_copy(copy: Path, counts: dict[str, int] | None = None) -> dict[str, int]:
    """Open a copy and look at every page of it; its counts. StoreError when anything is not as it should be."""
    with sqlite_faults(), _plain(copy) as conn:
        db = Database(conn, execute_plugins=False)
        faults = [row[0] for row in conn.execute("PRAGMA integrity_check(3)")]
        if faults != ["ok"]:
            raise StoreError("corrupt", f"the database file is damaged: restore a backup ({'; '.join(faults)})")
        _check_ours(db)
        found = _counts(db)
    if counts is not None and found != counts:
        raise StoreError("corrupt", f"the copy is not whole: {found} instead of {counts}")
    return found


def _check_ours(db: Database) -> None:
    """An older form is welcome: a backup before an upgrade is the most useful of all."""
    try:
        schema.check(db)
    except StoreError as error:
        if error.reason != "old_schema":
            raise


def _counts(db: Database) -> dict[str, int]:
    return {table: db.conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in _COUNTED}  # noqa: S608 — names of ours


def remove_part(part: Path) -> None:
    """Take away an unfinished copy and what SQLite put beside it."""
    for end in ("", "-journal", "-wal", "-shm", "-tight"):
        with suppress(OSError):
            part.with_name(part.name + end).unlink()


def _remove_old(target: Path, keep: int) -> tuple[Path, ...]:
    """Remove all but the newest `keep` of the folder that have a backup's usual name; never the one just made."""
    usual = sorted(file for file in target.parent.iterdir() if _NAME.fullmatch(file.name) and file.is_file())
    old = [file for file in usual[: max(0, len(usual) - keep)] if file != target]
    with disk(target.parent):
        for file in old:
            file.unlink()
    for left in target.parent.glob("kentongan-*.db.part"):  # of one that was killed
        remove_part(left)
    return tuple(old)
