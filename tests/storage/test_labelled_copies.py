"""The labelled copies of the benchmark, a small part of them: what the recipe promises holds with every change."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bench import pairs_made
from bench.sentences_made import Made, facts, story
from bot.news.shingles import sketch
from storage.sqlite import schema, schema_news
from storage.sqlite.connection import connect
from storage.sqlite.suppressions import Suppressions
from tests.storage.makers import NOW, item

STORED, A_KIND = 600, 12


def made(number: int) -> Made:
    return story(number * 31 + 7, facts(number * 17 + 5, NOW))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suppressions]:
    """Six hundred stories of one portal, published within an hour."""
    path: Path = tmp_path_factory.mktemp("labelled") / "desk.db"
    with closing(connect(path, writes=True, busy_seconds=1)) as db:
        schema.apply(db)
        if "shingle" not in db.table_names():
            schema_news.news_desk(db)
        tx = Suppressions(db, writes=True)
        tx.conn.execute("BEGIN")
        for number in range(STORED):
            one = made(number)
            story_id = tx.add_story(item(str(number)), NOW, [], NOW)
            tx.index_story(story_id, sketch(one.title, one.text), "a.example", NOW + timedelta(seconds=6 * number))
        tx.conn.execute("COMMIT")
        yield tx


def taken(tx: Suppressions, change: pairs_made.Change) -> Counter[str]:
    """What becomes of twelve stories that were changed so, when another portal publishes them."""
    found: Counter[str] = Counter()
    for number in range(A_KIND):
        pair = pairs_made.pair(change, made(number), number)
        print_ = sketch(pair.probe.title, pair.probe.text)
        same = tx.likely_same(print_, "b.example", NOW + pair.later).same
        found["nothing" if same is None else "the story" if same.story_id == number + 1 else "another"] += 1
    return found


@pytest.mark.parametrize("change", pairs_made.SAME, ids=lambda change: change.__name__)
def test_a_copy_is_taken_for_the_story_that_it_copies(desk: Suppressions, change: pairs_made.Change) -> None:
    found = taken(desk, change)
    assert found["another"] == 0
    assert found["the story"] >= A_KIND - 1, found  # an editor's hand may be heavier than the recipe allows


@pytest.mark.parametrize("change", pairs_made.DIFFERENT, ids=lambda change: change.__name__)
def test_what_only_looks_like_a_copy_is_told(desk: Suppressions, change: pairs_made.Change) -> None:
    assert taken(desk, change) == {"nothing": A_KIND}
