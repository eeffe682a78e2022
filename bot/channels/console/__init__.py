"""The conversation in a terminal: no token, no network, everything else as on any channel."""

from bot.channels.console.receive import Console

__all__ = ["Console"]
