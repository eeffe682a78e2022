"""The demo's page: phones that talk to the real program, and the newsroom's desk beside them."""

from bot.simulator.phones.api import routes
from bot.simulator.phones.cast import BUDI_ON_WHATSAPP, REDAKSI, RESIDENTS, Owner
from bot.simulator.phones.phones import Phones

__all__ = ["BUDI_ON_WHATSAPP", "REDAKSI", "RESIDENTS", "Owner", "Phones", "routes"]
