"""Which stories are looked for, because a feed does not show them any more."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.news.item import Item
from bot.news.withdrawal import Shown, taken_down, vanished

NOW = datetime(2026, 2, 12, 3, 0, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def item(minutes: float | None) -> Item:
    return Item("g", "https://a.example/x", "Judul", published=None if minutes is None else ago(minutes))


def shown(story_id: int = 1, *, published: float = 100, seen: float = 20, looked: float | None = None) -> Shown:
    return Shown(story_id, "https://a.example/1", ago(published), ago(seen), None if looked is None else ago(looked))


DOCUMENT = [item(m) for m in (60, 90, 120, 150)]

STORIES: dict[str, tuple[Shown, bool]] = {
    "between others": (shown(), True),
    "older than all but one: it has scrolled out": (shown(published=130), False),
    "the document shows it": (shown(2), False),
    "missing for the first poll": (shown(seen=5), False),
    "newer than the whole document, which may be a cache's": (shown(published=40), False),
    "newer than the whole document for half an hour": (shown(published=40, seen=31), True),
    "looked for an hour ago": (shown(looked=60), False),
    "looked for this night": (shown(looked=361), True),
}


@pytest.mark.parametrize(("story", "asked"), STORIES.values(), ids=STORIES.keys())
def test_a_story_is_looked_for(story: Shown, asked: bool) -> None:
    assert vanished([story], DOCUMENT, [2], NOW) == ([story] if asked else [])


def test_after_three_days_it_is_looked_for_no_more() -> None:
    old = [item(m) for m in (60, 9000, 9001)]
    for days, asked in ((2.9, True), (3.1, False)):
        story = shown(published=days * 24 * 60)
        assert bool(vanished([story], old, [], NOW)) == asked, days


def test_a_document_without_dates_or_items_says_nothing() -> None:
    assert vanished([shown()], [item(None), item(None)], [], NOW) == []
    assert vanished([shown()], [], [], NOW) == []


def test_a_portal_is_asked_for_three_pages_at_once_the_newest_first() -> None:
    missing = [shown(n, published=100 + n) for n in range(1, 6)]
    assert [s.story_id for s in vanished(missing, DOCUMENT, [], NOW)] == [1, 2, 3]


def test_only_404_and_410_mean_that_it_is_gone() -> None:
    assert [status for status in (200, 301, 403, 404, 410, 429, 500, 503) if taken_down(status)] == [404, 410]
