"""The lane to many: what sends a prepared message to thousands, whatever the platform.

posts       the lane itself, with its kept connections   connection  one of them: a request written, its answer read
dial        name, address, TLS                           patience    one timer for all answers
faults      whether a request may have left
"""

from bot.channels.lane.faults import TransportError, UnansweredError, UnwrittenError
from bot.channels.lane.posts import Lane

__all__ = ["Lane", "TransportError", "UnansweredError", "UnwrittenError"]
