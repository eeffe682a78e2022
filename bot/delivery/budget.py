"""What may be spent, and what is left of it: a day, a month, one broadcast, and the part that only DARURAT may use.

An amount is reserved before a message leaves and counts as spent until the platform has said what it was billed. What
people are answered is never withheld: it counts, and what is pushed gives way.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from bot.delivery.tariff import Category, Prices, service_price

RESERVE: Final = 0.2  # of the day's and the month's budget


@dataclass(frozen=True, slots=True)
class Budget:
    """What the operator allows, in micro-units; None: not set."""

    day: int | None = None
    month: int | None = None
    broadcast: int | None = None  # one broadcast, whatever day; urgent alerts are not bound by it
    reserve: float = RESERVE  # this share of day and month is for urgent alerts

    @property
    def is_set(self) -> bool:
        """Whether anything may be sent outside of an open window."""
        return self.day is not None or self.month is not None

    def allowed(self, limit: int, *, urgent: bool) -> int:
        """How much of a day's or a month's limit may be spent on what is so urgent."""
        return limit if urgent else limit - int(limit * self.reserve)


class Spent(NamedTuple):
    """What is reserved or billed already, in micro-units."""

    day: int = 0
    month: int = 0
    service: int = 0  # service messages of this month


class Cap(NamedTuple):
    """A budget that does not suffice any more, or what else lets no more leave for people outside of a window."""

    period: str  # day | month | broadcast; portfolio: its people; template: none can be sent
    limit: int
    broadcast: int = 0  # whose budget it is; 0: everybody's
    urgent: bool = False  # an urgent alert waits: of a budget the reserve is used up too


class Charge(NamedTuple):
    """What is reserved for one attempt."""

    category: Category
    amount: int
    prices: Prices  # as they are today, should the platform bill it as something else


@dataclass(slots=True)
class Purse:
    """What a tick may spend: what was spent before, and what the tick itself reserves."""

    budget: Budget
    spent: Spent
    by_broadcast: Counter[int] = field(default_factory=Counter)  # what each had cost before, and costs in this tick

    def price(self, category: Category, prices: Prices) -> int:
        """What the next message of this category costs."""
        return service_price(prices, self.spent.service) if category is Category.SERVICE else prices.of(category)

    def short(self, amount: int, broadcast: int = 0, *, urgent: bool = False) -> Cap | None:
        """The budget that does not suffice for this; None: it may be spent."""
        if amount <= 0:
            return None
        return next((cap for cap, left in self._left(broadcast, urgent) if amount > left), None)

    def left(self, broadcast: int = 0, *, urgent: bool = False) -> tuple[str, int] | None:
        """The tightest budget and what it has left, never less than nothing; None: none is set."""
        found = min(self._left(broadcast, urgent), key=lambda one: one[1], default=None)
        return None if found is None else (found[0].period, max(0, found[1]))

    def take(self, category: Category, amount: int, prices: Prices, broadcast: int = 0) -> Charge:
        """Reserve it."""
        day, month, service = self.spent
        self.spent = Spent(day + amount, month + amount, service + (category is Category.SERVICE))
        self.by_broadcast[broadcast] += amount
        return Charge(category, amount, prices)

    def _left(self, broadcast: int, urgent: bool) -> Iterator[tuple[Cap, int]]:
        budget, spent = self.budget, self.spent
        if budget.day is not None:
            yield Cap("day", budget.day, urgent=urgent), budget.allowed(budget.day, urgent=urgent) - spent.day
        if budget.month is not None:
            yield Cap("month", budget.month, urgent=urgent), budget.allowed(budget.month, urgent=urgent) - spent.month
        if budget.broadcast is not None and broadcast and not urgent:
            yield Cap("broadcast", budget.broadcast, broadcast), budget.broadcast - self.by_broadcast[broadcast]


def refilled(cap: Cap | None, now: datetime, timezone: ZoneInfo) -> datetime | None:
    """When this budget begins anew on the portal's calendar; None: never, for one broadcast."""
    today = now.astimezone(timezone).date()
    if cap is None or cap.period == "broadcast":
        return None
    first = today + timedelta(days=1) if cap.period == "day" else month_after(today)
    return datetime.combine(first, time(), timezone)


def ends(cap: Cap, today: date) -> list[str]:
    """The names of what this cap tells, each told once; the first is its own. An empty reserve says all of it."""
    if cap.broadcast:
        return [f"spent:{cap.period}:{cap.broadcast}"]
    name = f"spent:{cap.period}:{month_of(today) if cap.period == 'month' else today}"
    return [f"{name}:urgent", name] if cap.urgent else [name]


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def month_after(day: date) -> date:
    """The first day of the month after."""
    return (month_of(day) + timedelta(days=32)).replace(day=1)
