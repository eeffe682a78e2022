"""`kentongan feeds import|export`: lists of feeds, as feeds.yaml or as OPML."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bot import app as composition
from bot.cli.common import Json, errors, in_transaction, print_json, print_table, settings, with_store
from bot.cli.feeds.addresses import why_not
from bot.cli.feeds.change import Yes, add_all, confirm
from bot.cli.feeds.written import both, feeds_yaml
from bot.errors import FeedError, OperationError, UsageError
from bot.news.opml import LARGEST, Outline, read_opml, write_opml
from bot.ports import DeclaredFeed, Feed
from bot.settings import Settings
from bot.settings.feedsfile import read_feeds_file

_XML = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe", b"\xfe\xff")


def import_(
    file: Annotated[Path, typer.Argument(help="An OPML file, or a feeds.yaml.")],
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Add the feeds of a list: those that are new, with addresses that may be asked; shows them first.

    Folders and categories of OPML count as far as they are labels of our categories. Past stories are told to nobody.

    Example: kentongan feeds import langganan.opml --yes
    """
    loaded = settings()
    feeds = _read(loaded, file)
    taken, refused = asyncio.run(_checked(loaded, feeds))
    new = _new(loaded, taken)
    if not json:
        _show(new, refused, len(taken) - len(new))
    if new:
        confirm(f"Add {len(new)} feeds?", yes=yes)
    added = in_transaction(loaded, lambda tx: add_all(tx, new)) if new else []
    if json:
        print_json({"read": len(feeds), "added": added, "known": len(taken) - len(added), "refused": dict(refused)})
    else:
        print(f"{len(feeds)} feeds read, {len(added)} added")
    if refused and not taken:
        raise OperationError("none of these addresses may be asked")


def export(
    file: Annotated[Path | None, typer.Argument(help="Where to; standard output when left out.")] = None,
    opml: Annotated[bool, typer.Option("--opml", help="OPML 2.0, for feed readers, instead of feeds.yaml.")] = False,
) -> None:
    """Write all feeds, those of feeds.yaml and those that were added here, as one feeds.yaml or as OPML.

    Example: kentongan feeds export feeds-baru.yaml
    """
    loaded = settings()
    kept = with_store(loaded, lambda store: store.read(lambda tx: tx.feeds()))
    feeds = both(loaded, kept)
    text = _opml(loaded, feeds, kept) if opml else feeds_yaml(loaded, feeds)
    if file is None:
        sys.stdout.write(text)
        return
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise OperationError(f"{file} cannot be written ({error.strerror})") from error
    errors.print(f"{len(feeds)} feeds written to {file}", markup=False, highlight=False)


# In -----------------------------------------------------------------------------------------------------------------


def _read(loaded: Settings, file: Path) -> list[DeclaredFeed]:
    data = _bytes(file)
    if not data.lstrip().startswith(_XML):
        known = {category.id for category in loaded.categories}
        return [
            replace(feed, categories=tuple(c for c in feed.categories if c in known))
            for feed in read_feeds_file(file).feeds
        ]
    mapping = composition.label_map(loaded)
    try:
        return [DeclaredFeed(o.url, None, mapping.map(o.labels)[0]) for o in read_opml(data)]
    except FeedError as error:
        raise UsageError(f"{file}: {error}") from None


def _bytes(file: Path) -> bytes:
    """No more than can be a list of feeds; a pipe without end is not read to its end."""
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror})") from error
    if len(data) > LARGEST:
        raise UsageError(f"{file}: more than {LARGEST / 1_000_000:g} MB; no list of feeds is so large")
    return data


async def _checked(
    loaded: Settings, feeds: list[DeclaredFeed]
) -> tuple[list[DeclaredFeed], list[tuple[str, str]]]:  # fmt: skip
    gate = asyncio.Semaphore(16)

    async def check(feed: DeclaredFeed) -> str:
        async with gate:
            return await why_not(feed.url, allow_private=loaded.fetch_allow_private)

    reasons = await asyncio.gather(*map(check, feeds))
    pairs = list(zip(feeds, reasons, strict=True))
    return [feed for feed, why in pairs if not why], [(feed.url, why) for feed, why in pairs if why]


def _new(loaded: Settings, feeds: list[DeclaredFeed]) -> list[DeclaredFeed]:
    kept = with_store(loaded, lambda store: store.read(lambda tx: tx.feeds()))
    known = {feed.url for feed in loaded.feeds} | {feed.url for feed in kept if feed.origin == "chat"}
    return [feed for feed in feeds if feed.url not in known]


def _show(new: list[DeclaredFeed], refused: list[tuple[str, str]], known: int) -> None:
    if new:
        print_table(("new feed", "categories"), [(feed.url, " ".join(feed.categories) or "–") for feed in new])
    if known:
        print(f"{known} are there already")
    for url, why in refused:
        errors.print(f"{url}: {why}", style="red", markup=False, highlight=False)


# Out ----------------------------------------------------------------------------------------------------------------


def _opml(loaded: Settings, feeds: list[DeclaredFeed], kept: list[Feed]) -> str:
    titles = {feed.url: feed.title for feed in kept}
    names = {category.id: category.names.get(loaded.portal.language, category.id) for category in loaded.categories}
    outlines = [
        Outline(feed.url, titles.get(feed.url, ""), tuple(names.get(c, c) for c in feed.categories))
        for feed in feeds
    ]  # fmt: skip
    return write_opml(loaded.portal.name, outlines)
