"""What is used up or lacking, and told to admins: each end of a budget once, no more room, no template."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.budget import Budget, Cap, Charge
from bot.delivery.content import Level
from bot.delivery.cost import MICRO
from bot.delivery.receipts import Billed, Receipt, ReplyTag
from bot.delivery.tariff import Category, Prices
from bot.flow import newsroom
from bot.flow.means import Means, Terms
from bot.ports import Charged, Tx
from bot.settings.ratecard import read_rate_card
from tests.flow.test_whatsapp_planning import (
    MARKETING,
    NEIGHBOUR,
    PLENTY,
    UTILITY,
    alert,
    pause_templates,
    reader,
    spend,
    to,
)
from tests.support.town import ZONE as WIB

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


async def test_what_waits_for_a_budget_asks_at_a_start_and_when_money_has_come_back_and_not_in_between(
    tmp_path: Path,
) -> None:
    async with reader(tmp_path, Budget(day=2 * UTILITY)) as person:
        await to(person, 20, days=1)
        paid = Charged(ReplyTag(999, 1), Charge(Category.SERVICE, 2 * UTILITY, Prices(MARKETING, UTILITY)))
        today = person.clock.now().astimezone(WIB).date()
        await person.store.write(lambda tx: tx.charge([paid], today))
        person.arrived()
        await alert(person, Level.IMPORTANT)
        waits = await person.store.read(lambda tx: tx.next_due("whatsapp", person.clock.now()))
        assert person.arrived() == []
        await to(person, 20, 5)
        assert waits == await person.store.read(lambda tx: tx.next_due("whatsapp", person.clock.now()))
        free = Receipt("wamid.999", "sent", ReplyTag(999, 1), billed=Billed(False, "service"))
        await person.store.write(lambda tx: tx.take_receipts([free], person.clock.now()))
        await to(person, 20, 10)
        async with asyncio.timeout(20):
            while not (came := person.arrived()):  # noqa: ASYNC110 — the tick that looks finds it
                await asyncio.sleep(0.01)
        assert [shown.kind for shown in came] == ["template"]


async def test_what_waits_for_a_budget_is_due_after_a_start_which_may_have_brought_a_larger_one(tmp_path: Path) -> None:
    async with reader(tmp_path, Budget(day=UTILITY)) as person:
        await to(person, 20, days=1)
        await person.store.write(lambda tx: spend(tx, UTILITY, person.clock.now()))
        await alert(person, Level.IMPORTANT)
        started, now = Means(Terms(read_rate_card().card, PLENTY), WIB), person.clock.now()

        def due(tx: Tx, later: timedelta) -> bool:
            started.look(tx, now + later)
            when = tx.next_due("whatsapp", now + later)
            return when is not None and when <= now + later

        assert await person.store.write(lambda tx: due(tx, timedelta()))
        await to(person, 20, 1)
        assert not await person.store.write(lambda tx: due(tx, timedelta(minutes=2))), "once a start"


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


ROOM, NO_ROOM_FOR_URGENT = Cap("portfolio", 0), Cap("portfolio", 0, urgent=True)
NONE, NONE_FOR_URGENT = Cap("template", 0), Cap("template", 0, urgent=True)
LACKING = {
    "no room in the portfolio": (PLENTY, 0, True, GOES_ON, [ROOM, NO_ROOM_FOR_URGENT]),
    "no room, an urgent alert first": (PLENTY, 0, True, GOES_ON[::-1][1:], [NO_ROOM_FOR_URGENT]),
    "no template": (PLENTY, None, False, GOES_ON, [NONE, NONE_FOR_URGENT]),
    "no budget, as the operator wants it": (Budget(), 0, False, GOES_ON, []),
    "nothing": (PLENTY, None, True, GOES_ON, []),
}


@pytest.mark.parametrize(("budget", "portfolio", "approved", "levels", "told"), LACKING.values(), ids=LACKING)
async def test_admins_hear_once_a_day_what_is_lacking_and_at_once_of_an_urgent_alert(
    tmp_path: Path, budget: Budget, portfolio: int | None, approved: bool, levels: list[Level], told: list[Cap]
) -> None:
    caps: list[Cap] = []
    tell = lambda _tx, cap, _currency: caps.append(cap)  # noqa: E731
    async with reader(tmp_path, budget, portfolio=portfolio, tell=tell) as person:
        if not approved:
            await person.store.write(pause_templates)
        await to(person, 20, days=1)
        for level in levels:
            await alert(person, level, lives=timedelta(hours=3))
        assert caps == told
        await to(person, 19)
        await alert(person, Level.IMPORTANT)
        assert caps == told + [cap._replace(urgent=False) for cap in told[:1]], "the next day anew"


@pytest.mark.parametrize(("portfolio", "approved", "told"), [(0, True, [ROOM]), (None, False, [NONE])])
async def test_a_digest_that_waits_for_room_or_a_template_is_told_too(
    tmp_path: Path, portfolio: int | None, approved: bool, told: list[Cap]
) -> None:
    caps: list[Cap] = []
    tell = lambda _tx, cap, _currency: caps.append(cap)  # noqa: E731
    async with reader(tmp_path, portfolio=portfolio, tell=tell) as person:
        if not approved:
            await person.store.write(pause_templates)
        await to(person, 20, days=1)
        await person.publish(7)
        await to(person, 6)
        assert caps == told


async def test_a_withdrawal_waits_for_a_window_by_its_nature(tmp_path: Path) -> None:
    caps: list[Cap] = []
    async with reader(tmp_path, tell=lambda _tx, cap, _currency: caps.append(cap)) as person:
        await person.publish(7)
        await to(person, 20, days=1)
        original, now = await person.store.read(lambda tx: tx.story_broadcast(7)), person.clock.now()
        assert original is not None
        await person.store.write(lambda tx: newsroom.withdraw(tx, original, "Keliru.", "redaksi", now))
        person.deliverer.wake()
        await person.rested()
        assert caps == []
