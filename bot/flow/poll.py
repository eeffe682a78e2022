"""From a feed to stories and broadcasts: fetch, read in the sandbox, decide, and write it all in one transaction."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.errors import FeedError, FetchError, StoreError
from bot.flow import spread
from bot.flow.facts import host_of
from bot.news import changes, identity
from bot.news.category import LabelMap
from bot.news.interval import next_check
from bot.news.item import Document
from bot.ports import Answer, Feed, FeedCheck, Fetch, Parse, Store, Tx

log = structlog.get_logger(__name__)

NOT_MODIFIED = 304
TROUBLE_RESTS = 60.0  # seconds before a feed is asked again whose poll could not be written
AT_ONCE = 8  # feeds under way at the same time (two a host: the fetcher's own limit)


@dataclass(frozen=True, slots=True)
class Polled:
    """What one look at a feed brought."""

    feed: Feed
    new: int = 0  # stories seen for the first time
    told: int = 0  # broadcasts made
    error: str = ""


class Poller:
    """Looks at each feed when it is due; what is due stands in the store, so a restart forgets nothing."""

    def __init__(
        self, store: Store, fetch: Fetch, parse: Parse, mapping: LabelMap, channels: Collection[str],
        now: Callable[[], datetime], wake: Callable[[], None],
    ) -> None:  # fmt: skip
        self._store, self._fetch, self._parse = store, fetch, parse
        self._mapping, self._channels = mapping, tuple(channels)
        self._mapped: set[int] = set()  # feeds that have been read with this mapping
        self._now, self._wake = now, wake
        self._running: dict[int, asyncio.Task[None]] = {}
        self._resting: dict[int, datetime] = {}  # feed -> until when, where the store could not be told

    def take_mapping(self, mapping: LabelMap) -> None:
        """From now on labels mean this; what old stories gain by it is news to nobody (promise 9)."""
        self._mapping = mapping
        self._mapped.clear()

    async def look(self) -> None:
        """Start looking at every feed that is due and not yet under way; returns without waiting for them."""
        now = self._now()
        try:
            due = await self._store.read(lambda tx: tx.due_feeds(now))
        except StoreError as error:
            log.warning("cannot see which feeds are due", reason=error.reason)
            return
        ready = [f for f in due if f.id not in self._running and self._resting.get(f.id, now) <= now]
        for feed in ready[: max(0, AT_ONCE - len(self._running))]:
            task = asyncio.create_task(self._look_at(feed))
            self._running[feed.id] = task
            task.add_done_callback(partial(self._ended, feed.id))

    async def stop(self) -> None:
        """Let go of what is under way: nothing of it is written yet, so nothing is lost."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _rest(self, feed: Feed) -> None:
        """The feed stays due in the store, but the portal must not be asked twice a second because of our trouble."""
        self._resting[feed.id] = self._now() + timedelta(seconds=TROUBLE_RESTS)

    def _ended(self, feed_id: int, _: asyncio.Task[None]) -> None:
        self._running.pop(feed_id, None)

    async def _look_at(self, feed: Feed) -> None:
        try:
            polled = await self.poll(feed)
        except StoreError as error:
            self._rest(feed)
            log.warning("a poll could not be written; it is done again", feed=feed.url, reason=error.reason)
        except Exception:
            self._rest(feed)
            log.exception("a poll broke", feed=feed.url)
        else:
            if polled.told:
                self._wake()

    async def poll(self, feed: Feed) -> Polled:
        """One look at one feed, written down whole."""
        try:
            answer = await self._ask(feed)
            if answer.status == NOT_MODIFIED:
                return await self._unchanged(feed)
            document = await self._parse(answer.body, url=answer.url, content_type=answer.headers.get("content-type"))
        except (FetchError, FeedError) as error:
            return await self._failed(feed, error)
        now = self._now()
        polled = await self._store.write(lambda tx: self._record(tx, feed, answer, document, now))
        self._mapped.add(feed.id)
        if polled.new:
            log.info("new stories", feed=feed.url, new=polled.new, told=polled.told)
        return polled

    async def _ask(self, feed: Feed) -> Answer:
        """Conditionally, except the first time with a mapping: its meaning for known stories must be seen once."""
        if feed.id not in self._mapped:
            return await self._fetch(feed.url)
        return await self._fetch(feed.url, etag=feed.etag, last_modified=feed.last_modified)

    async def _unchanged(self, feed: Feed) -> Polled:
        now = self._now()
        check = FeedCheck(at=now, next_check=next_check(feed.url, feed.every, feed.next_check, now))
        await self._store.write(lambda tx: tx.feed_checked(feed.id, check))
        return Polled(feed)

    async def _failed(self, feed: Feed, error: FetchError | FeedError) -> Polled:
        now = self._now()
        wish = error.retry_after if isinstance(error, FetchError) else None
        again = next_check(feed.url, feed.every, feed.next_check, now, failures=feed.failures + 1, retry_after=wish)
        check = FeedCheck(at=now, next_check=again, error=f"{error.reason}: {error}")
        await self._store.write(lambda tx: tx.feed_checked(feed.id, check))
        log.warning("feed failed", feed=feed.url, reason=error.reason, failures=feed.failures + 1, again=again)
        return Polled(feed, error=error.reason)

    def _record(self, tx: Tx, feed: Feed, answer: Answer, document: Document, now: datetime) -> Polled:
        decision = self._decide(tx, feed, document, now)
        late = feed.id in self._mapped and feed.imported_at is not None
        made = _Recorder(tx, feed, self._channels, now, late_categories=late).apply(decision)
        tx.feed_checked(
            feed.id,
            FeedCheck(
                at=now, next_check=next_check(feed.url, feed.every, feed.next_check, now),
                etag=answer.headers.get("etag", ""), last_modified=answer.headers.get("last-modified", ""),
                title=document.title, imported=True,
            ),
        )  # fmt: skip
        return Polled(feed, *made)

    def _decide(self, tx: Tx, feed: Feed, document: Document, now: datetime) -> changes.Decision:
        site = host_of(feed.url)
        known = tx.known_keys([key for item in document.items for key in identity.keys(item, site)])
        ids = set(known.values())
        return changes.decide(
            document.items, known=known, stories=tx.stories(ids), seen=tx.seen_in_feed(feed.id, ids),
            imported_at=feed.imported_at, feed_categories=feed.categories, mapping=self._mapping, site=site, now=now,
        )  # fmt: skip


