"""Two readers, one result: whatever the strict reader takes, the lenient one reads alike."""

from hypothesis import given, settings

from tests.fuzz.feeds import FEEDS
from tests.fuzz.targets import both, sound


@settings(max_examples=150, deadline=None)
@given(FEEDS)
def test_both_readers_give_the_same_document(feed: str) -> None:
    strictly, leniently = both(feed.encode())
    assert strictly == leniently
    if strictly:
        sound(strictly)
