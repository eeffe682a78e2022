"""What a poll means, told as small histories of one feed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.news.category import LabelMap
from bot.news.changes import Decision, Form, NewStory, Revised, SameStory, SeenStory, decide, same_story
from bot.news.duplicates import Match
from bot.news.identity import keys
from bot.news.item import Item, Story
from bot.news.shingles import text_hash

NOW = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LAST_WEEK = NOW - timedelta(days=7)
SITE = "kabar.example"
MAPPING = LabelMap([("daerah", ["DAERAH"]), ("hukrim", ["HUKRIM"])])


def item(number: int, **fields: Any) -> Item:
    usual: dict[str, Any] = {
        "guid": f"https://{SITE}/?p={number}", "link": f"https://{SITE}/{number}/", "title": f"Judul {number}",
        "labels": ("DAERAH",), "published": NOW - number * HOUR, "text": f"Isi {number}.", "summary": f"Isi {number}.",
    }  # fmt: skip
    return Item(**usual | fields)


def story(of: Item, story_id: int = 1, **fields: Any) -> Story:
    usual: dict[str, Any] = {
        "title": of.title, "summary": of.summary, "link": of.link, "published": of.published or NOW,
        "categories": ("daerah",), "told": True,
    }  # fmt: skip
    return Story(id=story_id, **usual | fields)


def judge(
    items: Sequence[Item], stories: Mapping[Item, Story] | None = None, *, seen: Collection[int] = (),
    imported_at: datetime | None = LAST_WEEK, categories: Sequence[str] = (), now: datetime = NOW,
    copies: Collection[str] = (), forms: Mapping[int, Form] | None = None,
) -> Decision:  # fmt: skip
    """A poll of a feed; `stories` are the known ones with the item that once brought them."""
    stories = stories or {}
    known = {key: known.id for first, known in stories.items() for key in keys(first, SITE)}
    return decide(
        items, known=known, stories={known.id: known for known in stories.values()}, seen=seen, imported_at=imported_at,
        feed_categories=categories, mapping=MAPPING, site=SITE, now=now, copies=copies, forms=forms or {},
    )  # fmt: skip


def test_a_new_item_is_a_new_story_and_announced() -> None:
    (new,) = judge([item(1)]).intents
    assert new == NewStory(item(1), keys(item(1), SITE), ("daerah",), NOW - HOUR, announce=True)


def test_a_first_import_announces_nothing() -> None:
    decision = judge([item(1), item(2)], imported_at=None)
    assert [(type(i), i.announce) for i in decision.intents if isinstance(i, NewStory)] == [(NewStory, False)] * 2


def test_the_oldest_comes_first_wherever_it_stands() -> None:
    decision = judge([item(1), item(5), item(3)])
    assert [i.item.title for i in decision.intents if isinstance(i, NewStory)] == ["Judul 5", "Judul 3", "Judul 1"]


def test_of_the_same_minute_the_lower_one_is_the_older() -> None:
    decision = judge([item(1, published=NOW), item(2, published=NOW)])
    assert [i.item.title for i in decision.intents if isinstance(i, NewStory)] == ["Judul 2", "Judul 1"]


def test_a_future_date_is_now_and_so_is_none() -> None:
    for published in (NOW + 7 * HOUR, None):
        (new,) = judge([item(1, published=published)]).intents
        assert isinstance(new, NewStory)
        assert new.published == NOW


def test_two_entries_that_share_a_key_are_one_story_with_both_categories() -> None:
    decision = judge([item(1, labels=("DAERAH",)), item(1, labels=("HUKRIM",))])
    (new,) = decision.intents
    assert isinstance(new, NewStory)
    assert new.categories == ("daerah", "hukrim")
    assert new.item.labels == ("DAERAH", "HUKRIM")


def test_a_bare_repetition_takes_nothing_from_the_full_entry() -> None:
    bare = item(1, labels=(), text="", summary="", published=None, image=None)
    full = item(1, image="https://kabar.example/1.jpg")
    for items in ([full, bare], [bare, full]):
        (new,) = judge(items).intents
        assert isinstance(new, NewStory)
        assert (new.item.text, new.item.summary, new.item.image) == (full.text, full.summary, full.image)
        assert new.published == full.published


def test_three_entries_meet_through_the_one_between_them() -> None:
    by_guid = item(1, link="https://kabar.example/lain/")
    by_link = item(1, guid="tag:kabar.example,2026:1", title="Judul 1")
    (new,) = judge([by_guid, by_link, item(1)]).intents
    assert isinstance(new, NewStory)
    assert set(new.keys) == {*keys(by_guid, SITE), *keys(by_link, SITE), *keys(item(1), SITE)}


def test_a_known_item_is_seen_and_changes_nothing() -> None:
    decision = judge([item(1)], {item(1): story(item(1))}, seen=[1])
    assert decision == Decision((SeenStory(1, (), (), announce=False),), ())


def test_a_changed_body_is_no_change() -> None:
    rotated = item(1, text="Widget lain.", summary="Widget lain.", image="https://kabar.example/x.jpg")
    assert judge([rotated], {item(1): story(item(1))}, seen=[1]).intents == (SeenStory(1, (), (), announce=False),)


def test_a_changed_title_is_a_revision_and_not_told_again() -> None:
    edited = item(1, title="Judul yang diperbaiki")
    intents = judge([edited], {item(1): story(item(1))}, seen=[1]).intents
    assert intents == (Revised(1, edited), SeenStory(1, (), (), announce=False))


def test_a_changed_date_is_a_revision() -> None:
    moved = item(1, published=NOW - 30 * HOUR)
    assert Revised(1, moved) in judge([moved], {item(1): story(item(1))}, seen=[1]).intents


def test_a_date_in_the_future_does_not_revise_at_every_poll() -> None:
    ahead = item(1, published=NOW + 7 * HOUR)
    clamped = story(item(1), published=NOW - HOUR)
    assert judge([ahead], {item(1): clamped}, seen=[1]).intents == (SeenStory(1, (), (), announce=False),)


def test_an_item_without_a_date_does_not_revise() -> None:
    undated = item(1, published=None)
    assert judge([undated], {item(1): story(item(1))}, seen=[1]).intents == (SeenStory(1, (), (), announce=False),)


def test_a_category_feed_adds_its_category_to_a_known_story() -> None:
    (seen,) = judge([item(1, labels=("HUKRIM",))], {item(1): story(item(1))}, categories=["daerah", "olahraga"]).intents
    assert seen == SeenStory(1, (), ("hukrim", "olahraga"), announce=False)


def test_one_story_in_three_category_feeds_is_one_story_with_three_categories() -> None:
    known: dict[Item, Story] = {}
    (new,) = judge([item(1)], known, categories=["daerah"]).intents
    assert isinstance(new, NewStory)
    known[item(1)] = story(item(1), categories=new.categories)
    for category in ("hukrim", "olahraga"):
        (seen,) = judge([item(1)], known, categories=[category]).intents
        assert isinstance(seen, SeenStory)
        assert seen.gained == (category,)
        assert not seen.announce
        known[item(1)] = replace(known[item(1)], categories=(*known[item(1)].categories, *seen.gained))
    assert known[item(1)].categories == ("daerah", "hukrim", "olahraga")


def test_a_silent_import_elsewhere_does_not_swallow_what_this_feed_waited_for() -> None:
    silent = {item(1): story(item(1), told=False)}
    (seen,) = judge([item(1)], silent, imported_at=LAST_WEEK).intents
    assert seen == SeenStory(1, (), (), announce=True)


def test_it_stays_silent_when() -> None:
    silent = {item(1): story(item(1), told=False)}
    histories: dict[str, Decision] = {
        "this is a first import too": judge([item(1)], silent, imported_at=None),
        "this feed has shown it before": judge([item(1)], silent, seen=[1]),
        "it is older than this feed's import": judge([item(1)], silent, imported_at=NOW),
        "it has been told": judge([item(1)], {item(1): story(item(1))}),
    }
    for why, decision in histories.items():
        assert [i.announce for i in decision.intents if isinstance(i, SeenStory)] == [False], why


def test_a_portal_that_moved_to_https_and_another_domain_tells_nothing_again() -> None:
    moved = item(1, guid="https://baru.example/?p=1", link="https://baru.example/1/")
    (seen,) = judge([moved], {item(1): story(item(1))}, seen=[1]).intents
    assert isinstance(seen, SeenStory)
    assert seen.keys == ("g:https://baru.example/?p=1", "i:baru.example:1", "l:baru.example/1")


def test_a_guid_that_turned_to_https_with_another_title_date_and_link_is_still_the_same_post() -> None:
    turned = item(1, guid=f"https://www.{SITE}/?p=1", link=f"https://{SITE}/baru/", title="Judul baru", published=NOW)
    known = item(1, guid=f"http://{SITE}/?p=1")
    revised, seen = judge([turned], {known: story(known)}, seen=[1]).intents
    assert revised == Revised(1, turned)
    assert isinstance(seen, SeenStory)


def test_the_same_post_number_on_another_site_is_another_story() -> None:
    """A feed that gathers several sites: post ids repeat, headlines and dates do not."""
    other = item(
        1, guid="https://tetangga.example/?p=1", link="https://tetangga.example/x/", title="Lain sekali",
        published=NOW - 9 * HOUR,
    )  # fmt: skip
    (new,) = judge([other], {item(1): story(item(1))}).intents
    assert isinstance(new, NewStory)
    assert len(judge([item(1), other]).intents) == 2


def test_two_sites_of_one_feed_that_publish_the_same_number_at_the_same_second_stay_two() -> None:
    at = NOW - HOUR
    one = item(1, guid="https://a.example/?p=1", link="https://a.example/banjir/", title="Banjir", published=at)
    other = item(1, guid="https://b.example/?p=1", link="https://b.example/panen/", title="Panen", published=at)
    assert len(judge([one, other]).intents) == 2
    (new,) = judge([other], {one: story(one)}).intents
    assert isinstance(new, NewStory)


def edited(**fields: Any) -> tuple[type, ...]:
    """What is made of an item whose story had the text `Isi 1.` since an hour ago."""
    fields = {"text": "Isi lain.", "modified": NOW - HOUR / 2} | fields
    known = {item(1): story(item(1))}
    forms = {1: Form(NOW - HOUR, text_hash("Isi 1."))}
    return tuple(type(intent) for intent in judge([item(1, **fields)], known, seen=[1], forms=forms).intents)


EDITS: dict[str, tuple[dict[str, Any], bool]] = {
    "the portal edited the text": ({}, True),
    "it says that it edited, and no word differs": ({"text": "ISI, 1"}, False),
    "a widget turned, and it says nothing": ({"modified": None}, False),
    "a widget turned after the edit that we have": ({"modified": NOW - HOUR}, False),
    "its clock is wrong": ({"modified": NOW + HOUR}, False),
    "another feed shows no text": ({"text": ""}, False),
}


@pytest.mark.parametrize(("fields", "revised"), EDITS.values(), ids=EDITS.keys())
def test_a_text_is_revised_when_the_portal_says_so_and_a_word_differs(fields: dict[str, Any], revised: bool) -> None:
    assert (Revised in edited(**fields)) == revised


def test_another_portals_copy_never_revises_the_story_that_it_repeats() -> None:
    copy = item(2, guid="https://b.example/?p=9", link="https://b.example/x/", title="Judul orang lain")
    known = {copy: story(item(1))}
    assert Revised(1, copy) in judge([copy], known, seen=[1]).intents
    assert judge([copy], known, seen=[1], copies=["g:https://b.example/?p=9"]).intents == (
        SeenStory(1, (), (), announce=False),
    )


def test_a_new_story_whose_text_is_known_becomes_the_same_story_and_gives_its_categories() -> None:
    (new,) = judge([item(2, labels=("DAERAH", "HUKRIM"))]).intents
    assert isinstance(new, NewStory)
    match = Match(7, 0.9)
    same = same_story(new, "b.example", match, story(item(1), 7))
    assert same == SameStory(
        7, "b.example", new.item, new.keys, ("daerah", "hukrim"), ("hukrim",), new.published, announce=False,
        match=match,
    )  # fmt: skip


def test_a_copy_announces_the_story_only_if_nobody_was_told_and_this_is_no_first_import() -> None:
    announced = {}
    for told in (True, False):
        for first_import in (True, False):
            (new,) = judge([item(2)], imported_at=None if first_import else LAST_WEEK).intents
            assert isinstance(new, NewStory)
            same = same_story(new, "b.example", Match(1, 0.9), story(item(1), told=told))
            announced[told, first_import] = same.announce
    assert announced == {(True, True): False, (True, False): False, (False, True): False, (False, False): True}


def test_unmapped_labels_are_reported_of_new_stories_only() -> None:
    decision = judge([item(1, labels=("Opini", "DAERAH")), item(2, labels=("Opini",))], {item(2): story(item(2))})
    assert decision.unmapped == ("Opini",)


def test_a_story_without_a_mapped_label_has_no_category() -> None:
    (new,) = judge([item(1, labels=("Opini",))]).intents
    assert isinstance(new, NewStory)
    assert new.categories == ()


def test_an_empty_document_decides_nothing() -> None:
    assert judge([]) == Decision((), ())


def test_a_future_date_is_reported_and_a_clock_that_goes_a_little_wrong_is_not() -> None:
    hour, moment = item(1, published=NOW + HOUR), item(2, published=NOW + HOUR / 30)
    assert judge([hour, moment, item(3)]).ahead == (hour.link,)
