"""`kentongan feeds`: what is polled, and a try of one address."""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer

from bot import app as composition
from bot import clock
from bot.cli.common import Json, errors, print_json, print_table, settings, with_store
from bot.errors import FeedError, FetchError, OperationError
from bot.flow.facts import host_of
from bot.news.category import LabelMap
from bot.news.item import Document, Item
from bot.ports import Answer, Feed, Fetch, Parse
from bot.settings import Settings

SHOWN = 3

app = typer.Typer(no_args_is_help=True, help="List and test feeds.")


@app.command("list")
def list_(json: Json = False) -> None:
    """Every feed with its health.

    Example: kentongan feeds list --json
    """
    loaded = settings()
    feeds = with_store(loaded, lambda store: store.read(lambda tx: tx.feeds()))
    known = {feed.url for feed in feeds}
    waiting = [feed.url for feed in loaded.feeds if feed.url not in known]
    if json:
        print_json([_facts(feed) for feed in feeds] + [{"url": url, "state": "declared"} for url in waiting])
        return
    rows = [(feed.url, _state(feed), _ago(feed), feed.error) for feed in feeds]
    rows += [(url, "declared", "not yet", "") for url in waiting]
    print_table(("feed", "state", "looked at", "last error"), rows)


@app.command()
def test(
    urls: Annotated[list[str] | None, typer.Argument(help="Addresses; all feeds of feeds.yaml when left out.")] = None,
    json: Json = False,
) -> None:
    """Fetch and read feeds now, changing nothing: one clear line each, then the newest stories as residents see them.

    Example: kentongan feeds test https://target-24jam.com/feed/
    """
    loaded = settings()
    trials = asyncio.run(_try_all(loaded, urls or [feed.url for feed in loaded.feeds]))
    if json:
        print_json([trial.as_dict() for trial in trials])
    else:
        for trial in trials:
            print("\n".join(trial.lines()))
    failed = sum(1 for trial in trials if trial.fault)
    if failed:
        raise OperationError(f"{failed} of {len(trials)} feeds cannot be read")


@dataclass(frozen=True, slots=True)
class Trial:
    """One address, tried."""

    url: str
    fault: str = ""
    answer: Answer | None = None
    document: Document | None = None
    categories: dict[str, tuple[str, ...]] = field(default_factory=dict)  # item link -> category ids
    unmapped: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """What a person reads."""
        if self.fault or self.document is None or self.answer is None:
            return [f"✗ {self.url} · {self.fault}"]
        items = self.document.items
        lines = [f"✓ {self.url} · {self.document.title or 'no title'} · {len(items)} items · {self._caching()}"]
        for item in items[:SHOWN]:
            lines += self._story(item)
        if self.unmapped:
            lines.append(f"  no category means: {', '.join(self.unmapped)}")
        return lines + [f"  note: {note}" for note in self.document.notes]

    def as_dict(self) -> dict[str, Any]:
        """The same as data."""
        document, answer = self.document, self.answer
        return {
            "url": self.url, "ok": not self.fault, "fault": self.fault or None,
            "title": document and document.title, "items": len(document.items) if document else 0,
            "etag": answer and answer.headers.get("etag"),
            "last_modified": answer and answer.headers.get("last-modified"),
            "unmapped": list(self.unmapped), "notes": list(document.notes) if document else [],
            "newest": [
                {"title": i.title, "summary": i.summary, "link": i.link, "published": i.published,
                 "categories": self.categories.get(i.link, ())}
                for i in (document.items[:SHOWN] if document else ())
            ],
        }  # fmt: skip

    def _caching(self) -> str:
        headers = self.answer.headers if self.answer else {}
        found = [name for name in ("etag", "last-modified") if headers.get(name)]
        return " and ".join(found) if found else "neither etag nor last-modified: every poll transfers the whole feed"

    def _story(self, item: Item) -> list[str]:
        when = item.published.isoformat(timespec="minutes") if item.published else "no date"
        tags = " ".join(self.categories.get(item.link, ())) or "no category"
        return [f"  · {item.title}", f"    {item.summary or '(no summary)'}", f"    {tags} · {when} · {item.link}"]


async def _try_all(loaded: Settings, urls: list[str]) -> list[Trial]:
    async with composition.outside(loaded) as outside:
        trials = []
        for url in urls:
            with errors.status(f"reading {url} …"):
                trials.append(await try_feed(loaded, outside.fetch, outside.parse, url))
        return trials


async def try_feed(loaded: Settings, fetch: Fetch, parse: Parse, url: str) -> Trial:
    """Fetch and read one address; a fault becomes its line."""
    try:
        answer = await fetch(url)
        document = await parse(answer.body, url=answer.url, content_type=answer.headers.get("content-type"))
    except (FetchError, FeedError) as error:
        return Trial(url, fault=f"{error.reason}: {error}")
    mapping = composition.label_map(loaded)
    own = {feed.url: feed.categories for feed in loaded.feeds}.get(url, ())
    categories, unmapped = _map(document, mapping, own)
    return Trial(url, "", answer, document, categories, unmapped)


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


def _state(feed: Feed) -> str:
    if feed.paused:
        return "paused"
    if feed.failures:
        return f"failed {feed.failures}×"
    return "healthy" if feed.ok_at else "not yet polled"


def _ago(feed: Feed) -> str:
    if feed.checked_at is None:
        return "not yet"
    return f"{int((clock.now() - feed.checked_at).total_seconds())} s ago"


def _facts(feed: Feed) -> dict[str, Any]:
    return {
        "id": feed.id, "url": feed.url, "host": host_of(feed.url), "state": _state(feed), "title": feed.title,
        "every": feed.every, "categories": feed.categories, "origin": feed.origin, "failures": feed.failures,
        "error": feed.error or None, "checked_at": feed.checked_at, "ok_at": feed.ok_at, "next_check": feed.next_check,
    }  # fmt: skip
