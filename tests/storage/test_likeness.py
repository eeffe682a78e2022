"""Texts that are alike, in a real file: found, told once, named, listed, and given back."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bench.sentences_made import facts, story
from bot.news.changes import Form, NewStory, SameStory, same_story
from bot.news.duplicates import Likely, Match, Source, Undone
from bot.news.item import Item
from bot.news.shingles import sketch, text_hash
from bot.ports import DeclaredFeed
from storage.sqlite import likeness, schema, schema_news
from storage.sqlite.connection import connect
from storage.sqlite.feeds import Feeds
from storage.sqlite.part import to_ms
from storage.sqlite.suppressions import Suppressions
from storage.sqlite.withdrawals import Withdrawals
from tests.storage.makers import NOW, hours

FEED, OTHER_FEED = 1, 2


class Desk(Feeds, Suppressions, Withdrawals):
    """What of a transaction the news desk needs here."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(connect(tmp_path / "desk.db", writes=True, busy_seconds=1)) as db:
        schema.apply(db)
        if "shingle" not in db.table_names():
            schema_news.news_desk(db)
        tx = Desk(db, writes=True)
        tx.declare_feeds([DeclaredFeed("https://a.example/feed/"), DeclaredFeed("https://b.example/feed/")])
        yield tx


def article(number: int, host: str = "a.example", **fields: object) -> Item:
    """A made-up story of some two hundred words; the same number is the same text."""
    made = story(number, facts(number, NOW))
    usual = {
        "guid": f"https://{host}/?p={number}", "link": f"https://{host}/{number}/", "title": made.title,
        "labels": ("DAERAH",), "published": NOW, "text": made.text,
    }  # fmt: skip
    return Item(**usual | fields)  # type: ignore[arg-type]  # a table of named fields


def likely(tx: Desk, item: Item, host: str) -> Likely:
    assert item.published is not None
    return tx.likely_same(sketch(item.title, item.text), host, item.published)


def record(tx: Desk, item: Item, host: str = "a.example", *, feed: int = FEED) -> int:
    """What a poll does with a new story that is like no other."""
    assert item.published is not None
    found = likely(tx, item, host)
    story_id = tx.add_story(item, item.published, ["daerah"], NOW)
    tx.add_keys(story_id, [f"g:{item.guid}"], NOW)
    tx.mark_seen(feed, [story_id], NOW)
    tx.index_story(story_id, sketch(item.title, item.text), host, item.published, found)
    return story_id


def copied(tx: Desk, item: Item, host: str = "b.example") -> SameStory:
    """What a poll makes of a new story that repeats a known one."""
    assert item.published is not None
    same = likely(tx, item, host).same
    assert same is not None
    known = tx.stories([same.story_id])[same.story_id]
    new = NewStory(item, (f"g:{item.guid}",), ("daerah", "sosial"), item.published, announce=True)
    return same_story(new, host, same, known)


COPY = article(1, "b.example", title="Judul lain di portal lain")


def test_a_copy_is_found_among_others(desk: Desk) -> None:
    ids = [record(desk, article(number)) for number in range(1, 200)]
    assert likely(desk, COPY, "b.example") == Likely(Match(ids[0], 1.0))
    assert likely(desk, article(999), "b.example") == Likely()


WINDOWS = {"the same minute": (0, True), "71 hours": (71, True), "73 hours": (73, False), "a month": (720, False)}


@pytest.mark.parametrize(("apart", "found"), WINDOWS.values(), ids=WINDOWS.keys())
@pytest.mark.parametrize("way", [-1, 1])
def test_only_what_was_published_within_three_days_is_found(desk: Desk, apart: int, found: bool, way: int) -> None:
    record(desk, article(1))
    assert (likely(desk, replace(COPY, published=NOW + way * hours(apart)), "b.example").same is not None) == found


def test_within_the_portal_it_is_related_and_both_lead_to_each_other(desk: Desk) -> None:
    first = record(desk, article(1))
    second = record(desk, article(1, guid="https://a.example/?p=1001", title="Judul lain di portal ini"))
    assert [s.id for s in desk.related(second, 5)] == [first]
    assert [s.id for s in desk.related(first, 5)] == [second]
    assert desk.related(first, 0) == []


def test_a_short_item_is_known_by_its_title(desk: Desk) -> None:
    title = "Warga Dua Dusun Sepakat Bangun Jembatan Bambu Baru"
    first = record(desk, article(1, title=title))
    short = article(2, "b.example", title=title.upper(), text="")
    assert likely(desk, short, "b.example") == Likely(Match(first, 1.0, by_title=True))
    assert likely(desk, replace(short, published=NOW + hours(49)), "b.example") == Likely()


def test_a_withdrawn_story_swallows_no_copy(desk: Desk) -> None:
    first = record(desk, article(1))
    assert desk.withdraw(first, NOW)
    assert likely(desk, COPY, "b.example") == Likely()


