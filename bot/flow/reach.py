"""Whom a draft would reach and what that costs: counted beside the writer, for a million readers take their time.

The desk decides inside one transaction of the writer. Where that needs a count it does not have, it raises
`UncountedError`: nothing was done, the count is taken on the reading connection, and the update is handled anew.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple, TypeVar

from bot.delivery.content import Level
from bot.delivery.cost import Cost
from bot.flow.cost import CostOf
from bot.ports import Store, Tx

T = TypeVar("T")


class Target(NamedTuple):
    """Whom a draft is for."""

    categories: tuple[str, ...]  # topics and words; none: everybody
    channels: tuple[str, ...]
    level: Level


class Reach(NamedTuple):
    """How many that is, and what it costs where messages are billed; both by channel."""

    audience: Mapping[str, int]
    costs: Mapping[str, Cost]


class UncountedError(Exception):
    """The transaction needs a count that nobody has taken yet."""

    def __init__(self, target: Target) -> None:
        super().__init__("not counted yet")
        self.target = target


Count = Callable[[Tx, Target], Reach]


def count(tx: Tx, target: Target, costs: CostOf, now: datetime) -> Reach:
    """Count now; reads only."""
    audience = {channel: tx.audience_size(channel, target.categories) for channel in target.channels}
    billed = costs(tx, target.categories, target.level, now)
    return Reach(audience, {channel: cost for channel, cost in billed.items() if channel in target.channels})


def nothing_counted(tx: Tx, target: Target) -> Reach:  # noqa: ARG001 — a Count
    """A Count for transactions in which no count has been taken."""
    raise UncountedError(target)


async def beside_the_writer(store: Store, costs: CostOf, now: datetime, run: Callable[[Count], Awaitable[T]]) -> T:
    """Run a transaction that may need counts; what it turns out to need is counted on the reading connection."""
    known: dict[Target, Reach] = {}
    while True:
        try:
            return await run(lambda tx, target: known[target] if target in known else nothing_counted(tx, target))
        except UncountedError as asked:
            known[asked.target] = await store.read(partial(count, target=asked.target, costs=costs, now=now))
