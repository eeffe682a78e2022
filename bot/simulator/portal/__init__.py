"""A WordPress-shaped news portal with an editor's hands and a server's faults."""

from bot.simulator.portal.faults import Fault, Faults
from bot.simulator.portal.hub import Hub, Subscription
from bot.simulator.portal.portal import Portal
from bot.simulator.portal.post import Hit, Post

__all__ = ["Fault", "Faults", "Hit", "Hub", "Portal", "Post", "Subscription"]
