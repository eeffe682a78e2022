"""The machine: Python, SQLite, the database and its folder, the port."""

import errno
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.cli.doctor.report import Check
from bot.errors import StoreError

PYTHON = (3, 11)
SQLITE = (3, 51, 3)
MEGABYTE = 1_000_000
FULL = 100 * MEGABYTE
TIGHT = 1_000 * MEGABYTE


def check_python(version: tuple[int, int, int] = sys.version_info[:3]) -> Check:
    """The Python that runs this."""
    shown = ".".join(map(str, version))
    if version[:2] < PYTHON:
        return Check("python", False, f"{shown} is too old", "Install Python 3.11 or later and run `make setup` again.")
    return Check("python", True, shown)


def check_sqlite(version: str) -> Check:
    """The SQLite that the store uses."""
    if tuple(int(part) for part in version.split(".")) >= SQLITE:
        return Check("sqlite", True, version)
    detail = (
        f"{version} works, but before 3.51.3 a database can be damaged in the rare case that two connections write "
        "back its log at the same moment"
    )
    return Check("sqlite", None, detail, "Keep daily backups (`kentongan backup`), or use a Python with SQLite 3.51.3.")


def check_disk(database: Path, free: int | None = None) -> Check:
    """Room and rights where the database lies; `free` bytes are measured when not given."""
    folder = database.parent
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if fault := unwritable(existing, database):
        return Check(
            "disk", False, fault, f"Give the user that runs this the right to write: `chown -R USER {existing}`."
        )
    left = shutil.disk_usage(existing).free if free is None else free
    detail = f"{folder}: {left / (1000 * MEGABYTE):.1f} GB free"
    if left < FULL:
        return Check(
            "disk", False, detail, f"Free space on the disk of {existing}, or move DATABASE_URL to another one."
        )
    if left < TIGHT:
        return Check("disk", None, detail, f"Free some space on the disk of {existing} before it is full.")
    return Check("disk", True, detail)


def unwritable(folder: Path, database: Path) -> str:
    """What cannot be written there, "" when everything can."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return f"{folder} cannot be written ({error.strerror})"
    beside = [database, *(database.with_name(database.name + end) for end in ("-wal", "-shm", ".lock"))]
    return next((f"{file} cannot be written" for file in beside if file.exists() and not os.access(file, os.W_OK)), "")


DATABASE_FIXES = {
    "unsupported_url": "Set DATABASE_URL to a file, for example sqlite:///var/kentongan.db.",
    "foreign": "Set DATABASE_URL to a file of its own; the program makes it.",
    "old_schema": "Stop the program and run `kentongan migrate`.",
    "too_new": "Install the version of kentongan that this database was last used with, or a later one.",
    "corrupt": "Stop the program, put this file aside and restore a backup, or set DATABASE_URL to another file.",
    "locked": "Wait for the import or backup that is running, or stop what holds the file.",
}


def check_database(look: Callable[[], None]) -> Check:
    """Whether the database can be used; `look` raises StoreError when it cannot."""
    try:
        look()
    except StoreError as error:
        if error.reason == "missing":
            return Check("database", None, "there is none yet; the first `kentongan run` makes it")
        fix = DATABASE_FIXES.get(error.reason, "Let the user that runs this read and write the file and its folder.")
        return Check("database", False, str(error), fix)
    return Check("database", True, "can be used by this version")


def check_stops(find_fault: Callable[[], str]) -> Check:
    """Whether stops can be noted outside of the database; `find_fault` says why they cannot."""
    fault = find_fault()
    if fault:
        fix = "Give the user that runs this the right to write it, or move it to another folder: a new one is begun."
        return Check("stops", False, f"{fault}: a restored backup could bring back who left", fix)
    return Check("stops", True, "who leaves is noted outside of the database too")


async def check_port(listen: tuple[str, int], ours: Callable[[], Awaitable[bool]] | None) -> Check:
    """Whether the web server can listen, or already does; `ours` asks who it is that listens."""
    where = f"{listen[0]}:{listen[1]}"
    fault = bind_fault(*listen)
    if fault is None:
        return Check("port", True, f"{where} is free")
    if fault.errno == errno.EADDRINUSE:
        if ours is not None and await ours():
            return Check("port", True, f"{where} is held by the running program")
        fix = f"Stop what listens there (`ss -ltnp | grep :{listen[1]}` names it), or set LISTEN to another port."
        return Check("port", False, f"{where} is taken by another program", fix)
    if fault.errno == errno.EACCES:
        return Check("port", False, f"{where} may not be used by this user", "Set LISTEN to a port above 1023.")
    fix = "Set LISTEN to an address of this machine; 127.0.0.1:8080 always is one."
    return Check("port", False, f"{where} cannot be listened at ({fault.strerror})", fix)


def bind_fault(host: str, port: int) -> OSError | None:
    """Why this address cannot be listened at."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            probe.bind(address)
    except OSError as error:
        return error
    return None
