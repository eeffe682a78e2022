"""WhatsApp as the settings want it: nothing while one of its four variables is missing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import aiohttp
import structlog

from bot import clock
from bot.app.templates import template_teller
from bot.channels.whatsapp import WhatsAppParts
from bot.channels.whatsapp.send import WhatsAppChannel
from bot.chat.broadcasts import broadcast_message
from bot.chat.texts import Texts
from bot.delivery import receipts
from bot.delivery.content import Content
from bot.delivery.outcome import Outcome
from bot.flow.desk import Desk
from bot.flow.facts import Facts
from bot.flow.forms import Compose
from bot.flow.halts import Halter
from bot.flow.means import Terms
from bot.flow.settling import Settling
from bot.flow.spending import spending
from bot.ports import Store, Tx
from bot.settings import Settings

log = structlog.get_logger(__name__)

SETTLING: Final = Settling(receipts.settle_delivery, receipts.settle_reply)  # a doubt waits for its receipt


def terms_of(settings: Settings) -> Terms | None:
    """What WhatsApp costs and may cost; None where it is off."""
    money = settings.whatsapp.money if settings.whatsapp is not None else None
    return None if money is None else Terms(money.rates.card, money.budget, money.portfolio)


async def keep_currency(store: Store, terms: Terms | None) -> None:
    """With a rate card of another currency all sums begin anew: no amount is counted as one of another currency."""
    if terms is None:
        return
    before = await store.write(lambda tx: tx.keep_currency(terms.card.currency))
    if before is not None:
        log.warning(
            "the rate card's currency has changed: what was spent today and this month is counted from nothing",
            before=before, now=terms.card.currency,
        )  # fmt: skip


def stats_of(tx: Tx, settings: Settings, now: datetime) -> dict[str, Any]:
    """What `kentongan stats` prints: all counts, and where messages cost money what they cost."""
    terms = terms_of(settings)
    money = {} if terms is None else {"whatsapp": spending(tx, terms, settings.portal.timezone, now)}
    return tx.stats(now) | money


def compose_for(channel: WhatsAppChannel, facts: Facts, now: Callable[[], datetime]) -> Compose:
    """What is said, as a template where it has to be one."""

    def compose(content: Content, language: str) -> object:
        board = facts.board(now())
        if content.template:
            return channel.prepare_template(content.template, content, board)
        return channel.prepare(broadcast_message(content, language, board, photos=False))

    return compose


def whatsapp_parts(
    settings: Settings, session: aiohttp.ClientSession, store: Store, desk: Desk, texts: Texts,
    wake: Callable[[str], None], halter: Halter | None = None,
    told: Callable[[Outcome, str, datetime], None] = lambda *_: None,
) -> WhatsAppParts | None:  # fmt: skip
    """The channel with its webhook; building it starts nothing."""
    own = settings.whatsapp
    if own is None:
        return None
    return WhatsAppParts(
        access_token=own.access_token, number_id=own.phone_number_id, app_secret=own.app_secret,
        verify_token=own.verify_token, api_url=own.api_url, rate=own.rate, session=session, store=store, desk=desk,
        texts=texts, now=clock.now, wake=lambda: wake("whatsapp"), account_id=own.business_account_id,
        tell=template_teller(settings, texts), halter=halter, told=told,
    )  # fmt: skip
