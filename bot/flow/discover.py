"""From a site's address to its feeds: what may be one is asked for, and only what can be read is shown."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.errors import FeedError, FetchError
from bot.news import discovery
from bot.news.discovery import Candidate, Way
from bot.news.encoding import decoded
from bot.news.item import Document
from bot.ports import Answer, Fetch, Parse

AT_ONCE = 2  # requests; the site is a stranger


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that is there."""

    url: str  # where permanent redirects lead, else as it was named
    way: Way | None  # None: the address that was asked for is a feed itself
    title: str
    items: int
    newest: datetime | None
    labels: tuple[str, ...]  # of its items, each once


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a site has."""

    asked: str
    found: tuple[Found, ...] = ()
    tried: int = 0
    fault: str = ""  # why nothing at all could be looked at


class Discoverer:
    """Looks for feeds, two requests at a time and no more than some forty in all."""

    def __init__(self, fetch: Fetch, parse: Parse) -> None:
        self._fetch, self._parse = fetch, parse

    async def look(self, address: str) -> Discovery:
        """The feeds of a site or page (`target-24jam.com` will do), the best first; or the address's own feed."""
        url = address if "://" in address else f"https://{address}"
        try:
            answer, document = await self._open(url)
        except FetchError as error:
            if url == address or error.reason not in {"refused", "tls", "timeout", "broken"}:
                return Discovery(url, fault=f"{error.reason}: {error}")
            try:
                answer, document = await self._open(f"http://{address}")
            except FetchError as plain:
                return Discovery(url, fault=f"{plain.reason}: {plain}")
        if document is not None:
            return Discovery(url, (_found(url, answer, document, None),), 1)
        return await self._search(url, answer)

    async def _search(self, url: str, answer: Answer) -> Discovery:
        page = decoded(answer.body, answer.headers.get("content-type"))
        named = discovery.named(answer.url, answer.headers, page)
        found = await self._try(named)
        tried = 1 + len(named)
        if not found:
            for candidate in discovery.usual(answer.url):
                tried += 1
                if found := await self._try([candidate]):
                    break  # the others would be the same feed in another form
        sections = discovery.sections(answer.url, page)
        found += await self._try(sections)
        return Discovery(url, tuple(_each_once(found)), tried + len(sections))

    async def _try(self, candidates: Sequence[Candidate]) -> list[Found]:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(candidate: Candidate) -> Found | None:
            async with gate:
                try:
                    answer, document = await self._open(candidate.url)
                except FetchError:
                    return None
            return None if document is None else _found(candidate.url, answer, document, candidate.way)

        return [found for found in await asyncio.gather(*map(one, candidates)) if found is not None]

    async def _open(self, url: str) -> tuple[Answer, Document | None]:
        answer = await self._fetch(url)
        try:
            return answer, await self._parse(
                answer.body, url=answer.url, content_type=answer.headers.get("content-type")
            )
        except FeedError:
            return answer, None


def _found(url: str, answer: Answer, document: Document, way: Way | None) -> Found:
    dates = [item.published for item in document.items if item.published is not None]
    labels = dict.fromkeys(label for item in document.items for label in item.labels)
    return Found(
        answer.moved_permanently_to or url, way, document.title, len(document.items), max(dates, default=None),
        tuple(labels),
    )  # fmt: skip


def _each_once(found: Iterable[Found]) -> Iterable[Found]:
    """By address; `http` and `https`, with and without `www.`, are the same place."""
    seen: set[str] = set()
    for feed in found:
        place = feed.url.partition("://")[2].removeprefix("www.").rstrip("/")
        if place not in seen:
            seen.add(place)
            yield feed
