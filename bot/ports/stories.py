"""Stories: how they are kept, recognised, withdrawn and found."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.news.changes import Form, SameStory
from bot.news.duplicates import Likely, Source, Suppression, Undone
from bot.news.item import Item, Story
from bot.news.shingles import Sketch
from bot.news.withdrawal import Shown


class StoriesTx(Protocol):
    """What transactions say about stories."""

    def known_keys(self, keys: Collection[str]) -> dict[str, int]:
        """Those of the identity keys that are known, with their story's id."""

    def stories(self, ids: Collection[int]) -> dict[int, Story]:
        """Stories by id."""

    def seen_in_feed(self, feed_id: int, story_ids: Collection[int]) -> set[int]:
        """Those of the stories that this feed has shown before."""

    def add_story(self, item: Item, published: datetime, categories: Collection[str], now: datetime) -> int:
        """Record a new story with its first revision and its search text; its id."""

    def add_keys(self, story_id: int, keys: Collection[str], now: datetime) -> None:
        """Further identity keys of a story (known ones stay where they are)."""

    def mark_seen(self, feed_id: int, story_ids: Collection[int], now: datetime) -> None:
        """This feed shows these stories now."""

    def add_categories(self, story_id: int, categories: Collection[str]) -> None:
        """The story stands in these categories too."""

    def story_audience(self, story_id: int) -> tuple[str, ...]:
        """All categories whose followers the story is for: those that are shown, and the followed words in it."""

    def portal_titles(self, ids: Collection[int]) -> dict[int, str]:
        """What the portal called these stories last: an editor's correction may have changed what we call them."""

    def portal_words(self, story_id: int) -> tuple[str, str]:
        """Title and summary as the portal gave them last."""

    def was_titled(self, story_id: int, title: str) -> bool:
        """Whether the portal has called the story so before."""

    def add_revision(
        self, story_id: int, item: Item, now: datetime, title: str | None = None, summary: str | None = None
    ) -> None:  # fmt: skip
        """The portal changed the story: keep the old form, show the new one from now on.

        `title` and `summary` are what we say instead of the portal's, where an editor has corrected it.
        """

    def latest(self, categories: Collection[str] | None, limit: int, offset: int = 0) -> list[Story]:
        """The newest stories in any of these categories (None: of all), by publication."""

    def weekly_volume(self, now: datetime) -> dict[str, int]:
        """Stories of the last 28 days a category, divided by the weeks for which we have watched (at least one)."""

    def count_unmapped(self, labels: Collection[str], now: datetime) -> None:
        """Feed labels that no category means: counted, for admins."""

    def unmapped(self) -> list[tuple[str, int]]:
        """The unmapped labels with their counts, most frequent first."""


class LikenessTx(Protocol):
    """What transactions say about texts that are alike, and about copies of a story."""

    def likely_same(self, sketch: Sketch, portal: str, published: datetime, but: Collection[int] = ()) -> Likely:
        """What is like a story that is about to be recorded: the one that it repeats, and what belongs to it."""

    def index_story(
        self, story_id: int, sketch: Sketch, portal: str, published: datetime, likely: Likely | None = None
    ) -> None:  # fmt: skip
        """Let the story be found from now on, and keep what is related to it."""

    def related(self, story_id: int, limit: int) -> list[Story]:
        """Stories that belong to this one, the most alike first."""

    def forms(self, ids: Collection[int]) -> dict[int, Form]:
        """What is known of the newest forms of these stories."""

    def copies(self, keys: Collection[str]) -> set[str]:
        """Those of the identity keys that came with a copy of a story."""

    def suppress(self, intent: SameStory, feed_id: int, now: datetime) -> int:
        """Keep the copy with its keys, name its portal, give its categories to the story; the suppression's id."""

    def sources(self, story_id: int) -> list[Source]:
        """Who published the story, the first first; empty while only one portal has."""

    def suppressions(self, limit: int, offset: int = 0) -> list[Suppression]:
        """What was suppressed, the newest first, the undone ones too."""

    def undo_suppression(self, suppression_id: int, now: datetime) -> Undone | None:
        """Make a story of its own out of a suppressed item, to be told now; None when there is nothing to undo."""


class WithdrawalsTx(Protocol):
    """What transactions say about stories that portals take back."""

    def shown_lately(self, feed_id: int, since: datetime) -> list[Shown]:
        """What this feed has shown of the stories published since then, without those withdrawn."""

    def looked_for(self, story_id: int, now: datetime) -> None:
        """The story's page was asked for; it is there, or could not say."""

    def withdraw(self, story_id: int, now: datetime) -> bool:
        """The portal has taken the story down; False when that is known."""

    def came_back(self, story_ids: Collection[int]) -> int:
        """Feeds show these stories: those that were withdrawn are so no more; how many."""

    def withdrawn(self, since: datetime) -> list[Story]:
        """The stories taken down since then, to be offered to editors, the latest first."""


class SearchTx(Protocol):
    """What transactions say about the archive."""

    def search(self, words: str, limit: int, offset: int = 0) -> list[Story]:
        """Stories with all of these words, the best and newest first; with any of them where none has all."""
