"""What must hold for any input: one check for each part of the news desk that reads what strangers wrote."""

import re
from collections.abc import Callable
from datetime import UTC
from itertools import pairwise

from bot.errors import FeedError
from bot.news import dates, lenient, sentences, strict
from bot.news.clean import LONGEST as LONGEST_TEXT
from bot.news.clean import clean
from bot.news.encoding import divided
from bot.news.extent import readable
from bot.news.feed import document, read
from bot.news.item import Document
from bot.news.summary import LONGEST as LONGEST_SUMMARY
from bot.news.summary import summarise

URL = "https://kabar.example/feed/"
_PRIVATE = re.compile("[\ue000-\uf8ff]")


def parser(data: bytes) -> None:
    """A feed is read or refused; what comes out is sound."""
    try:
        sound(read(data, url=URL))
    except FeedError:
        return


def readers(data: bytes) -> None:
    """What the strict reader takes, the lenient one reads alike."""
    strictly, leniently = both(data)
    assert strictly is None or strictly == leniently


def both(data: bytes) -> tuple[Document | None, Document | None]:
    """The document by either reader; nothing where the strict one refuses.

    Nothing either where only Expat, feedparser's parser, finds the XML malformed: it knows the names of XML's fourth
    edition, libxml2 those of the fifth.
    """
    text, _ = readable(divided(data, None)[1])
    if (strictly := strict.read(text)) is None or (leniently := lenient.read(text)).flaw:
        return None, None
    return document(strictly, text, URL, []), document(leniently, text, URL, [])


def sound(found: Document) -> None:
    """Every item has what the rest of the program takes for granted."""
    for item in found.items:
        assert item.title == " ".join(item.title.split()) != ""
        assert item.guid
        assert item.link.startswith(("http://", "https://")), item.link
        assert all(moment is None or moment.tzinfo is UTC for moment in (item.published, item.modified))
        assert len(item.summary) <= LONGEST_SUMMARY
        "\n".join((item.guid, item.link, item.title, item.text, item.image or "", *item.labels)).encode()
    "\n".join((found.title, found.link, found.version, *found.notes)).encode()


def date(data: bytes) -> None:
    """A text is a moment in UTC or none."""
    moment = dates.read(text_of(data))
    assert moment is None or moment.tzinfo is UTC


def cleaner(data: bytes) -> None:
    """The first line is the title, the rest the article: plain text comes out, and not too much of it."""
    title, _, html = text_of(data).partition("\n")
    text = clean(html, title)
    assert _PRIVATE.search(text) is None
    assert text == text.strip()
    assert len(text) <= LONGEST_TEXT
    assert "\n\n\n" not in text
    summary = summarise(title, text)
    whole = [sentence for sentence in sentences.split(text) if sentences.is_whole(sentence)]
    assert summary in {"", *whole} | {f"{one} {other}" for one, other in pairwise(whole)}
    assert len(summary) <= LONGEST_SUMMARY


def splitter(data: bytes) -> None:
    """Sentences lose nothing and add nothing; none is empty."""
    text = text_of(data)
    found = list(sentences.split(text))
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(sentence.strip() for sentence in found)
    for sentence in found:
        sentences.is_whole(sentence)


def text_of(data: bytes) -> str:
    """As what is decoded elsewhere arrives: never with half characters."""
    return data.decode("utf-8", errors="replace")


TARGETS: dict[str, Callable[[bytes], None]] = {
    "parser": parser, "readers": readers, "date": date, "cleaner": cleaner, "splitter": splitter,
}  # fmt: skip
