"""Several people's transactions as one: what a disk takes longest for is to write down that something is done."""

import asyncio
from collections.abc import Callable
from typing import Any, Final, TypeVar

from bot.ports import Store, Tx

T = TypeVar("T")
_Waiting = tuple[Callable[[Tx], Any], "asyncio.Future[Any]"]

MOST: Final = 16  # in one transaction: whoever else writes must not wait long


class Together:
    """Writes what has gathered while the last transaction was being written; each of it all or nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a transaction that it may share; raises what it raised, or what the store did."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all(), name="together")
        return await done

    async def _write_all(self) -> None:
        while self._waiting:
            some, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            if not await self._write_at_once(some):
                for one in some:  # somebody's fault is theirs alone
                    await self._write_one(*one)

    async def _write_at_once(self, some: list[_Waiting]) -> bool:
        """All in one transaction; False when that failed, and nothing was done."""
        if len(some) == 1:
            return False
        try:
            results = await self._store.write(lambda tx: [work(tx) for work, _ in some])
        except Exception:  # noqa: BLE001 — whose fault it is shows when each is written alone
            return False
        for (_, done), result in zip(some, results, strict=True):
            if not done.done():
                done.set_result(result)
        return True

    async def _write_one(self, work: Callable[[Tx], Any], done: "asyncio.Future[Any]") -> None:
        try:
            result = await self._store.write(work)
        except Exception as fault:  # noqa: BLE001 — it is raised where it was asked for
            if not done.done():
                done.set_exception(fault)
        else:
            if not done.done():
                done.set_result(result)
