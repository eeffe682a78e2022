"""What editors and admins hear of the feeds: clear, in their language, with the way out."""

from typing import Any, get_args

import pytest

from bot import catalogs
from bot.chat.admins.notices import notice_message
from bot.flow.notice import Kind

FEED = "https://portal.example/feed/"
TEXTS = catalogs.load()


def said(kind: str, language: str = "id", **values: Any) -> str:
    return notice_message(kind, TEXTS.voice(language), feed=FEED, **values).plain()


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_of_notice_has_its_words(kind: str, language: str) -> None:
    text = said(kind, language, text="old", count=3, title="Judul {x} *b*", link="https://portal.example/1")
    assert len(text) > 20
    assert kind in {"failing_many", "withdrawn", "revised"} or FEED in text


@pytest.mark.parametrize(
    ("kind", "values", "part"),
    [
        ("failing", {"text": "timeout: no answer"}, "gagal dibaca tiga kali berturut-turut: " + FEED),
        ("failing", {"text": "timeout: no answer"}, "timeout: no answer"),
        ("gone", {}, "kentongan feeds resume " + FEED),
        ("moved", {"text": "https://baru.example/feed/"}, "https://baru.example/feed/"),
        ("flood", {"text": "many", "count": 1234}, "1.234 berita baru kami tahan"),
        ("flood", {"text": "old", "count": 3}, "lebih dari dua hari"),
        ("withdrawn", {"title": "Jembatan", "link": "https://portal.example/1"}, "Jembatan\nhttps://portal.example/1"),
        ("revised", {"title": "Baru", "text": "Lama"}, "Tadi: Lama\nSekarang: Baru"),
    ],
)
def test_a_notice_says_what_and_what_to_do(kind: str, values: dict[str, Any], part: str) -> None:
    assert part in said(kind, **values)


def test_one_held_story_is_one_in_english() -> None:
    assert "1 new story is held" in said("flood", "en", text="many", count=1)
    assert "2 new stories are held" in said("flood", "en", text="many", count=2)


def test_what_a_portal_writes_is_cut_and_makes_no_markup() -> None:
    text = said("failing", text="x" * 5_000 + "**tebal** {0}")
    assert len(text) < 1_000
    assert "**tebal** {0}" in said("failing", text="**tebal** {0}")
