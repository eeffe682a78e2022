"""A command at a terminal: what stands on its screen can be read, and keys can be pressed."""

import asyncio
import os
import pty
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.program import environment_of
from tests.support.world import World


class Keyboard:
    """One command, its screen and its keys."""

    def __init__(self, process: asyncio.subprocess.Process, terminal: int) -> None:
        self._process, self._terminal = process, terminal
        self._more = asyncio.Event()
        self.seen = ""

    def take(self) -> None:
        """What has just been written to the screen."""
        try:
            self.seen += os.read(self._terminal, 65536).decode("utf-8", "replace").replace("\r\n", "\n")
        except OSError:  # the other end is closed
            asyncio.get_running_loop().remove_reader(self._terminal)
        self._more.set()

    async def reads(self, words: str, within: float = 60.0) -> None:
        """Wait until these words stand on the screen."""
        async with asyncio.timeout(within):
            while words not in self.seen:
                self._more.clear()
                await self._more.wait()

    def types(self, keys: str) -> None:
        """Press these keys."""
        os.write(self._terminal, keys.encode())

    def interrupts(self) -> None:
        """Press Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    async def end(self, within: float = 60.0) -> int:
        """Wait for its end; the status."""
        async with asyncio.timeout(within):
            status = await self._process.wait()
        self.take()
        return status


@asynccontextmanager
async def keyboard(world: World, *arguments: str) -> AsyncIterator[Keyboard]:
    """`kentongan …` in a terminal of its own."""
    terminal, its = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, env={**environment_of(world), "TERM": "xterm"}, cwd=world.folder,
        stdin=its, stdout=its, stderr=its,
    )  # fmt: skip
    os.close(its)
    made = Keyboard(process, terminal)
    loop = asyncio.get_running_loop()
    loop.add_reader(terminal, made.take)
    try:
        yield made
    finally:
        loop.remove_reader(terminal)
        if process.returncode is None:
            process.kill()
            await process.wait()
        os.close(terminal)