class _Recorder:
    """Writes a decision: stories, their keys and categories, and the broadcasts that tell them."""

    def __init__(
        self, tx: Tx, feed: Feed, channels: Collection[str], now: datetime, *, late_categories: bool
    ) -> None:  # fmt: skip
        self._tx, self._feed, self._channels, self._now = tx, feed, channels, now
        self._late_categories = late_categories

    def apply(self, decision: changes.Decision) -> tuple[int, int]:
        """How many stories are new, how many are told."""
        new = told = 0
        for intent in decision.intents:
            match intent:
                case changes.NewStory():
                    new, told = new + 1, told + self._add(intent)
                case changes.SeenStory():
                    told += self._see(intent)
                case changes.Revised():
                    self._tx.add_revision(intent.story_id, intent.item, self._now)
        if decision.unmapped:
            self._tx.count_unmapped(decision.unmapped, self._now)
        return new, told

    def _add(self, intent: changes.NewStory) -> int:
        tx, now = self._tx, self._now
        story_id = tx.add_story(intent.item, intent.published, intent.categories, now)
        tx.add_keys(story_id, intent.keys, now)
        tx.mark_seen(self._feed.id, [story_id], now)
        if not intent.announce:
            return 0
        spread.announce(tx, story_id, intent.categories, self._channels, now)
        return 1

    def _see(self, intent: changes.SeenStory) -> int:
        tx, now = self._tx, self._now
        tx.add_keys(intent.story_id, intent.keys, now)
        tx.mark_seen(self._feed.id, [intent.story_id], now)
        if intent.gained:
            tx.add_categories(intent.story_id, intent.gained)
        if intent.announce:
            story = tx.stories([intent.story_id])[intent.story_id]
            spread.announce(tx, story.id, story.categories, self._channels, now)
            return 1
        # Neither a first import nor a change of mapping is news to the followers of a category (promise 9).
        if self._late_categories:
            spread.reach_further(tx, intent.story_id, intent.gained, now)
        return 0
