"""While the portal cannot be reached, whoever looks for news hears that it comes late."""

from dataclasses import replace

import pytest

from bot.chat.answer import answer
from bot.chat.turn import Answer, Person, Status, StoriesFound
from bot.chat.wishes import FindMatches, MatchesFound
from bot.flow.facts import out_of_reach
from bot.ports import Feed
from tests.support.town import STORIES, TEXTS, board

ALL = tuple(STORIES.values())[:2]
FOUND: dict[str, Answer] = {
    "the latest": StoriesFound(ALL),
    "nothing yet": StoriesFound(()),
    "a search": MatchesFound(FindMatches("pasar"), ALL),
    "a search without a find": MatchesFound(FindMatches("zzz"), ()),
    "an asked search without a find": MatchesFound(FindMatches("zzz", again=True), ()),
}


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("status", [Status.ACTIVE, Status.NEW])
@pytest.mark.parametrize("found", FOUND.values(), ids=FOUND)
def test_it_is_said_while_it_lasts(found: Answer, status: Status, language: str) -> None:
    person = Person("telegram", "1", status, language=language, follows_all=True)
    note = TEXTS.t(language, "error.portal")
    (well,) = answer(person, found, board()).replies
    (ill,) = answer(person, found, replace(board(), out_of_reach=True)).replies
    assert note not in well.message.plain()
    assert ill.message.plain() == f"{note}\n\n{well.message.plain()}"
    assert ill.message.rows == well.message.rows


def feed(failures: int, *, paused: bool = False) -> Feed:
    return Feed(1, "https://a.example/feed", None, (), "file", paused=paused, failures=failures)


@pytest.mark.parametrize(
    ("feeds", "is_it"),
    [
        pytest.param([], False, id="no feeds"),
        pytest.param([feed(3), feed(9)], True, id="all fail"),
        pytest.param([feed(2)], False, id="a hiccup"),
        pytest.param([feed(9), feed(0)], False, id="one works"),
        pytest.param([feed(9), feed(0, paused=True)], True, id="the other is paused"),
        pytest.param([feed(9, paused=True)], False, id="none is asked"),
    ],
)
def test_the_portal_is_out_of_reach_when_every_feed_that_is_asked_fails(feeds: list[Feed], is_it: bool) -> None:
    assert out_of_reach(feeds) is is_it
