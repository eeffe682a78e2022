"""`kentongan feeds list`: every feed with its health."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot import clock
from bot.cli.common import Json, print_json, print_table, settings, with_store
from bot.flow.facts import host_of
from bot.ports import Feed, HeldFlood, Store

COLUMNS = ("id", "feed", "state", "looked at", "next look", "new a week", "remarks")


def list_(json: Json = False) -> None:
    """Every feed with its health, when it is looked at next, and what is held back of it.

    Example: kentongan feeds list --json
    """
    loaded, now = settings(), clock.now()

    async def look(store: Store) -> tuple[list[Feed], list[HeldFlood]]:
        return await store.read(lambda tx: (tx.feeds(), tx.held_floods()))

    feeds, floods = with_store(loaded, look)
    held = {flood.feed_id: flood for flood in floods}
    waiting = [feed.url for feed in loaded.feeds if feed.url not in {known.url for known in feeds}]
    if json:
        declared: list[dict[str, Any]] = [{"url": url, "state": "declared"} for url in waiting]
        print_json([facts(feed, held) for feed in feeds] + declared)
        return
    rows: list[tuple[object, ...]] = [_row(feed, held, now) for feed in feeds]
    rows += [("–", url, "declared", "not yet", "", "", "kentongan run takes it in") for url in waiting]
    print_table(COLUMNS, rows)


def state(feed: Feed) -> str:
    """One word, or two."""
    if feed.gone is not None:
        return "gone"
    if feed.paused or feed.halted:
        return "paused"
    if feed.failures:
        return f"failed {feed.failures}×"
    return "healthy" if feed.ok_at else "not yet polled"


def remarks(feed: Feed, held: Mapping[int, HeldFlood]) -> list[str]:
    """What somebody should know of it."""
    flood = held.get(feed.id)
    return [
        remark
        for remark in (
            feed.error,
            "added by an admin" if feed.origin == "chat" else "",
            "paused in feeds.yaml, or no longer in it" if feed.paused else "",
            f"asked at {feed.moves.moved_to}" if feed.moves.moved_to else "",
            "pushed by a hub" if feed.pushed else "",
            f"{len(flood.stories)} stories are held back ({flood.why}): kentongan feeds release" if flood else "",
            "gone for good; feeds resume asks again" if feed.gone else "",
        )
        if remark
    ]


def ago(at: datetime | None, now: datetime, never: str = "not yet") -> str:
    """How long ago, or in how long."""
    if at is None:
        return never
    seconds = (now - at).total_seconds()
    return f"{_span(seconds)} ago" if seconds >= 0 else f"in {_span(-seconds)}"


def _span(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _row(feed: Feed, held: Mapping[int, HeldFlood], now: datetime) -> tuple[object, ...]:
    following = ago(feed.next_check, now, "now") if feed.asked else "never"
    volume = "" if feed.volume is None else f"{feed.volume:.0f}"
    return (
        feed.id, feed.url, state(feed), ago(feed.checked_at, now), following, volume, "; ".join(remarks(feed, held)),
    )  # fmt: skip


def facts(feed: Feed, held: Mapping[int, HeldFlood]) -> dict[str, Any]:
    """The same as data."""
    flood = held.get(feed.id)
    return {
        "id": feed.id, "url": feed.url, "host": host_of(feed.url), "state": state(feed), "title": feed.title,
        "every": feed.every, "categories": feed.categories, "origin": feed.origin, "failures": feed.failures,
        "error": feed.error or None, "checked_at": feed.checked_at, "ok_at": feed.ok_at, "next_check": feed.next_check,
        "moved_to": feed.moves.moved_to, "gone": feed.gone, "pushed": feed.pushed, "weekly": feed.volume,
        "held": None if flood is None else {"why": flood.why, "stories": list(flood.stories), "at": flood.at},
    }  # fmt: skip
