"""Where everything is kept: `open_store(url)` gives the store of bot.ports, whichever engine the url names."""

from datetime import datetime
from pathlib import Path

from bot.ports import Store
from storage.backup import Backup, Progress, make_backup, newest_backup
from storage.lock import Lock, holder
from storage.restore import Interrupted, Restoration, Restored
from storage.sqlite.connection import path_of, sqlite3
from storage.sqlite.store import BUSY_SECONDS, look, migrate_sqlite, open_sqlite
from storage.stops import StopsLog, stops_path

__all__ = [
    "Backup",
    "Interrupted",
    "Lock",
    "Restoration",
    "Restored",
    "StopsLog",
    "back_up",
    "database_path",
    "last_backup",
    "lock_database",
    "lock_holder",
    "look_at",
    "migrate",
    "open_store",
    "restoration",
    "sqlite_version",
    "stops_log",
]


def database_path(url: str) -> Path:
    """The database's file, for backups and for what lies beside it; StoreError if the url names no file."""
    return path_of(url)


def open_store(
    url: str, *, now: datetime, read_only: bool = False, migrate: bool = False, busy_seconds: float = BUSY_SECONDS
) -> Store:
    """The store at `url`; a fresh database is made, an older one is refused (`old_schema`) unless `migrate`."""
    return open_sqlite(path_of(url), now=now, read_only=read_only, migrate=migrate, busy_seconds=busy_seconds)


def look_at(url: str) -> None:
    """Read the whole file: StoreError when there is none, when it is not for us, or when it is damaged anywhere."""
    look(path_of(url), busy_seconds=BUSY_SECONDS)


def migrate(url: str, *, now: datetime) -> list[str]:
    """Bring the database up to date while no program runs on it; the names of what was applied."""
    return migrate_sqlite(path_of(url), now=now)


def lock_database(url: str, *, now: datetime) -> Lock:
    """The right to `run` on this database; AlreadyRunning names who has it."""
    path = path_of(url)
    return Lock(path.with_name(path.name + ".lock"), now)


def lock_holder(url: str) -> str:
    """Who runs on this database (`pid 12 since …`), "" when nobody does; the lock is not taken."""
    path = path_of(url)
    return holder(path.with_name(path.name + ".lock"))


def back_up(
    url: str, file: Path | None, *, now: datetime, keep: int | None = None, progress: Progress = lambda _, __: None
) -> Backup:  # fmt: skip
    """A checked copy of the database, also beside a running program (storage/backup.py)."""
    return make_backup(path_of(url), file, now=now, keep=keep, busy_seconds=BUSY_SECONDS, progress=progress)


def last_backup(url: str) -> tuple[datetime, int] | None:
    """When the newest backup in the usual folder was made, and how large it is; None: there is none."""
    return newest_backup(path_of(url))


def restoration(url: str, file: Path, *, now: datetime) -> Restoration:
    """A backup on its way into the database's place (storage/restore.py); hold the lock meanwhile."""
    return Restoration(path_of(url), file, now)


def stops_log(url: str) -> StopsLog:
    """Who left, kept beside the database and outside of its backups."""
    return StopsLog(stops_path(path_of(url)))


def sqlite_version() -> str:
    """The version of SQLite that the embedded engine uses."""
    return str(sqlite3.sqlite_version)
