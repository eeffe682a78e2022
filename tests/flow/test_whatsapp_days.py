"""Days of stories, digests and alerts in virtual time, readers at random: no rule of the platform's is ever broken."""

from pathlib import Path

import pytest

import storage
from bot.delivery.budget import Budget
from bot.delivery.cost import MICRO
from tests.support.whatsapp_days import START, WIB, Town

WORLDS = {
    "no budget": (1, Budget(), None),
    "plenty": (2, Budget(day=50 * MICRO), None),
    "a tight day": (3, Budget(day=1_500_000, month=9 * MICRO), None),
    "a small portfolio": (4, Budget(day=50 * MICRO), 15),
}


TOLD = {1: set[str](), 2: set(), 3: {"day", "month"}, 4: {"portfolio"}}  # what admins hear of in each


@pytest.mark.parametrize(("seed", "budget", "portfolio"), WORLDS.values(), ids=WORLDS)
async def test_a_week_keeps_every_rule(tmp_path: Path, seed: int, budget: Budget, portfolio: int | None) -> None:
    town = Town(tmp_path, seed, readers=60, days=6, budget=budget, portfolio=portfolio)
    await town.live()
    judge = town.judge
    assert judge.broken == []
    assert town.lost == []
    assert judge.kinds["story service"] > 100
    assert (sum(n for kind, n in judge.kinds.items() if "service" not in kind) > 0) == budget.is_set
    assert {cap.period for cap in town.caps} == TOLD[seed]
    twice = {who: had.most_common(1) for who, had in judge.had.items() if max(had.values(), default=0) > 1}
    assert twice == {}
    store = storage.open_store(f"sqlite:///{tmp_path / 'days.db'}", now=START)
    book = await store.read(lambda tx: tx.spending(START.astimezone(WIB).date()))
    store.close()
    billed = {day: amount for day, amount in judge.billed.items() if amount}
    kept: dict[object, int] = {}
    for day, _, _, _, amount in book:
        kept[day] = kept.get(day, 0) + amount
    assert {day: amount for day, amount in kept.items() if amount} == pytest.approx(billed, rel=0.01)
