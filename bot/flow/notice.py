"""What admins should hear of a feed; who hears it, and how, is decided where the parts are put together."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.news.item import Story
from bot.ports import Feed, Tx

Kind = Literal[
    "failing", "failing_many", "recovered", "gone", "moved", "flood", "gap", "withdrawn", "revised"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to know about one feed.

    `failing`: three looks in a row went wrong (`text` is the last fault). `recovered`: it works again. `gone`: it
    answered 410 and is asked no more. `moved`: it is asked at `text` from now on. `flood`: `count` stories wait for a
    yes (`text` is `many` or `old`). `gap`: stories were missed that nothing shows any more. `withdrawn`: a story that
    was told is gone from the feed and from its page. `revised`: the headline of one that was told is another (`text`
    was the old one). `failing_many` stands for all of them when too many feeds fail at once.
    """

    kind: Kind
    feed: Feed
    text: str = ""
    count: int = 0
    story: Story | None = None  # as it stands now


Tell = Callable[[Tx, Notice], None]  # runs inside the transaction of what it tells


def nobody(_tx: Tx, _notice: Notice) -> None:
    """Tell nobody: for commands and tests."""
