"""Virtual time for asyncio: it stands still while anything runs, and jumps to the next timer when nothing does.

With it and without threads, everything that the real program does in a world follows from the world's seed.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import storage.sqlite.worker


class VirtualLoop(asyncio.BaseEventLoop):
    """An event loop that waits for no clock and no socket."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = self
        self._moment = 0.0

    def time(self) -> float:
        """Virtual seconds."""
        return self._moment

    def skip(self, seconds: float) -> None:
        """As if the machine had slept: every timer of that time is due now."""
        self._moment += seconds

    def select(self, timeout: float | None) -> list[Any]:
        """What a selector does when nothing comes in: time passes."""
        if timeout is None:
            raise RuntimeError("everybody waits for somebody else")
        self._moment += timeout
        return []

    def _process_events(self, event_list: list[Any]) -> None:
        """No sockets, no events."""

    def _write_to_self(self) -> None:
        """Nobody needs to be woken: there are no threads."""

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:  # type: ignore[override]  # noqa: ARG002
        """At once, here."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except BaseException as fault:  # noqa: BLE001 — whatever it was belongs to whoever waits
            future.set_exception(fault)
        return future


class Inline:
    """An executor without threads."""

    def __init__(self, *_: Any) -> None:
        pass

    def submit(self, func: Callable[..., Any], *args: Any) -> "Future[Any]":
        """At once, here."""
        future: Future[Any] = Future()
        try:
            future.set_result(func(*args))
        except BaseException as fault:  # noqa: BLE001 — likewise
            future.set_exception(fault)
        return future

    def shutdown(self) -> None:
        """Nothing to stop."""


@contextmanager
def without_threads() -> Iterator[None]:
    """Stores that are opened meanwhile work in the caller's thread."""
    worker: Any = storage.sqlite.worker
    threads = worker.ThreadPoolExecutor
    worker.ThreadPoolExecutor = Inline
    try:
        yield
    finally:
        worker.ThreadPoolExecutor = threads
