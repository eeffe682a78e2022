"""feeds.yaml while the program runs: taken when it changes, and left alone while it is wrong."""

import os
from pathlib import Path

import structlog

from bot.errors import SettingsError
from bot.settings import Settings, load

log = structlog.get_logger(__name__)


class FeedsFile:
    """Knows which state of the file has been looked at."""

    def __init__(self, file: Path) -> None:
        self._file, self._seen = file, stamp(file)
        self._looked_at = self._seen

    def changed(self) -> Settings | None:
        """The settings with the changed file; None when it has not changed, or is wrong: that is told in the log."""
        self._looked_at = stamp(self._file)
        if self._looked_at == self._seen:
            return None
        try:
            return load(os.environ, feeds_file=self._file)
        except SettingsError as error:
            self.taken()
            log.warning("feeds.yaml is wrong; the one before it stays in force", faults=error.faults)
            return None

    def taken(self) -> None:
        """What `changed` gave is in force; until this is said it is given again."""
        self._seen = self._looked_at


def stamp(file: Path) -> tuple[int, int] | None:
    """What tells one state of a file from another; None when it cannot be looked at."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
