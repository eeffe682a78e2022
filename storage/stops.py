"""Who left, kept outside of the database and its backups, so that a restored backup brings nobody back.

One line for each stop and each erasure: a salted hash of channel and address, the moment, and which of the two it was.
Who stopped and came back has a line too, which ends the stop; what an erasure took stays away also then.
The salt stands in the first line: it keeps the hashes of two databases apart. Numbers of chats can be guessed, so what
keeps the file from strangers is its mode (0600), not the hash.
"""

import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import structlog

from bot.errors import StoreError
from storage.durable import sync

log = structlog.get_logger(__name__)

STOP: Final = "stop"
ERASE: Final = "erase"
RETURN: Final = "return"  # earlier versions pass such lines over
NAME: Final = "stops.log"
_FIRST_LINE: Final = re.compile(rb"kentongan stops 1 ([0-9a-f]{32})\n")
_HEADER_BYTES: Final = 51
_LINE: Final = re.compile(r"([0-9a-f]{32}) (\S+) (stop|erase|return)")


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody who stopped, asked to be erased, or came back (`kind`)."""

    channel: str
    address: str
    at: datetime
    kind: str = STOP


class Left(NamedTuple):
    """What the log knows of an address that is away: when it left for the last time, when it asked to be erased."""

    at: datetime
    erased_at: datetime | None = None


def stops_path(database: Path) -> Path:
    """The log that belongs to a database: beside it, and never in a backup."""
    return database.with_name(NAME)


class StopsLog:
    """The file; every call opens it anew, so that one which is put in its place is taken at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[bytes, Left] | None = None
        self._seen: tuple[int, int, int] | None = None  # the file as it was read

    def append(self, channel: str, address: str, at: datetime, kind: str = STOP) -> None:
        """Write one line and see it on the disk; OSError when it cannot be."""
        self.extend([Departure(channel, address, at, kind)])

    def extend(self, departures: Sequence[Departure]) -> None:
        """Write several lines with one sync; OSError when they cannot be."""
        self._known = None
        file = self._open()
        try:
            salt = _salt(os.pread(file, _HEADER_BYTES, 0), self.path)
            # A line that a crash or a full disk cut off must not swallow the one after it.
            torn = os.pread(file, 1, os.fstat(file).st_size - 1) != b"\n"
            text = "\n" * torn + "".join(_line(salt, departure) for departure in departures)
            _write_all(file, text.encode())
            os.fsync(file)
        finally:
            os.close(file)

    def matches(self, channel: str, address: str) -> datetime | None:
        """When this address left for the last time; None: it is not away. Reads the file once between two appends."""
        left = self.left(channel, address)
        return None if left is None else left.at

    def left(self, channel: str, address: str) -> Left | None:
        """The same, with the moment of an erasure."""
        known = self._all()  # hashing takes its time, and an import asks of everybody
        return known.get(_hashed(self._salt, channel, address)) if known else None

    def _all(self) -> dict[bytes, Left]:
        if self._known is None:
            self._salt, self._known = self._read()
        return self._known

    def look(self) -> None:
        """Take in what another process has written, or put in its place, since the file was read."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            seen = None
        else:
            seen = (status.st_ino, status.st_size, status.st_mtime_ns)
        if seen != self._seen:
            self._seen, self._known = seen, None

    def find_fault(self) -> str:
        """Why nothing could be noted now, "" when it could (and where there is no log yet); changes nothing."""
        try:
            file = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return ""
        except OSError as error:
            return f"{self.path} cannot be written ({error.strerror})"
        try:
            _salt(os.pread(file, _HEADER_BYTES, 0), self.path)
        except OSError as error:
            return f"{self.path} cannot be used: {error.strerror}"
        finally:
            os.close(file)
        return ""

    def _open(self) -> int:
        flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC
        try:
            return os.open(self.path, flags)
        except FileNotFoundError:
            _make(self.path)
            return os.open(self.path, flags)

    def _read(self) -> tuple[bytes, dict[bytes, Left]]:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return b"", {}
        known: dict[bytes, Left] = {}
        for line in content[_HEADER_BYTES:].decode("ascii", "replace").splitlines():
            if (read := _departure(line)) is not None:
                hashed, at, kind = read
                if kind == RETURN:
                    _come_back(known, hashed, at)
                else:
                    known[hashed] = _later(known.get(hashed, Left(at)), at, kind)
        return _salt(content[:_HEADER_BYTES], self.path), known


class Departures:
    """What one transaction has to tell the log: noted as it happens, written before the commit.

    Before it, because a stop in the log whose transaction was then lost is still in the inbox and is handled again;
    the other way round a kill between the two would lose it. A log that cannot be written stops nobody from leaving.
    Of who comes back it is told after the commit: of a return that came to nothing the log must not know.
    """

    def __init__(self, stops: StopsLog) -> None:
        self._stops = stops
        self._noted: list[Departure] = []
        self._back: list[Departure] = []
        self.fault = ""  # why the last line could not be written

    def note(self, channel: str, address: str, at: datetime, kind: str = STOP) -> None:
        """Somebody leaves in this transaction."""
        self._noted.append(Departure(channel, address, at, kind))
        self._back = [back for back in self._back if (back.channel, back.address) != (channel, address)]

    def note_return(self, channel: str, address: str, at: datetime) -> None:
        """Somebody who had stopped comes back in this transaction."""
        self._back.append(Departure(channel, address, at, RETURN))

    def left_at(self, channel: str, addresses: Sequence[str]) -> dict[str, datetime]:
        """Which of these are away, and since when; StoreError when the log cannot be read.

        Lines of earlier versions have numbers of WhatsApp as files wrote them.
        """
        try:
            self._stops.look()
            left: dict[str, datetime] = {}
            for address in addresses:
                names = (address, f"+{address}") if channel == "whatsapp" and address.isdecimal() else (address,)
                known = [at for name in names if (at := self._stops.matches(channel, name)) is not None]
                if known:
                    left[address] = max(known)
        except OSError as error:
            raise StoreError("stops_log", f"{self._stops.path} cannot be read: {error.strerror}") from error
        return left

    def write(self) -> None:
        """The transaction is about to be committed: all lines, one sync."""
        noted, self._noted = self._noted, []
        if not noted:
            return
        try:
            self._stops.extend(noted)
        except OSError as error:
            self.fault = error.strerror or str(error)
            log.warning(
                "a stop holds, but stops.log cannot be written: a backup restored later could bring these people back",
                file=str(self._stops.path), why=self.fault, missing=len(noted),
            )  # fmt: skip
        else:
            self.fault = ""

    def committed(self) -> None:
        """The transaction is in the database: whoever came back has."""
        back, self._back = self._back, []
        if not back:
            return
        try:
            self._stops.extend(back)
        except OSError as error:
            log.warning(
                "stops.log cannot be written: a backup restored later could stop these people, who are back",
                file=str(self._stops.path), why=error.strerror or str(error), missing=len(back),
            )  # fmt: skip

    def forget(self) -> None:
        """The transaction is undone."""
        self._noted.clear()
        self._back.clear()


def _make(path: Path) -> None:
    """A new log with its salt, whole or not at all; one that another process makes at the same time is kept."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(b"kentongan stops 1 %s\n" % secrets.token_hex(16).encode())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)  # noqa: PTH108 — a name of mkstemp's
    sync(path.parent)


