"""A WordPress feed of 10 and of 100 items: the strict reader beside feedparser with its defaults."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import feedparser

from bot.news import lenient, strict
from bot.news.encoding import decoded
from bot.news.feed import read
from bot.simulator.portal.post import Post, slug_of
from bot.simulator.portal.rss import Site, feed
from bot.simulator.stories import CATEGORIES, body, samples

ROUNDS = 9
AT_LEAST = 0.02  # seconds of CPU for each way in each round
SIZES = (10, 100)
URL = "https://target-24jam.example/feed/"
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def run() -> dict[str, Any]:
    """Milliseconds of CPU, medians of nine rounds; `items` has the cleaning and the summaries in it."""
    return {f"{size} items": _measured(wordpress(size)) for size in SIZES}


def wordpress(size: int) -> bytes:
    """A feed as the simulated portal gives it, every story another one."""
    site = Site("Target 24 Jam", URL.removesuffix("/feed/"), "id", "id", {c.slug: c.label for c in CATEGORIES})
    posts = [_post(number) for number in range(size)]
    return feed(site, posts, path="/feed/", title="Target 24 Jam", built=NOW).encode()


def _post(number: int) -> Post:
    """As long as an article is (about 360 words): three of the simulator's, which are short for the phone's sake."""
    sample, *more = (samples()[(number + step) % len(samples())] for step in range(3))
    title, published = f"{sample.title} ({number})", NOW - timedelta(hours=number)
    html = "\n".join(body(each, published) for each in (sample, *more))
    image = f"/wp-content/uploads/{number}.jpg"
    return Post(number + 1, slug_of(title), title, html, sample.slugs, published, published, "redaksi", image)


def _measured(document: bytes) -> dict[str, float]:
    text = decoded(document, None)
    ways: dict[str, Callable[[], object]] = {
        "feedparser's defaults": lambda: feedparser.parse(BytesIO(document)),  # noqa: TID251 — the baseline
        "lenient reader": lambda: lenient.read(text),
        "strict reader": lambda: strict.read(decoded(document, None)),
        "items": lambda: read(document, url=URL),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            took[name].append(_cpu_ms(way))
    medians = {name: statistics.median(times) for name, times in took.items()}
    baseline = medians["feedparser's defaults"]
    return {
        "kB": round(len(document) / 1000), **{f"{name}, ms": round(ms, 2) for name, ms in medians.items()},
        "times less, strict reader": round(baseline / medians["strict reader"], 1),
        "times less, items": round(baseline / medians["items"], 1),
    }  # fmt: skip


def _cpu_ms(way: Callable[[], object]) -> float:
    """Of one call; what is quick is called more than once."""
    began, calls = time.process_time(), 0
    while (used := time.process_time() - began) < AT_LEAST or not calls:
        way()
        calls += 1
    return used * 1000 / calls
