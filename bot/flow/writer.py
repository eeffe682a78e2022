"""Writes down what was decided about a document: stories, copies, revisions, and the broadcasts that tell them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from bot.chat.righted import revised
from bot.delivery.content import BroadcastKind
from bot.flow import spread
from bot.flow.followed import Followed
from bot.flow.notice import Notice, Tell
from bot.news import changes, identity
from bot.news.item import Story
from bot.news.shingles import sketch
from bot.ports import Feed, Tx

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Recorded:
    """What a document brought."""

    new: int = 0  # stories seen for the first time
    told: int = 0  # broadcasts made
    copies: int = 0  # items that repeat a story which was there already
    held: list[int] = field(default_factory=list)  # stories that wait for an admin's yes


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is the same for all that a document brings."""

    feed: Feed
    channels: tuple[str, ...]
    now: datetime
    waiting: Collection[int]  # stories that another feed's flood holds
    flooded: bool  # what is new waits too
    late_categories: bool  # what stories gain is news to the followers of it


class Writer:
    """Writes one decision."""

    def __init__(self, tx: Tx, at: Circumstances, stories: Mapping[int, Story], followed: Followed, tell: Tell) -> None:
        """`stories` are the known ones, with the titles that the portal gave them last."""
        self._tx, self._at, self._stories, self._followed, self._tell = tx, at, stories, followed, tell
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
                    self._revise(intent)
        if decision.unmapped:
            self._tx.count_unmapped(decision.unmapped, self._at.now)
        if decision.ahead:
            log.warning("dated in the future, taken as of now", feed=self._at.feed.url, links=decision.ahead[:5])
        return self._made

    def _add(self, intent: changes.NewStory) -> None:
        """A story of its own, or one more portal for a text that is known."""
        tx, at, item = self._tx, self._at, intent.item
        words = self._followed.categories(tx, item.title, item.text)
        intent = replace(intent, categories=(*intent.categories, *words))
        print_, portal = sketch(item.title, item.text), identity.portal(item.link)
        likely = tx.likely_same(print_, portal, intent.published)
        if likely.same is not None:
            known = tx.stories([likely.same.story_id])[likely.same.story_id]
            known = replace(known, categories=tx.story_audience(known.id))
            self._merge(changes.same_story(intent, portal, likely.same, known))
            return
        story_id = tx.add_story(item, intent.published, intent.categories, at.now)
        tx.add_keys(story_id, intent.keys, at.now)
        tx.mark_seen(at.feed.id, [story_id], at.now)
        tx.index_story(story_id, print_, portal, intent.published, likely)
        self._made.new += 1
        if intent.announce:
            self._announce(story_id)

    def _merge(self, copy: changes.SameStory) -> None:
        self._tx.suppress(copy, self._at.feed.id, self._at.now)
        self._made.copies += 1
        self._gained(copy.story_id, copy.gained, announce=copy.announce)

    def _see(self, intent: changes.SeenStory) -> None:
        tx, now = self._tx, self._at.now
        tx.add_keys(intent.story_id, intent.keys, now)
        tx.mark_seen(self._at.feed.id, [intent.story_id], now)
        if intent.gained:
            tx.add_categories(intent.story_id, intent.gained)
        self._gained(intent.story_id, intent.gained, announce=intent.announce)

    def _revise(self, intent: changes.Revised) -> None:
        """Told to nobody again; the headline of what was told is offered to editors, once for each form of it."""
        tx, item, before = self._tx, intent.item, self._stories[intent.story_id]
        known = before.title == item.title or tx.was_titled(intent.story_id, item.title)  # stale caches come and go
        tx.add_revision(intent.story_id, item, self._at.now, *self._words(intent))
        print_ = sketch(item.title, item.text)
        tx.index_story(intent.story_id, print_, identity.portal(item.link), item.published or before.published)
        if before.told and not known:
            now = replace(tx.stories([intent.story_id])[intent.story_id], title=item.title)
            self._tell(tx, Notice("revised", self._at.feed, before.title, story=now))

    def _words(self, intent: changes.Revised) -> tuple[str, str]:
        """Title and summary from now on: what an editor has corrected is not undone by the portal's next form."""
        tx, story_id, item = self._tx, intent.story_id, intent.item
        ours, (title, summary) = tx.stories([story_id])[story_id], tx.portal_words(story_id)
        broadcast = tx.story_broadcast(story_id)
        about = tx.about(broadcast) if broadcast is not None else []
        corrected = [
            (sent.note.wrong, sent.note.text) for sent in about if sent.note and sent.kind is BroadcastKind.CORRECTION
        ]
        return (
            revised(ours.title, title, item.title, corrected), revised(ours.summary, summary, item.summary, corrected)
        )  # fmt: skip

    def _gained(self, story_id: int, gained: Collection[str], *, announce: bool) -> None:
        if announce:
            if story_id not in self._at.waiting:
                self._announce(story_id)
        # Neither a first import nor a change of mapping is news to the followers of a category (promise 9).
        elif self._at.late_categories:
            spread.reach_further(self._tx, story_id, gained, self._at.now)

    def _announce(self, story_id: int) -> None:
        if self._at.flooded:
            self._made.held.append(story_id)
        else:
            spread.announce(self._tx, story_id, self._tx.story_audience(story_id), self._at.channels, self._at.now)
            self._made.told += 1