def _salt(header: bytes, path: Path) -> bytes:
    found = _FIRST_LINE.fullmatch(header)
    if found is None:
        raise OSError(0, "its first line is damaged; put it aside, and a new one is begun", str(path))
    return bytes.fromhex(found[1].decode())


def _hashed(salt: bytes, channel: str, address: str) -> bytes:
    return hashlib.blake2b(f"{channel}\0{address}".encode(), digest_size=16, key=salt).digest()


def _line(salt: bytes, departure: Departure) -> str:
    hashed = _hashed(salt, departure.channel, departure.address).hex()
    at = departure.at.astimezone(UTC).isoformat(timespec="milliseconds")
    return f"{hashed} {at} {departure.kind}\n"


def _departure(line: str) -> tuple[bytes, datetime, str] | None:
    """What a line says; None for one that was cut off."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(found[2])
    except ValueError:
        return None
    return None if at.tzinfo is None else (bytes.fromhex(found[1]), at, found[3])


def _later(before: Left, at: datetime, kind: str) -> Left:
    erased_at = max(at, before.erased_at or at) if kind == ERASE else before.erased_at
    return Left(max(at, before.at), erased_at)


def _come_back(known: dict[bytes, Left], hashed: bytes, at: datetime) -> None:
    """A stop is over, unless it is the later of the two; what was erased is."""
    left = known.get(hashed)
    if left is None or left.at > at:
        return
    if left.erased_at is None:
        del known[hashed]
    else:
        known[hashed] = Left(left.erased_at, left.erased_at)


def _write_all(file: int, content: bytes) -> None:
    while content:
        content = content[os.write(file, content) :]
