"""What an alert would cost, by channel: asked by the newsroom's conversation, answered by channels that bill."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.delivery.budget import Purse
from bot.delivery.cadence import COUNTED
from bot.delivery.content import BroadcastKind, Level
from bot.delivery.cost import ALL, OUTSIDE, Cost
from bot.delivery.halts import concerns
from bot.delivery.tariff import FREE_SERVICE, Category, Rates
from bot.delivery.templates import uses
from bot.flow.means import Terms
from bot.ports import Tx, Windows


class About(NamedTuple):
    """A correction, a follow-up or a withdrawal, which is for those who have had something."""

    kind: BroadcastKind
    broadcast_id: int


CostOf = Callable[[Tx, Collection[str], Level, datetime, About | None], Mapping[str, Cost]]  # no categories: everybody


def free(
    tx: Tx, categories: Collection[str], level: Level, now: datetime, about: About | None = None,  # noqa: ARG001 — a CostOf
) -> Mapping[str, Cost]:  # fmt: skip
    """Where nothing is billed."""
    return {}


class Costs:
    """A `CostOf` for the one channel that bills; reads only, so any connection will do."""

    def __init__(self, channel: str, terms: Terms, timezone: ZoneInfo, language: str) -> None:
        """`language` is that of most readers: its templates decide what is paid."""
        self._channel, self._terms, self._timezone, self._language = channel, terms, timezone, language

    def __call__(
        self, tx: Tx, categories: Collection[str], level: Level, now: datetime, about: About | None = None
    ) -> Mapping[str, Cost]:  # fmt: skip
        """What an alert of this level costs now, or what is about something that was told."""
        kind = BroadcastKind.ALERT if about is None else about.kind
        today, terms = now.astimezone(self._timezone).date(), self._terms
        rates, purse = terms.card.on(today), Purse(terms.budget, tx.spent(today))
        had = None if about is None else about.broadcast_id
        windows, urgent = tx.windows(self._channel, categories, now, had), level is Level.URGENT
        readers = sum(w.open for w in windows), sum(w.closed for w in windows)
        left = purse.left(1, urgent=urgent)  # a broadcast that has cost nothing yet
        amount, unpaid = _service(windows, rates, purse, None if left is None else left[1])
        room = None if terms.portfolio is None else max(0, terms.portfolio - tx.people_since(now - COUNTED))
        category = self._category(tx, kind, level) if terms.budget.is_set else None
        bound = None if left is None else left[1] - amount
        if category is Category.MARKETING and not urgent:
            windows = [w._replace(closed=w.closed - w.sated, begun=w.begun - w.begun_sated) for w in windows]
        paid, dearer = (0, 0) if category is None else _templates(windows, rates, category, room, bound)
        return {
            self._channel: Cost(
                open=readers[0], closed=readers[1], paid=paid, unpaid=unpaid,
                amount=amount + dearer, currency=terms.card.currency, left=None if left is None else left[1],
                budget="" if left is None else left[0], room=room,
                held=_held(tx, kind, category),
            )
        }  # fmt: skip

    def _category(self, tx: Tx, kind: BroadcastKind, level: Level) -> Category | None:
        """As what the template is billed that would be sent; None: there is none."""
        found = (tx.usable_template(use, self._language) for use in uses(kind, level=level))
        key = next((key for key in found if key is not None), None)
        category = tx.template_category(key) if key is not None else None
        return Category(category) if category in {Category.MARKETING, Category.UTILITY} else None


def _held(tx: Tx, kind: BroadcastKind, category: Category | None) -> str:
    """For whom the platform takes nothing of this kind now; `category` is that of their template outside a window."""
    scopes = [halt.scope for halt in tx.halts()]
    if any(concerns(scope, kind, Category.SERVICE) for scope in scopes):
        return ALL
    outside = category is not None and any(concerns(scope, kind, category) for scope in scopes)
    return OUTSIDE if outside else ""


def _service(windows: Sequence[Windows], rates: Rates, purse: Purse, bound: int | None) -> tuple[int, int]:
    """What the readers with an open window cost, after the free ones; for how many of them no budget is left."""
    unbilled, amount, unpaid = max(0, FREE_SERVICE - purse.spent.service), 0, 0
    for window in windows:
        billed = max(0, window.open - unbilled)
        unbilled -= window.open - billed
        price = rates.prices(window.beginning).utility
        paid = billed if bound is None or price <= 0 else min(billed, max(0, bound - amount) // price)
        amount, unpaid = amount + paid * price, unpaid + billed - paid
    return amount, unpaid


def _templates(
    windows: Sequence[Windows], rates: Rates, category: Category, room: int | None, bound: int | None
) -> tuple[int, int]:  # fmt: skip
    """How many readers get a template and what they cost, as far as portfolio and budget go."""
    people = amount = 0
    for window in windows:
        fresh = window.closed - window.begun
        fresh = fresh if room is None else min(fresh, room)
        room = None if room is None else room - fresh
        price, wanted = rates.prices(window.beginning).of(category), window.begun + fresh
        if bound is not None and price > 0:
            wanted = min(wanted, max(0, bound - amount) // price)
        people, amount = people + wanted, amount + wanted * price
    return people, amount
