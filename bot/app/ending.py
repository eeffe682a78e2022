"""When the running program ends: told to, or because a part of it has ended."""

import asyncio
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Ending:
    """Waited for by the program, brought about by whoever tells it to stop and by its parts."""

    def __init__(self) -> None:
        self._told = asyncio.Event()
        self._failure: BaseException | None = None

    def ask(self) -> None:
        """End."""
        self._told.set()

    async def come(self) -> None:
        """Returns when it is time to end."""
        await self._told.wait()

    def confess(self) -> None:
        """Raise the fault of the first part that broke, if one did."""
        if self._failure is not None:
            raise self._failure

    def watch(self, task: asyncio.Task[Any], *, ends_the_program: bool = False) -> None:
        """A part that breaks ends the program with its fault: a service manager starts it anew, nothing is lost."""

        def ended(done: asyncio.Task[Any]) -> None:
            if not done.cancelled() and (fault := done.exception()) is not None:
                self._failure = self._failure or fault
                log.error("a part broke", part=done.get_name(), exc_info=fault)
                self._told.set()
            elif ends_the_program:
                self._told.set()

        task.add_done_callback(ended)


async def cancelled(task: asyncio.Task[Any]) -> None:
    """Cancel it and wait until it has ended, however it does."""
    task.cancel()
    await asyncio.wait({task})
