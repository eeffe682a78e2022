"""The store: all that a transaction can say, and how one is run."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar

from bot.ports.feeds import FeedsTx
from bot.ports.money import MoneyTx
from bot.ports.newsroom import NewsdeskTx, NewsroomTx
from bot.ports.outbox import DigestsTx, InboxTx, OutboxTx, RepliesTx
from bot.ports.people import PeopleTx, TeamTx, WishesTx, WordsTx
from bot.ports.stories import LikenessTx, SearchTx, StoriesTx, WithdrawalsTx
from bot.ports.templates import TemplatesTx
from bot.ports.whatsapp import WhatsAppTx

T = TypeVar("T")


class StatsTx(Protocol):
    """What transactions say to operators."""

    def stats(self, now: datetime) -> dict[str, Any]:
        """Counts for `stats`: subscribers, stories, broadcasts, deliveries by state and code, inbox, feeds."""


class RetentionTx(Protocol):
    """What transactions say about old things."""

    def forget_old(self, before: datetime, limit: int) -> int:
        """Drop at most `limit` rows of what was over before: deliveries, invitations, drafts, screens; how many.

        0 means that nothing is left to drop. Broadcasts stay: they are why a story is not told twice.
        """

    def forget_answers(self, before: datetime) -> int:
        """Drop answers that WhatsApp took before and has said nothing of since; how many."""


class Tx(
    FeedsTx, StoriesTx, LikenessTx, WithdrawalsTx, SearchTx, PeopleTx, WordsTx, WishesTx, TeamTx, OutboxTx, DigestsTx,
    RepliesTx, NewsroomTx, NewsdeskTx, InboxTx, WhatsAppTx, MoneyTx, TemplatesTx, StatsTx, RetentionTx, Protocol,
):  # fmt: skip
    """Everything that a transaction can say."""


class Store(Protocol):
    """The one place where everything is kept."""

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in one transaction on the writer; commits, or rolls back and raises."""

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work` on a reading connection; its writes are refused."""

    async def changed_elsewhere(self) -> bool:
        """Whether another program has written since the last time this was asked."""

    def close(self) -> None:
        """Finish the running transaction, checkpoint, close."""
