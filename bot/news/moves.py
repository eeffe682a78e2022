"""Where a feed is asked for when its site says that it has moved.

The address that feeds.yaml declares stays the feed's name: its history, its identity keys and the site in them hang on
it, and whoever reads the file finds it again. Only where we ask changes. A move counts when permanent redirects (301,
308) led to the same address in three good polls in a row; one lapse of a domain's owner, or one evening in a hotel's
network, moves nothing.
"""

from dataclasses import dataclass

AGREEING = 3  # polls
LOST = 3  # failures in a row after which the declared address is tried again, every other time


@dataclass(frozen=True, slots=True)
class FeedMoves:
    """Where a feed is asked for, and where it says that it is moving."""

    moved_to: str | None = None  # None: where it was declared
    moving_to: str | None = None
    moved_seen: int = 0  # polls in a row that named `moving_to`


def address(url: str, moves: FeedMoves, failures: int) -> str:
    """Where to ask: the adopted address; the declared one (`url`) too when the adopted one has been failing."""
    if moves.moved_to is None or (failures >= LOST and failures % 2):
        return url
    return moves.moved_to


def follow(url: str, moves: FeedMoves, asked: str, permanent: str | None) -> FeedMoves:
    """What a good poll of `asked` says; `permanent` is where its redirects led that hold for good, if any did."""
    kept = moves.moved_to
    if asked == url and kept is not None and permanent is None:
        return FeedMoves()  # it is back at home
    if permanent is None or permanent in {asked, kept} or _opens(asked, permanent):
        return FeedMoves(kept)
    seen = moves.moved_seen + 1 if permanent == moves.moving_to else 1
    if seen < AGREEING:
        return FeedMoves(kept, permanent, seen)
    return FeedMoves(None if permanent == url else permanent)


def _opens(asked: str, permanent: str) -> bool:
    """From https to http: whoever sits between could have said so, and would read along for ever."""
    return asked.startswith("https:") and not permanent.startswith("https:")
