"""The demo's page: phones that talk to the real program, and the newsroom's desk beside them."""

from bot.simulator.phones.api import routes
from bot.simulator.phones.cast import REDAKSI, RESIDENTS, Owner
from bot.simulator.phones.phones import Phones

__all__ = ["REDAKSI", "RESIDENTS", "Owner", "Phones", "routes"]
