"""Every error the program raises on purpose.

KentonganError
├── UsageError            the person at the keyboard can mend it: exit status 2
│   ├── SettingsError     every fault of environment and feeds.yaml at once, with file and line
│   └── NewsroomError     a broadcast that is not there, or with which this cannot be done (`reason`)
└── OperationError        something outside failed: exit status 1
    ├── FetchError        an address did not give us a document (`reason` says which way)
    ├── FeedError         a document is not a feed we can read (`reason` says which way)
    ├── StoreError        the database cannot be used (`reason` says which way)
    └── AlreadyRunning    another `run` holds the database
"""

from collections.abc import Sequence


class KentonganError(Exception):
    """The root: catch this at the edge, never below."""


class UsageError(KentonganError):
    """Wrong words on the command line or in a file; the message says what to write instead."""


class SettingsError(UsageError):
    """All faults of the settings together; `faults` has one clear line each."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class NewsroomError(UsageError):
    """This cannot be done with that broadcast; `reason` is a stable word such as `not_found`, `wrong_status`."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


class OperationError(KentonganError):
    """Something outside the program failed; the message says what and what to do."""


class FetchError(OperationError):
    """An address gave no document; `reason` is a stable word such as `timeout`, `too_large`, `address_refused`."""

    def __init__(
        self, reason: str, message: str, *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        self.reason = reason
        self.status = status
        self.retry_after = retry_after  # seconds, from the server
        super().__init__(message)


class FeedError(OperationError):
    """A document is no readable feed; `reason` is a stable word such as `html`, `empty`, `too_slow`, `malformed`."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


class StoreError(OperationError):
    """The database refuses; `reason` is a stable word such as `disk_full`, `locked`, `corrupt`, `too_new`."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


class AlreadyRunning(OperationError):  # noqa: N818 — the field says "already running"
    """Another `run` holds the lock of this database; the message names it."""
