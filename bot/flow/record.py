"""Writes down what a document means: stories, keys, categories, broadcasts, and what is held back as a flood.

Polls and what hubs push go the same way, inside one transaction each.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.flow import spread
from bot.flow.facts import host_of
from bot.flow.notice import Notice, Tell, nobody
from bot.news import changes, identity
from bot.news.category import LabelMap
from bot.news.flood import flood
from bot.news.item import Document, Story
from bot.ports import Feed, Tx


@dataclass(slots=True)
class Recorded:
    """What a document brought."""

    new: int = 0  # stories seen for the first time
    told: int = 0  # broadcasts made
    held: list[int] = field(default_factory=list)  # stories that wait for an admin's yes


class Recorder:
    """Judges documents by one mapping of labels, which may be exchanged."""

    def __init__(self, mapping: LabelMap, channels: Collection[str], tell: Tell = nobody) -> None:
        self.tell = tell
        self._mapping, self._channels = mapping, tuple(channels)
        self._mapped: set[int] = set()  # feeds that have been read with this mapping

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
        late = self.has_read(feed) and feed.imported_at is not None
        waiting = {story for held in tx.held_floods() for story in held.stories}
        made = _Writer(tx, feed, self._channels, now, waiting, flooded=bool(why), late_categories=late).apply(decision)
        if made.held:
            tx.hold_flood(feed.id, why, made.held, now)
            self.tell(tx, Notice("flood", feed, why, len(made.held)))
        return made

    def _decide(
        self, tx: Tx, feed: Feed, document: Document, now: datetime
    ) -> tuple[changes.Decision, Mapping[int, Story]]:
        site = host_of(feed.url)
        known = tx.known_keys([key for item in document.items for key in identity.keys(item, site)])
        ids = set(known.values())
        stories = tx.stories(ids)
        decision = changes.decide(
            document.items, known=known, stories=stories, seen=tx.seen_in_feed(feed.id, ids),
            imported_at=feed.imported_at, feed_categories=feed.categories, mapping=self._mapping, site=site, now=now,
        )  # fmt: skip
        return decision, stories


def release(tx: Tx, feed_id: int, channels: Collection[str], now: datetime, *, tell: bool) -> int:
    """An admin has decided about a feed's flood: tell its stories, oldest first, or let them be; how many go out."""
    stories = tx.release_flood(feed_id, tell)
    for story in stories:
        spread.announce(tx, story.id, story.categories, channels, now)
    return len(stories)


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


class _Writer:
    """Writes a decision: stories, their keys and categories, and the broadcasts that tell them."""

    def __init__(
        self, tx: Tx, feed: Feed, channels: Collection[str], now: datetime, waiting: Collection[int],
        *, flooded: bool, late_categories: bool,
    ) -> None:  # fmt: skip
        self._tx, self._feed, self._channels, self._now = tx, feed, channels, now
        self._waiting = waiting  # stories that another feed's flood holds
        self._flooded, self._late_categories = flooded, late_categories
        self._made = Recorded()

    def apply(self, decision: changes.Decision) -> Recorded:
        """All of it."""
        for intent in decision.intents:
            match intent:
                case changes.NewStory():
                    self._add(intent)
                case changes.SeenStory():
                    self._see(intent)
                case changes.Revised():
                    self._tx.add_revision(intent.story_id, intent.item, self._now)
        if decision.unmapped:
            self._tx.count_unmapped(decision.unmapped, self._now)
        return self._made

    def _add(self, intent: changes.NewStory) -> None:
        tx, now = self._tx, self._now
        story_id = tx.add_story(intent.item, intent.published, intent.categories, now)
        tx.add_keys(story_id, intent.keys, now)
        tx.mark_seen(self._feed.id, [story_id], now)
        self._made.new += 1
        if intent.announce:
            self._announce(story_id, intent.categories)

    def _see(self, intent: changes.SeenStory) -> None:
        tx, now = self._tx, self._now
        tx.add_keys(intent.story_id, intent.keys, now)
        tx.mark_seen(self._feed.id, [intent.story_id], now)
        if intent.gained:
            tx.add_categories(intent.story_id, intent.gained)
        if intent.announce:
            if intent.story_id not in self._waiting:
                self._announce(intent.story_id, tx.stories([intent.story_id])[intent.story_id].categories)
        # Neither a first import nor a change of mapping is news to the followers of a category (promise 9).
        elif self._late_categories:
            spread.reach_further(tx, intent.story_id, intent.gained, now)

    def _announce(self, story_id: int, categories: Collection[str]) -> None:
        if self._flooded:
            self._made.held.append(story_id)
        else:
            spread.announce(self._tx, story_id, categories, self._channels, self._now)
            self._made.told += 1
