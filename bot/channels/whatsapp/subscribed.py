"""Which fields of a WhatsApp account's webhook the app must subscribe to: what is not subscribed to is never told.

Source: Meta's panel of the app, WhatsApp > Configuration > Webhook fields. A stop that somebody says in WhatsApp's own
menu comes under `user_preferences` alone.
"""

from typing import Final

from bot.channels.whatsapp import told

FIELDS: Final = ("messages", "user_preferences", "user_id_update", told.STATUS, told.QUALITY, told.CATEGORY)
