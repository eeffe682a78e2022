"""Several people's transactions are written as one; somebody's fault is theirs alone."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.errors import StoreError
from bot.flow.together import MOST, Together
from bot.ports import Store, Tx
from storage import open_store
from tests.support.town import NOW


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{folder / 'kentongan.db'}", now=NOW, migrate=True)
    try:
        yield store
    finally:
        store.close()


class Counting:
    """The store's own writes, counted."""

    def __init__(self, store: Store) -> None:
        self.store, self.transactions = store, 0

    async def write(self, work: Callable[[Tx], Any]) -> Any:
        self.transactions += 1
        return await self.store.write(work)


def speaks(address: str, language: str = "en") -> Callable[[Tx], str]:
    def work(tx: Tx) -> str:
        tx.set_language("telegram", address, language)
        return address

    return work


def breaks(tx: Tx) -> None:
    tx.set_language("telegram", "broken", "en")
    raise ArithmeticError("of its own")


async def test_what_gathers_while_the_store_writes_is_one_transaction(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        counting = Counting(store)
        together = Together(counting)  # type: ignore[arg-type]
        answers = await asyncio.gather(*(together.write(speaks(str(n))) for n in range(MOST * 2)))
        assert answers == [str(n) for n in range(MOST * 2)]
        assert counting.transactions == 2
        people = await store.read(lambda tx: [tx.person("telegram", str(n)).language for n in range(MOST * 2)])
        assert set(people) == {"en"}


async def test_a_fault_is_raised_where_it_belongs_and_leaves_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        together = Together(store)
        results = await asyncio.gather(
            together.write(speaks("1")), together.write(breaks), together.write(speaks("2")), return_exceptions=True
        )
        assert [type(result) for result in results] == [str, ArithmeticError, str]
        spoken = await store.read(lambda tx: [tx.person("telegram", a).language for a in ("1", "broken", "2")])
        assert spoken == ["en", "id", "en"]


async def test_each_learns_that_the_store_refuses(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        together = Together(store)
    results = await asyncio.gather(*(together.write(speaks(str(n))) for n in range(3)), return_exceptions=True)
    assert all(isinstance(result, StoreError) for result in results)


async def test_who_no_longer_waits_holds_up_nobody(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        together = Together(store)
        first, second = (asyncio.ensure_future(together.write(speaks(a))) for a in ("1", "2"))
        await asyncio.sleep(0)
        first.cancel()
        assert await second == "2"
        with pytest.raises(asyncio.CancelledError):
            await first
        assert await together.write(speaks("3")) == "3"
