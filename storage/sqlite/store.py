"""The store on one SQLite file: a writer, a reader, and the rules for opening."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

from bot.errors import StoreError
from bot.ports import Tx
from storage.sqlite import schema
from storage.sqlite.connection import connect, make_file, sqlite_faults
from storage.sqlite.part import to_ms
from storage.sqlite.worker import Worker
from storage.stops import Departures, StopsLog, stops_path

T = TypeVar("T")
BUSY_SECONDS: Final = 5.0  # others hold the write lock for at most 50 ms at a time; this is patience for a bad disk


def prepare(path: Path, *, now: datetime, migrate: bool, busy_seconds: float) -> list[str]:
    """Make a fresh database or check an existing one (with `migrate` bring it up to date); what was applied."""
    with sqlite_faults(), closing(connect(path, writes=True, busy_seconds=busy_seconds)) as db:
        fresh = schema.is_empty(db)
        applied = schema.apply(db) if fresh or migrate else []
        schema.check(db)
        if fresh:
            db.conn.execute("INSERT OR IGNORE INTO meta VALUES ('created_at', ?)", (str(to_ms(now)),))
        return applied


def check(path: Path, *, busy_seconds: float) -> None:
    """Refuse what cannot be read as it is, and make nothing."""
    if not path.exists() or path.stat().st_size == 0:
        raise StoreError("missing", f"there is no database at {path}: check DATABASE_URL, or start kentongan run once")
    with sqlite_faults(), closing(connect(path, writes=False, busy_seconds=busy_seconds)) as db:
        schema.check(db)


def look(path: Path, *, busy_seconds: float) -> None:
    """The same, and StoreError for damage anywhere in the file: reads all of it."""
    check(path, busy_seconds=busy_seconds)
    with sqlite_faults(), closing(connect(path, writes=False, busy_seconds=busy_seconds)) as db:
        (found,) = db.conn.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise StoreError("corrupt", f"the database file is damaged: restore a backup ({found})")


class SqliteStore:
    """The store of docs/design.md; see bot.ports.Store."""

    def __init__(self, path: Path, *, read_only: bool = False, busy_seconds: float = BUSY_SECONDS) -> None:
        self.departures = Departures(StopsLog(stops_path(path)))
        self._reader = Worker(path, writes=False, busy_seconds=busy_seconds)
        self._writer = None
        if not read_only:
            self._writer = Worker(path, writes=True, busy_seconds=busy_seconds, departures=self.departures)

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in one transaction on the writer; commits, or rolls back and raises."""
        if self._writer is None:
            raise StoreError("read_only", "this store was opened for reading only")
        return await self._writer.run(work)

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work` on a reading connection; its writes are refused."""
        return await self._reader.run(work)

    async def changed_elsewhere(self) -> bool:
        """Whether another program has written since the last time this was asked: our readers never write."""
        return self._writer is not None and await self._writer.changed_elsewhere()

    def close(self) -> None:
        """Finish the running transactions, checkpoint, close; a second call does nothing."""
        self._reader.close()
        if self._writer is not None:
            self._writer.close()


def open_sqlite(
    path: Path, *, now: datetime, read_only: bool = False, migrate: bool = False, busy_seconds: float = BUSY_SECONDS
) -> SqliteStore:
    """Open (and where there is none make) the database at `path`."""
    if read_only:
        check(path, busy_seconds=busy_seconds)
    else:
        make_file(path)
        prepare(path, now=now, migrate=migrate, busy_seconds=busy_seconds)
    return SqliteStore(path, read_only=read_only, busy_seconds=busy_seconds)


def migrate_sqlite(path: Path, *, now: datetime) -> list[str]:
    """Bring the database at `path` up to date (or make it); the names of what was applied."""
    make_file(path)
    return prepare(path, now=now, migrate=True, busy_seconds=BUSY_SECONDS)
