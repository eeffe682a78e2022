"""A backup in the place of the database: prepared whole beside it, then put there in one step.

Nothing is changed until the copy has been checked, brought up to date and made safe (storage/sqlite/restored.py). A
kill at any moment leaves either the database as it was, or the restored one, never a half and never none.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from bot.errors import StoreError, UsageError
from storage.backup import check_copy, disk, is_sqlite, remove_part
from storage.durable import sync
from storage.sqlite.connection import connect, sqlite3, sqlite_faults
from storage.sqlite.restored import Interrupted, Settled, backup_moment, settle
from storage.sqlite.store import prepare
from storage.sqlite.tx import SqliteTx
from storage.stops import StopsLog, stops_path

_BUSY: Final = 1.0


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    backup_at: datetime
    aside: Path | None  # where the database before it is kept; None: there was none
    migrated: tuple[str, ...]
    settled: Settled
    stops_known: bool  # whether there was a log of those who left


class Restoration:
    """A backup on its way; the program is stopped and its lock held by the caller.

    `with Restoration(…) as restoration:` copies and checks; `put_in_place()` does it; without that, nothing happened.
    """

    def __init__(self, database: Path, file: Path, now: datetime) -> None:
        self._database, self._file, self._now = database, file, now
        self._part = database.with_name(database.name + ".restoring")
        self.at = now
        self.counts: dict[str, int] = {}

    def __enter__(self) -> Self:
        """Copy the backup beside the database and look at all of it."""
        if not self._file.is_file():
            raise UsageError(f"{self._file}: no such file; `kentongan backup` makes one")
        if self._database.exists() and self._file.samefile(self._database):
            raise UsageError(f"{self._file} is the database itself: name a backup")
        if not is_sqlite(self._file):
            raise StoreError("corrupt", f"{self._file} is not a database: name a file that `kentongan backup` made")
        try:
            self._copy()
            self.counts = check_copy(self._part)
            self.at = self._moment()
        except BaseException as error:
            remove_part(self._part)
            if isinstance(error, StoreError):
                raise StoreError(error.reason, f"{self._file} cannot be restored: {error}") from error
            raise
        return self

    def put_in_place(self, leaves: Callable[[str], bool]) -> Restored:
        """Bring the copy up to date, make it safe, and let it be the database; `leaves` tells updates that stop."""
        migrated = prepare(self._part, now=self._now, migrate=True, busy_seconds=_BUSY)
        stops = StopsLog(stops_path(self._database))
        known = stops.path.exists()
        settled = self._settle(stops, leaves)
        with sqlite_faults(), closing(connect(self._part, writes=True, busy_seconds=_BUSY)) as db:
            db.conn.execute("PRAGMA journal_mode = DELETE")  # all in one file: no WAL could be left behind
        aside = self._swap()
        return Restored(self.at, aside, tuple(migrated), settled, known)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        remove_part(self._part)

    def _copy(self) -> None:
        """The file, and its WAL where it is no backup of ours but a database that was set aside."""
        remove_part(self._part)
        with disk(self._part.parent):
            self._part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            for end in ("", "-wal"):
                source, target = (f.with_name(f.name + end) for f in (self._file, self._part))
                if source.exists():
                    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
                    shutil.copyfile(source, target)

    def _moment(self) -> datetime:
        """When the backup was made; of a file that does not say so, when it was last written."""
        with sqlite_faults(), closing(connect(self._part, writes=False, busy_seconds=_BUSY)) as db:
            told = backup_moment(SqliteTx(db, writes=False))
        return told or datetime.fromtimestamp(self._file.stat().st_mtime, UTC)

    def _settle(self, stops: StopsLog, leaves: Callable[[str], bool]) -> Settled:
        with sqlite_faults(), closing(connect(self._part, writes=True, busy_seconds=_BUSY)) as db:
            db.conn.execute("BEGIN IMMEDIATE")
            try:
                settled = settle(SqliteTx(db, writes=True), stops, self.at, self._now, leaves)
            except OSError as error:
                raise StoreError("stops_log", f"{stops.path} cannot be read: {error.strerror}") from error
            db.conn.execute("COMMIT")
        return settled

    def _swap(self) -> Path | None:
        """At every moment there is a whole database under the name, so that a `run` never begins a new one."""
        database, folder = self._database, self._database.parent
        with disk(folder):
            sync(self._part)
            if not database.exists():
                self._part.replace(database)
                sync(folder)
                return None
            aside = self._aside()
            with _nobody_else(database):
                _keep(database, aside)
                self._part.replace(database)
            sync(folder)
        return aside

    def _aside(self) -> Path:
        name = f"{self._database.name}.before-restore-{self._now.astimezone(UTC):%Y%m%d-%H%M%S}"
        return self._database.with_name(name)


@contextmanager
def _nobody_else(database: Path) -> Iterator[None]:
    """Make sure that no command has the database open, and empty its WAL into it; a damaged one cannot be asked."""
    conn = sqlite3.connect(database, timeout=_BUSY, isolation_level=None)
    try:
        with sqlite_faults():
            conn.execute("PRAGMA locking_mode = EXCLUSIVE")
            conn.execute("PRAGMA journal_mode = DELETE")
            conn.execute("BEGIN EXCLUSIVE")
    except StoreError as error:
        conn.close()
        if error.reason == "locked":
            raise StoreError("locked", "another command uses the database: wait until it has ended") from error
        if error.reason != "corrupt":
            raise
        yield
    else:
        try:
            yield
        finally:
            conn.close()


def _keep(database: Path, aside: Path) -> None:
    """A second name for what is replaced; on a disk that knows no second names, a copy."""
    for end in ("", "-wal"):
        source, target = (f.with_name(f.name + end) for f in (database, aside))
        if source.exists():
            try:
                os.link(source, target)
            except OSError:
                shutil.copy2(source, target)
                sync(target)
    for end in ("-wal", "-shm"):  # of a damaged database: SQLite must not read them into the restored one
        with suppress(FileNotFoundError):
            database.with_name(database.name + end).unlink()


__all__ = ["Interrupted", "Restoration", "Restored"]
