"""The invented newsroom: enough articles, well-formed, cluttered as real ones, nobody real."""

import re
from datetime import UTC, datetime

import pytest

from bot.simulator import stories
from bot.simulator.stories import CATEGORIES, Sample, body, plain_body, samples

PUBLISHED = datetime(2024, 2, 28, 6, 40, tzinfo=UTC)
ALL = pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.title[:40])


def test_there_are_at_least_forty_with_titles_of_their_own() -> None:
    assert len(samples()) >= 40
    assert len({sample.title for sample in samples()}) == len(samples())


def test_any_six_in_a_row_have_one_of_each_category() -> None:
    ids = {category.id for category in CATEGORIES}
    for start in range(0, len(samples()) - 5, 6):
        assert {sample.categories[0] for sample in samples()[start : start + 6]} == ids


def test_some_stand_in_two_categories_and_some_in_three() -> None:
    counts = {len(sample.categories) for sample in samples()}
    assert counts == {1, 2, 3}


@ALL
def test_an_article_is_whole(sample: Sample) -> None:
    assert 3 <= len(sample.paragraphs) <= 6
    assert set(sample.categories) <= stories.BY_ID.keys()
    assert sample.place
    assert sample.caption
    assert all(text.endswith((".", "”")) for text in sample.paragraphs)


@ALL
def test_a_body_has_the_clutter_and_no_placeholder(sample: Sample) -> None:
    html = body(sample, PUBLISHED)
    assert "{" not in html
    assert "Baca Juga" in html
    assert "(Foto: dok." in html
    assert stories.HOST in html
    assert html.count("<p") >= len(sample.paragraphs)


@ALL
def test_every_tag_that_opens_closes(sample: Sample) -> None:
    html = body(sample, PUBLISHED)
    for tag in ("p", "div", "figure", "figcaption", "strong", "em", "a", "ul", "li", "h4"):
        assert len(re.findall(rf"<{tag}[ >]", html)) == html.count(f"</{tag}>")


@ALL
def test_officials_have_offices_and_no_names(sample: Sample) -> None:
    text = " ".join(sample.paragraphs)
    assert not re.search(r"\b(Drs|Dr|dr|H|Hj|Moh|Ir)\. ", text)


def test_the_day_of_publication_is_written_into_the_text() -> None:
    dated = next(sample for sample in samples() if "{hari}" in " ".join(sample.paragraphs))
    assert "Rabu (28/2)" in body(dated, PUBLISHED)


def test_what_an_editor_types_becomes_paragraphs_and_never_markup() -> None:
    assert plain_body("Satu\nbaris.\n\n<b>Dua</b> & tiga.\n\n \n") == (
        "<p>Satu baris.</p>\n<p>&lt;b&gt;Dua&lt;/b&gt; &amp; tiga.</p>"
    )
