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
from bot.delivery.tariff import Category, is_marketing
from bot.delivery.templates import REFUSALS, TemplateNews, split_key
from bot.ports import Tx

A_SECOND: Final = timedelta(milliseconds=999)
STILL_TRUE: Final = timedelta(minutes=1)  # so long a refusal of the account rests it; that is also its first rest
ACCOUNT: Final = {o.code: o for o in meaning.TABLE.values() if o.account or o.code == FLOOD}  # what is about it


def of_the_account(tx: Tx, receipts: Iterable[Receipt], now: datetime) -> Iterator[tuple[Outcome, str, datetime]]:
    """Of each message of which it is new that the account was too fast or may not send: to whom, and when it was so.

    A refusal of the account that is told late says nothing about now, and is left out.
    """
    told: set[str] = set()
    for one in receipts:
        outcome = ACCOUNT.get(one.failed.code) if one.failed is not None else None
        if outcome is None or one.message_id in told:
            continue
        told.add(one.message_id)
        at = one.at or now
        if tx.was_seen(one.message_id, one.word) or (outcome.account and now - at > STILL_TRUE):
            continue
        yield outcome, one.phone or one.user_id or one.message_id, at


def receipt(status: Status, now: datetime) -> Receipt:
    """A status in the outbox's words."""
    gone_wrong = failed(meaning.of_failure(status.fault), now) if status.fault is not None else None
    return Receipt(
        status.message_id, status.word, read_tag(status.tag), *status.who, gone_wrong, billed(status.pricing),
        None if status.at is None else moment(status.at, now),
    )  # fmt: skip


def of_the_template(tx: Tx, status: Status, now: datetime) -> Iterator[TemplateNews]:
    """A message that failed because its template can be sent no more, or is billed as marketing unlike what it is."""
    stands = REFUSALS.get(meaning.of_failure(status.fault).code) if status.fault is not None else None
    cost, tag = billed(status.pricing), read_tag(status.tag)
    dearer = cost is not None and is_marketing(cost.category)
    key = tx.template_of(tag) if tag is not None and (stands is not None or dearer) else None
    if key is not None and stands is not None:
        yield TemplateNews(*split_key(key), moment(status.at, now), stands)
    elif key is not None and tx.template_category(key) == Category.UTILITY:
        yield TemplateNews(*split_key(key), moment(status.at, now), category=Category.MARKETING.value)


def billed(pricing: Json | None) -> Billed | None:
    """What the platform says about money; None where it says nothing that we understand.

    `billable` is to go (Meta's page on pricing, "will be deprecated"); `type` says the same: regular, free_….
    """
    pricing = pricing or {}
    billable, kind = pricing.get("billable"), word(pricing.get("type")) or ""
    if not isinstance(billable, bool):
        if kind != "regular" and not kind.startswith("free_"):
            return None
        billable = kind == "regular"
    return Billed(billable, word(pricing.get("category")) or "")


def news(told: TemplateTold, now: datetime) -> TemplateNews:
    """What a webhook tells of a template, in the store's words."""
    at = moment(told.at, now)
    return TemplateNews(told.name, told.language, at, told.status, told.category, told.quality, told.reason)


def moment(at: datetime | None, now: datetime) -> datetime:
    """When something was so that is told now: a whole second, of which the end counts.

    What was looked up within that second may be older than what is told of it.
    """
    return now if at is None else min(now, at + A_SECOND)