def test_a_revised_story_is_found_by_both_of_its_forms(desk: Desk) -> None:
    first = record(desk, article(1))
    revised = article(2)
    desk.index_story(first, sketch(revised.title, revised.text), "a.example", NOW)
    for number in (1, 2):
        copy = article(number, "b.example", title="Judul lain")
        assert {m.story_id for m in likely(desk, copy, "b.example").related} | {first} == {first}
    assert likely(desk, article(2, "b.example"), "b.example").same == Match(first, 1.0)
    assert desk.value("SELECT count(*) FROM sketch") == 1


def test_a_phrase_that_everybody_writes_is_kept_a_few_times_and_means_nothing(desk: Desk) -> None:
    stock = " ".join(f"kalimat{n}" for n in range(80))
    items = [article(n, text=f"{article(n).text}\n\n{stock}") for n in range(1, 60)]
    for item in items:
        record(desk, item)
    common = desk.all("SELECT h, count(*) FROM shingle GROUP BY h HAVING count(*) > 15")
    assert len(common) > 10
    assert {count for _, count in common} == {likeness.EVERYBODYS}
    assert likely(desk, article(999, text=stock), "b.example") == Likely()
    copy = replace(COPY, text=items[50].text)
    assert likely(desk, copy, "b.example").same == Match(51, 1.0)


def test_old_shingles_leave_as_new_stories_come_and_what_was_related_stays(desk: Desk) -> None:
    first, second = (
        record(desk, article(1)),
        record(desk, article(1, guid="https://a.example/?p=1001", title="Judul lain")),
    )
    later = NOW + timedelta(days=30)
    for number in range(2, 6):
        record(desk, article(number, published=later))
    oldest = desk.value("SELECT min(span) FROM shingle")
    assert oldest == to_ms(later) // likeness.SPAN_MS
    assert desk.value("SELECT count(*) FROM sketch WHERE story_id IN (?, ?)", first, second) == 0
    assert [s.id for s in desk.related(first, 5)] == [second]


