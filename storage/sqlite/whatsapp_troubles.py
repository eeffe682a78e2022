"""What transactions say about the platform's own trouble: a message is tried again so often, whichever way it was told.

Told at once in an answer or later in a status, it counts the same; what a try met otherwise uses up none of these.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from bot.delivery.plan import Delivery, QueuedReply, Settled, State
from bot.delivery.receipts import MOST_TRIES, SERVER_ERROR, DeliveryTag, Tag, again_at, failed_for_trouble
from storage.sqlite.part import Part

_OF_DELIVERY: Final = "WHERE broadcast_id = ? AND subscriber_id = ?"
_OF_REPLY: Final = """
SELECT max(troubled) FROM (SELECT troubled FROM reply WHERE id = ?1
                           UNION ALL SELECT troubled FROM whatsapp_answer WHERE id = ?1)
"""
_COUNT_DELIVERY: Final = f"UPDATE delivery SET troubled = troubled + 1 {_OF_DELIVERY} RETURNING troubled"
_COUNT_REPLY: Final = "UPDATE reply SET troubled = troubled + 1 WHERE id = ? RETURNING troubled"


class WhatsAppTroubles(Part):
    """How often a message met it."""

    def _again_at(self, tag: Tag, code: str, now: datetime) -> datetime | None:
        """When a message leaves once more that a status calls failed; None: it has been tried often enough."""
        return again_at(tag._replace(attempt=self._troubles(tag) + 1) if code == SERVER_ERROR else tag, code, now)

    def _troubles(self, tag: Tag) -> int:
        if isinstance(tag, DeliveryTag):
            met = self.value(f"SELECT troubled FROM delivery {_OF_DELIVERY}", tag.broadcast_id, tag.subscriber_id)
        else:
            met = self.value(_OF_REPLY, tag.reply_id)
        return int(met or 0)

    def _count_troubles(
        self, finished: Sequence[tuple[Delivery, Settled]], now: datetime
    ) -> Iterator[tuple[Delivery, Settled]]:  # fmt: skip
        for delivery, settled in finished:
            if _is_trouble(settled):
                met = self.value(_COUNT_DELIVERY, delivery.broadcast_id, delivery.subscriber_id)
                yield delivery, _once_too_often(settled, met, now)
            else:
                yield delivery, settled

    def _count_troubles_of_answers(
        self, finished: Sequence[tuple[QueuedReply, Settled]], now: datetime
    ) -> Iterator[tuple[QueuedReply, Settled]]:  # fmt: skip
        for reply, settled in finished:
            met = self.value(_COUNT_REPLY, reply.id) if _is_trouble(settled) else None
            yield reply, _once_too_often(settled, met, now)


def _is_trouble(settled: Settled) -> bool:
    return settled.code == SERVER_ERROR and settled.state is State.QUEUED


def _once_too_often(settled: Settled, met: int | None, now: datetime) -> Settled:
    return failed_for_trouble(now) if met is not None and met >= MOST_TRIES else settled
