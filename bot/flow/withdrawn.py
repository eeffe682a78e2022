"""Stories that a feed shows no more: their pages are looked for, and what is gone is offered as a withdrawal."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog

from bot.errors import FetchError
from bot.flow.facts import host_of
from bot.flow.notice import Notice, Tell
from bot.news.identity import keys
from bot.news.item import Document
from bot.news.withdrawal import LOOKED_FOR, Shown, taken_down, vanished
from bot.ports import Feed, Fetch, Store, Tx

log = structlog.get_logger(__name__)


class Withdrawn:
    """Looks for pages after a poll; a fault of the portal says nothing about a story."""

    def __init__(self, store: Store, fetch: Fetch, now: Callable[[], datetime], tell: Tell) -> None:
        self._store, self._fetch, self._now, self._tell = store, fetch, now, tell

    async def look(self, feed: Feed, document: Document) -> None:
        """Look for what this document should show and does not."""
        now = self._now()
        for story in await self._store.read(lambda tx: _missing(tx, feed, document, now)):
            gone = await self._is_gone(story.link)
            await self._store.write(partial(self._write, feed, story, gone))

    async def _is_gone(self, link: str) -> bool:
        try:
            await self._fetch(link)
        except FetchError as error:
            return error.status is not None and taken_down(error.status)
        return False

    def _write(self, feed: Feed, shown: Shown, gone: bool, tx: Tx) -> None:
        now = self._now()
        if not gone:
            tx.looked_for(shown.story_id, now)
        elif tx.withdraw(shown.story_id, now):
            story = tx.stories([shown.story_id])[shown.story_id]
            log.info("the portal has taken a story down", link=story.link, told=story.told)
            if story.told:  # what nobody was sent need not be taken back
                self._tell(tx, Notice("withdrawn", feed, story=story))


def _missing(tx: Tx, feed: Feed, document: Document, now: datetime) -> list[Shown]:
    shown = tx.shown_lately(feed.id, now - LOOKED_FOR)
    site = host_of(feed.url)
    present = set(tx.known_keys([key for item in document.items for key in keys(item, site)]).values())
    return vanished(shown, document.items, present, now)
