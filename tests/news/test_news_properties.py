"""What holds for any input at all, not only for the cases that somebody thought of."""

import re
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import FeedError
from bot.news import dates, sentences
from bot.news.category import LabelMap
from bot.news.changes import NewStory, decide
from bot.news.clean import clean
from bot.news.feed import read
from bot.news.identity import keys
from bot.news.item import Document, Item
from bot.news.summary import LONGEST, summarise

FEED = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Kabar</title><link>https://kabar.example</link>
<item><title>Polisi &amp; Warga</title><link>https://kabar.example/1/</link><guid>https://kabar.example/?p=1</guid>
<category><![CDATA[DAERAH]]></category><pubDate>Wed, 28 Feb 2024 06:40:00 +0000</pubDate>
<content:encoded><![CDATA[<p>Warga <b>bekerja</b>. “Kami siap,” kata Moh. Ali.(joko)</p>]]></content:encoded></item>
<item><title>Dua</title><link>https://kabar.example/2/</link><description>Kalimat. Kalimat …</description></item>
</channel></rss>""".encode()

# Text as it comes: words, marks, tags, entities, and now and then anything.
MARKS = ["“", "”", '"', "...", "…", "?", "!", ".", "\n", " ", "(joko)", "(KDRT)", "62,3.", "Rp 1.500"]
WORDS = ["Warga", "Moh.", "S.Pd.", "Baca Juga:", "The post", "JAKARTA, A.ID -"]
TAGS = [
    "<p>", "</p>", "<br>", "<h3>", "</h3>", "<a>", "</a>", "<b>", "&amp;", "&#1;", "<blockquote>", "<li>", "<td>",
    "<em>", "</em>", "<p hidden>", "[caption id=1]", "[/caption]", "[vc_row]",
]  # fmt: skip
PIECES = st.one_of(st.sampled_from(MARKS + WORDS + TAGS), st.text(max_size=8))
TEXTS = st.lists(PIECES, max_size=40).map(" ".join)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """The feed with a few bytes replaced, removed or put in."""
    body = bytearray(FEED)
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 40)))
        body[start:end] = draw(
            st.one_of(st.binary(max_size=12), st.sampled_from([b"<", b"]]>", b"&", b"</item>", b"\x00"]))
        )
    return bytes(body)


def read_or_refused(body: bytes) -> Document | None:
    try:
        return read(body, url="https://kabar.example/feed/")
    except FeedError:
        return None


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_refused_or_read(body: bytes) -> None:
    read_or_refused(body)


@settings(max_examples=150, deadline=None)
@given(mutated())
def test_a_damaged_feed_gives_sound_items_or_a_fault(body: bytes) -> None:
    document = read_or_refused(body)
    for item in document.items if document else ():
        assert item.title
        assert item.link.startswith(("http://", "https://"))
        assert item.guid
        assert item.published is None or item.published.tzinfo is UTC
        "".join((item.title, item.guid, item.link, item.text, *item.labels)).encode()  # no half surrogates


@given(TEXTS)
def test_splitting_loses_nothing_and_adds_nothing(text: str) -> None:
    assert re.sub(r"\s", "", "".join(sentences.split(text))) == re.sub(r"\s", "", text)


@given(TEXTS, TEXTS)
def test_a_summary_says_only_sentences_of_the_text(title: str, text: str) -> None:
    summary = summarise(title, text)
    whole = [sentence for sentence in sentences.split(text) if sentences.is_whole(sentence)]
    pairs = {f"{one} {other}" for one, other in pairwise(whole)}
    assert summary == "" or summary in whole or summary in pairs
    assert len(summary) <= LONGEST


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_a_cleaned_text_is_clean_already(html: str, title: str) -> None:
    text = clean(html, title)
    assert not re.search("[\ue000-\uf8ff]", text)
    assert text == text.strip()
    assert "\n\n\n" not in text


@given(st.text(max_size=70))
def test_any_text_is_a_date_or_none(text: str) -> None:
    moment = dates.read(text)
    assert moment is None or moment.tzinfo is UTC


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 — hypothesis wants them bare
def test_what_servers_write_is_read_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    assert dates.read(moment.isoformat()) == moment
    assert dates.read(moment.strftime("%a, %d %b %Y %H:%M:%S +0000")) == moment


ITEMS = st.builds(
    Item, guid=st.sampled_from([f"https://a.example/?p={n}" for n in range(6)] + ["1", "2"]),
    link=st.sampled_from([f"https://a.example/{n}/" for n in range(6)]), title=st.sampled_from(["Satu", "Dua", "Tiga"]),
    published=st.none() | st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 — likewise
)  # fmt: skip


@given(st.lists(ITEMS, max_size=12))
def test_one_document_makes_each_story_once_and_in_order(items: list[Item]) -> None:
    now = datetime(2026, 1, 31, tzinfo=UTC)
    decision = decide(
        items, known={}, stories={}, seen=(), imported_at=now, feed_categories=(), mapping=LabelMap([]),
        site="a.example", now=now,
    )  # fmt: skip
    new = [intent for intent in decision.intents if isinstance(intent, NewStory)]
    strong = [key for intent in new for key in intent.keys if not key.startswith("p:")]
    assert len(strong) == len(set(strong))
    assert set(strong) == {key for item in items for key in keys(item, "a.example") if not key.startswith("p:")}
    assert [intent.published for intent in new] == sorted(intent.published for intent in new)
    assert all(intent.published <= now for intent in new)
