"""What was spent in one currency is never counted in another."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from bot.app.whatsapp import keep_currency
from bot.delivery.budget import Budget, Charge
from bot.delivery.receipts import DeliveryTag
from bot.delivery.tariff import Category, Prices, RateCard, Rates
from bot.flow.means import Terms
from bot.flow.spending import spending
from bot.ports import Charged, Store
from tests.storage.makers import NOW

ZONE = ZoneInfo("Asia/Jakarta")
TODAY = NOW.astimezone(ZONE).date()
IN_RUPIAH = Prices(587_330_000, 358_400_000)
YEAR = (date(2026, 1, 1), date(2027, 1, 1))
RUPIAH, DOLLAR = (
    Terms(RateCard(name, (Rates(*YEAR, (), prices),)), Budget(month=300_000_000))
    for name, prices in (("IDR", IN_RUPIAH), ("USD", Prices(41_100, 25_000)))
)


async def spend(store: Store, terms: Terms, first: int) -> None:
    prices = terms.card.periods[0].elsewhere
    charge = Charge(Category.MARKETING, prices.marketing, prices)
    charged = [Charged(DeliveryTag(1, n, 1), charge, "x/id") for n in range(first, first + 1_000)]
    await store.write(lambda tx: tx.charge(charged, TODAY))


async def reckoned(store: Store, terms: Terms) -> tuple[Any, ...]:
    told = await store.read(lambda tx: spending(tx, terms, ZONE, NOW))
    month = told["month"]
    return told["currency"], month["messages"], month["amount"], told["reserved"], told["budget"]["month"]


async def test_with_a_rate_card_of_another_currency_the_sums_begin_anew_and_messages_stay_counted(store: Store) -> None:
    await keep_currency(store, RUPIAH)
    await spend(store, RUPIAH, 0)
    before = await reckoned(store, RUPIAH)
    await keep_currency(store, RUPIAH)
    assert before == await reckoned(store, RUPIAH)
    assert before[:4] == ("IDR", 1_000, 587_330.0, 587_330.0)
    await keep_currency(store, DOLLAR)
    assert await reckoned(store, DOLLAR) == ("USD", 1_000, 0.0, 0.0, {"limit": 300.0, "left": 300.0})
    assert await store.read(lambda tx: tx.spent_on([1])) == {}
    await spend(store, DOLLAR, 1_000)
    assert (await reckoned(store, DOLLAR))[:3] == ("USD", 2_000, 41.1)


async def test_until_the_program_takes_the_new_card_the_sums_are_told_in_the_currency_they_have(store: Store) -> None:
    await keep_currency(store, RUPIAH)
    await spend(store, RUPIAH, 0)
    assert await reckoned(store, DOLLAR) == ("IDR", 1_000, 587_330.0, 587_330.0, None)
