"""`kentongan feeds add|pause|resume|remove`: changes beside feeds.yaml, taken at once by a running program."""

import asyncio
import sys
from typing import Annotated

import typer

from bot import app as composition
from bot import clock
from bot.cli.common import Json, errors, in_transaction, print_json, print_table, settings
from bot.cli.feeds.addresses import why_not
from bot.cli.feeds.choose import feed_of, is_declared
from bot.cli.feeds.listing import ago
from bot.cli.watching import shell_user
from bot.errors import OperationError, UsageError
from bot.flow.discover import Discoverer, Discovery, Found
from bot.ports import DeclaredFeed, Feed, Tx
from bot.settings import Settings
from bot.settings.words import duration

Which = Annotated[str, typer.Argument(metavar="FEED", help="Its address, or its number in feeds list.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
WAYS = {
    "header": "the site's headers name it", "page": "the site's page names it", "link": "the page links to it",
    "section": "a section's feed", "usual": "found at a usual place", None: "the address itself",
}  # fmt: skip


def add(
    address: Annotated[str, typer.Argument(help="Of a feed, of a site, or of one of its sections.")],
    every: Annotated[str | None, typer.Option(help="How often, 30s or 5m or 1h; left out: as it publishes.")] = None,
    categories: Annotated[str, typer.Option(help="Added to what its own labels say: hukrim,daerah")] = "",
    all_: Annotated[bool, typer.Option("--all", help="Every feed that is found, not only the first.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Find a site's feeds, show them, and add the first (or all); its past stories are told to nobody.

    What is added here is kept in the database; `kentongan feeds export` writes it together with feeds.yaml.

    Example: kentongan feeds add target-24jam.com --every 5m --yes
    """
    loaded = settings()
    seconds, ids = _every(every), _categories(loaded, categories)
    with errors.status(f"looking for feeds at {address} …"):
        discovery = asyncio.run(_discover(loaded, address))
    if not discovery.found:
        raise OperationError(_nothing(discovery))
    chosen = discovery.found if all_ else discovery.found[:1]
    if not json:
        _show(discovery, chosen)
    confirm(f"Add {'these' if len(chosen) > 1 else chosen[0].url}?", yes=yes)
    added = in_transaction(loaded, lambda tx: add_all(tx, [DeclaredFeed(f.url, seconds, ids) for f in chosen]))
    if json:
        print_json({"found": [_as_data(found) for found in discovery.found], "added": added})
        return
    for feed in chosen:
        print(f"added {feed.url}" if feed.url in added else f"already there: {feed.url}")


def pause(feed: Which, json: Json = False) -> None:
    """Ask a feed no more until it is resumed, also after a restart.

    Example: kentongan feeds pause https://target-24jam.com/feed/
    """
    _halt(feed, halted=True, json=json)


def resume(feed: Which, json: Json = False) -> None:
    """Ask a feed again, at once: one that was paused, or one that was gone.

    Example: kentongan feeds resume https://target-24jam.com/feed/
    """
    _halt(feed, halted=False, json=json)


def remove(feed: Which, yes: Yes = False, json: Json = False) -> None:
    """Forget a feed that was added here; its stories stay. What feeds.yaml declares is removed there.

    Example: kentongan feeds remove https://example.com/feed/ --yes
    """
    loaded = settings()
    found = in_transaction(loaded, lambda tx: feed_of(tx, feed))
    if is_declared(loaded, found.url):
        raise UsageError(
            f"feeds.yaml declares {found.url}: remove its lines from {loaded.feeds_file}, "
            "or pause it here: kentongan feeds pause"
        )
    confirm(f"Remove {found.url}?", yes=yes)
    in_transaction(loaded, lambda tx: _remove(tx, found))
    print_json({"removed": found.url}) if json else print(f"removed {found.url}")


def _every(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return duration(text)
    except ValueError as error:
        raise UsageError(f"--every {text!r} {error}") from None


def _categories(loaded: Settings, text: str) -> tuple[str, ...]:
    ids = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    known = [category.id for category in loaded.categories]
    if unknown := [word for word in ids if word not in known]:
        raise UsageError(f"--categories: {', '.join(unknown)} is not known; there are {', '.join(known)}")
    return ids


async def _discover(loaded: Settings, address: str) -> Discovery:
    async with composition.outside(loaded) as outside:
        discovery = await Discoverer(outside.fetch, outside.parse).look(address)
    refused = [await why_not(found.url, allow_private=loaded.fetch_allow_private) for found in discovery.found]
    usable = tuple(found for found, why in zip(discovery.found, refused, strict=True) if not why)
    return Discovery(discovery.asked, usable, discovery.tried, discovery.fault)


def _nothing(discovery: Discovery) -> str:
    if discovery.fault:
        return f"{discovery.asked} cannot be read ({discovery.fault})"
    return f"no feed was found at {discovery.asked} ({discovery.tried} addresses tried): give the feed's own address"


def _show(discovery: Discovery, chosen: tuple[Found, ...]) -> None:
    now = clock.now()
    rows = [
        ("*" if found in chosen else "", found.url, found.title, found.items, ago(found.newest, now, "–"),
         WAYS[found.way], ", ".join(found.labels[:5]))
        for found in discovery.found
    ]  # fmt: skip
    print_table(("", "feed", "name", "items", "newest", "why", "labels"), rows)


def _as_data(found: Found) -> dict[str, object]:
    return {
        "url": found.url, "title": found.title, "items": found.items, "newest": found.newest, "way": found.way,
        "labels": list(found.labels),
    }  # fmt: skip


def confirm(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("nothing was changed: say --yes where nobody can be asked")
    typer.confirm(question, abort=True, err=True)


def add_all(tx: Tx, feeds: list[DeclaredFeed]) -> list[str]:
    added = [feed.url for feed in feeds if tx.add_feed(feed)]
    for url in added:
        tx.add_audit(shell_user(), "feeds_add", url, clock.now())
    return added


def _remove(tx: Tx, feed: Feed) -> None:
    tx.remove_feed(feed.id)
    tx.add_audit(shell_user(), "feeds_remove", feed.url, clock.now())


def _halt(named: str, *, halted: bool, json: bool) -> None:
    def work(tx: Tx) -> Feed:
        feed = feed_of(tx, named)
        tx.halt_feed(feed.id, halted)
        tx.add_audit(shell_user(), "feeds_pause" if halted else "feeds_resume", feed.url, clock.now())
        return feed

    loaded = settings()
    feed = in_transaction(loaded, work)
    if not halted and feed.paused:
        where = "pauses it" if is_declared(loaded, feed.url) else "declares it no more"
        raise OperationError(f"{loaded.feeds_file} {where}: {feed.url} is asked again when that is changed there")
    if json:
        print_json({"url": feed.url, "paused": halted})
    else:
        print(f"paused {feed.url}" if halted else f"{feed.url} is asked again now")
