"""Which ends of a budget admins are told of: each one, once, also the reserve's and each broadcast's own."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.budget import Budget, Cap
from bot.delivery.content import Level
from bot.delivery.cost import MICRO
from bot.ports import Tx
from tests.flow.test_whatsapp_planning import MARKETING, NEIGHBOUR, UTILITY, alert, reader, spend, to

GOES_ON = [Level.IMPORTANT, Level.IMPORTANT, Level.URGENT, Level.URGENT, Level.URGENT, Level.IMPORTANT]
DAY, RESERVE = Cap("day", 2 * UTILITY), Cap("day", 2 * UTILITY, urgent=True)
MONTH, MONTHS_RESERVE = Cap("month", 2 * UTILITY), Cap("month", 2 * UTILITY, urgent=True)
ENDS = {
    "of the day, then of its reserve": (Budget(day=2 * UTILITY), GOES_ON, [DAY, RESERVE]),
    "of the month, then of its reserve": (Budget(month=2 * UTILITY), GOES_ON, [MONTH, MONTHS_RESERVE]),
    "where the reserve is gone first, no smaller word follows": (
        Budget(day=2 * UTILITY), [*[Level.URGENT] * 3, Level.IMPORTANT, Level.IMPORTANT], [RESERVE],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("budget", "levels", "told"), ENDS.values(), ids=ENDS)
async def test_admins_hear_of_each_end_once(
    tmp_path: Path, budget: Budget, levels: list[Level], told: list[Cap]
) -> None:
    caps: list[Cap] = []
    async with reader(tmp_path, budget, tell=lambda _tx, cap, _currency: caps.append(cap)) as person:
        await to(person, 20, days=1)
        for level in levels:
            await alert(person, level)
        assert caps == told


async def test_the_next_day_begins_anew(tmp_path: Path) -> None:
    caps: list[Cap] = []
    async with reader(tmp_path, Budget(day=UTILITY), tell=lambda _tx, cap, _currency: caps.append(cap)) as person:
        await to(person, 20, days=1)
        for _ in range(2):
            await alert(person, Level.URGENT)
            await to(person, 20)
            await person.store.write(lambda tx: spend(tx, UTILITY, person.clock.now() + timedelta(seconds=1)))
        await alert(person, Level.URGENT)
        assert caps == [Cap("day", UTILITY, urgent=True)] * 2


async def test_each_broadcast_that_has_used_up_its_own_budget_is_told(tmp_path: Path) -> None:
    caps: list[Cap] = []
    budget = Budget(day=MICRO, broadcast=MARKETING)
    async with reader(tmp_path, budget, tell=lambda _tx, cap, _currency: caps.append(cap)) as person:

        def neighbours(tx: Tx) -> None:
            for n in range(2):
                tx.follow("whatsapp", f"{NEIGHBOUR[:-1]}{n}", {"daerah"}, False, "formulir", None, "id",
                          person.clock.now())  # fmt: skip

        await person.store.write(neighbours)
        await to(person, 20, days=1)
        made = [await alert(person, Level.IMPORTANT) for _ in range(2)]
        assert caps == [Cap("broadcast", MARKETING, number) for number in made]
