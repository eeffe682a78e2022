"""Only one `run` on a database: a lock that the system lets go when its holder dies."""

import fcntl
import os
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from bot.errors import AlreadyRunning, StoreError

_TRIES: Final = 5  # somebody who looks (`holder`) is there for microseconds, which must not refuse a start
_BETWEEN_TRIES: Final = 0.01  # seconds


def holder(path: Path) -> str:
    """Who holds the lock (`pid 12 since …`), "" when nobody does; a start meanwhile is not refused."""
    with suppress(OSError):  # no file: nobody has ever run
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _name_in(file)
        finally:
            os.close(file)
    return ""


def _name_in(file: int) -> str:
    return os.pread(file, 200, 0).decode("utf-8", "replace").strip() or "unknown"


def _take(file: int) -> bool:
    for _ in range(_TRIES):
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(_BETWEEN_TRIES)
    return False


class Lock:
    """Held until `close()` or the end of the process, however it ends; never by pid or age."""

    def __init__(self, path: Path, now: datetime) -> None:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError("cannot_open", f"{path} cannot be opened: {error.strerror}") from error
        if not _take(self._file):
            name = _name_in(self._file)
            self.close()
            raise AlreadyRunning(f"another kentongan holds {path} ({name}): stop it first, or use another DATABASE_URL")
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"pid {os.getpid()} since {now.isoformat(timespec='seconds')}\n".encode(), 0)

    def close(self) -> None:
        """Let go; the file stays, because removing it would let two hold "the" lock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
