"""A platform that does not take what we send for a reason of our own: written down, told to admins, and over again."""

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.delivery.content import BroadcastKind
from bot.delivery.halts import CODES, PROBE_EVERY, Halt, Scope, scope_of
from bot.delivery.plan import Delivery, QueuedReply, Settled, State
from bot.delivery.receipts import DeliveryTag, Receipt, ReplyTag, Tag
from bot.ports import Tx

TellHalted = Callable[[Tx, Halt, bool], None]  # in the transaction that begins it, or (True) ends it


class Halter:
    """Begins and ends halts, whatever tells of them: an answer or a status."""

    def __init__(self, tell: TellHalted = lambda *_: None) -> None:
        self._tell = tell

    def answered(self, tx: Tx, finished: Iterable[tuple[Delivery | QueuedReply, Settled]], now: datetime) -> None:
        """What of these attempts was refused at once."""
        for attempt, settled in finished:
            if settled.code not in CODES or settled.state is State.SENT:
                continue
            if isinstance(attempt, Delivery):
                self._begin(
                    tx, scope_of(settled.code, attempt.kind, _category(tx, attempt.template)), settled.code, now
                )
            else:
                self._begin(tx, scope_of(settled.code, None), settled.code, now)

    def told(self, tx: Tx, receipts: Iterable[Receipt], now: datetime) -> None:
        """What statuses say, before they are taken: then it is forgotten what each attempt was."""
        for receipt in receipts:
            failed = receipt.failed
            if failed is not None and failed.code in CODES and not tx.was_seen(receipt.message_id, receipt.word):
                self._begin(tx, _scope(tx, failed.code, receipt.tag), failed.code, now)

    def _begin(self, tx: Tx, scope: Scope, code: str, now: datetime) -> None:
        halt = Halt(scope, code, now, now + PROBE_EVERY)
        if tx.halt(halt):
            self._tell(tx, halt, False)

    def look(self, tx: Tx, before: list[Halt]) -> None:
        """What is held back no more is told."""
        left = {halt.scope for halt in tx.halts()} if before else set()
        for halt in before:
            if halt.scope not in left:
                self._tell(tx, halt, True)


def _scope(tx: Tx, code: str, tag: Tag | None) -> Scope:
    match tag:
        case ReplyTag():
            return scope_of(code, None)
        case DeliveryTag():
            sent, key = tx.broadcast(tag.broadcast_id), tx.template_of(tag)
            return scope_of(code, sent.kind if sent is not None else BroadcastKind.STORY, _category(tx, key))
    return scope_of(code, BroadcastKind.STORY)  # nobody knows which it was


def _category(tx: Tx, template: str | None) -> str:
    return (tx.template_category(template) or "") if template else ""
