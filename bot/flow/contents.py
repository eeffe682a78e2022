"""What claimed deliveries say, read in the transaction that claims them: later corrections cannot mix in."""

from collections.abc import Collection, Hashable, Iterable
from datetime import datetime

from bot.delivery.content import BroadcastKind, Content
from bot.delivery.plan import Delivery
from bot.ports import Tx


def contents_of(
    tx: Tx, deliveries: Iterable[Delivery], known: Collection[Hashable], now: datetime
) -> dict[Hashable, Content]:  # fmt: skip
    """The contents of these deliveries by `says`, without those that are known."""
    wanted = {d.says: d for d in deliveries if d.says not in known}
    if not wanted:
        return {}
    plain = {d.broadcast_id for d in wanted.values() if d.kind is not BroadcastKind.DIGEST}
    contents = tx.contents(plain) if plain else {}
    shown = {story_id for d in wanted.values() for story_id in d.stories}
    stories = tx.stories(shown) if shown else {}
    return {
        says: contents[d.broadcast_id]
        if d.kind is not BroadcastKind.DIGEST
        else Content(d.kind, now, stories=tuple(stories[s] for s in d.stories if s in stories), more=d.more)
        for says, d in wanted.items()
    }
