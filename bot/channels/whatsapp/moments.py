"""Moments as webhooks write them: Unix seconds, as a number or as text."""

from datetime import UTC, datetime
from typing import Final

from bot.channels.whatsapp.identity import word

LONGEST_NUMBER: Final = 12  # digits
LATEST: Final = 4_102_444_800  # seconds: what lies after the year 2100 is no moment of ours


def moment(stamp: object) -> datetime | None:
    """The moment, None where it is none."""
    text = word(stamp)
    if text is None or not counts(text) or int(text) > LATEST:
        return None
    return datetime.fromtimestamp(int(text), UTC)


def counts(text: str) -> bool:
    """Whether this is a number that we can count with."""
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
