"""Numbers that are typed under a screen: WhatsApp shows few buttons, so what else there is stands in its text."""

import json
from typing import Final

MOST_DIGITS: Final = 2


def chosen(text: str, options: str | None) -> str:
    """The action that a typed number stands for; "" where it stands for none, or the conversation knows it."""
    number = text.strip().rstrip(".")
    if options is None or not (number.isascii() and number.isdecimal() and len(number) <= MOST_DIGITS):
        return ""
    actions: list[str] = json.loads(options)
    return actions[int(number) - 1] if 1 <= int(number) <= len(actions) else ""
