"""The store of these settings, and what is done to its file."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import storage
from bot import clock
from bot.ports import Store
from bot.settings import Settings


def open_store(settings: Settings, *, migrate: bool = False, read_only: bool = False) -> Store:
    """The database of these settings; for reading only it must be there (StoreError `missing`)."""
    return storage.open_store(settings.database_url, now=clock.now(), migrate=migrate, read_only=read_only)


def hold_database(settings: Settings) -> contextlib.AbstractContextManager[object]:
    """Be the one program of this database, or raise AlreadyRunning."""
    return storage.lock_database(settings.database_url, now=clock.now())


def running(settings: Settings) -> str:
    """The program that runs on this database (`pid 12 since …`), "" when none does."""
    return storage.lock_holder(settings.database_url)


def migrate(settings: Settings) -> list[str]:
    """Apply what is missing; the names of the migrations applied."""
    return storage.migrate(settings.database_url, now=clock.now())


Restored = storage.Restored  # what a restore did, for the command that tells it


def back_up(
    settings: Settings, file: Path | None, *, keep: int | None, progress: Callable[[int, int], None]
) -> storage.Backup:  # fmt: skip
    """A checked copy of the database, also beside a running program; progress is told in pages, done and in all."""
    return storage.back_up(settings.database_url, file, now=clock.now(), keep=keep, progress=progress)


def restoration(settings: Settings, file: Path) -> storage.Restoration:
    """A backup on its way into the database's place; hold the database meanwhile."""
    return storage.restoration(settings.database_url, file, now=clock.now())


def stops_fault(settings: Settings) -> str:
    """Why stops cannot be noted outside of the database, "" when they can."""
    return storage.stops_log(settings.database_url).find_fault()


def database_path(settings: Settings) -> Path:
    """The database's file."""
    return storage.database_path(settings.database_url)


def look_at_database(settings: Settings) -> None:
    """Raise StoreError when there is none (`missing`) or when it cannot be used; nothing is changed."""
    storage.look_at(settings.database_url)


def sqlite_version() -> str:
    """The version of SQLite that the store uses."""
    return storage.sqlite_version()
