"""Whom a draft would reach, and what that costs."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from bot.delivery.content import Level
from bot.delivery.cost import Cost
from bot.flow.cost import CostOf
from bot.ports import Tx


class Target(NamedTuple):
    """Whom a draft is for."""

    categories: tuple[str, ...]  # topics and words; none: everybody
    channels: tuple[str, ...]
    level: Level


class Reach(NamedTuple):
    """How many that is, and what it costs where messages are billed; both by channel."""

    audience: Mapping[str, int]
    costs: Mapping[str, Cost]


Count = Callable[[Tx, Target], Reach]


def count(tx: Tx, target: Target, costs: CostOf, now: datetime) -> Reach:
    """Count now; reads only."""
    audience = {channel: tx.audience_size(channel, target.categories) for channel in target.channels}
    billed = costs(tx, target.categories, target.level, now)
    return Reach(audience, {channel: cost for channel, cost in billed.items() if channel in target.channels})
