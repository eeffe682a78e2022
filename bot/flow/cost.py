"""What an alert would cost, by channel: asked by the newsroom's conversation, answered by channels that bill."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from bot.delivery.content import Level
from bot.delivery.cost import Cost
from bot.ports import Tx

CostOf = Callable[[Tx, Collection[str], Level, datetime], Mapping[str, Cost]]  # categories, none: everybody


def free(tx: Tx, categories: Collection[str], level: Level, now: datetime) -> Mapping[str, Cost]:  # noqa: ARG001 — a CostOf
    """Where nothing is billed."""
    return {}
