"""The story message and the lists of stories."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.fit import LONGEST_TEXT, units
from bot.chat.message import Button, Span
from bot.chat.stories import hashtag, story_message
from bot.news.item import Story
from tests.support.town import STORIES, board

STORY = Story(
    123, "Jembatan baru dibuka untuk umum", "Warga berjalan kaki melintas lebih dahulu.",
    "https://target-24jam.com/2024/02/28/jembatan-baru/?a=1&b=2", datetime(2024, 2, 28, 6, 40, tzinfo=UTC), ("utama",),
)  # fmt: skip


def test_a_story_has_its_title_summary_source_and_buttons() -> None:
    message = story_message(STORY, "id", board())
    assert message.text[0] == Span("Jembatan baru dibuka untuk umum", bold=True)
    assert message.plain() == (
        "Jembatan baru dibuka untuk umum\n\nWarga berjalan kaki melintas lebih dahulu.\n\n"
        "#BeritaUtama · Rabu 28 Feb 2024, 13.40 WIB · target-24jam.com"
    )
    assert message.preview == STORY.link
    (read,), (keep, share, less) = message.rows
    assert read == Button("Baca selengkapnya", url=STORY.link)
    assert (keep, less) == (Button("Simpan", "save:123"), Button("Kurangi ini", "less:123"))
    assert share.label == "Bagikan"
    assert share.url.startswith("https://t.me/share/url?")
    assert parse_qs(urlsplit(share.url).query) == {"url": [STORY.link], "text": [STORY.title]}


def test_readers_of_english_get_the_same_story_with_english_around_it() -> None:
    message = story_message(STORY, "en", board())
    assert message.plain().endswith("#TopNews · Wed 28 Feb 2024, 13:40 WIB · target-24jam.com")
    assert [b.label for row in message.rows for b in row] == ["Read more", "Save", "Share", "Less of this"]


def test_a_story_without_a_topic_or_a_summary_leaves_no_gap() -> None:
    message = story_message(replace(STORY, categories=(), summary=""), "id", board())
    assert message.plain() == (
        "Jembatan baru dibuka untuk umum\n\nRabu 28 Feb 2024, 13.40 WIB · target-24jam.com"
    )  # fmt: skip


def test_other_channels_leave_out_the_button_for_sharing() -> None:
    rows = story_message(STORY, "id", board(), share=False).rows
    assert [b.label for b in rows[1]] == ["Simpan", "Kurangi ini"]


@pytest.mark.parametrize("link", ["", "javascript:alert(1)", "ftp://x", "https://x/" + "a" * 3000])
def test_a_link_that_no_button_can_carry_is_left_out(link: str) -> None:
    message = story_message(replace(STORY, link=link), "id", board())
    assert message.preview is None
    assert [b.label for row in message.rows for b in row] == ["Simpan", "Kurangi ini"]


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("Berita Utama", "#BeritaUtama"), ("Hukum & Kriminal", "#HukumKriminal"), ("Daerah", "#Daerah"),
        ("ke-2 tahun", "#Ke2Tahun"), ("Élite", "#Élite"), ("&&", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_topic_becomes_a_hashtag(name: str, tag: str) -> None:
    assert hashtag(name) == tag


def test_a_story_of_many_topics_names_at_most_three() -> None:
    everywhere = replace(STORY, categories=tuple(sorted(board().by_id)))
    assert story_message(everywhere, "id", board()).plain().count("#") == 3


@pytest.mark.parametrize("letter", ["kata ", "k", "👍", "é"])
def test_a_title_of_any_length_fits(letter: str) -> None:
    message = story_message(replace(STORY, title=letter * 5000, summary=letter * 9000), "id", board())
    assert units(message.plain()) <= LONGEST_TEXT
    assert "…" in message.plain()
    assert message.plain().endswith("target-24jam.com")


@given(st.builds(replace, st.sampled_from(list(STORIES.values())), title=st.text(), summary=st.text(), link=st.text()))
def test_any_story_can_be_shown(story: Story) -> None:
    message = story_message(story, "id", board())
    assert 0 < units(message.plain()) <= LONGEST_TEXT
    assert all(bool(b.url) != bool(b.action) for row in message.rows for b in row)


def test_a_lone_surrogate_in_a_title_breaks_no_link() -> None:
    assert story_message(replace(STORY, title="a\ud800b"), "id", board()).rows[1][1].url.endswith("text=a%3Fb")
