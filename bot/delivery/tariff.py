"""What one message costs: rate cards with dates, prices by market and category, in micro-units of a currency.

Source of the rules: WhatsApp's pricing since 1 October 2026. Billed is what is delivered, by the market of the number
it goes to. A template costs what its category costs; anything else in an open window is a service message, at the rate
of utility, but for the first thousand of a number in a month. Answers within 72 hours of a click on an advertisement
are free; only the platform knows which, so nothing is planned by that: its word about each message settles it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

FREE_SERVICE: Final = 1_000  # service messages of a number in a month
LONGEST_PREFIX: Final = 6  # digits


class Category(StrEnum):
    """As what a message is billed."""

    MARKETING = "marketing"
    UTILITY = "utility"
    SERVICE = "service"


class Prices(NamedTuple):
    """What a message to one market costs, in micro-units."""

    marketing: int
    utility: int

    def of(self, category: Category) -> int:
        """The price of one message; of a service message once the free ones are used up."""
        return self.marketing if category is Category.MARKETING else self.utility


class Market(NamedTuple):
    """A market: the beginnings of its numbers, and the countries of hidden ones."""

    name: str
    prefixes: tuple[str, ...]  # digits, without a plus
    countries: tuple[str, ...]  # two letters: a business-scoped id begins with them
    prices: Prices


@dataclass(frozen=True, slots=True)
class Rates:
    """The prices of one period."""

    valid_from: date
    valid_until: date  # the first day on which they hold no more, as far as is known
    markets: tuple[Market, ...]
    elsewhere: Prices

    def prices(self, address: str) -> Prices:
        """Those of the market that this number, or business-scoped id, belongs to."""
        market = self.market(address)
        return self.elsewhere if market is None else market.prices

    def market(self, address: str) -> Market | None:
        """The market with the longest beginning that fits; None: none of those that are named."""
        if not address[:1].isdecimal():
            country = address.partition(".")[0].upper()
            return next((m for m in self.markets if country in m.countries), None)
        fits = ((len(p), m) for m in self.markets for p in m.prefixes if address.startswith(p))
        return max(fits, key=lambda fit: fit[0], default=(0, None))[1]


@dataclass(frozen=True, slots=True)
class RateCard:
    """All periods that are known, the earliest first."""

    currency: str
    periods: tuple[Rates, ...]

    def on(self, day: date) -> Rates:
        """The prices of this day; before the first period the first ones, after the last the last ones."""
        begun = [rates for rates in self.periods if rates.valid_from <= day]
        return begun[-1] if begun else self.periods[0]

    def expired(self, day: date) -> bool:
        """Whether nobody has said yet what this day's prices are."""
        return not any(rates.valid_from <= day < rates.valid_until for rates in self.periods)


def billed_amount(category: str, prices: Prices) -> int:
    """What the platform bills for a message of this category, in its own words."""
    return prices.marketing if is_marketing(category) else prices.utility


def is_marketing(category: str) -> bool:
    """Whether the platform's word for a category, of which it has several, means marketing."""
    return category.startswith(Category.MARKETING)


def service_price(prices: Prices, before: int) -> int:
    """What a service message costs after so many others of this month."""
    return 0 if before < FREE_SERVICE else prices.utility
