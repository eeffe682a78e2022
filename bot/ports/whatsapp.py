"""WhatsApp: identities, receipts and what came before its answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.delivery.halts import Halt, Scope
from bot.delivery.receipts import Receipt, Tag


class WhatsAppTx(Protocol):
    """What transactions say about a channel whose people have two names, and that tells what became of things."""

    def whatsapp_address(self, phone: str | None, user_id: str | None, at: datetime | None) -> str:
        """Where to reach whoever said something then under these names; both are remembered."""

    def whatsapp_moved(
        self, old: tuple[str | None, str | None], new: tuple[str | None, str | None], at: datetime
    ) -> None:  # fmt: skip
        """Whoever had the old (number, id) has the new ones from now on; a stranger's move means nothing to us."""

    def open_window(self, address: str, at: datetime, now: datetime) -> None:
        """This person wrote then: for 24 hours anything may be sent; what they are owed comes at once."""

    def whatsapp_stopped(self, who: tuple[str | None, str | None], at: datetime, now: datetime) -> None:
        """Whoever has this (number, id) wants nothing more, as they said then in WhatsApp's own menu."""

    def stopped_after(self, address: str, at: datetime) -> bool:
        """Whether this person has stopped, and has said something later than that: their last word counts."""

    def keep_options(self, address: str, options: str | None) -> None:
        """What numbers mean that this person types from now on; None: nothing of their own."""

    def options_of(self, address: str) -> str | None:
        """What was kept."""

    def first_sight(self, message_id: str, what: str, now: datetime) -> bool:
        """Whether this message (`message`), or this status of it, comes for the first time."""

    def take_rests(self, address: str, now: datetime) -> list[tuple[int, str]]:
        """Broadcasts that this person has had by a template, with it, and may have had in part; each is given once."""

    def was_seen(self, message_id: str, what: str) -> bool:
        """Whether it has come before."""

    def forget_sights(self, before: datetime, limit: int) -> int:
        """Drop at most so many that nobody will bring again; how many."""

    def take_receipts(self, receipts: Sequence[Receipt], now: datetime) -> None:
        """What statuses tell, each counted once."""

    def is_nobodys(self, receipt: Receipt) -> bool:
        """Whether we know nobody (any more) whom this is about."""

    def doubtful(self) -> list[Tag]:
        """Attempts that ended without an answer, and that no receipt has settled."""

    def once_more(self, doubts: Sequence[Tag], now: datetime) -> int:
        """No receipt came: these are sent once more, if there is still reason to; how many."""

    def halts(self) -> list[Halt]:
        """What is held back now, because the platform does not take it."""

    def halt(self, halt: Halt) -> bool:
        """Hold this back; whether it was not before."""

    def halt_over(self, scope: Scope) -> datetime | None:
        """When this was held back no more, the last time; None: it never was held back, or is for the first time."""

    def probe_halt(self, scope: Scope, tag: Tag, again: datetime) -> None:
        """This attempt tries whether the halt is over; the next one may do so then."""

    def end_halts(self, now: datetime) -> list[Halt]:
        """Somebody knows that the platform takes everything again; what was held back, and is due now."""
