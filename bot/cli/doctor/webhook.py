"""WhatsApp's webhook: what must be subscribed to in Meta's panel, which our token cannot read."""

from bot.channels.whatsapp.subscribed import FIELDS
from bot.cli.doctor.report import Check
from bot.settings import Settings


def check_webhook(settings: Settings) -> list[Check]:
    """Nothing where WhatsApp is off; else the fields: the API tells which apps are subscribed, never to what."""
    if settings.whatsapp is None:
        return []
    detail = "stops in WhatsApp's own menu and changed ids come only where their fields are subscribed to"
    fix = f"See in Meta's panel (WhatsApp, Configuration, Webhook fields) that these are: {', '.join(FIELDS)}."
    return [Check("whatsapp webhook", None, detail, fix)]
