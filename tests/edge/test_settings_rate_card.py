"""What WhatsApp may cost, as the operator writes it: budgets, the rate card, the portfolio's limit."""

from datetime import date
from pathlib import Path

import pytest

from bot.delivery.budget import Budget
from bot.delivery.tariff import Prices
from bot.errors import SettingsError
from bot.settings import load
from bot.settings.model import Money
from bot.settings.ratecard import EXAMPLE, amount, read_rate_card
from tests.edge.test_settings_whatsapp import FEEDS, FOUR

CARD = """\
currency: IDR
rates:
  - from: 2026-10-01
    until: 2027-01-01
    markets:
      - {name: Indonesia, prefixes: ["62"], countries: [ID], marketing: 586, utility: 356.65}
    elsewhere: {marketing: 2500, utility: 1100}
  - from: 2027-01-01
    until: 2027-04-01
    elsewhere: {marketing: 3000, utility: 1200}
"""


def money(folder: Path, **more: str) -> Money:
    file = folder / "feeds.yaml"
    file.write_text(FEEDS)
    settings = load(FOUR | more, feeds_file=file, dotenv=None)
    assert settings.whatsapp is not None
    assert settings.whatsapp.money is not None
    return settings.whatsapp.money


def test_without_a_word_about_money_no_budget_is_set_and_the_card_is_the_example(tmp_path: Path) -> None:
    found = money(tmp_path)
    assert found.budget == Budget()
    assert not found.budget.is_set
    assert found.rates.is_example
    assert found.rates.path == EXAMPLE
    assert found.portfolio == 250


def test_budgets_are_amounts_of_the_cards_currency(tmp_path: Path) -> None:
    own = tmp_path / "rates.yaml"
    own.write_text(CARD)
    more = {
        "WHATSAPP_BUDGET_DAY": "150000",
        "WHATSAPP_BUDGET_BROADCAST": "0.5",
        "WHATSAPP_PORTFOLIO_LIMIT": "unlimited",
    }
    found = money(tmp_path, WHATSAPP_RATE_CARD=str(own), **more)
    assert found.budget == Budget(day=150_000_000_000, month=None, broadcast=500_000)
    assert found.portfolio is None
    assert (found.rates.card.currency, found.rates.is_example) == ("IDR", False)
    assert found.rates.card.on(date(2026, 12, 31)).prices("6281") == Prices(586_000_000, 356_650_000)
    assert found.rates.card.on(date(2027, 1, 1)).prices("6281") == Prices(3_000_000_000, 1_200_000_000)


def test_all_that_is_wrong_with_a_card_is_told_at_once_with_its_lines(tmp_path: Path) -> None:
    wrong = tmp_path / "rates.yaml"
    wrong.write_text(
        "currency: dollars\n"
        "rates:\n"
        "  - from: 2026-10-01\n"
        "    until: 2026-09-01\n"
        "    markets:\n"
        '      - {name: Indonesia, prefixes: ["+sixty"], countries: [IDN], marketing: -1, utility: 0.00000001}\n'
        "    elsewhere: {marketing: 1}\n"
        "  - from: soon\n"
        "    untill: 2027-01-01\n"
        "    elsewhere: {marketing: 1, utility: many}\n"
    )
    with pytest.raises(SettingsError) as caught:
        money(tmp_path, WHATSAPP_RATE_CARD=str(wrong), WHATSAPP_BUDGET_DAY="much")
    lines = [fault.removeprefix(f"{wrong}:").split(":")[0] for fault in caught.value.faults]
    assert lines == ["WHATSAPP_BUDGET_DAY must be an amount with a decimal point; write for example 0.0411",
                     "1", "4", "6", "6", "6", "6", "7", "8", "8", "9", "10"]  # fmt: skip


def test_a_card_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no such file"):
        money(tmp_path, WHATSAPP_RATE_CARD=str(tmp_path / "none.yaml"))


def test_a_card_knows_when_nobody_has_said_what_it_costs_now() -> None:
    card = read_rate_card().card
    assert not card.expired(date(2026, 11, 24))
    assert card.expired(date(2027, 1, 1))
    assert card.expired(date(2026, 9, 30))
    assert card.on(date(2027, 6, 1)) == card.periods[-1]


@pytest.mark.parametrize("text", ["", "1,5", "nan", "inf", "-1", "1e9", "0.0000001", "Rp 5"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        amount(text)
