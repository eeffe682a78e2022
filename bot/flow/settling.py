"""What outcomes mean on a channel: most may say a thing twice after a moment, some are told afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.delivery.outcome import Outcome
from bot.delivery.plan import Delivery, QueuedReply, Settled
from bot.delivery.settle import settle_delivery, settle_reply


@dataclass(frozen=True, slots=True)
class Settling:
    """What outcomes mean on a channel."""

    delivery: Callable[[Delivery, Outcome, datetime], Settled] = settle_delivery
    reply: Callable[[QueuedReply, Outcome, datetime], Settled] = settle_reply


AT_ONCE = Settling()  # what may be said twice is tried again after a moment
