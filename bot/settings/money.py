"""What WhatsApp may cost: budgets, the rate card, and how many people a portfolio may begin with."""

from pathlib import Path
from typing import Final

from bot.delivery.budget import Budget
from bot.errors import SettingsError
from bot.settings.environment import Variables
from bot.settings.model import Money
from bot.settings.ratecard import EXAMPLE, RateCardFile, amount, read_rate_card

PORTFOLIO: Final = 250  # people outside of a window in 24 hours: what every portfolio begins with


def money(variables: Variables) -> Money:
    """The settings about money; each wrong value is a fault."""
    day, month, broadcast = (
        _amount(variables, f"WHATSAPP_BUDGET_{period}") for period in ("DAY", "MONTH", "BROADCAST")
    )
    first: int | None = PORTFOLIO
    limit = variables.read("WHATSAPP_PORTFOLIO_LIMIT", people, first)
    return Money(Budget(day, month, broadcast), _rate_card(variables), limit)


def _amount(variables: Variables, name: str) -> int | None:
    nothing: int | None = None
    return variables.read(name, amount, nothing)


def people(text: str) -> int | None:
    """How many people, None without a limit."""
    if text.lower() == "unlimited":
        return None
    if not (text.isascii() and text.isdecimal()):
        raise ValueError("must be the number of people that Meta shows as your messaging limit, or unlimited")
    return int(text)


def _rate_card(variables: Variables) -> RateCardFile:
    """The operator's own, or the example; a wrong one is a fault, line by line."""
    path = Path(variables.get("WHATSAPP_RATE_CARD") or EXAMPLE)
    try:
        return read_rate_card(path)
    except SettingsError as error:
        variables.faults += error.faults
        return read_rate_card(EXAMPLE)
