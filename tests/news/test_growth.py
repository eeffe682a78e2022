"""Hostile text costs time in proportion to its length: no square, no matter what an editor or an attacker pastes."""

from collections.abc import Callable
from functools import partial

import pytest

from bot.news import dates, sentences
from bot.news.byline import without_byline
from bot.news.clean import clean
from bot.news.dateline import without_dateline
from bot.news.markup import LINK_CLOSES, LINK_OPENS
from bot.news.noise import without_inline_noise
from bot.news.spacing import spaced, without_links
from bot.news.summary import summarise
from tests.news.measure import lines_run, seconds

ONE = "Warga bekerja di tepi sungai."
PIECES = {
    "full stops": ".", "full stops and letters": "a.", "initials": "A. ", "abbreviations": "Jl. Moh. ", "list": "1. ",
    "straight marks": '"', "curly marks": "“", "mixed marks": '“a" ', "single marks": "'a ", "single curly": "‘a ",
    "brackets": "(a) ", "open brackets": "(", "ellipses": "… ", "questions": "?!", "blanks": " ", "lines": "a.\n",
    "no-break blanks": "\u00a0", "editor": f"{ONE} Editor: a ", "signed": f"{ONE}(ab ", "signed by a desk": " (a/red)",
    "see also": "Baca Juga: ", "see also with a link": f"Baca Juga: {LINK_OPENS}a ", "footer": "The post a ",
    "link ends": f"{LINK_OPENS}a{LINK_CLOSES}", "domains": "a.id-", "capitals": "AB ", "capital": "A", "dates": "28/2 ",
    "amounts": "Rp1 ", "commas": "1,ab ,", "article": "Artikel a ", "more": "Read More !", "stars": "*",
}  # fmt: skip
TEXT_WORK: dict[str, Callable[[str], object]] = {
    "split": lambda text: [sentences.is_whole(sentence) for sentence in sentences.split(text)],
    "summarise": lambda text: summarise("Judul", text),
    "byline": without_byline,
    "dateline": without_dateline,
    "inline noise": without_inline_noise,
    "blanks": lambda text: without_links(spaced(text)),
    "date": dates.read,
}
HTML_PIECES = {
    "deep": "<div>", "paragraphs": f"<p>{ONE}</p>", "open paragraphs": "<p>", "only brackets": "<", "breaks": "<br>a",
    "links and breaks": "<a>b</a><br>", "share bars in share bars": "<div class=share><b></b>",
    "empty links": "<a></a>",
    "captions": "[caption id=1]", "shortcodes": "[vc_row ", "bold": "<b>", "italics": "<em>a ", "tables": "<table>",
    "items": "<li>a.", "entities": "&amp;", "hidden": "<p hidden>a",
}  # fmt: skip


@pytest.mark.parametrize("work", TEXT_WORK.values(), ids=TEXT_WORK.keys())
def test_twice_the_text_runs_twice_the_lines(work: Callable[[str], object]) -> None:
    for name, piece in PIECES.items():
        once, twice = (lines_run(partial(work, piece * count)) for count in (400, 800))
        assert twice <= 2.2 * once + 300, name


@pytest.mark.parametrize("work", TEXT_WORK.values(), ids=TEXT_WORK.keys())
def test_eight_times_the_text_takes_no_sixty_four_times_the_time(work: Callable[[str], object]) -> None:
    for name, piece in PIECES.items():
        small, large = (piece * (length // len(piece)) for length in (4_000, 32_000))
        took = seconds(partial(work, large))
        assert took < 0.05 or took < 24 * seconds(partial(work, small)), name


@pytest.mark.parametrize("piece", HTML_PIECES.values(), ids=HTML_PIECES.keys())
def test_eight_times_the_html_takes_no_sixty_four_times_the_time(piece: str) -> None:
    small, large = (piece * (length // len(piece)) + ONE for length in (30_000, 240_000))
    took = seconds(lambda: clean(large, "Judul"))
    assert took < 0.05 or took < 24 * seconds(lambda: clean(small, "Judul"))
