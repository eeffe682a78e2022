"""Statuses in the outbox's words: what became of a message, what it costs, what it says of account and templates."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from bot.channels.whatsapp import outcome as meaning
from bot.channels.whatsapp.events import Status
from bot.channels.whatsapp.identity import Json, word
from bot.channels.whatsapp.told import TemplateTold
from bot.delivery.account import FLOOD
from bot.delivery.outcome import Outcome
from bot.delivery.receipts import Billed, Receipt, failed, read_tag
from bot.delivery.templates import REFUSALS, TemplateNews, split_key
from bot.ports import Tx

A_SECOND: Final = timedelta(milliseconds=999)


def too_fast(tx: Tx, receipts: Iterable[Receipt], now: datetime) -> Iterator[tuple[Outcome, str, datetime]]:
    """Of each message of which it is new that it was one too many: to whom, and when that was said."""
    told: set[str] = set()
    for one in receipts:
        if one.failed is None or one.failed.code != FLOOD or one.message_id in told:
            continue
        told.add(one.message_id)
        if not tx.was_seen(one.message_id, one.word):
            yield meaning.FLOODED, one.phone or one.user_id or one.message_id, one.at or now


def receipt(status: Status, now: datetime) -> Receipt:
    """A status in the outbox's words."""
    gone_wrong = failed(meaning.of_failure(status.fault), now) if status.fault is not None else None
    return Receipt(
        status.message_id, status.word, read_tag(status.tag), *status.who, gone_wrong, billed(status.pricing),
        None if status.at is None else min(now, status.at + A_SECOND),
    )  # fmt: skip


def refused(tx: Tx, status: Status, now: datetime) -> Iterator[TemplateNews]:
    """A message that failed because its template can be sent no more."""
    stands = REFUSALS.get(meaning.of_failure(status.fault).code) if status.fault is not None else None
    tag = read_tag(status.tag)
    key = tx.template_of(tag) if stands is not None and tag is not None else None
    if key is not None:
        yield TemplateNews(*split_key(key), now, stands)


def billed(pricing: Json | None) -> Billed | None:
    """What the platform says about money; None where it says nothing that we understand."""
    if pricing is None or not isinstance(pricing.get("billable"), bool):
        return None
    return Billed(pricing["billable"], word(pricing.get("category")) or "")


def news(told: TemplateTold, now: datetime) -> TemplateNews:
    """What a webhook tells of a template, in the store's words.

    Its moment is a whole second, of which the end counts: what was looked up within it may be older than this.
    """
    at = now if told.at is None else min(now, told.at + A_SECOND)
    return TemplateNews(told.name, told.language, at, told.status, told.category, told.quality, told.reason)
