"""Errands of admins: what takes the world's time, outside of any transaction; a fault is part of the answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from bot.chat.office import BackedUp, BackUp, Brought, Copy, Draw, Drawn, Errand, Looked, LookFor, Offer, Tried, TryFeed
from bot.errors import FeedError, FetchError, KentonganError
from bot.flow.discover import Discoverer
from bot.flow.picture import draw
from bot.news.category import LabelMap
from bot.news.item import Document, Story
from bot.ports import Fetch, Parse, Store, Tx

log = structlog.get_logger(__name__)

SHOWN: Final = 3  # stories of a feed that is tried
MOST_OFFERS: Final = 8
LONGEST_FAULT: Final = 300


@dataclass(frozen=True, slots=True)
class Errands:
    """Runs errands; `back_up` makes a backup and takes its time in a thread of its own."""

    store: Store
    fetch: Fetch
    parse: Parse
    mapping: Callable[[], LabelMap]
    back_up: Callable[[], Copy]
    now: Callable[[], datetime]

    async def run(self, errand: Errand) -> Brought:
        """Do it; never raises for what the world does."""
        match errand:
            case LookFor():
                return await self._look_for(errand)
            case TryFeed():
                return await self._try(errand)
            case BackUp():
                return await self._back_up()
            case Draw():
                return await self._draw(errand)

    async def _look_for(self, errand: LookFor) -> Looked:
        found = await Discoverer(self.fetch, self.parse).look(errand.address)
        now, feeds = self.now(), found.found[:MOST_OFFERS]

        def keep(tx: Tx) -> tuple[bytes, tuple[Offer, ...]]:
            return tx.button_key(), tuple(tx.offer_feed(feed.url, feed.title, now) for feed in feeds)

        key, offers = await self.store.write(keep)
        return Looked(errand, key, offers, found.fault[:LONGEST_FAULT])

    async def _try(self, errand: TryFeed) -> Tried:
        key = await self.store.write(lambda tx: tx.button_key())
        try:
            answer = await self.fetch(errand.url)
            document = await self.parse(
                answer.body, url=answer.url, content_type=answer.headers.get("content-type")
            )  # fmt: skip
        except (FetchError, FeedError) as error:
            return Tried(errand, key, fault=f"{error.reason}: {error}"[:LONGEST_FAULT])
        return self._tried(errand, key, document)

    def _tried(self, errand: TryFeed, key: bytes, document: Document) -> Tried:
        mapping, now = self.mapping(), self.now()
        strangers = dict.fromkeys(label for item in document.items for label in mapping.map(item.labels)[1])
        stories = tuple(
            Story(
                0, item.title, item.summary, item.link, item.published or now, mapping.map(item.labels)[0], item.image
            )
            for item in document.items[:SHOWN]
        )
        return Tried(errand, key, document.title, len(document.items), stories, tuple(strangers))

    async def _back_up(self) -> BackedUp:
        try:
            return BackedUp(await asyncio.to_thread(self.back_up))
        except KentonganError as error:
            log.warning("a backup that an admin asked for could not be made", reason=type(error).__name__)
            return BackedUp(None, str(error)[:LONGEST_FAULT])

    @staticmethod
    async def _draw(errand: Draw) -> Drawn:
        try:
            return Drawn(await asyncio.to_thread(draw, errand), errand.title)
        except (OSError, ValueError) as error:
            log.warning("a picture could not be drawn", error=type(error).__name__)
            return Drawn(None)
