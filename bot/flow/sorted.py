"""Of the readers that a claim has looked at: what becomes of whom."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.delivery.plan import Delivery, Reader


@dataclass(slots=True)
class Sorted:
    """The first readers of a page, by what becomes of them."""

    started: list[Delivery] = field(default_factory=list)
    waiting: list[tuple[Reader, datetime]] = field(default_factory=list)
    unpaid: list[tuple[Reader, datetime, str]] = field(default_factory=list)  # with what they wait for
    owed: list[tuple[int, datetime]] = field(default_factory=list)  # subscriber, when their digest is due
    limited: list[int] = field(default_factory=list)  # of those started, subscribers with a daily limit
    seen: int = 0
