"""Copied texts among 100,000 stored stories, then among 1,000,000: what is found, what is not, and how long it takes.

The stories and the labelled pairs are made (`bench.sentences_made`, `bench.pairs_made`). Beside it: the same pairs by
their folded titles alone.
"""

import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from bench import pairs_made
from bench.sentences_made import PORTALS, Made, facts, story
from bot.news.shingles import sketch
from bot.news.summary import folded
from storage.sqlite import schema, schema_news
from storage.sqlite.connection import connect
from storage.sqlite.likeness import SPAN_MS
from storage.sqlite.part import to_ms
from storage.sqlite.suppressions import Suppressions

STORED, MILLION = 100_000, 1_000_000
SPANS = 5  # of 72 hours, over which the stories are published: the whole of what the index keeps
A_KIND = 60  # pairs
STRANGERS = 2_000  # stories that repeat nothing
FIRST_DAY = datetime(2026, 2, 3, tzinfo=UTC)  # a span begins there
SAMPLES = 45  # shingles of a made-up filler; the real ones have 47 at the median
SECONDS_APART = SPANS * 259_200 / STORED

Taken = tuple[float, float]  # milliseconds by the clock, and of this thread's CPU
Numbered = tuple[int, pairs_made.Pair]  # the stored story's number and its kin
Probe = tuple[str, Taken, str]  # kind, time, what it was taken for: same | wrong | related | other

_MORE: Final = """
WITH RECURSIVE number (n) AS (SELECT ?2 UNION ALL SELECT n + 1 FROM number WHERE n < ?3)
INSERT OR IGNORE INTO shingle SELECT ?1, (abs(random()) % 1073741824) * 4, n FROM number, json_each(?4) ORDER BY 2
"""
# Common phrases stay as common as they are: each real shingle that is not everybody's yet stands in one story more.
_PHRASES: Final = """
INSERT OR IGNORE INTO shingle SELECT span, h, ?2 + abs(random()) % (?3 - ?2) FROM (
  SELECT span, h, count(*) OVER (PARTITION BY h) AS often FROM shingle WHERE span = ?1 AND story_id <= ?4
) WHERE often < 13
"""
_SKETCHES: Final = """
WITH RECURSIVE number (n) AS (SELECT ?2 UNION ALL SELECT n + 1 FROM number WHERE n < ?3)
INSERT INTO sketch SELECT n, ?1, ?1 * 259200000, 'x.example', 45, abs(random()) % 4294967296, '', '', '', '' FROM number
"""


def run() -> dict[str, Any]:
    """Precision and recall by kind of pair, milliseconds a lookup, megabytes on disk."""
    with tempfile.TemporaryDirectory() as folder, closing(_database(Path(folder) / "likeness.db")) as db:
        tx = Suppressions(db, writes=True)
        result = _hundred_thousand(tx)
        _fill(tx)
        probes = [_probe(tx, pair) for pair in _pairs()]
        return result | {
            "1,000,000 stored": _milliseconds([ms for _, ms, _ in probes]) | _judged(probes),
            "1,000,000 stored, MB": _megabytes(tx),
            "target": {"precision": 0.99, "recall": 0.98, "ms at 100,000": 2.0, "ms at 1,000,000": 5.0},
        }


def _hundred_thousand(tx: Suppressions) -> dict[str, Any]:
    _add_stories(tx)
    before = _megabytes(tx)
    indexing = _index(tx)
    probes = [_probe(tx, pair) for pair in _pairs()]
    sketching = [_timed(partial(sketch, made.title, made.text))[1] for made in _stories(0, 500)]
    return {
        "pairs": len(probes),
        "100,000 stored": _milliseconds([ms for _, ms, _ in probes]) | _judged(probes),
        "found to be the same, by kind": _by_kind(probes, "same"),
        "found to be related, by kind": _by_kind(probes, "related"),
        "taken for another story, by kind": _by_kind(probes, "wrong"),
        f"taken for a known one, of {STRANGERS:,} new stories": _strangers(tx),
        "by title alone": _judged([_by_title(pair) for pair in _pairs()]),
        "index a story, ms": _milliseconds(indexing),
        "sketch a story, ms": _milliseconds(sketching),
        "index of 100,000, MB": round(_megabytes(tx) - before, 1),
    }


def _database(path: Path) -> Any:
    db = connect(path, writes=True, busy_seconds=1)
    schema.apply(db)
    if "shingle" not in db.table_names():
        schema_news.news_desk(db)
    db.conn.execute("PRAGMA foreign_keys = OFF")  # the fillers are shingles of stories that nobody wrote
    return db


def _published(number: int) -> datetime:
    return FIRST_DAY + timedelta(seconds=number * SECONDS_APART)


def _made(number: int) -> Made:
    return story(number * 7919 + 11, facts(number * 104_729 + 3, _published(number)))


