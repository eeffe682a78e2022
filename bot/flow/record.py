"""From a document to what is written down: known or new, told or held back as a flood.

Polls and what hubs push go the same way, inside one transaction each.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.flow import spread
from bot.flow.facts import host_of
from bot.flow.followed import Followed
from bot.flow.notice import Notice, Tell, nobody
from bot.flow.writer import Circumstances, Recorded, Writer
from bot.news import changes, identity
from bot.news.category import LabelMap
from bot.news.duplicates import Undone
from bot.news.flood import flood
from bot.news.item import Document, Story
from bot.ports import Feed, Tx

__all__ = ["Recorded", "Recorder", "release", "undo"]


class Recorder:
    """Judges documents by one mapping of labels, which may be exchanged."""

    def __init__(self, mapping: LabelMap, channels: Collection[str], tell: Tell = nobody) -> None:
        self.tell = tell
        self._mapping, self._channels = mapping, tuple(channels)
        self._mapped: set[int] = set()  # feeds that have been read with this mapping
        self._followed = Followed()

    def take_mapping(self, mapping: LabelMap) -> None:
        """From now on labels mean this; what old stories gain by it is news to nobody (promise 9)."""
        self._mapping = mapping
        self._mapped.clear()

    def has_read(self, feed: Feed) -> bool:
        """Whether this feed's stories have been seen with the present mapping."""
        return feed.id in self._mapped

    def read_by_now(self, feed: Feed) -> None:
        """A whole document of this feed has been committed."""
        self._mapped.add(feed.id)

    def record(self, tx: Tx, feed: Feed, document: Document, now: datetime) -> Recorded:
        """Write it all; `feed` as it stands in this transaction."""
        decision, stories = self._decide(tx, feed, document, now)
        since = now - feed.ok_at if feed.ok_at is not None else timedelta(0)
        why = flood(_news(decision, stories), feed.volume, since, now)
        at = Circumstances(
            feed, self._channels, now, {story for held in tx.held_floods() for story in held.stories},
            flooded=bool(why), late_categories=self.has_read(feed) and feed.imported_at is not None,
        )  # fmt: skip
        made = Writer(tx, at, stories, self._followed, self.tell).apply(decision)
        if made.held:
            tx.hold_flood(feed.id, why, made.held, now)
            self.tell(tx, Notice("flood", feed, why, len(made.held)))
        return made

    def _decide(
        self, tx: Tx, feed: Feed, document: Document, now: datetime
    ) -> tuple[changes.Decision, Mapping[int, Story]]:
        site = host_of(feed.url)
        known = tx.known_keys([key for item in document.items for key in identity.keys(item, site)])
        ids, copies = set(known.values()), tx.copies(known)
        tx.came_back({story for key, story in known.items() if key not in copies})
        # An editor may have corrected what we call a story: whether the portal has changed it is another matter.
        titles = tx.portal_titles(ids)
        stories = {story.id: replace(story, title=titles[story.id]) for story in tx.stories(ids).values()}
        decision = changes.decide(
            document.items, known=known, stories=stories, seen=tx.seen_in_feed(feed.id, ids),
            imported_at=feed.imported_at, feed_categories=feed.categories, mapping=self._mapping, site=site, now=now,
            copies=copies, forms=tx.forms(ids),
        )  # fmt: skip
        return decision, stories


def release(tx: Tx, feed_id: int, channels: Collection[str], now: datetime, *, tell: bool) -> int:
    """An admin has decided about a feed's flood: tell its stories, oldest first, or let them be; how many go out."""
    stories = tx.release_flood(feed_id, tell)
    for story in stories:
        spread.announce(tx, story.id, tx.story_audience(story.id), channels, now)
    return len(stories)


def undo(tx: Tx, suppression_id: int, channels: Collection[str], now: datetime) -> Undone | None:
    """An admin knows better: a suppressed copy is a story of its own and told now; None when there is none to undo."""
    undone = tx.undo_suppression(suppression_id, now)
    if undone is not None:
        spread.announce(tx, undone.story_id, tx.story_audience(undone.story_id), channels, now)
    return undone


def _news(decision: changes.Decision, stories: Mapping[int, Story]) -> list[datetime]:
    """The dates of what would be told."""
    dates = []
    for intent in decision.intents:
        match intent:
            case changes.NewStory(announce=True):
                dates.append(intent.published)
            case changes.SeenStory(announce=True):
                dates.append(stories[intent.story_id].published)
    return dates