def test_a_lookup_and_what_a_new_story_costs_walk_over_no_table(desk: Desk) -> None:
    record(desk, article(1))
    plans: list[str] = []
    for sql, values in (
        (likeness._SHARING, ("[1]", "[1]")), (likeness._TITLED, (1, 0, 1, 20)), (likeness._CANDIDATES, ("[1]",)),
        (likeness._KEEP, (1, 1, "[1]", 24)), (likeness._AGE, (0, 200)),
    ):  # fmt: skip
        plans += [row[3] for row in desk.conn.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert not [step for step in plans if step.startswith(("SCAN s", "SCAN k"))], plans
    assert any("span=? AND h=?" in step for step in plans)


def test_a_suppressed_copy_names_both_gives_its_categories_and_is_known_from_now_on(desk: Desk) -> None:
    first = record(desk, article(1))
    suppression_id = desk.suppress(copied(desk, COPY), OTHER_FEED, NOW)
    assert desk.sources(first) == [
        Source("a.example", article(1).link, article(1).title), Source("b.example", COPY.link, COPY.title),
    ]  # fmt: skip
    assert desk.stories([first])[first].categories == ("daerah", "sosial")
    assert desk.known_keys([f"g:{COPY.guid}"]) == {f"g:{COPY.guid}": first}
    assert desk.copies([f"g:{COPY.guid}", f"g:{article(1).guid}"]) == {f"g:{COPY.guid}"}
    assert desk.seen_in_feed(OTHER_FEED, [first]) == {first}
    (listed,) = desk.suppressions(10)
    assert (listed.id, listed.story_id, listed.story_title) == (suppression_id, first, article(1).title)
    assert (listed.copy, listed.reason, listed.score) == (Source("b.example", COPY.link, COPY.title), "text", 1.0)
    assert (listed.at, listed.undone_at) == (NOW, None)


def test_a_story_of_one_portal_has_no_sources_to_name(desk: Desk) -> None:
    assert desk.sources(record(desk, article(1))) == []


def test_an_undone_suppression_becomes_a_story_of_its_own_with_all_that_it_had(desk: Desk) -> None:
    first = record(desk, article(1))
    suppression_id = desk.suppress(copied(desk, COPY), OTHER_FEED, NOW)
    undone = desk.undo_suppression(suppression_id, NOW + hours(1))
    assert undone is not None
    assert undone == Undone(undone.story_id, ("daerah", "sosial"))
    told = desk.stories([undone.story_id])[undone.story_id]
    assert (told.title, told.link, told.categories) == (COPY.title, COPY.link, ("daerah", "sosial"))
    assert desk.value("SELECT text FROM story WHERE id = ?", undone.story_id) == COPY.text
    assert desk.known_keys([f"g:{COPY.guid}"]) == {f"g:{COPY.guid}": undone.story_id}
    assert desk.copies([f"g:{COPY.guid}"]) == set()
    assert desk.stories([first])[first].categories == ("daerah",)
    assert desk.seen_in_feed(OTHER_FEED, [first, undone.story_id]) == {undone.story_id}
    assert [s.portal for s in desk.sources(first)] == ["a.example"]
    assert [s.id for s in desk.related(undone.story_id, 5)] == [first]
    assert desk.suppressions(10)[0].undone_at == NOW + hours(1)


def test_it_is_undone_once(desk: Desk) -> None:
    record(desk, article(1))
    suppression_id = desk.suppress(copied(desk, COPY), OTHER_FEED, NOW)
    assert desk.undo_suppression(suppression_id, NOW) is not None
    assert desk.undo_suppression(suppression_id, NOW) is None
    assert desk.undo_suppression(99, NOW) is None


def test_an_item_survives_its_suppression_whole(desk: Desk) -> None:
    record(desk, article(1))
    full = replace(
        COPY, labels=("DAERAH", "Sosial"), modified=NOW, summary="Satu “kalimat”.", image="https://b.example/x.jpg"
    )
    undone = desk.undo_suppression(desk.suppress(copied(desk, full), OTHER_FEED, NOW), NOW)
    assert undone is not None
    row = desk.one(
        "SELECT guid, labels, summary, image, published, modified FROM revision WHERE story_id = ?", undone.story_id
    )
    assert row == (full.guid, '["DAERAH","Sosial"]', full.summary, full.image, to_ms(NOW), to_ms(NOW))


def test_suppressions_are_listed_newest_first_in_pages(desk: Desk) -> None:
    record(desk, article(1))
    for number in (10, 11, 12):
        desk.suppress(copied(desk, replace(COPY, guid=f"https://b.example/?p={number}")), OTHER_FEED, NOW)
    assert [s.id for s in desk.suppressions(2)] == [3, 2]
    assert [s.id for s in desk.suppressions(2, offset=2)] == [1]


def test_a_portal_stays_named_while_another_copy_of_it_is_suppressed(desk: Desk) -> None:
    first = record(desk, article(1))
    one, _ = (
        desk.suppress(copied(desk, replace(COPY, guid=f"https://b.example/?p={n}")), OTHER_FEED, NOW) for n in (8, 9)
    )
    desk.undo_suppression(one, NOW)
    assert [s.portal for s in desk.sources(first)] == ["a.example", "b.example"]
    assert desk.seen_in_feed(OTHER_FEED, [first]) == {first}


FORMS: dict[str, tuple[Item, Form]] = {
    "seen now, no date of edit": (article(1), Form(NOW, text_hash(article(1).text))),
    "edited before": (article(1, modified=NOW - hours(5)), Form(NOW - hours(5), text_hash(article(1).text))),
}


@pytest.mark.parametrize(("item", "form"), FORMS.values(), ids=FORMS.keys())
def test_the_newest_form_of_a_story(desk: Desk, item: Item, form: Form) -> None:
    story_id = record(desk, item)
    assert desk.forms([story_id, 99]) == {story_id: form}


def test_a_revision_is_the_newest_form(desk: Desk) -> None:
    story_id = record(desk, article(1))
    edited = article(1, text="Isi yang diperbaiki.", modified=NOW + hours(2))
    desk.add_revision(story_id, edited, NOW + hours(3))
    desk.index_story(story_id, sketch(edited.title, edited.text), "a.example", NOW)
    assert desk.forms([story_id]) == {story_id: Form(NOW + hours(2), text_hash(edited.text))}


def test_a_story_that_a_portal_takes_down_is_offered_and_comes_back(desk: Desk) -> None:
    story_id = record(desk, article(1))
    (shown,) = desk.shown_lately(FEED, NOW - hours(1))
    assert (shown.story_id, shown.link, shown.last_seen, shown.looked_at) == (story_id, article(1).link, NOW, None)
    desk.looked_for(story_id, NOW + hours(1))
    assert desk.shown_lately(FEED, NOW - hours(1))[0].looked_at == NOW + hours(1)
    assert [desk.withdraw(story_id, NOW + hours(2)) for _ in range(2)] == [True, False]
    assert [s.id for s in desk.withdrawn(NOW)] == [story_id]
    assert desk.shown_lately(FEED, NOW - hours(1)) == []
    assert desk.came_back([story_id]) == 1
    assert desk.withdrawn(NOW) == []


def test_another_feeds_and_older_stories_are_not_looked_for(desk: Desk) -> None:
    record(desk, article(1))
    record(desk, article(2, published=NOW - hours(2)))
    assert [s.story_id for s in desk.shown_lately(FEED, NOW - hours(1))] == [1]
    assert desk.shown_lately(OTHER_FEED, NOW - hours(9)) == []
