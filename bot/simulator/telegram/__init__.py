"""A strict local Telegram: Bot API over HTTP on one side, people with phones on the other."""

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
