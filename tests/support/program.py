"""The program and its commands as processes of their own, in a world whose simulator runs in the test."""

import asyncio
import json
import os
import pwd
import signal
import sys
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from tests.support.world import World

ME = f"shell:{pwd.getpwuid(os.getuid()).pw_name}"  # whom the audit log names


def environment_of(world: World) -> dict[str, str]:
    """The world's settings, and nothing else of this machine's."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, **world.environment, "LOG_FORMAT": "json", "COLUMNS": "200"}


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def data(self) -> Any:
        """Its standard output as JSON."""
        return json.loads(self.stdout)


async def begin(world: World, *arguments: str) -> asyncio.subprocess.Process:
    """`kentongan …`, running; nobody sits at its keyboard."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, env=environment_of(world), cwd=world.folder,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def ended(process: asyncio.subprocess.Process, within: float = 60.0) -> Ended:
    """Wait for it."""
    async with asyncio.timeout(within):
        out, err = await process.communicate()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


async def kentongan(world: World, *arguments: str) -> Ended:
    """`kentongan …`, to its end."""
    return await ended(await begin(world, *arguments))


async def readers(town: World, count: int, *categories: str) -> None:
    """So many people with phones, who follow these categories (none named: daerah)."""
    file = town.folder / "in.jsonl"
    with file.open("w") as lines:
        for number in range(1, count + 1):
            town.telegram.add_user(number, f"Warga {number}")
            row = {"channel": "telegram", "address": str(number), "categories": categories or ("daerah",),
                   "consent_at": "2026-01-31T09:00:00+07:00"}  # fmt: skip
            lines.write(json.dumps(row) + "\n")
    told = await kentongan(town, "subscribers", "import", str(file))
    assert told.status == 0, told.stderr


def copies(town: World, count: int, text: str) -> dict[int, int]:
    """How many of so many phones show the text how often."""
    shown = [town.copies(number, text) for number in range(1, count + 1)]
    return {times: shown.count(times) for times in set(shown)}


class Program:
    """`kentongan run` in a process of its own."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lines: list[str] = []
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    async def start(self) -> None:
        """Start it and wait until it says that it runs."""
        self._ready.clear()
        self._process = await begin(self.world, "run", "--log-level", "debug")
        self._reading = asyncio.create_task(self._read())
        async with asyncio.timeout(60):
            await self._ready.wait()
        assert self._process.returncode is None, "\n".join(self.lines[-20:])

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        while line := await self._process.stderr.readline():
            self.lines.append(line.decode().rstrip())
            if '"running"' in self.lines[-1]:
                self._ready.set()
        self._ready.set()

    async def signal(self, number: int, within: float = 30.0) -> int:
        """Send a signal and wait for the end; its status."""
        assert self._process is not None
        assert self._reading is not None
        self._process.send_signal(number)
        async with asyncio.timeout(within):
            status = await self._process.wait()
        await self._reading
        return status

    async def end(self) -> None:
        """Kill it if it still runs."""
        if self._process is not None and self._process.returncode is None:
            await self.signal(signal.SIGKILL)

    def logged(self, event: str) -> list[dict[str, object]]:
        """The log's lines about this event."""
        parsed = [json.loads(line) for line in self.lines if line.startswith("{")]
        return [line for line in parsed if line.get("event") == event]

    def address(self) -> str:
        """Where its web server listens."""
        return str(self.logged("listening")[-1]["address"])

    def states(self) -> dict[str, int]:
        """How many deliveries stand in which state."""
        return dict(self.rows("SELECT state, count(*) FROM delivery GROUP BY state"))

    def rows(self, sql: str) -> list[Any]:
        """What a query finds in its database."""
        with closing(Database(self.world.folder / "kentongan.db").conn) as connection:
            return list(connection.execute(sql).fetchall())
