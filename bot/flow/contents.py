"""What claimed deliveries say, read in the transaction that claims them: later corrections cannot mix in."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.delivery.content import BroadcastKind, Content
from bot.delivery.plan import Delivery
from bot.news.item import Story
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
    return {says: _content(d, contents, stories, now) for says, d in wanted.items()}


def _content(d: Delivery, contents: Mapping[int, Content], stories: Mapping[int, Story], now: datetime) -> Content:
    if d.kind is not BroadcastKind.DIGEST:
        content = contents[d.broadcast_id]
        return replace(content, template=d.template) if d.template else content
    shown = tuple(stories[s] for s in d.stories if s in stories)
    if d.alone and shown:
        return Content(BroadcastKind.STORY, now, shown[0])
    return Content(d.kind, now, stories=shown, more=d.more, template=d.template)
