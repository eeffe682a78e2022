"""Real Indonesian feeds and one real article page: `make test-shared` (add `-s` with pytest to read every summary)."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from html import escape
from io import BytesIO
from pathlib import Path

import feedparser
import pytest
from selectolax.lexbor import LexborHTMLParser

from bot.flow.facts import host_of
from bot.news import sentences
from bot.news.category import LabelMap
from bot.news.changes import NewStory, SeenStory, decide
from bot.news.feed import read
from bot.news.item import Document, Item, Story
from bot.news.summary import LONGEST
from bot.sandbox import Sandbox

pytestmark = pytest.mark.shared

SHARED = Path(os.environ.get("KENTONGAN_SHARED") or Path(__file__).resolve().parents[2].parent / "shared") / "fixtures"
FEEDS = {"disway": (40, 20), "poskota": (40, 20), "tartar-antara": (20, 20)}  # entries, stories
URL = "https://kabar.example/feed/"
NOW = datetime(2026, 3, 1, tzinfo=UTC)

# What a summary must not say, in small letters.
BANNED = (
    "baca juga", "reporter:", "editor:", "editor :", "tanggal asli", "disway.id -", "disway.id-", "poskota.co.id",
    "poskotacoid", "(antara", "(sumber", "(foto", "share :", "appeared first on", "catatan harian", "...", "…", "[",
    "--", "terverifikasi", "tags", "<", "&amp;", "&#",
)  # fmt: skip
LOST_BLANKS = re.compile(r"[a-z]Rp ?\d|[a-z]\([A-Z]{2}|[a-z\d],[a-z]{2}| [,;]|[a-z]{3}[.!?][A-Z]")
NUMBER = re.compile(r"\d[\d.,/]*")


@dataclass(frozen=True)
class Told:
    """An item and the HTML that it came from."""

    feed: str
    item: Item
    html: str

    @property
    def page(self) -> str:
        """All words of the HTML, one space between them."""
        body = LexborHTMLParser(self.html).body
        return " ".join(body.text(separator=" ").split()) if body else ""

    def texts(self, selector: str) -> Iterator[str]:
        """The words of the elements that match."""
        for node in LexborHTMLParser(self.html).css(selector):
            yield " ".join(node.text().split())


@cache
def body(name: str) -> bytes:
    path = SHARED / "feeds" / f"{name}.xml"
    if not path.exists():
        pytest.skip(f"no {path}: set KENTONGAN_SHARED")
    return path.read_bytes()


@cache
def document(name: str) -> Document:
    return read(body(name), url=URL)


@cache
def article() -> tuple[bytes, str, str, str]:
    """A feed of the one article page, its title, the lead as it stands there, and who signed it."""
    path = SHARED / "article-mojokerto.txt"
    if not path.exists():
        pytest.skip(f"no {path}: set KENTONGAN_SHARED")
    paragraphs = [part.strip() for part in path.read_text("utf-8").split("\n\n")]
    paragraphs = [part for part in paragraphs if part]
    lead = next(part for part in paragraphs if re.match(r"[\w ]+ [\w-]+\.com\(", part))
    title = paragraphs[paragraphs.index(lead) - 1]
    signed = next(found[1] for part in paragraphs if (found := re.search(r"\d\((\w+)\)$", part)))
    html = "\n".join(f"<p>{escape(part)}</p>" for part in paragraphs)
    feed = (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Portal</title>'
        f"<item><title>{escape(title)}</title><link>https://kabar.example/1/</link>"
        f"<content:encoded><![CDATA[{html}]]></content:encoded></item></channel></rss>"
    )
    return feed.encode(), title, lead.split(") ", 1)[1], signed


@cache
def told() -> tuple[Told, ...]:
    """All 101."""
    found = []
    for name in FEEDS:
        raw = feedparser.parse(  # noqa: TID251 — the source beside the result, in the test only
            BytesIO(body(name)), sanitize_html=False, resolve_relative_uris=False
        )
        for item, entry in zip(document(name).items, raw.entries, strict=True):
            contents = [content["value"] for content in entry.get("content", ())]
            found.append(Told(name, item, (contents or [entry.get("summary", "")])[0]))
    feed, *_ = article()
    (item,) = read(feed, url=URL).items
    return (*found, Told("article", item, feed.decode().split("<![CDATA[")[1].split("]]>")[0]))


def glued(text: str) -> str:
    """Without blanks: where they were lost, they are put back."""
    return "".join(text.split())


def fault_of(one: Told) -> str:
    """What is wrong with the summary, "" when nothing is."""
    summary, item = one.item.summary, one.item
    if not summary:
        return ""
    lowered = summary.lower()
    checks = {
        "too long": len(summary) <= LONGEST,
        "no sentence end": summary.rstrip("”\"')").endswith((".", "!", "?")),
        "not whole": all(map(sentences.is_whole, sentences.split(summary))),
        "not of the text": all(sentence in item.text for sentence in sentences.split(summary)),
        "not of the page": all(glued(sentence) in glued(one.page) for sentence in sentences.split(summary)),
        "lost blanks": not LOST_BLANKS.search(summary),
        "banned": not any(fragment in lowered for fragment in BANNED),
        "a headline": not any(len(text.split()) > 5 and text in summary for text in one.texts("h3")),
        "a caption": not any(text in summary for text in one.texts("p > em") if text),
        "a number": set(NUMBER.findall(summary)) <= set(NUMBER.findall(one.page)),
        "only the title": lowered.rstrip(".!? ") != item.title.lower().rstrip(".!? "),
    }
    return ", ".join(name for name, holds in checks.items() if not holds)


def test_every_one_of_the_101_summaries_is_clean() -> None:
    faults = {one.item.title: fault for one in told() if (fault := fault_of(one))}
    for number, one in enumerate(told(), start=1):
        print(f"{number:3} {one.feed}: {one.item.title}\n      {one.item.summary or '–'}")
    assert faults == {}
    assert len(told()) == 101


def test_where_there_is_a_body_there_is_a_summary() -> None:
    for one in told():
        if one.feed in {"disway", "poskota", "article"}:
            assert bool(one.item.summary) == bool(one.html), one.item.title
    whole_sentence_before_the_cut = [one for one in told() if one.feed == "tartar-antara" and one.item.summary]
    assert len(whole_sentence_before_the_cut) == 10


def test_no_text_carries_the_portals_furniture() -> None:
    for one in told():
        lines = one.item.text.split("\n\n")
        assert not [
            line for line in lines if line.lower().startswith(("baca juga", "reporter", "tanggal asli", "tags"))
        ]
        assert not [line for line in lines if line in set(one.texts("h3"))], one.item.title
        assert not [line for line in lines if line in {text for text in one.texts("p > em") if "umber:" in text}]


@pytest.mark.parametrize("name", FEEDS)
def test_every_item_has_its_parts(name: str) -> None:
    entries, _ = FEEDS[name]
    read_ = document(name)
    assert (len(read_.items), read_.version, read_.notes) == (entries, "rss20", ())
    for item in read_.items:
        assert item.link.startswith("http")
        assert item.published is not None
        assert datetime(2017, 1, 1, tzinfo=UTC) < item.published < NOW
        assert item.title == " ".join(item.title.split())
        assert item.image is None or item.image.startswith("http")


@pytest.mark.parametrize("name", FEEDS)
def test_each_story_is_told_once(name: str) -> None:
    """Both scrapers list every story twice, the second time bare: one story, and the body is not lost."""
    _, stories = FEEDS[name]
    site = host_of(document(name).link)
    known: dict[str, int] = {}
    told_: dict[int, Story] = {}
    mapping = LabelMap([("news", ["News", "RAMADHAN"])])
    for poll in range(2):
        decision = decide(
            document(name).items, known=known, stories=told_, seen=set(told_),
            imported_at=datetime(2016, 1, 1, tzinfo=UTC), feed_categories=(), mapping=mapping, site=site, now=NOW,
        )  # fmt: skip
        assert {type(intent) for intent in decision.intents} == {NewStory if poll == 0 else SeenStory}
        assert len(decision.intents) == stories
        for number, new in enumerate(intent for intent in decision.intents if isinstance(intent, NewStory)):
            assert new.item.text
            assert new.categories == (("news",) if name != "tartar-antara" else ())
            known |= dict.fromkeys(new.keys, number)
            told_[number] = Story(
                number, new.item.title, new.item.summary, new.item.link, new.published, new.categories, told=True
            )


def test_the_article_page_becomes_its_lead() -> None:
    feed, title, lead, signed = article()
    (item,) = read(feed, url=URL).items
    assert item.summary
    assert lead.startswith(item.summary)
    assert item.title == title
    assert title not in item.text
    assert signed not in item.text
    for furniture in ("Home /", "BERITA UTAMA", "Share", "Baca Juga", "13:40 WIB", "(28 Februari 2024)"):
        assert furniture not in item.text
    assert item.text.rstrip()[-1].isdigit()  # the last number stands without the byline that was glued to it


async def test_the_sandbox_gives_the_same_items() -> None:
    box = Sandbox()
    for name in FEEDS:
        assert await box(body(name), url=URL) == document(name)
    await box.close()
