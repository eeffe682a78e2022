"""Fetches stories that came and went between two polls: through the site's interface, else from the feed's pages."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog

from bot.errors import FeedError, FetchError
from bot.flow.facts import host_of
from bot.news import catch_up, identity
from bot.news.item import Document, Item
from bot.ports import Feed, Fetch, Parse, Store

log = structlog.get_logger(__name__)

REFUSED = {401, 403, 404}  # the interface is closed here, and will be tomorrow
REFUSAL_HOLDS = timedelta(days=1)
NO_SUCH_PAGE = {400, 404}


@dataclass(frozen=True, slots=True)
class Caught:
    """What could be had of the gap.

    `whole`: all of it. `later`: something was in the way, another try may bring the rest. `lost`: nothing shows the
    rest any more.
    """

    items: tuple[Item, ...] = ()
    state: Literal["whole", "later", "lost"] = "whole"


class CatchUp:
    """Looks behind a feed's window."""

    def __init__(self, store: Store, fetch: Fetch, parse: Parse, now: Callable[[], datetime]) -> None:
        self._store, self._fetch, self._parse, self._now = store, fetch, parse, now

    async def fill(self, feed: Feed, url: str, document: Document, since: datetime) -> Caught:
        """What was published at `url` since then and stands no longer in the document; faults never fail the poll."""
        imported = feed.imported_at or since
        items = await self._through_api(feed, url, document, since)
        if items is not None:
            return Caught(catch_up.missed(items, since, imported))
        caught = await self._through_pages(feed, url, document)
        return Caught(catch_up.missed(caught.items, since, imported), caught.state)

    async def overrun(self, feed: Feed, items: Sequence[Item]) -> bool:
        """Whether even the oldest of these items is new to us."""
        oldest, site = catch_up.oldest(items), host_of(feed.url)
        if oldest is None:
            return False
        keys = identity.keys(oldest, site)
        known = await self._store.read(lambda tx: tx.known_keys(keys))
        return catch_up.overrun(items, known, site)

    # The interface --------------------------------------------------------------------------------------------------

    async def _through_api(
        self, feed: Feed, url: str, document: Document, since: datetime
    ) -> list[Item] | None:  # fmt: skip
        """All articles since then; None when the interface is not there or does not show what the feed shows."""
        api, now = catch_up.api_of(url), self._now()
        if api is None or (feed.api_forbidden_until is not None and now < feed.api_forbidden_until):
            return None
        try:
            items = await self._listed(api, document, since)
        except FetchError as error:
            log.info("the portal's interface gives nothing", feed=feed.url, reason=error.reason, status=error.status)
            if error.status in REFUSED:
                await self._store.write(lambda tx: tx.forbid_api(feed.id, now + REFUSAL_HOLDS))
            return None
        except FeedError as error:
            log.info("the portal's interface cannot be read", feed=feed.url, reason=error.reason)
            return None
        return items if items is not None and _covers(items, document, host_of(feed.url)) else None

    async def _listed(self, api: catch_up.Api, document: Document, since: datetime) -> list[Item] | None:
        term = None
        if api.kind:
            term = catch_up.term_of((await self._fetch(api.term_url())).body)
            if term is None:
                return None
        items: list[Item] = []
        for page in range(1, catch_up.API_PAGES + 1):
            answer = await self._fetch(api.posts_url(since, page, term))
            # Apart from the loop: a page may have megabytes.
            rss = await asyncio.to_thread(catch_up.rss_of, answer.body, document.link)
            if rss is None:
                return None
            body, count = rss
            if count:
                read = await self._parse(body, url=answer.url, content_type="application/rss+xml; charset=utf-8")
                items[:0] = read.items  # pages go forward in time, items stand the newest first
            if count < catch_up.PAGE_SIZE:
                return items
        return None  # too many for this way

    # The feed's pages -----------------------------------------------------------------------------------------------

    async def _through_pages(self, feed: Feed, url: str, document: Document) -> Caught:
        """Page after page, until one reaches what we know."""
        found: list[Item] = []
        last = document
        for number in range(2, catch_up.LAST_FEED_PAGE + 1):
            try:
                last = await self._page(catch_up.page_url(url, number))
            except FetchError as error:
                return Caught(tuple(found), "whole" if error.status in NO_SUCH_PAGE else "later")
            except FeedError:
                return Caught(tuple(found), "later")
            fresh = _without(last.items, (*document.items, *found), host_of(feed.url))
            if not fresh:
                return Caught(tuple(found), "lost" if last.items else "whole")  # the site shows the same page again
            found += fresh
            if not await self.overrun(feed, last.items):
                return Caught(tuple(found))
        return Caught(tuple(found), "lost")

    async def _page(self, url: str) -> Document:
        answer = await self._fetch(url)
        return await self._parse(answer.body, url=answer.url, content_type=answer.headers.get("content-type"))


def _covers(items: Sequence[Item], document: Document, site: str) -> bool:
    """Whether the oldest item of the feed, which is new, is among the articles: else they come from a stale cache."""
    oldest = catch_up.oldest(document.items)
    return oldest is None or not _without([oldest], items, site)


def _without(items: Sequence[Item], others: Sequence[Item], site: str) -> list[Item]:
    """Those of the items that are none of the others."""
    taken = {key for item in others for key in identity.keys(item, site)}
    return [item for item in items if not taken.intersection(identity.keys(item, site))]
