"""What messages have cost, for operators: today and this month, by category, what is left, what is held back."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.delivery.budget import Budget, Spent, month_of
from bot.delivery.cost import MICRO
from bot.delivery.tariff import FREE_SERVICE
from bot.flow.means import Terms
from bot.ports import Tx

_Row = tuple[date, str, int, int, int]  # as MoneyTx.spending: day, category, messages, foreseen, cost


def spending(tx: Tx, terms: Terms, timezone: ZoneInfo, now: datetime) -> dict[str, Any]:
    """Amounts in units of the currency, days and months of the portal's calendar; `left` has no reserve taken off."""
    today = now.astimezone(timezone).date()
    rows, spent = tx.spending(month_of(today)), tx.spent(today)
    currency = tx.currency() or terms.card.currency  # the program's, which begins its sums anew with another rate card
    return {
        "currency": currency,
        "today": _summed(row for row in rows if row[0] == today),
        "month": _summed(row for row in rows if row[0] <= today),
        "reserved": _units(tx.unsettled(month_of(today))),  # of the month's cost what the platform has not billed yet
        "free_service_left": max(0, FREE_SERVICE - spent.service),
        "budget": _budget(terms.budget if currency == terms.card.currency else Budget(), spent),
        "held_back": [
            {"what": halt.scope.value, "code": halt.code, "since": halt.since.isoformat(timespec="seconds")}
            for halt in tx.halts()
        ],
    }


def _summed(rows: Iterable[_Row]) -> dict[str, Any]:
    by_category: dict[str, list[int]] = {}
    for _, category, messages, _, amount in rows:
        sums = by_category.setdefault(category, [0, 0])
        sums[0] += messages
        sums[1] += amount
    return {
        "messages": sum(messages for messages, _ in by_category.values()),
        "amount": _units(sum(amount for _, amount in by_category.values())),
        "by_category": {
            category: {"messages": messages, "amount": _units(amount)}
            for category, (messages, amount) in sorted(by_category.items())
        },
    }


def _budget(budget: Budget, spent: Spent) -> dict[str, Any]:
    limits = {"day": (budget.day, spent.day), "month": (budget.month, spent.month)}
    return {
        period: None if limit is None else {"limit": _units(limit), "left": _units(max(0, limit - used))}
        for period, (limit, used) in limits.items()
    }


def _units(amount: int) -> float:
    return round(amount / MICRO, 6)
