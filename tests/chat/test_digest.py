"""The digest, and the way from its seven stories to all the others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.answer import answer
from bot.chat.broadcasts import broadcast_message
from bot.chat.digest import minutes
from bot.chat.message import Button, Message
from bot.chat.stories import MORE, reach
from bot.chat.turn import FindStories, Mode, Person, Place, Press, Status, StoriesFound
from bot.delivery.content import BroadcastKind, Content
from bot.news.item import Story
from tests.support.alone import Alone
from tests.support.town import STORIES, board

AT = datetime(2024, 2, 28, 7, 5, tzinfo=UTC)  # Wednesday, 14.05 in Mojokerto
NEWEST = tuple(STORIES[n] for n in (8, 7, 6, 5, 4, 3, 2))
ACTIVE = Person("telegram", "1", Status.ACTIVE, categories=frozenset({"daerah"}))


def sent(content: Content) -> Message:
    return broadcast_message(content, "id", board())


def labels(message: Message) -> list[list[str]]:
    return [[button.label for button in row] for row in message.rows]


def many(count: int) -> tuple[Story, ...]:
    """So many stories, the newest first: their numbers go down."""
    return tuple(replace(STORIES[7], id=n, published=AT - timedelta(hours=count - n)) for n in range(count, 0, -1))


def digest(shown: int, more: int) -> Content:
    return Content(BroadcastKind.DIGEST, AT, stories=many(shown), more=more)


def digests_of_the_day() -> list[Content]:
    return [replace(digest(1, 0), at=AT.replace(hour=hour)) for hour in (23, 5, 9, 15)]


@pytest.mark.parametrize(
    ("hour", "greeting"),
    [(3, "malam"), (4, "pagi"), (6, "pagi"), (10, "pagi"), (11, "siang"), (14, "siang"), (15, "sore"), (17, "sore"),
     (18, "malam"), (23, "malam")],
)  # fmt: skip
def test_the_greeting_is_that_of_the_readers_hour(hour: int, greeting: str) -> None:
    local = AT.astimezone(board().timezone).replace(hour=hour)
    assert sent(replace(digest(1, 0), at=local)).plain().startswith(f"Kabar {greeting}, Rabu 28 Februari 2024.")


@pytest.mark.parametrize(("stories", "expected"), [(0, 1), (1, 1), (2, 1), (3, 2), (4, 2), (20, 10)])
def test_reading_takes_half_a_minute_a_story(stories: int, expected: int) -> None:
    assert minutes(stories) == expected


def test_a_digest_links_its_titles_and_leads_to_the_rest() -> None:
    message = sent(Content(BroadcastKind.DIGEST, AT, stories=NEWEST, more=13))
    assert "20 berita untuk Anda, sekitar 10 menit." in message.plain()
    assert message.plain().endswith("… dan 13 lainnya")
    assert [span.link for span in message.text if span.link] == [story.link for story in NEWEST]
    assert message.rows == ((Button("Lihat semua", "more:2:7"),),)


def test_a_digest_shows_at_most_seven_and_counts_the_others() -> None:
    message = sent(digest(9, 3))
    assert message.plain().count("Pasar malam") == 7
    assert message.plain().endswith("… dan 5 lainnya")
    assert message.rows[0][0].action == "more:3:7"


def test_the_rest_is_asked_for_by_the_readers_topics() -> None:
    ask = FindStories(frozenset({"daerah"}), reach(Place(2, 7)), Place(2, 7))
    assert answer(ACTIVE, Press("more:2:7"), board()).asks == (ask,)
    assert answer(replace(ACTIVE, follows_all=True), Press("more:2:7"), board()).asks == (
        replace(ask, categories=None),
    )


@pytest.mark.parametrize("action", ["more", "more:", "more:2", "more:2:", "more:x:7", "more:2:99999", "more:²:7"])
def test_a_spoilt_button_is_an_old_one(action: str) -> None:
    toast, menu = answer(ACTIVE, Press(action), board()).replies
    assert (toast.mode, menu.mode) == (Mode.TOAST, Mode.NEW)


def _rest(store: Callable[[], tuple[Story, ...]], action: str) -> list[int]:
    """Tap on to the end of the list, while `store` gives what there is at each tap; the numbers of what was shown."""
    seen: list[int] = []
    while action:
        (ask,) = answer(ACTIVE, Press(action), board()).asks
        assert isinstance(ask, FindStories)
        (reply,) = answer(ACTIVE, StoriesFound(store()[: ask.limit], after=ask.after), board()).replies
        assert reply.mode is Mode.NEW
        seen += [int(span.link.rpartition("=")[2]) for span in reply.message.text if span.link]
        action = next((b.action for row in reply.message.rows for b in row if b.action.startswith("more:")), "")
    return seen


def _numbered(count: int) -> tuple[Story, ...]:
    return tuple(replace(story, link=f"https://target-24jam.com/?p={story.id}") for story in many(count))


@pytest.mark.parametrize("count", [7, 8, 7 + MORE, 8 + MORE, 7 + 3 * MORE, 100])
def test_tapping_on_shows_every_story_once(count: int) -> None:
    assert _rest(lambda: _numbered(count), f"more:{count - 6}:7") == list(range(count - 7, 0, -1))


@pytest.mark.parametrize("meanwhile", [1, 29, 30, 37, 38, 200])
def test_what_is_published_meanwhile_hides_nothing(meanwhile: int) -> None:
    assert set(range(1, 34)) <= set(_rest(lambda: _numbered(40 + meanwhile), "more:34:7"))


def test_a_story_that_is_no_longer_there_hides_nothing() -> None:
    left = tuple(story for story in _numbered(20) if story.id not in {14, 15})
    assert set(range(1, 14)) <= set(_rest(lambda: left, "more:14:7"))


def test_somebody_who_has_stopped_sees_the_rest_of_all_topics() -> None:
    alone = Alone()
    (reply,) = alone.meet(Press("more:7:1"))
    assert labels(reply.message) == [["Pilih topik"]]
    assert "Berita lainnya" in reply.message.plain()
    assert "Pasar malam" not in reply.message.plain()
