"""WhatsApp as the settings want it: nothing while one of its four variables is missing."""

from collections.abc import Callable
from typing import Final

import aiohttp

from bot import clock
from bot.app.templates import template_teller
from bot.channels.whatsapp import WhatsAppParts
from bot.chat.texts import Texts
from bot.delivery import receipts
from bot.flow.deliver import Settling
from bot.flow.desk import Desk
from bot.ports import Store
from bot.settings import Settings

SETTLING: Final = Settling(receipts.settle_delivery, receipts.settle_reply)  # a doubt waits for its receipt


def whatsapp_parts(
    settings: Settings, session: aiohttp.ClientSession, store: Store, desk: Desk, texts: Texts,
    wake: Callable[[str], None],
) -> WhatsAppParts | None:  # fmt: skip
    """The channel with its webhook; building it starts nothing."""
    own = settings.whatsapp
    if own is None:
        return None
    return WhatsAppParts(
        access_token=own.access_token, number_id=own.phone_number_id, app_secret=own.app_secret,
        verify_token=own.verify_token, api_url=own.api_url, rate=own.rate, session=session, store=store, desk=desk,
        texts=texts, now=clock.now, wake=lambda: wake("whatsapp"), account_id=own.business_account_id,
        tell=template_teller(settings, texts),
    )  # fmt: skip
