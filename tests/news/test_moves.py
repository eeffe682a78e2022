"""Where a feed is asked for when its site says that it has moved."""

import pytest

from bot.news.moves import FeedMoves, address, follow

HOME, NEW, NEXT = "https://a.example/feed/", "https://b.example/feed/", "https://c.example/feed/"


def polled(*permanent: str | None, start: FeedMoves | None = None, home: str = HOME) -> FeedMoves:
    """What good polls with these permanent redirects lead to."""
    moves = start or FeedMoves()
    for to in permanent:
        moves = follow(home, moves, address(home, moves, 0), to)
    return moves


STORIES = {
    "nothing moves": ((None, None), FeedMoves()),
    "two polls are too few": ((NEW, NEW), FeedMoves(None, NEW, 2)),
    "three agree": ((NEW, NEW, NEW), FeedMoves(NEW)),
    "one in between says nothing": ((NEW, NEW, None, NEW), FeedMoves(None, NEW, 1)),
    "they do not agree": ((NEW, NEW, NEXT, NEXT), FeedMoves(None, NEXT, 2)),
    "it moves on": ((NEW, NEW, NEW, NEXT, NEXT, NEXT), FeedMoves(NEXT)),
    "it moves on, not yet": ((NEW, NEW, NEW, NEXT), FeedMoves(NEW, NEXT, 1)),
    "and back": ((NEW, NEW, NEW, HOME, HOME, HOME), FeedMoves()),
    "to itself": ((HOME, HOME, HOME), FeedMoves()),
    "from https to http": (("http://a.example/feed/",) * 4, FeedMoves()),
}


@pytest.mark.parametrize(("permanent", "moves"), STORIES.values(), ids=STORIES)
def test_three_polls_must_agree(permanent: tuple[str | None, ...], moves: FeedMoves) -> None:
    assert polled(*permanent) == moves


def test_from_http_to_https_is_a_move_like_others() -> None:
    assert polled(HOME, HOME, HOME, home="http://a.example/feed/") == FeedMoves(HOME)


def test_the_declared_address_is_tried_again_when_the_adopted_one_fails() -> None:
    moved = FeedMoves(NEW)
    assert [address(HOME, moved, failures) for failures in range(6)] == [NEW, NEW, NEW, HOME, NEW, HOME]


def test_a_feed_that_answers_at_home_again_is_at_home() -> None:
    assert follow(HOME, FeedMoves(NEW), HOME, None) == FeedMoves()
    assert follow(HOME, FeedMoves(NEW), HOME, NEW) == FeedMoves(NEW)
