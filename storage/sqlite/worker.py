"""One thread, one connection: whole transactions go in, results come out."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from bot.errors import StoreError
from bot.ports import Tx
from storage.sqlite.connection import connect, sqlite_faults
from storage.sqlite.tx import SqliteTx
from storage.stops import Departures

T = TypeVar("T")


class Worker:
    """A connection that lives in a thread of its own and runs one transaction after the other."""

    def __init__(self, path: Path, *, writes: bool, busy_seconds: float, departures: Departures | None = None) -> None:
        self._departures = departures
        self._begin = "BEGIN IMMEDIATE" if writes else "BEGIN"
        self._closed = False
        self._seen: int | None = None
        self._thread = ThreadPoolExecutor(1, "store-writer" if writes else "store-reader")
        try:
            self._tx = self._thread.submit(self._open, path, writes, busy_seconds).result()
        except BaseException:
            self._thread.shutdown()
            raise

    def _open(self, path: Path, writes: bool, busy_seconds: float) -> SqliteTx:
        with sqlite_faults():
            db = connect(path, writes=writes, busy_seconds=busy_seconds)
            return SqliteTx(db, writes=writes, departures=self._departures)

    async def run(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in one transaction. A caller that is cancelled stops waiting; a begun transaction still ends."""
        if self._closed:
            raise StoreError("closed", "the store is closed")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transact, work)

    async def changed_elsewhere(self) -> bool:
        """Whether another connection has written since the last time this was asked."""
        if self._closed:
            raise StoreError("closed", "the store is closed")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._look_elsewhere)

    def _look_elsewhere(self) -> bool:
        with sqlite_faults():
            before, self._seen = self._seen, self._tx.value("PRAGMA data_version")
        return before is not None and before != self._seen

    def _transact(self, work: Callable[[Tx], T]) -> T:
        conn = self._tx.conn
        with sqlite_faults():
            conn.execute(self._begin)
            try:
                result = work(self._tx)
                if self._departures is not None:
                    self._departures.write()
                conn.execute("COMMIT")
            except BaseException:
                if self._departures is not None:
                    self._departures.forget()
                self._tx.forget_erasures()
                if conn.in_transaction:  # a full disk may have rolled back already
                    conn.execute("ROLLBACK")
                raise
            if self._departures is not None:
                self._departures.committed()
            if self._tx.writes:
                self._tx.sweep()
            return result

    def close(self) -> None:
        """Finish what runs and what waits, then close; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self._thread.submit(self._end).result()
        self._thread.shutdown()

    def _end(self) -> None:
        if self._tx.writes:
            with (
                suppress(StoreError),
                sqlite_faults(),
            ):  # what is committed stays in the WAL
                self._tx.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._tx.conn.close()
