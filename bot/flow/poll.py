"""From a feed to stories and broadcasts: fetch, read in the sandbox, decide, and write it all in one transaction."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.errors import FeedError, FetchError, StoreError
from bot.flow.catch_up import CatchUp, Caught
from bot.flow.facts import host_of
from bot.flow.notice import Notice, Tell, nobody
from bot.flow.record import Recorded, Recorder
from bot.flow.withdrawn import Withdrawn
from bot.news import hints, interval, moves
from bot.news.catch_up import joined
from bot.news.category import LabelMap
from bot.news.item import Document
from bot.ports import Answer, Feed, FeedCheck, Fetch, Parse, Store, Tx

log = structlog.get_logger(__name__)

NOT_MODIFIED, GONE = 304, 410
TROUBLE_RESTS = 60.0  # seconds before a feed is asked again whose poll could not be written
AT_ONCE, PER_HOST = 32, 2  # feeds under way at the same time, in all and of one host
UNCONDITIONAL = timedelta(hours=6)  # a story that is withdrawn moves Last-Modified back: a condition never shows it
GAP_HOLDS = timedelta(days=1)  # for so long what may be missing is looked for
TELL_FAILURES = 3  # in a row; then admins hear of it

NOTHING = Caught()
Named = Callable[[Tx, Feed, Answer, Document, datetime], None]


@dataclass(frozen=True, slots=True)
class Polled:
    """What one look at a feed brought."""

    feed: Feed
    new: int = 0  # stories seen for the first time
    told: int = 0  # broadcasts made
    error: str = ""
    held: int = 0  # stories that wait for an admin's yes


@dataclass(frozen=True, slots=True)
class _Look:
    """One look under way: how it was asked and what came."""

    feed: Feed
    asked: str
    answer: Answer
    unconditional: bool
    since: datetime | None  # from when on stories may be missing
    caught: Caught = NOTHING


class Poller:
    """Looks at each feed when it is due; what is due stands in the store, so a restart forgets nothing."""

    def __init__(
        self, store: Store, fetch: Fetch, parse: Parse, mapping: LabelMap, channels: Collection[str],
        now: Callable[[], datetime], wake: Callable[[], None], *,
        own: str = "", tell: Tell = nobody, chance: Callable[[], float] = random.random,
    ) -> None:  # fmt: skip
        """`own` is the portal's host: its feeds are looked at most often ("" takes all for its own)."""
        self.recorder = Recorder(mapping, channels, tell)
        self.hub_named: Named | None = None  # a part that wants to know which hubs documents name
        self._store, self._fetch, self._parse = store, fetch, parse
        self._now, self._wake, self._tell, self._chance = now, wake, tell, chance
        self._own = own.removeprefix("www.")
        self._catch_up = CatchUp(store, fetch, parse, now)
        self._withdrawn = Withdrawn(store, fetch, now, tell)
        self._waiting: list[tuple[str, Feed]] = []  # each with its host
        self._running: dict[int, asyncio.Task[None]] = {}
        self._hosts: Counter[str] = Counter()  # of those that are running
        self._resting: dict[int, datetime] = {}  # feed -> until when, where the store could not be told

    def take_mapping(self, mapping: LabelMap) -> None:
        """From now on labels mean this; what old stories gain by it is news to nobody (promise 9)."""
        self.recorder.take_mapping(mapping)

    async def look(self) -> None:
        """Start looking at every feed that is due and not yet under way; returns without waiting for them."""
        now = self._now()
        try:
            due = await self._store.read(lambda tx: tx.due_feeds(now))
        except StoreError as error:
            log.warning("cannot see which feeds are due", reason=error.reason)
            return
        ready = [f for f in due if f.id not in self._running and self._resting.get(f.id, now) <= now]
        self._waiting = [(host_of(_address(feed)), feed) for feed in ready]
        self._begin()

    async def stop(self) -> None:
        """Let go of what is under way: nothing of it is written yet, so nothing is lost."""
        self._waiting = []
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self) -> None:
        """As many of the waiting as there are places; one slow host never takes those of the others."""
        passed: list[tuple[str, Feed]] = []
        at = 0
        while at < len(self._waiting) and len(self._running) < AT_ONCE:
            host, feed = self._waiting[at]
            if self._hosts[host] < PER_HOST:
                self._start(host, feed)
            else:
                passed.append((host, feed))
            at += 1
        self._waiting[:at] = passed

    def _start(self, host: str, feed: Feed) -> None:
        self._hosts[host] += 1
        task = asyncio.create_task(self._look_at(feed))
        self._running[feed.id] = task
        task.add_done_callback(partial(self._ended, feed.id, host))

    def _rest(self, feed: Feed) -> None:
        """The feed stays due in the store, but the portal must not be asked twice a second because of our trouble."""
        self._resting[feed.id] = self._now() + timedelta(seconds=TROUBLE_RESTS)

    def _ended(self, feed_id: int, host: str, _: asyncio.Task[None]) -> None:
        self._running.pop(feed_id, None)
        self._hosts[host] -= 1
        if not self._hosts[host]:
            del self._hosts[host]
        self._begin()

    async def _look_at(self, feed: Feed) -> None:
        try:
            await self.poll(feed)
        except StoreError as error:
            self._rest(feed)
            log.warning("a poll could not be written; it is done again", feed=feed.url, reason=error.reason)
        except Exception:
            self._rest(feed)
            log.exception("a poll broke", feed=feed.url)

    # One look ---------------------------------------------------------------------------------------------------------

    async def poll(self, feed: Feed) -> Polled:
        """One look at one feed, written down whole."""
        try:
            look = await self._ask(feed)
            if look.answer.status == NOT_MODIFIED:
                return await self._unchanged(look)
            document = await self._read(look.answer)
            look, document = await self._completed(look, document)
        except (FetchError, FeedError) as error:
            return await self._failed(feed, error)
        now = self._now()
        made = await self._store.write(lambda tx: self._record(tx, look, document, now))
        self.recorder.read_by_now(feed)
        if made.told:
            self._wake()
        if made.new or made.copies:
            held = len(made.held)
            log.info("new stories", feed=feed.url, new=made.new, told=made.told, held=held, copies=made.copies)
        await self._withdrawn.look(feed, document)  # when all else is done: pages take their time
        return Polled(feed, made.new, made.told, held=len(made.held))

    async def _ask(self, feed: Feed) -> _Look:
        """Conditionally as a rule; the first time with a mapping its meaning for known stories must be seen once."""
        asked, read = _address(feed), feed.unconditional_at
        whole = not self.recorder.has_read(feed) or feed.gap_since is not None
        if whole or read is None or self._now() - read >= UNCONDITIONAL:
            return _Look(feed, asked, await self._fetch(asked), unconditional=True, since=feed.gap_since)
        answer = await self._fetch(asked, etag=feed.etag, last_modified=feed.last_modified)
        return _Look(feed, asked, answer, unconditional=False, since=feed.gap_since)

    async def _read(self, answer: Answer) -> Document:
        return await self._parse(answer.body, url=answer.url, content_type=answer.headers.get("content-type"))

    async def _completed(self, look: _Look, document: Document) -> tuple[_Look, Document]:
        """With what came and went since the last good look, if even the oldest item is new to us."""
        feed = look.feed
        if feed.imported_at is None:
            return look, document
        since = feed.gap_since
        if since is None and await self._catch_up.overrun(feed, document.items):
            since = feed.ok_at
        if since is None:
            return look, document
        caught = await self._catch_up.fill(feed, look.asked, document, since)
        log.info("caught up", feed=feed.url, since=since, items=len(caught.items), state=caught.state)
        return replace(look, since=since, caught=caught), joined(document, caught.items)

    async def _unchanged(self, look: _Look) -> Polled:
        now = self._now()
        volume = _volume(look.feed, 0, now)
        check = FeedCheck(at=now, next_check=self._next(look, look.feed.ttl, volume, now), volume=volume)
        await self._store.write(lambda tx: self._checked(tx, look, check))
        return Polled(look.feed)

    async def _failed(self, feed: Feed, error: FetchError | FeedError) -> Polled:
        now, failures = self._now(), feed.failures + 1
        status, wish = (error.status, error.retry_after) if isinstance(error, FetchError) else (None, None)
        again = interval.after_fault(feed.every, failures, wish, now, self._chance())
        line = f"{error.reason}: {error}"
        check = FeedCheck(at=now, next_check=again, error=line, gone=status == GONE)

        def write(tx: Tx) -> None:
            tx.feed_checked(feed.id, check)
            if check.gone:
                self._tell(tx, Notice("gone", feed, line))
            elif failures == TELL_FAILURES:
                self._tell(tx, Notice("failing", feed, line))

        await self._store.write(write)
        what = "feed is gone" if check.gone else "feed failed"
        log.warning(what, feed=feed.url, reason=error.reason, failures=failures, again=None if check.gone else again)
        return Polled(feed, error=error.reason)

    # Inside the transaction -------------------------------------------------------------------------------------------

    def _record(self, tx: Tx, look: _Look, document: Document, now: datetime) -> Recorded:
        feed = tx.feed(look.feed.id) or look.feed  # a hub may have delivered in the meantime
        headers = look.answer.headers
        made = self.recorder.record(tx, feed, document, now)
        if made.told and feed.pushed:
            tx.hub_delivers(feed.id, None)  # polls are the net, and something fell into it
        ttl = (document.ttl_minutes or 0) * 60.0
        if feed.volume is None:
            volume = interval.first_volume([item.published for item in document.items], now)
        else:
            volume = _volume(feed, made.new - len(made.held), now)
        self._checked(
            tx, look,
            FeedCheck(
                at=now, next_check=self._next(look, ttl, volume, now),
                etag=headers.get("etag", ""), last_modified=headers.get("last-modified", ""),
                title=document.title, imported=True, unconditional=look.unconditional, ttl=ttl, volume=volume,
            ),
        )  # fmt: skip
        self._mind_gap(tx, look, now)
        if self.hub_named is not None:
            self.hub_named(tx, feed, look.answer, document, now)
        return made

    def _checked(self, tx: Tx, look: _Look, check: FeedCheck) -> None:
        """A look that went well."""
        feed = look.feed
        moved = moves.follow(feed.url, feed.moves, look.asked, look.answer.moved_permanently_to)
        tx.feed_checked(feed.id, replace(check, moves=None if moved == feed.moves else moved))
        if moved.moved_to != feed.moves.moved_to:
            self._tell(tx, Notice("moved", feed, moved.moved_to or feed.url))
        if feed.failures >= TELL_FAILURES:
            self._tell(tx, Notice("recovered", feed))

    def _mind_gap(self, tx: Tx, look: _Look, now: datetime) -> None:
        """What could not be had yet is looked for again with every poll, for a day."""
        if look.since is None:
            return
        given_up = look.caught.state == "lost" or now - look.since > GAP_HOLDS
        if look.caught.state == "later" and not given_up:
            tx.remember_gap(look.feed.id, look.since)
            return
        tx.remember_gap(look.feed.id, None)
        if look.caught.state != "whole":
            self._tell(tx, Notice("gap", look.feed))
            log.warning("stories may have been missed", feed=look.feed.url, since=look.since)

    def _next(self, look: _Look, ttl: float | None, volume: float, now: datetime) -> datetime:
        feed = look.feed
        host = host_of(feed.url)
        own = not self._own or host == self._own or host.endswith(f".{self._own}")
        hint = max(hints.fresh_for(look.answer.headers, now), ttl or 0.0)
        pace = interval.Pace(feed.every, own, volume, hint, feed.pushed)
        return interval.next_check(pace, feed.next_check, now, self._chance())


def _address(feed: Feed) -> str:
    return moves.address(feed.url, feed.moves, feed.failures)


def _volume(feed: Feed, new: int, now: datetime) -> float:
    return interval.faded_volume(feed.volume or 0.0, new, now - (feed.ok_at or now))
