"""The board of stories: who got which, how fast, how often, and why not."""

from datetime import UTC, datetime

import pytest

from bot.simulator.phones import screen
from bot.simulator.phones.board import Board
from bot.simulator.phones.onlooker import Following
from bot.simulator.portal import Post
from bot.simulator.telegram import Button, Shown

SRI, BUDI, TINO = 1, 2, 3
NOON = datetime(2026, 11, 24, 5, tzinfo=UTC)
FOLLOWING = {
    SRI: Following("active", frozenset({"kesehatan"})),
    BUDI: Following("active", frozenset({"hukrim"})),
    TINO: Following("stopped"),
}


def post(number: int = 7, slug: str = "bak-mandi", *categories: str) -> Post:
    return Post(
        number, slug, "Bak Mandi", "<p>…</p>", categories or ("kesehatan", "berita-utama"), NOON, NOON, "redaksi"
    )


@pytest.fixture
def board() -> Board:
    board = Board((SRI, BUDI, TINO))
    board.published(post(), 100.0, FOLLOWING)
    return board


def verdicts(board: Board) -> dict[str, object]:
    (line,) = board.lines(90.0)
    return {owner: verdict["state"] for owner, verdict in line["phones"].items()}


def test_before_it_arrives_each_phone_has_its_reason(board: Board) -> None:
    assert verdicts(board) == {"1": "waiting", "2": "other_topics", "3": "stopped"}


def test_an_arrival_is_measured_from_publication(board: Board) -> None:
    board.arrived(7, SRI, 55, 101.25, asked=False)
    assert board.lines(90.0)[0]["phones"]["1"] == {"state": "arrived", "seconds": 1.2, "copies": 1}
    assert board.lines(90.0)[0]["at"] == 10.0
    assert board.under_way(SRI, 55) == 1.2
    assert board.under_way(SRI, 56) is None


def test_an_arrival_in_no_time_is_still_an_arrival(board: Board) -> None:
    board.arrived(7, SRI, 55, 100.0, asked=False)
    assert board.under_way(SRI, 55) == 0.0


def test_a_second_copy_is_counted(board: Board) -> None:
    board.arrived(7, SRI, 55, 101.0, asked=False)
    board.arrived(7, SRI, 56, 109.0, asked=False)
    assert board.copies(7, SRI) == 2


def test_a_story_told_again_because_its_reader_asked_is_no_second_copy(board: Board) -> None:
    board.arrived(7, SRI, 55, 101.0, asked=False)
    board.arrived(7, SRI, 56, 109.0, asked=True)
    assert board.copies(7, SRI) == 1


def test_a_story_that_reaches_the_wrong_phone_is_shown_there(board: Board) -> None:
    board.arrived(7, BUDI, 60, 101.0, asked=False)
    assert verdicts(board)["2"] == "arrived"


def test_a_story_of_the_past_waits_for_nobody(board: Board) -> None:
    board.published(post(8, "lama"), 0.0, FOLLOWING, past=True)
    newest = board.lines(90.0)[0]
    assert newest["past"]
    assert {verdict["state"] for verdict in newest["phones"].values()} == {"past"}


def test_a_withdrawn_story_is_not_waited_for() -> None:
    board, story = Board((SRI,)), post()
    board.published(story, 100.0, FOLLOWING)
    story.withdrawn = True
    assert board.lines(90.0)[0]["phones"]["1"] == {"state": "withdrawn"}


# Which story a message brings ---------------------------------------------------------------------------------------

POSTS = [post(7, "bak-mandi"), post(8, "jembatan")]


def message(*urls: str, preview: str | None = None, from_bot: bool = True, link: str | None = None) -> Shown:
    rows = tuple((Button("Baca", url=url),) for url in urls)
    entities = ({"type": "text_link", "offset": 0, "length": 1, "url": link},) if link else ()
    return Shown(
        1, from_bot, "Teks", "Teks", entities, rows, edited=False, date=NOON, sender="bot", preview_url=preview
    )


@pytest.mark.parametrize(
    ("shown", "posts"),
    [
        (message("http://127.0.0.1:1/2026/11/24/bak-mandi/"), {7}),
        (message("http://127.0.0.1:1/?p=8"), {8}),
        (message(preview="http://127.0.0.1:1/bak-mandi"), {7}),
        (message(link="http://127.0.0.1:1/jembatan/?utm_source=x"), {8}),
        (message("http://127.0.0.1:1/bak-mandi/", preview="http://127.0.0.1:1/?p=7"), {7}),
        (message("http://127.0.0.1:1/bak-mandi/", "http://127.0.0.1:1/jembatan/"), {7, 8}),
        (message("http://127.0.0.1:1/"), set()),
        (message("https://t.me/share/url?url=x"), set()),
        (message(), set()),
        (message("http://127.0.0.1:1/bak-mandi/", from_bot=False), set()),
    ],
)
def test_a_message_tells_the_stories_that_it_points_to(shown: Shown, posts: set[int]) -> None:
    assert screen.told(shown, POSTS) == posts


def test_a_message_for_the_page_has_a_card_only_for_the_portals_own_pages() -> None:
    card = screen.message(message(preview="http://127.0.0.1:1/jembatan/"), POSTS, {})["card"]
    assert card == {"url": "http://127.0.0.1:1/jembatan/", "title": "Bak Mandi", "category": "kesehatan"}
    assert screen.message(message(preview="http://127.0.0.1:1/lain/"), POSTS, {})["card"] is None
