"""Opening the file: where it is, who may read it, how the connection behaves, what its errors mean."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # pysqlite3 where it is installed

from bot.errors import StoreError

__all__ = ["connect", "make_file", "path_of", "sqlite3", "sqlite_faults"]

_PREFIX: Final = "sqlite:///"
_CACHE_KIB: Final = {True: 16_384, False: 4_096}  # pages kept in memory: writer, reader
_JOURNAL_LIMIT: Final = 64 * 1024 * 1024  # a WAL that grew larger is cut back to this at the next checkpoint
_CHECKPOINT_PAGES: Final = 4_000  # 16 MiB of WAL: an import writes the same pages again and again

_REASONS: Final = {
    "SQLITE_FULL": ("disk_full", "the disk is full: nothing was written; free some space"),
    "SQLITE_BUSY": ("locked", "another program holds the database: nothing was written; try again"),
    "SQLITE_LOCKED": ("locked", "another program holds the database: nothing was written; try again"),
    "SQLITE_CORRUPT": ("corrupt", "the database file is damaged: restore a backup"),
    "SQLITE_NOTADB": ("corrupt", "the file is not a database: check DATABASE_URL or restore a backup"),
    "SQLITE_READONLY": ("read_only", "the database cannot be written here"),
    "SQLITE_IOERR": ("io", "the disk failed while the database was being used"),
    "SQLITE_CANTOPEN": ("cannot_open", "the database file cannot be opened: check its folder and permissions"),
}


def path_of(url: str) -> Path:
    """The file that `sqlite:///relative.db` or `sqlite:////absolute.db` names; StoreError for anything else."""
    rest = url.removeprefix(_PREFIX)
    if rest == url or not rest or rest == ":memory:":
        scheme = url.split(":", 1)[0] if ":" in url else url  # no more of it: it may hold a password
        raise StoreError(
            "unsupported_url",
            f"DATABASE_URL ({scheme}:…) is not supported: write sqlite:///var/kentongan.db (relative to here) "
            "or sqlite:////srv/kentongan.db (absolute)",
        )
    return Path(rest)


def make_file(path: Path) -> None:
    """Create folder (0700) and file (0600) where there are none, so that no one else reads addresses."""
    with _filesystem(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


@contextmanager
def _filesystem(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError("cannot_open", f"{path} cannot be opened: {error.strerror}") from error


@contextmanager
def sqlite_faults() -> Iterator[None]:
    """Turn what the disk or other programs did into StoreError; our own mistakes pass through as they are."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "") or ""  # SQLITE_IOERR_WRITE is a kind of SQLITE_IOERR
        for word, (reason, message) in _REASONS.items():
            if name == word or name.startswith(word + "_"):
                raise StoreError(reason, f"{message} ({error})") from error
        raise


def connect(path: Path, *, writes: bool, busy_seconds: float) -> Database:
    """A connection that leaves transactions to us (BEGIN and COMMIT are said by hand)."""
    conn = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, cached_statements=256)
    try:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("PRAGMA synchronous = FULL")
        conn.execute("PRAGMA foreign_keys = ON")
        conn.execute(f"PRAGMA journal_size_limit = {_JOURNAL_LIMIT}")
        conn.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        conn.execute("PRAGMA secure_delete = ON")  # whoever asks to be forgotten is not found in free space either
        conn.execute(f"PRAGMA cache_size = -{_CACHE_KIB[writes]}")
        if not writes:
            conn.execute("PRAGMA query_only = ON")
        return Database(conn, execute_plugins=False)
    except BaseException:
        conn.close()
        raise
