"""A strict local WhatsApp: the Cloud API over HTTP and signed webhooks on one side, people with phones on the other.

Stricter than the real one: keys that the API does not know are refused, lengths are counted in UTF-16 units, a reply to
a message that is not in the chat is refused. As with the real one, what concerns the recipient (a closed window, a
stop, a number without WhatsApp) is told in a `failed` status after the message was accepted.
"""

from bot.simulator.whatsapp.billing import Bill
from bot.simulator.whatsapp.errors import CODES, CloudError
from bot.simulator.whatsapp.faults import Fault, Faults
from bot.simulator.whatsapp.meter import Limits
from bot.simulator.whatsapp.model import Choice, Entry, Event, NotPossible, Person, Shown
from bot.simulator.whatsapp.templates import Template
from bot.simulator.whatsapp.webhook import Delivery
from bot.simulator.whatsapp.whatsapp import WhatsApp

__all__ = [
    "CODES",
    "Bill",
    "Choice",
    "CloudError",
    "Delivery",
    "Entry",
    "Event",
    "Fault",
    "Faults",
    "Limits",
    "NotPossible",
    "Person",
    "Shown",
    "Template",
    "WhatsApp",
]
