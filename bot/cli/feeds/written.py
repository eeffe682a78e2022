"""feeds.yaml as the program writes it: what the file declares and what admins added, in one."""

from collections.abc import Iterable, Sequence
from typing import Any

import yaml

from bot.flow.audience import write_quiet
from bot.ports import DeclaredFeed, Feed
from bot.settings import Settings
from bot.settings.words import UNITS


class _Flow(dict[str, Any]):
    """A mapping on one line."""


class _Line(list[Any]):
    """A list on one line."""


class _Dumper(yaml.SafeDumper):
    """Blocks, but for what reads better on one line."""


_Dumper.add_representer(_Flow, lambda d, v: d.represent_mapping("tag:yaml.org,2002:map", v, flow_style=True))
_Dumper.add_representer(_Line, lambda d, v: d.represent_sequence("tag:yaml.org,2002:seq", v, flow_style=True))


def both(loaded: Settings, kept: Iterable[Feed]) -> list[DeclaredFeed]:
    """What the file declares, then what admins added; who was halted is paused."""
    known = {feed.url: feed for feed in kept}
    halted = {url for url, feed in known.items() if feed.halted}
    declared = [
        DeclaredFeed(f.url, f.every, f.categories, f.paused or f.url in halted) for f in loaded.feeds
    ]  # fmt: skip
    own = {feed.url for feed in loaded.feeds}
    added = [
        DeclaredFeed(feed.url, feed.every, feed.categories, feed.halted)
        for feed in known.values()
        if feed.origin == "chat" and feed.url not in own
    ]
    return declared + added


def feeds_yaml(loaded: Settings, feeds: Sequence[DeclaredFeed]) -> str:
    """The whole file; it reads back as what was written."""
    portal = loaded.portal
    data = {
        "portal": {
            "name": portal.name, "url": portal.url, **({"area": portal.area} if portal.area else {}),
            "language": portal.language, "timezone": portal.timezone.key,
        },
        "defaults": {"quiet": write_quiet(loaded.quiet) or "off", "daily_limit": loaded.daily_limit or "off"},
        "categories": [
            {"id": c.id, "name": _Flow(c.names), **({"labels": _Line(c.labels)} if c.labels else {})}
            for c in loaded.categories
        ],
        "feeds": [_feed(feed) for feed in feeds],
    }  # fmt: skip
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1_000)


def _feed(feed: DeclaredFeed) -> dict[str, Any]:
    written: dict[str, Any] = {"url": feed.url}
    if feed.every is not None:
        written["every"] = _every(feed.every)
    if feed.categories:
        written["categories"] = _Line(feed.categories)
    if feed.paused:
        written["paused"] = True
    return written


def _every(seconds: float) -> str:
    """In the largest unit that says it whole."""
    whole = round(seconds)
    unit = next(name for name, size in sorted(UNITS.items(), key=lambda u: -u[1]) if whole % size == 0)
    return f"{whole // UNITS[unit]}{unit}"
