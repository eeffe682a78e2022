"""`kentongan feeds test`: a try of an address that changes nothing."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

import typer

from bot import app as composition
from bot import clock
from bot.channels.console.render import screen
from bot.chat.stories import story_message
from bot.chat.turn import Board
from bot.cli.common import Json, errors, print_json, settings, with_store
from bot.cli.feeds.listing import ago, remarks, state
from bot.cli.feeds.verdicts import Tried, Verdict, verdicts
from bot.cli.notes import board_of
from bot.errors import FeedError, FetchError, OperationError, StoreError
from bot.news.category import LabelMap
from bot.news.dates import dated
from bot.news.item import Document, Item, Story
from bot.ports import Answer, Feed, Fetch, HeldFlood, Parse, Store
from bot.settings import Settings

SHOWN = 3


def test(
    urls: Annotated[list[str] | None, typer.Argument(help="Addresses; all feeds of feeds.yaml when left out.")] = None,
    json: Json = False,
) -> None:
    """Fetch and read feeds now, changing nothing.

    Shows how each feed stands, its newest stories as residents see them, labels that no category means, and what its
    headers mean for how it is polled.

    Example: kentongan feeds test https://target-24jam.com/feed/
    """
    loaded = settings()
    trials = asyncio.run(_try_all(loaded, urls or [feed.url for feed in loaded.feeds]))
    if json:
        print_json([trial.as_dict() for trial in trials])
    else:
        health = _health(loaded)
        board = board_of(loaded, clock.now())
        for trial in trials:
            print("\n".join(trial.lines(board, loaded.portal.language, health.get(trial.url, ""))))
    failed = sum(1 for trial in trials if trial.fault)
    if failed:
        raise OperationError(f"{failed} of {len(trials)} feeds cannot be read")


@dataclass(frozen=True, slots=True)
class Trial:
    """One address, tried."""

    url: str
    fault: str = ""
    retry_after: float | None = None  # seconds, of a refusal
    answer: Answer | None = None
    document: Document | None = None
    categories: dict[str, tuple[str, ...]] = field(default_factory=dict)  # item link -> category ids
    unmapped: tuple[str, ...] = ()
    ahead: tuple[str, ...] = ()  # a line about items that are dated in the future
    verdicts: tuple[Verdict, ...] = ()

    def lines(self, board: Board, language: str, health: str = "") -> list[str]:
        """What a person reads."""
        known = [f"  health: {health}"] if health else []
        if self.fault or self.document is None:
            wait = f" (asks to wait {self.retry_after:.0f} s; polls do)" if self.retry_after else ""
            return [f"✗ {self.url} · {self.fault}{wait}", *known]
        items = self.document.items
        lines = [f"✓ {self.url} · {self.document.title or 'no title'} · {len(items)} items", *known]
        lines += [f"  {verdict.mark} {verdict.about}: {verdict.text}" for verdict in self.verdicts]
        if self.unmapped:
            lines.append(f"  - labels: no category means {', '.join(self.unmapped)}")
        lines += [f"  - note: {note}" for note in (*self.document.notes, *self.ahead)]
        for item in items[:SHOWN]:
            lines += ["", *(f"    {line}" for line in self._shown(item, board, language).splitlines())]
        return [*lines, ""]

    def _shown(self, item: Item, board: Board, language: str) -> str:
        """As the phone shows it, but for the buttons' numbers."""
        published = item.published or board.now
        story = Story(0, item.title, item.summary, item.link, published, self.categories.get(item.link, ()), item.image)
        return screen(story_message(story, language, board, share=False))

    def as_dict(self) -> dict[str, Any]:
        """The same as data."""
        document, answer = self.document, self.answer
        return {
            "url": self.url, "ok": not self.fault, "fault": self.fault or None, "retry_after": self.retry_after,
            "title": document and document.title, "items": len(document.items) if document else 0,
            "etag": answer and answer.headers.get("etag"),
            "last_modified": answer and answer.headers.get("last-modified"),
            "verdicts": [{"about": v.about, "good": {"+": True, "-": False}.get(v.mark), "text": v.text}
                         for v in self.verdicts],
            "unmapped": list(self.unmapped), "notes": [*document.notes, *self.ahead] if document else [],
            "newest": [
                {"title": i.title, "summary": i.summary, "link": i.link, "published": i.published,
                 "categories": self.categories.get(i.link, ())}
                for i in (document.items[:SHOWN] if document else ())
            ],
        }  # fmt: skip


def _health(loaded: Settings) -> dict[str, str]:
    """How known feeds stand, in one line each; nothing where there is no database yet."""

    async def look(store: Store) -> tuple[list[Feed], list[HeldFlood]]:
        return await store.read(lambda tx: (tx.feeds(), tx.held_floods()))

    with suppress(StoreError):
        feeds, floods = with_store(loaded, look, read_only=True)
        held = {flood.feed_id: flood for flood in floods}
        return {feed.url: "; ".join(_line(feed, held)) for feed in feeds}
    return {}


def _line(feed: Feed, held: dict[int, HeldFlood]) -> list[str]:
    now = clock.now()
    return [state(feed), f"looked at {ago(feed.checked_at, now)}", *remarks(feed, held)]


async def _try_all(loaded: Settings, urls: list[str]) -> list[Trial]:
    async with composition.outside(loaded) as outside:
        trials = []
        for url in urls:
            with errors.status(f"reading {url} …"):
                trials.append(await try_feed(loaded, outside.fetch, outside.parse, url, clock.now()))
        return trials


async def try_feed(loaded: Settings, fetch: Fetch, parse: Parse, url: str, now: datetime) -> Trial:
    """Fetch and read one address; a fault becomes its line."""
    try:
        answer = await fetch(url)
        document = await parse(answer.body, url=answer.url, content_type=answer.headers.get("content-type"))
        again = await _again(fetch, url, answer)
    except FetchError as error:
        return Trial(url, fault=f"{error.reason}: {error}", retry_after=error.retry_after)
    except FeedError as error:
        return Trial(url, fault=f"{error.reason}: {error}")
    own = {feed.url: feed.categories for feed in loaded.feeds}.get(url, ())
    categories, unmapped = _map(document, composition.label_map(loaded), own)
    seen = verdicts(Tried(url, answer, document, again, loaded.public_url, now))
    return Trial(
        url, answer=answer, document=document, categories=categories, unmapped=unmapped, verdicts=tuple(seen),
        ahead=_ahead(document, now),
    )  # fmt: skip


def _ahead(document: Document, now: datetime) -> tuple[str, ...]:
    late = [item.published for item in document.items if item.published and dated(item.published, now).clamped]
    if not late:
        return ()
    return (f"{len(late)} dated in the future, up to {max(late):%Y-%m-%d %H:%M} UTC: taken as of now",)


async def _again(fetch: Fetch, url: str, answer: Answer) -> Answer | None:
    """The same with its conditions, to see whether they do anything; None when it gives none, or refuses now."""
    etag, modified = answer.headers.get("etag"), answer.headers.get("last-modified")
    if not etag and not modified:
        return None
    with suppress(FetchError):
        return await fetch(url, etag=etag, last_modified=modified)
    return None


def _map(
    document: Document, mapping: LabelMap, own: tuple[str, ...]
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:  # fmt: skip
    categories: dict[str, tuple[str, ...]] = {}
    unmapped: dict[str, None] = {}
    for item in document.items:
        ids, strangers = mapping.map(item.labels)
        categories[item.link] = tuple(sorted({*ids, *own}))
        unmapped.update(dict.fromkeys(strangers))
    return categories, tuple(unmapped)
