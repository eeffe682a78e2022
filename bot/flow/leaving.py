"""Whether an update, as a channel keeps it in the inbox, asks to stop: told without knowing the channel."""

import json
from collections.abc import Iterator
from typing import Any

from bot.chat import words

_PRESSED = "stop"  # the action of the button
_REMOVED = frozenset({"kicked", "left"})  # what Telegram calls somebody who blocks the bot or takes it out of a group


def asks_to_stop(body: str) -> bool:
    """For updates that waited when a backup was made: all others were answered since, these are better heard twice."""
    try:
        kept = json.loads(body)
    except ValueError:
        return False
    return any(is_stop(text) for text in _texts(kept))


def is_stop(text: str) -> bool:
    """Whether this text, of whatever part of an update, asks to stop."""
    command = words.understand(text)
    return text in _REMOVED or text == _PRESSED or (command is not None and command.name == "stop")


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 — JSON
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
