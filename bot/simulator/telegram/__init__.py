"""A strict local Telegram: Bot API over HTTP on one side, people with phones on the other.

Stricter or simpler than the real one: Markdown is refused (the program writes HTML); a webhook gets one update at a
time; getUpdates asked twice for one offset answers at once, where the real server waits up to three seconds; edits
count against a chat's rate as messages do; a chat or account that sent too much stays closed for all of `retry_after`.
"""

from bot.simulator.telegram.faults import Fault, Faults
from bot.simulator.telegram.limits import Limits
from bot.simulator.telegram.model import Button, Chat, Entry, Event, NotPossible, Shown, User
from bot.simulator.telegram.network import Network
from bot.simulator.telegram.telegram import Telegram

__all__ = [
    "Button",
    "Chat",
    "Entry",
    "Event",
    "Fault",
    "Faults",
    "Limits",
    "Network",
    "NotPossible",
    "Shown",
    "Telegram",
    "User",
]
