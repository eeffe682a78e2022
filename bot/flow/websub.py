"""WebSub: a hub that a feed names tells us of a story the moment it is published; polling stays as the net below.

Subscribing follows the W3C recommendation: we ask the hub, it asks us back whether we meant it (only what was asked is
confirmed), and it signs what it delivers with a secret of this one subscription. What it delivers goes through the same
sandbox and the same recorder as a poll. A delivery lives in memory between its 202 and its commit: a crash there costs
the seconds until the next poll, and no story.
"""

import asyncio
import hmac
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from bot.errors import FeedError, FetchError, StoreError
from bot.flow.facts import host_of
from bot.flow.record import Recorder
from bot.news import hints
from bot.news.catch_up import overrun
from bot.news.identity import keys
from bot.news.item import Document
from bot.ports import Answer, Feed, Hub, Parse, Post, Store, Tx

log = structlog.get_logger(__name__)

PATH = "/websub/"
LEASE = timedelta(days=10)  # what we ask for; the hub decides
LONGEST_LEASE = timedelta(days=90)
RENEW_AT = 0.8  # of the lease
CONFIRMED_WITHIN = timedelta(days=1)  # of our asking
ASK_AGAIN = timedelta(hours=1)  # where nothing was confirmed; twice as long after each refusal, a day at most
LONGEST_PAUSE = timedelta(days=1)
MOST_WAITING = 16  # deliveries; the hub tries again where there is no place
METHODS = {"sha1", "sha256", "sha384", "sha512"}


