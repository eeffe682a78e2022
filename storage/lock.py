"""Only one `run` on a database: a lock that the system lets go when its holder dies."""

import fcntl
import os
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.errors import AlreadyRunning, StoreError


class Lock:
    """Held until `close()` or the end of the process, however it ends; never by pid or age."""

    def __init__(self, path: Path, now: datetime) -> None:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError("cannot_open", f"{path} cannot be opened: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(self._file, 200, 0).decode("utf-8", "replace").strip() or "unknown"
            self.close()
            raise AlreadyRunning(
                f"another kentongan holds {path} ({holder}): stop it first, or use another DATABASE_URL"
            ) from error
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
