"""Both readers on real feeds: the strict one takes each, and the lenient one gives the same."""

import os
from pathlib import Path

import pytest

from bot.news import feed, lenient, strict
from bot.news.encoding import divided
from bot.news.extent import readable

pytestmark = pytest.mark.shared

SHARED = Path(os.environ.get("KENTONGAN_SHARED") or Path(__file__).resolve().parents[2].parent / "shared") / "fixtures"
FEEDS = sorted((SHARED / "feeds").glob("*.xml"))
URL = "https://kabar.example/feed/"


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.stem)
def test_a_real_feed_is_read_alike(path: Path) -> None:
    text, notes = readable(divided(path.read_bytes(), None)[1])
    assert notes == []
    strictly, leniently = strict.read(text), lenient.read(text)
    assert strictly is not None
    assert (leniently.flaw, len(strictly.entries)) == ("", len(leniently.entries))
    assert strictly.entries
    assert feed.document(strictly, text, URL, []) == feed.document(leniently, text, URL, [])


def test_there_are_real_feeds() -> None:
    assert FEEDS, f"no feeds in {SHARED}: set KENTONGAN_SHARED"