class WebSub:
    """Subscribes, confirms, takes deliveries."""

    def __init__(
        self, store: Store, post: Post, parse: Parse, recorder: Recorder, public_url: str,
        now: Callable[[], datetime], wake: Callable[[], None],
    ) -> None:  # fmt: skip
        self._store, self._post, self._parse, self._recorder = store, post, parse, recorder
        self._base = public_url.rstrip("/") + PATH
        self._now, self._wake = now, wake
        self._delivered: asyncio.Queue[tuple[Hub, bytes, str | None]] = asyncio.Queue(MOST_WAITING)
        self._worker: asyncio.Task[None] | None = None

    def start(self) -> asyncio.Task[None]:
        """Begin to take deliveries; the task that does it."""
        self._worker = asyncio.create_task(self._work(), name="websub")
        return self._worker

    async def stop(self) -> None:
        """Take no more."""
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.wait({self._worker})

    # Subscribing ------------------------------------------------------------------------------------------------------

    def named(self, tx: Tx, feed: Feed, answer: Answer, document: Document, now: datetime) -> None:
        """Remember the hub that a feed's answer names: in its Link headers, else in the document."""
        hub, topic = hints.hub_links(answer.headers, answer.url)
        hub = hub or document.hub or ""
        topic = topic or document.self_url or answer.url
        if hub.startswith(("https://", "http://")):
            tx.hub_named(feed.id, hub, topic, secrets.token_urlsafe(24), secrets.token_urlsafe(32), now)

    async def look(self) -> None:
        """Ask the hubs whose time has come: new ones, leases that end, refusals of a while ago."""
        now = self._now()
        try:
            due = await self._store.read(lambda tx: tx.due_hubs(self._base, now))
            await asyncio.gather(*(self._subscribe(hub) for hub in due[:MOST_WAITING]))
        except StoreError as error:
            log.warning("hubs cannot be asked now", reason=error.reason)

    async def _subscribe(self, hub: Hub) -> None:
        callback, now = self._base + hub.token, self._now()
        form = {
            "hub.mode": "subscribe", "hub.topic": hub.topic, "hub.callback": callback, "hub.secret": hub.secret,
            "hub.lease_seconds": str(int(LEASE.total_seconds())),
        }  # fmt: skip
        # Written first: a hub may ask back before it answers.
        await self._store.write(lambda tx: tx.hub_asked(hub.feed_id, callback, now + ASK_AGAIN, now))
        try:
            await self._post(hub.hub, form)
        except FetchError as error:
            await self._refused(hub, callback, f"{error.reason}: {error}")

    async def _refused(self, hub: Hub, callback: str, why: str) -> None:
        now = self._now()
        again = now + min(ASK_AGAIN * 2 ** min(hub.refusals, 10), LONGEST_PAUSE)
        await self._store.write(lambda tx: tx.hub_asked(hub.feed_id, callback, again, now, error=why))
        log.info("a hub does not take us; polling goes on", hub=hub.hub, topic=hub.topic, why=why)

    async def confirm(self, token: str, query: Mapping[str, str]) -> str | None:
        """What to answer to a hub that asks whether we meant it: its challenge, "" to a refusal, None to all else."""
        hub = await self._store.read(lambda tx: tx.hub_of(token))
        if hub is None or query.get("hub.topic") != hub.topic:
            return None
        mode, now = query.get("hub.mode"), self._now()
        if mode == "denied":
            await self._store.write(lambda tx: tx.hub_delivers(hub.feed_id, None))  # polls go back to their pace
            await self._refused(hub, hub.callback, "denied: " + query.get("hub.reason", "")[:200])
            return ""
        challenge = query.get("hub.challenge", "")
        asked = hub.asked_at is not None and now - hub.asked_at <= CONFIRMED_WITHIN
        if mode != "subscribe" or not asked or not challenge:
            return None  # we never ask to unsubscribe: a lease ends by itself
        lease = _lease(query.get("hub.lease_seconds", ""))
        await self._store.write(lambda tx: tx.hub_granted(hub.feed_id, now + lease, now + lease * RENEW_AT))
        log.info("a hub delivers from now on", hub=hub.hub, topic=hub.topic, lease=int(lease.total_seconds()))
        return challenge

    # Deliveries -------------------------------------------------------------------------------------------------------

    async def deliver(self, token: str, body: bytes, signature: str | None, content_type: str | None) -> bool | None:
        """Take a delivery: True when it is kept or rightly ignored, False when there is no place, None: who is that?

        A wrong signature is not answered with an error: the recommendation says that we must ignore such a delivery
        and may acknowledge it all the same, so that whoever guesses learns nothing, and a hub with an old secret does
        not send it again and again.
        """
        hub = await self._store.read(lambda tx: tx.hub_of(token))
        if hub is None:
            return None
        if not signed(body, signature, hub.secret):
            log.warning("a delivery without a right signature is ignored", hub=hub.hub, topic=hub.topic)
            return True
        try:
            self._delivered.put_nowait((hub, body, content_type))
        except asyncio.QueueFull:
            return False
        return True

    async def _work(self) -> None:
        while True:
            hub, body, content_type = await self._delivered.get()
            try:
                await self._take(hub, body, content_type)
            except StoreError as error:
                log.warning("a delivery could not be written; the next poll brings it", reason=error.reason)
            except Exception:
                log.exception("a delivery broke", topic=hub.topic)
            finally:
                self._delivered.task_done()

    async def _take(self, hub: Hub, body: bytes, content_type: str | None) -> None:
        feed = await self._store.read(lambda tx: tx.feed(hub.feed_id))
        if feed is None or not feed.asked:
            return
        document: Document | None = None
        if feed.imported_at is not None:  # else a poll must be first: it tells the past from the news
            with suppress(FeedError):  # a hub may send a mere note that something has changed
                document = await self._parse(body, url=hub.topic, content_type=content_type)
        if document is None:
            await self._store.write(lambda tx: tx.ask_soon(hub.feed_id))
            return
        told = await self._store.write(lambda tx: self._record(tx, hub, document))
        if told:
            self._wake()

    def _record(self, tx: Tx, hub: Hub, document: Document) -> int:
        feed, now = tx.feed(hub.feed_id), self._now()
        if feed is None or not feed.asked:
            return 0
        site = host_of(feed.url)
        known = tx.known_keys([key for item in document.items for key in keys(item, site)])
        if len(document.items) > 1 and feed.gap_since is None and overrun(document.items, known, site):
            tx.remember_gap(feed.id, feed.ok_at)  # more than a delivery holds: the next poll must look behind it
            tx.ask_soon(feed.id)
        made = self._recorder.record(tx, feed, document, now)
        tx.hub_delivers(feed.id, now)
        log.info("delivered by a hub", feed=feed.url, new=made.new, told=made.told, held=len(made.held))
        return made.told


def signed(body: bytes, signature: str | None, secret: str) -> bool:
    """Whether `X-Hub-Signature: method=hex` is this body's, in constant time."""
    method, _, digest = (signature or "").strip().partition("=")
    if method.lower() not in METHODS:
        return False
    right = hmac.new(secret.encode(), body, method.lower()).hexdigest()
    return hmac.compare_digest(right.encode(), digest.strip().lower().encode("utf-8", "replace"))


def _lease(text: str) -> timedelta:
    """What the hub grants; ours where it does not say."""
    seconds = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004 — of digits
    return min(timedelta(seconds=seconds), LONGEST_LEASE) if seconds else LEASE
