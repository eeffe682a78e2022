"""What messages cost where they are billed, and what that leaves for the next ones."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from bot.delivery.budget import Charge, Spent
from bot.delivery.cadence import Pushed
from bot.delivery.receipts import DeliveryTag, Tag


class Charged(NamedTuple):
    """What is reserved for one attempt; `template` is its key, "" in an open window."""

    tag: Tag
    charge: Charge
    template: str = ""


class Windows(NamedTuple):
    """So many readers of an audience whose addresses begin alike."""

    beginning: str  # as much of the address as tells its market
    open: int
    closed: int
    begun: int  # of the closed: already among the people of the last 24 hours
    sated: int = 0  # of the closed: no marketing for them now (bot.delivery.cadence.marketing_from)
    begun_sated: int = 0  # of the begun: likewise


class MoneyTx(Protocol):
    """What transactions say about money, and about readers who were written to outside of a window."""

    def keep_currency(self, currency: str) -> str | None:
        """Reckon in this currency from now on; the one before it, whose sums end here, or None."""

    def currency(self) -> str | None:
        """What all sums are reckoned in; None: nobody has said."""

    def spent(self, today: date) -> Spent:
        """What this day and its month have cost, and how many service messages the month has had."""

    def spent_on(self, broadcasts: Collection[int]) -> dict[int, int]:
        """What these broadcasts have cost."""

    def charge(self, charged: Sequence[Charged], today: date) -> None:
        """Reserve these amounts, in the transaction that starts what they are for."""

    def pushed(self, subscribers: Collection[int]) -> dict[int, Pushed]:
        """What these readers were sent of our own accord; who is missing was sent nothing."""

    def note_told(self, subscribers: Sequence[int], now: datetime) -> None:
        """These readers are being told stories in an open window."""

    def note_templates(self, sent: Sequence[tuple[DeliveryTag, bool]], now: datetime) -> None:
        """These attempts send a template; True: one that is billed as marketing."""

    def note_rests(self, sent: Sequence[tuple[DeliveryTag, str]], now: datetime) -> None:
        """These attempts leave by these templates; short texts, of which nothing can be missing, are not noted."""

    def note_missed(self, subscribers: Sequence[int]) -> None:
        """Their digest's hour passes with the window closed: it comes when they write."""

    def people_since(self, at: datetime) -> int:
        """How many different readers were sent a template since then."""

    def look_for_money(self, now: datetime, *, always: bool = False) -> int:
        """What waits for money is due, if any has come back since this was asked, or `always`; how many."""

    def digests_of_hour(self, slot: str, subscribers: Collection[int]) -> dict[int, int]:
        """How many digests of this hour these readers have had, the later ones of slots `slot#2` and so on."""

    def windows(
        self, channel: str, categories: Collection[str], now: datetime, had: int | None = None
    ) -> list[Windows]:  # fmt: skip
        """The audience of an alert to these categories (none: everybody), by window and beginning of address.

        With `had` those who were sent that broadcast.
        """

    def first_time(self, key: str) -> bool:
        """Whether this is said for the first time; it is remembered."""

    def unsettled(self, since: date) -> int:
        """What is reserved for messages of these days that the platform has not billed yet."""

    def spending(self, since: date) -> list[tuple[date, str, int, int, int]]:
        """By day and category: messages, what was foreseen for them, what they cost."""
