"""What a status says about money, in the forms that Meta has used and those that it announces."""

from typing import Any

import pytest

from bot.channels.whatsapp.statuses import billed
from bot.delivery.receipts import Billed

TOLD: dict[str, tuple[Any, Billed | None]] = {
    "billed": ({"billable": True, "type": "regular", "category": "utility"}, Billed(True, "utility")),
    "not billed": ({"billable": False, "type": "free_entry_point", "category": "service"}, Billed(False, "service")),
    "regular, without that word": ({"type": "regular", "category": "marketing"}, Billed(True, "marketing")),
    "free in an answer, likewise": ({"type": "free_customer_service", "category": "utility"}, Billed(False, "utility")),
    "free after an advertisement": ({"type": "free_entry_point", "category": "referral_conversion"},
                                    Billed(False, "referral_conversion")),
    "a word that is none": ({"billable": "yes", "type": "regular", "category": "utility"}, Billed(True, "utility")),
    "a type of nobody": ({"type": "barter", "category": "utility"}, None),
    "a type that is none": ({"type": 7, "category": "utility"}, None),
    "no type": ({"category": "utility"}, None),
    "nothing": (None, None),
}  # fmt: skip


@pytest.mark.parametrize(("pricing", "expected"), TOLD.values(), ids=TOLD)
def test_what_is_billed_is_understood_or_left_open(pricing: Any, expected: Billed | None) -> None:
    assert billed(pricing) == expected
