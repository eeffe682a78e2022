"""What `kentongan doctor` says about WhatsApp's budget and prices."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli.doctor.money import check_money
from bot.cli.doctor.report import Check
from bot.settings import load
from tests.edge.test_settings_rate_card import CARD
from tests.edge.test_settings_whatsapp import FEEDS, FOUR

IN_TIME, TOO_LATE = datetime(2026, 11, 24, tzinfo=UTC), datetime(2027, 3, 31, 17, 30, tzinfo=UTC)


def found(folder: Path, now: datetime, **more: str) -> list[Check]:
    (folder / "feeds.yaml").write_text(FEEDS)
    (folder / "rates.yaml").write_text(CARD)
    return check_money(load(FOUR | more, feeds_file=folder / "feeds.yaml", dotenv=None), now)


def test_without_whatsapp_it_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text(FEEDS)
    assert check_money(load({}, feeds_file=tmp_path / "feeds.yaml", dotenv=None), IN_TIME) == []


CASES = {
    "no budget": ({}, IN_TIME, None, "nothing is sent outside of an open window"),
    "a budget on the example's prices": ({"WHATSAPP_BUDGET_DAY": "5"}, IN_TIME, False, "5 USD a day, but the prices"),
    "a card that holds": ({"WHATSAPP_BUDGET_MONTH": "90000.5", "card": ""}, IN_TIME, True, "90000.50 IDR a month; "),
    "a card that has ended here": (
        {"WHATSAPP_BUDGET_DAY": "5", "card": ""},
        TOO_LATE,
        False,
        "2027-04-01: it ends",
    ),
}


@pytest.mark.parametrize(("more", "now", "ok", "part"), CASES.values(), ids=CASES)
def test_budget_and_rate_card_are_looked_at(
    tmp_path: Path, more: dict[str, str], now: datetime, ok: bool | None, part: str
) -> None:  # fmt: skip
    own = {"WHATSAPP_RATE_CARD": str(tmp_path / "rates.yaml")} if "card" in more else {}
    (check,) = found(tmp_path, now, **more, **own)
    assert check.ok is ok
    assert part in check.detail
    assert bool(check.fix) == (ok is not True)
