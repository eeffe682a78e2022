"""A platform that does not take what we send for a reason of our own: written down, told to admins, and over again."""

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.delivery.content import BroadcastKind
from bot.delivery.halts import CODES, PROBE_EVERY, Halt, Scope, concerns, scope_of
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
        """What statuses say, before they are taken: then it is forgotten what each attempt was.

        What was so before the last halt was over, or is older than the next try would be, says nothing about now.
        """
        for receipt in receipts:
            failed, at = receipt.failed, receipt.at or now
            if failed is None or failed.code not in CODES or now - at > PROBE_EVERY:
                continue
            scope = _scope(tx, failed.code, receipt.tag)
            over = tx.halt_over(scope)
            if (over is None or at >= over) and not tx.was_seen(receipt.message_id, receipt.word):
                self._begin(tx, scope, failed.code, now)

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


class Held:
    """What is held back in this tick; what leaves all the same, because it is time, tries for all others."""

    def __init__(self, tx: Tx, now: datetime) -> None:
        self._tx, self._now = tx, now
        self._halts = {halt.scope: halt for halt in tx.halts()}

    def until(self, kind: BroadcastKind, category: str) -> datetime | None:
        """Until when the platform takes no such message; None: it takes them, or it is time to try."""
        held = [halt.probe_at for halt in self._halts.values() if concerns(halt.scope, kind, category)]
        return max((at for at in held if at > self._now), default=None)

    def slots(self, slots: int) -> int:
        """How many of these may be used; where nothing is taken from us, one when it is time to try."""
        halt = self._halts.get(Scope.ALL)
        if halt is None:
            return slots
        return min(1, slots) if halt.probe_at <= self._now else 0

    def leaves(self, tag: Tag, kind: BroadcastKind | None = None, category: str = "") -> None:
        """This attempt is started; without a kind it is an answer."""
        again = self._now + PROBE_EVERY
        for scope in list(self._halts):
            if scope is Scope.ALL or (kind is not None and concerns(scope, kind, category)):
                self._halts[scope] = self._halts[scope]._replace(probe_at=again)
                self._tx.probe_halt(scope, tag, again)


def halted_until(tx: Tx, now: datetime) -> datetime | None:
    """Until when nothing at all leaves; None: something may."""
    return next((h.probe_at for h in tx.halts() if h.scope is Scope.ALL and h.probe_at > now), None)


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