def _stories(first: int, count: int) -> Iterator[Made]:
    return (_made(number) for number in range(first, first + count))


def _portal(number: int) -> str:
    return PORTALS[number % len(PORTALS)]


def _add_stories(tx: Suppressions) -> None:
    tx.conn.execute("BEGIN")
    tx.conn.executemany(
        "INSERT INTO story (id, title, summary, link, text, published, first_seen) VALUES (?, ?, '', '', '', ?, 0)",
        ((n + 1, made.title, to_ms(_published(n))) for n, made in enumerate(_stories(0, STORED))),
    )
    tx.conn.execute("COMMIT")


def _index(tx: Suppressions) -> list[Taken]:
    """In transactions of a hundred, as a few polls would; milliseconds each."""
    taken = []
    for first in range(0, STORED, 100):
        tx.conn.execute("BEGIN")
        for number, made in enumerate(_stories(first, 100), start=first):
            print_ = sketch(made.title, made.text)
            _, ms = _timed(partial(tx.index_story, number + 1, print_, _portal(number), _published(number)))
            taken.append(ms)
        tx.conn.execute("COMMIT")
    return taken


def _pairs() -> Iterator[Numbered]:
    for change in (*pairs_made.SAME, *pairs_made.DIFFERENT):
        rng = random.Random(change.__name__)
        for _ in range(A_KIND):
            number = rng.randrange(STORED)
            yield number, pairs_made.pair(change, _made(number), rng.getrandbits(48))


def _probe(tx: Suppressions, numbered: Numbered) -> Probe:
    number, pair = numbered
    print_ = sketch(pair.probe.title, pair.probe.text)
    at = _published(number) + pair.later
    likely, ms = _timed(partial(tx.likely_same, print_, _portal(number + 1), at))
    if likely.same is not None:
        return pair.kind, ms, "same" if likely.same.story_id == number + 1 else "wrong"
    related = any(match.story_id == number + 1 for match in likely.related)
    return pair.kind, ms, "related" if related else "other"


def _strangers(tx: Suppressions) -> int:
    made = ((_made(STORED + n), _published(n * STORED // STRANGERS)) for n in range(STRANGERS))
    return sum(tx.likely_same(sketch(m.title, m.text), "x.example", at).same is not None for m, at in made)


def _by_title(numbered: Numbered) -> Probe:
    number, pair = numbered
    found = "same" if folded(_made(number).title) == folded(pair.probe.title) else "other"
    return pair.kind, (0.0, 0.0), found


def _judged(probes: Sequence[Probe]) -> dict[str, float]:
    same = {change.__name__ for change in pairs_made.SAME}
    taken = [(kind in same and found == "same") for kind, _, found in probes if found in {"same", "wrong"}]
    found = [found == "same" for kind, _, found in probes if kind in same]
    return {"precision": round(sum(taken) / max(1, len(taken)), 4), "recall": round(sum(found) / len(found), 4)}


def _by_kind(probes: Sequence[Probe], wanted: str) -> dict[str, str]:
    counts = Counter(kind for kind, _, found in probes if found == wanted)
    return {kind: f"{counts[kind]} of {A_KIND}" for kind in dict.fromkeys(kind for kind, _, _ in probes)}


def _fill(tx: Suppressions) -> None:
    """The other nine hundred thousand: what their shingles would be, without their sentences."""
    each = (MILLION - STORED) // SPANS
    hashes = "[" + ",".join("0" * (SAMPLES - 5)) + "]"
    for number in range(SPANS):
        span = to_ms(FIRST_DAY) // SPAN_MS + number
        first, last = STORED + 1 + number * each, STORED + (number + 1) * each
        tx.conn.execute("BEGIN")
        tx.run(_PHRASES, span, first, last, STORED)
        tx.run(_MORE, span, first, last, hashes)
        tx.run(_SKETCHES, span, first, last)
        tx.conn.execute("COMMIT")


def _timed(work: Callable[[], Any]) -> tuple[Any, Taken]:
    began, used = time.perf_counter(), time.thread_time()
    result = work()
    return result, ((time.perf_counter() - began) * 1000, (time.thread_time() - used) * 1000)


def _milliseconds(taken: Sequence[Taken]) -> dict[str, float]:
    clock, cpu = (statistics.quantiles(times, n=100) for times in zip(*taken, strict=True))
    return {
        "p50_ms": round(clock[49], 2), "p95_ms": round(clock[94], 2),
        "p50_cpu_ms": round(cpu[49], 2), "p95_cpu_ms": round(cpu[94], 2),
    }  # fmt: skip


def _megabytes(tx: Suppressions) -> float:
    pages, size = int(tx.value("PRAGMA page_count")), int(tx.value("PRAGMA page_size"))
    return round(pages * size / 1e6, 1)
