"""What admins should hear of a feed; who hears it, and how, is decided where the parts are put together."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.ports import Feed, Tx

Kind = Literal["failing", "recovered", "gone", "moved", "flood", "gap"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to know about one feed.

    `failing`: three looks in a row went wrong (`text` is the last fault). `recovered`: it works again. `gone`: it
    answered 410 and is asked no more. `moved`: it is asked at `text` from now on. `flood`: `count` stories wait for a
    yes (`text` is `many` or `old`). `gap`: stories were missed that nothing shows any more.
    """

    kind: Kind
    feed: Feed
    text: str = ""
    count: int = 0


Tell = Callable[[Tx, Notice], None]  # runs inside the transaction of what it tells


def nobody(_tx: Tx, _notice: Notice) -> None:
    """Tell nobody: for commands and tests."""
