"""What transactions say about readers on WhatsApp by what became of messages to them: left alone, spared, gone."""

from datetime import datetime, timedelta
from typing import Final

from bot.delivery.plan import Settled
from bot.delivery.receipts import (
    MARKETING_STOPPED,
    MOST_UNDELIVERABLE,
    UNDELIVERABLE,
    WINDOW_CLOSED,
    DeliveryTag,
    Receipt,
    held_until,
    spared_for,
)
from storage.sqlite.part import to_ms
from storage.sqlite.whatsapp_answers import WhatsAppAnswers
from storage.sqlite.whatsapp_people import NAME, WINDOW

_SPARE: Final = """
INSERT INTO whatsapp_push (subscriber_id, spared, spared_until) SELECT id, ?2, ?3 FROM subscriber WHERE id = ?1
ON CONFLICT DO UPDATE SET spared = excluded.spared, spared_until = excluded.spared_until
"""
# Whoever has written since that was so has opened another window.
_CLOSED: Final = """
UPDATE subscriber SET window_until = min(window_until, ?1) WHERE id = ?2 AND window_until < ?3
"""
_WINDOW_MS: Final = WINDOW // timedelta(milliseconds=1)


class WhatsAppReaders(WhatsAppAnswers):
    """Whom a receipt is about, and what it says of them."""

    def is_nobodys(self, receipt: Receipt) -> bool:
        """Whether we know nobody (any more) whom this is about."""
        return self._recipient(receipt) is None

    def _kept(self, tag: DeliveryTag) -> DeliveryTag:
        """The attempt as it is called since two subscribers turned out to be one."""
        kept = self.value("SELECT subscriber_id FROM whatsapp_united WHERE dropped = ?", tag.subscriber_id)
        return tag if kept is None else tag._replace(subscriber_id=kept)

    def _leave_alone(self, receipt: Receipt, now: datetime) -> None:
        """A person who got too many at once is left alone, whatever becomes of the message."""
        until = held_until(receipt, now)
        subscriber = self._recipient(receipt) if until is not None else None
        if until is not None and subscriber is not None:
            self._hold(NAME, self._address(subscriber), until)

    def _recipient(self, receipt: Receipt) -> int | None:
        """Whom this is about, if we know them."""
        if isinstance(receipt.tag, DeliveryTag):
            named = self._kept(receipt.tag).subscriber_id
            found: int | None = self.value("SELECT id FROM subscriber WHERE id = ?", named)
            return found
        names = (("phone", receipt.phone), ("user_id", receipt.user_id))
        return next((s for column, value in names if (s := self._by_name(column, value)) is not None), None)

    def _news_of_recipient(self, receipt: Receipt, now: datetime) -> None:
        known = self._recipient(receipt)
        if receipt.failed is not None and known is not None:
            self._news_of_reader(known, receipt.failed, now, receipt.at)

    def _news_of_reader(self, subscriber: int, failed: Settled, now: datetime, at: datetime | None = None) -> None:
        """What a failure tells about the reader, whichever way it was told; `at` is when it was so."""
        if self.value("SELECT 1 FROM subscriber WHERE id = ?", subscriber) is None:  # forgotten meanwhile
            return
        if failed.code == MARKETING_STOPPED:
            self._stopped_marketing(subscriber, at or now, now)
        elif failed.code == WINDOW_CLOSED:
            said = to_ms((at or now).replace(microsecond=0))  # what people say is told by the second, too
            self.run(_CLOSED, to_ms(now), subscriber, said + _WINDOW_MS)
        elif failed.code == UNDELIVERABLE:
            self.run("INSERT OR IGNORE INTO whatsapp_person (subscriber_id) VALUES (?)", subscriber)
            count = "UPDATE whatsapp_person SET undeliverable = undeliverable + 1 WHERE subscriber_id = ? "
            if self.value(count + "RETURNING undeliverable", subscriber) >= MOST_UNDELIVERABLE:
                self._leave(NAME, subscriber, gone=True, now=now)

    def _spare(self, subscriber: int, now: datetime) -> datetime:
        """Until when nothing more is pushed to a reader whom the platform spares."""
        times = int(self.value("SELECT spared FROM whatsapp_push WHERE subscriber_id = ?", subscriber) or 0) + 1
        until = now + spared_for(times)
        self.run(_SPARE, subscriber, times, to_ms(until))
        return until
