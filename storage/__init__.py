"""Where everything is kept: `open_store(url)` gives the store of bot.ports, whichever engine the url names."""

from datetime import datetime
from pathlib import Path

from bot.ports import Store
from storage.lock import Lock
from storage.sqlite.connection import path_of, sqlite3
from storage.sqlite.store import BUSY_SECONDS, migrate_sqlite, open_sqlite

__all__ = ["Lock", "database_path", "lock_database", "migrate", "open_store", "sqlite_version"]


def database_path(url: str) -> Path:
    """The database's file, for backups and for what lies beside it; StoreError if the url names no file."""
    return path_of(url)


def open_store(
    url: str, *, now: datetime, read_only: bool = False, migrate: bool = False, busy_seconds: float = BUSY_SECONDS
) -> Store:
    """The store at `url`; a fresh database is made, an older one is refused (`old_schema`) unless `migrate`."""
    return open_sqlite(path_of(url), now=now, read_only=read_only, migrate=migrate, busy_seconds=busy_seconds)


def migrate(url: str, *, now: datetime) -> list[str]:
    """Bring the database up to date while no program runs on it; the names of what was applied."""
    return migrate_sqlite(path_of(url), now=now)


def lock_database(url: str, *, now: datetime) -> Lock:
    """The right to `run` on this database; AlreadyRunning names who has it."""
    path = path_of(url)
    return Lock(path.with_name(path.name + ".lock"), now)


def sqlite_version() -> str:
    """The version of SQLite that the embedded engine uses."""
    return str(sqlite3.sqlite_version)
