"""What a message costs, what a budget has left for it, and how often somebody is written to who does not write."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.delivery.budget import Budget, Cap, Purse, Spent, refilled
from bot.delivery.cadence import NEVER, Pushed, joins_at, marketing_from, template_turn
from bot.delivery.plan import Reader
from bot.delivery.tariff import FREE_SERVICE, Category, Market, Prices, RateCard, Rates
from bot.delivery.timing import NOW, Turn, Way

WIB = ZoneInfo("Asia/Jakarta")
INDONESIA, JAVA, ELSEWHERE = Prices(41, 25), Prices(30, 20), Prices(170, 75)
RATES = Rates(
    date(2026, 10, 1), date(2027, 1, 1),
    (Market("Indonesia", ("62",), ("ID",), INDONESIA), Market("One city", ("62321",), (), JAVA)), ELSEWHERE,
)  # fmt: skip
LATER = Rates(date(2027, 1, 1), date(2027, 4, 1), (), ELSEWHERE)
DAY = datetime(2026, 11, 24, tzinfo=WIB)


def at(hour: int, minute: int = 0, day: int = 0) -> datetime:
    return DAY + timedelta(days=day, hours=hour, minutes=minute)


ADDRESSES = {
    "a number of the market": ("6281234", INDONESIA),
    "the longest beginning wins": ("62321555", JAVA),
    "a number of no market": ("6012", ELSEWHERE),
    "somebody who hides the number": ("ID.991", INDONESIA),
    "in small letters": ("id.991", INDONESIA),
    "an id of no market": ("US.1349", ELSEWHERE),
    "nothing": ("", ELSEWHERE),
}


@pytest.mark.parametrize(("address", "prices"), ADDRESSES.values(), ids=ADDRESSES)
def test_an_address_has_the_prices_of_its_market(address: str, prices: Prices) -> None:
    assert RATES.prices(address) == prices


def test_a_day_has_the_prices_of_its_period() -> None:
    card = RateCard("USD", (RATES, LATER))
    days = [date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1), date(2030, 1, 1)]
    assert [card.on(day) is LATER for day in days] == [False, False, True, True]
    assert [card.expired(day) for day in days] == [True, False, False, True]


def test_the_first_thousand_service_messages_of_a_month_are_free_and_then_they_cost_what_utility_costs() -> None:
    purse = Purse(Budget(), Spent(service=FREE_SERVICE - 1))
    paid = []
    for _ in range(3):
        price = purse.price(Category.SERVICE, INDONESIA)
        paid.append(purse.take(Category.SERVICE, price, INDONESIA).amount)
    assert paid == [0, 25, 25]
    assert purse.spent == Spent(50, 50, FREE_SERVICE + 2)
    assert purse.price(Category.MARKETING, INDONESIA) == 41
    assert purse.price(Category.UTILITY, INDONESIA) == 25


SHORT = {
    "no budget is no bound": (Budget(), Spent(9_999, 9_999), 41, False, None),
    "the day suffices to the last unit": (Budget(day=1_000, reserve=0), Spent(959, 959), 41, False, None),
    "the day does not": (Budget(day=1_000, reserve=0), Spent(960, 960), 41, False, "day"),
    "a fifth is left alone": (Budget(day=1_000), Spent(780, 780), 41, False, "day"),
    "for what is urgent": (Budget(day=1_000), Spent(780, 780), 41, True, None),
    "which also has an end": (Budget(day=1_000), Spent(970, 970), 41, True, "day"),
    "the month binds too": (Budget(day=1_000, month=2_000, reserve=0), Spent(0, 1_990), 41, False, "month"),
    "one broadcast": (Budget(day=9_000, broadcast=100, reserve=0), Spent(), 41, False, "broadcast"),
    "but not an urgent one": (Budget(day=9_000, broadcast=100, reserve=0), Spent(), 41, True, None),
    "what is free always fits": (Budget(day=0), Spent(), 0, False, None),
    "answers may have spent more than there was": (Budget(day=100), Spent(500, 500), 41, True, "day"),
}


@pytest.mark.parametrize(("budget", "spent", "price", "urgent", "period"), SHORT.values(), ids=SHORT)
def test_a_budget_suffices_or_says_which_does_not(
    budget: Budget, spent: Spent, price: int, urgent: bool, period: str | None
) -> None:  # fmt: skip
    purse = Purse(budget, spent)
    purse.by_broadcast[7] = 80
    cap = purse.short(price, 7, urgent=urgent)
    assert (cap.period if cap else None) == period


def test_what_is_left_is_told_of_the_tightest_budget() -> None:
    purse = Purse(Budget(day=1_000, month=1_500, broadcast=900), Spent(100, 1_100))
    assert purse.left(7) == ("month", 100)
    assert purse.left(7, urgent=True) == ("month", 400)
    assert Purse(Budget(day=10), Spent(50)).left() == ("day", 0)
    assert Purse(Budget(), Spent(50)).left() is None


def test_budgets_begin_anew_on_the_portals_calendar() -> None:
    night = datetime(2026, 12, 31, 17, 30, tzinfo=UTC)  # half past midnight of the first of January in Jakarta
    assert refilled(Cap("day", 1), night, WIB) == datetime(2027, 1, 2, tzinfo=WIB)
    assert refilled(Cap("month", 1), night, WIB) == datetime(2027, 2, 1, tzinfo=WIB)
    assert refilled(Cap("broadcast", 1), night, WIB) is None
    assert refilled(None, night, WIB) is None


# How often ----------------------------------------------------------------------------------------------------------

OFTEN = {
    "never had one": (0, None, None),
    "had one": (0, at(6), at(6, day=1)),
    "did not read six": (6, at(6), at(6, day=1)),
    "did not read seven": (7, at(6), at(6, day=7)),
    "did not read two weekly ones": (9, at(6), at(6, day=7)),
    "did not read three weekly ones": (10, at(6), NEVER),
}


@pytest.mark.parametrize(("unread", "last", "free"), OFTEN.values(), ids=OFTEN)
def test_whoever_does_not_read_gets_fewer(unread: int, last: datetime | None, free: datetime | None) -> None:
    assert marketing_from(Pushed(marketing_at=last, unread=unread)) == free


def reader(mode: str = "instant", quiet: tuple[int, int] | None = None) -> Reader:
    return Reader(1, "62811", None, "id", mode=mode, quiet=quiet, window_until=DAY - timedelta(days=3))


TEMPLATES = {
    "at its hour": (reader(), Pushed(), at(6, 1), NOW),
    "up to three hours late": (reader(), Pushed(), at(9), NOW),
    "not between the hours": (reader(), Pushed(), at(9, 1), Turn(Way.DIGEST, at(17))),
    "not twice a day": (reader(), Pushed(marketing_at=at(6)), at(17), Turn(Way.DIGEST, at(6, day=1))),
    "a moment later than yesterday": (reader(), Pushed(marketing_at=at(6, 2, -1)), at(6), Turn(Way.DIGEST, at(6, 2))),
    "at the moment of yesterday": (reader(), Pushed(marketing_at=at(6, 2, -1)), at(6, 2), NOW),
    "yesterday in the evening": (reader(), Pushed(marketing_at=at(17, 1, -1)), at(6), Turn(Way.DIGEST, at(17, 1))),
    "mornings only": (reader("morning"), Pushed(marketing_at=at(6)), at(17), Turn(Way.DIGEST, at(6, day=1))),
    "evenings only": (reader("evening"), Pushed(), at(7), Turn(Way.DIGEST, at(17))),
    "after a long night": (reader(quiet=(1260, 420)), Pushed(), at(7), NOW),
    "weekly": (reader(), Pushed(marketing_at=at(6, 0, -3), unread=7), at(6), Turn(Way.DIGEST, at(6, day=4))),
    "weekly, when it is time": (reader(), Pushed(marketing_at=at(6, 0, -7), unread=8), at(6), NOW),
    "not before they write": (
        reader(), Pushed(marketing_at=at(6, 0, -30), unread=10), at(6), Turn(Way.DIGEST, at(17, day=7)),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("who", "pushed", "now", "turn"), TEMPLATES.values(), ids=TEMPLATES)
def test_a_digest_outside_a_window_has_its_hour_and_its_pace(
    who: Reader, pushed: Pushed, now: datetime, turn: Turn
) -> None:  # fmt: skip
    assert template_turn(who, pushed, now, WIB) == turn


def test_stories_join_for_five_minutes_after_the_last_message() -> None:
    told = Pushed(told_at=at(12))
    assert joins_at(Pushed(), at(12)) is None
    assert joins_at(told, at(12)) == at(12, 5)
    assert joins_at(told, at(12, 4)) == at(12, 5)
    assert joins_at(told, at(12, 5)) is None
    assert joins_at(told, at(11)) is None, "a clock that was set back holds nobody back"
