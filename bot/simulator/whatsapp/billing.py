"""What a message costs, as Meta bills since 1 October 2026, and what its statuses say of it.

Billed is each delivered message: a template by its category; anything else in an open window as a service message, of
which the first thousand of a number in a calendar month are free. Whoever came by an advertisement or a page's button
and was answered within a day costs nothing at all for the 72 hours after that answer.
"""

from collections import Counter
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from bot.simulator.whatsapp.model import Json, Person

FREE_SERVICE: Final = 1_000
ANSWERED_WITHIN, FREE_FOR = timedelta(hours=24), timedelta(hours=72)
_BEGINNING: Final = 6  # digits of a number, enough to tell its market


class Bill(NamedTuple):
    """What messages are counted by on an invoice."""

    day: date  # on the account's calendar
    beginning: str  # of the recipient's number
    category: str  # service | marketing | utility | referral_conversion
    billable: bool


class Billing:
    """The account's invoice."""

    def __init__(self, timezone: tzinfo | None = None, free_service: int = FREE_SERVICE) -> None:
        self.timezone = timezone or ZoneInfo("Asia/Jakarta")
        self.bills: Counter[Bill] = Counter()
        self._free_service = free_service
        self._service: Counter[date] = Counter()  # first day of a month -> service messages in it

    def deliver(self, person: Person, category: str, now: datetime) -> Json:
        """Bill a message that this person gets; what its statuses say of the price."""
        day = now.astimezone(self.timezone).date()
        kind = self._kind(person, category, now, day)
        told = "referral_conversion" if kind == "free_entry_point" else category
        self.bills[Bill(day, person.phone[:_BEGINNING], told, kind == "regular")] += 1
        return {"billable": kind == "regular", "pricing_model": "PMP", "type": kind, "category": told}

    def _kind(self, person: Person, category: str, now: datetime, day: date) -> str:
        if person.came_at is not None and now - person.came_at < ANSWERED_WITHIN:
            person.free_until, person.came_at = now + FREE_FOR, None
        if person.free_until is not None and now < person.free_until:
            return "free_entry_point"
        if category != "service":
            return "regular"
        month = day.replace(day=1)
        self._service[month] += 1
        return "free_customer_service" if self._service[month] <= self._free_service else "regular"
