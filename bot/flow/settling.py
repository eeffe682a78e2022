"""What outcomes mean on a channel: most may say a thing twice after a moment, some are told afterwards."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.delivery.outcome import Outcome
from bot.delivery.plan import Delivery, QueuedReply, Settled, State
from bot.delivery.settle import SERVER_ERROR, settle_delivery, settle_reply

REMEMBERED = 50_000  # messages that wait for another try after a server error


@dataclass(frozen=True, slots=True)
class Settling:
    """What outcomes mean on a channel."""

    delivery: Callable[[Delivery, Outcome, datetime], Settled] = settle_delivery
    reply: Callable[[QueuedReply, Outcome, datetime], Settled] = settle_reply


AT_ONCE = Settling()  # what may be said twice is tried again after a moment


class Settler:
    """Settles; of the tries that server errors leave to a message only those that were answered so are counted.

    The counts are forgotten with the process, which only makes it more patient.
    """

    def __init__(self, settling: Settling) -> None:
        self._settling = settling
        self._errors: dict[Hashable, int] = {}

    def delivery(self, delivery: Delivery, outcome: Outcome, now: datetime) -> Settled:
        """What becomes of it."""
        message = (delivery.broadcast_id, delivery.subscriber_id)
        if outcome.code == SERVER_ERROR:
            delivery = delivery._replace(attempt=self._count(message))
        return self._over(message, self._settling.delivery(delivery, outcome, now))

    def reply(self, reply: QueuedReply, outcome: Outcome, now: datetime) -> Settled:
        """The same of an answer."""
        if outcome.code == SERVER_ERROR:
            reply = replace(reply, attempt=self._count(reply.id))
        return self._over(reply.id, self._settling.reply(reply, outcome, now))

    def _count(self, message: Hashable) -> int:
        self._errors[message] = self._errors.pop(message, 0) + 1
        if len(self._errors) > REMEMBERED:
            del self._errors[next(iter(self._errors))]
        return self._errors[message]

    def _over(self, message: Hashable, settled: Settled) -> Settled:
        if settled.state is not State.QUEUED:
            self._errors.pop(message, None)
        return settled
