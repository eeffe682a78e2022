"""Whom a draft would reach, and what that costs."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from bot.delivery.content import Level
from bot.delivery.cost import Cost
from bot.flow.cost import About, CostOf
from bot.ports import Tx


class Target(NamedTuple):
    """Whom a draft is for."""

    categories: tuple[str, ...]  # topics and words; none: everybody
    channels: tuple[str, ...]
    level: Level
    about: About | None = None  # for those who have had this


class Reach(NamedTuple):
    """How many that is, and what it costs where messages are billed; both by channel."""

    audience: Mapping[str, int]
    costs: Mapping[str, Cost]


Count = Callable[[Tx, Target], Reach]


def count(tx: Tx, target: Target, costs: CostOf, now: datetime) -> Reach:
    """Count now; reads only."""
    counted = () if target.about is not None else target.channels  # of who has had something the report knows
    audience = {channel: tx.audience_size(channel, target.categories) for channel in counted}
    billed = costs(tx, target.categories, target.level, now, target.about)
    return Reach(audience, {channel: cost for channel, cost in billed.items() if channel in target.channels})
