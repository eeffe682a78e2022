"""Counting beside the writer: over a million readers it takes most of a second, and no tick may wait for that.

The desk decides inside one transaction of the writer. Where that needs a count that has not been taken, it raises
`UncountedError`: nothing was done, the count is taken on the reading connection, and the update is handled anew.
"""

from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

from bot.ports import Store, Tx

T = TypeVar("T")
Beside = Callable[[Tx, Hashable, Callable[[Tx], Any]], Any]  # the name of a count, and how it is taken


class UncountedError(Exception):
    """The transaction needs a count that nobody has taken yet."""

    def __init__(self, name: Hashable, work: Callable[[Tx], Any]) -> None:
        super().__init__("not counted yet")
        self.name, self.work = name, work


def at_once(tx: Tx, _name: Hashable, work: Callable[[Tx], Any]) -> Any:  # noqa: ANN401 — what the count gives
    """A Beside for where nobody waits: it is counted here."""
    return work(tx)


def not_here(_tx: Tx, name: Hashable, work: Callable[[Tx], Any]) -> Any:  # noqa: ANN401 — likewise
    """A Beside for transactions in which nothing must be counted."""
    raise UncountedError(name, work)


async def beside_the_writer(store: Store, run: Callable[[Beside], Awaitable[T]]) -> T:
    """Run a transaction that may need counts; what it turns out to need is counted on the reading connection."""
    known: dict[Hashable, Any] = {}

    def find(tx: Tx, name: Hashable, work: Callable[[Tx], Any]) -> Any:  # noqa: ANN401 — likewise
        return known[name] if name in known else not_here(tx, name, work)

    while True:
        try:
            return await run(find)
        except UncountedError as asked:
            known[asked.name] = await store.read(asked.work)
