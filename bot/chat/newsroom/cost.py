"""What an alert costs on channels that bill, and what that leaves."""

from collections.abc import Iterator, Mapping
from typing import Final

from bot.chat.message import Span
from bot.chat.texts import Voice, joined
from bot.delivery.cost import ALL, OUTSIDE, Cost

_LEFT: Final = {"day": "desk.cost.left_day", "month": "desk.cost.left_month", "broadcast": "desk.cost.left_broadcast"}
_HELD: Final = {ALL: "desk.cost.held", OUTSIDE: "desk.cost.held_outside"}
_Text = tuple[Span, ...]


def cost_lines(say: Voice, costs: Mapping[str, Cost]) -> Iterator[_Text]:
    """The amount, who has an open window, whether it is held back, and how much budget and portfolio are left."""
    for cost in costs.values():
        amount = say.money(cost.amount, cost.currency)
        yield say.rich("desk.cost.amount", amount=amount, open=_n(say, cost.open), closed=_n(say, cost.closed))
        if cost.held:
            yield say.rich(_HELD[cost.held])
        if cost.unpaid:
            yield say.rich("desk.cost.unpaid", count=_n(say, cost.unpaid))
        if cost.closed:
            yield say.rich("desk.cost.outside", paid=_n(say, cost.paid), waiting=_n(say, cost.waiting))
        left = say.rich(_LEFT[cost.budget], left=say.money(cost.left, cost.currency)) if cost.left is not None else ()
        room = say.rich("desk.cost.room", count=_n(say, cost.room)) if cost.room is not None else ()
        if left or room:
            yield joined(" · ", left, room)


def _n(say: Voice, count: int) -> str:
    return say.t("desk.count", count=count)
