"""Telegram, whole: what the composition root builds, starts and stops.

wire       the session and the lane, under one limit     transport  python-telegram-bot on it
outcome    what became of a send                       render     messages as Telegram takes them
send       the Channel: one to many, one to one        receive    updates by polling or webhook
inbox      stored first, handled once                  kept       what of an update is stored
handlers   what comes in, by kind                      commands   the list that Telegram shows
parts      all of it together
"""

from bot.channels.telegram.parts import TelegramParts, bot_name

__all__ = ["TelegramParts", "bot_name"]
