"""What WhatsApp may cost: whether the rate card still holds, and what no budget means."""

from datetime import datetime

from bot.cli.doctor.report import Check
from bot.delivery.budget import Budget
from bot.delivery.cost import in_units
from bot.settings import Settings

RATES = "copy Meta's new rate card for your currency into the file that WHATSAPP_RATE_CARD names"


def check_money(settings: Settings, now: datetime) -> list[Check]:
    """Nothing where WhatsApp is off."""
    money = settings.whatsapp.money if settings.whatsapp is not None else None
    if money is None:
        return []
    card, budget = money.rates.card, money.budget
    shown, today = f"{money.rates.path} ({card.currency})", now.astimezone(settings.portal.timezone).date()
    if not budget.is_set:
        detail = f"no budget: nothing is sent outside of an open window; prices of {shown}"
        return [Check("whatsapp budget", None, detail, "Set WHATSAPP_BUDGET_DAY or WHATSAPP_BUDGET_MONTH.")]
    if money.rates.is_example:
        detail = f"{_said(budget, card.currency)}, but the prices are examples"
        return [Check("whatsapp budget", False, detail, f"{RATES[:1].upper()}{RATES[1:]}.")]
    if card.expired(today):
        until = max(rates.valid_until for rates in card.periods)
        detail = f"{shown} says nothing about {today}: it ends on {until}, and its last prices are reckoned with"
        return [Check("whatsapp budget", False, detail, f"{RATES[:1].upper()}{RATES[1:]}.")]
    return [Check("whatsapp budget", True, f"{_said(budget, card.currency)}; prices of {shown}")]


def _said(budget: Budget, currency: str) -> str:
    limits = {"a day": budget.day, "a month": budget.month, "a broadcast": budget.broadcast}
    return ", ".join(f"{in_units(limit)} {currency} {span}" for span, limit in limits.items() if limit is not None)
