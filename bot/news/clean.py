"""From an article's HTML to its text: what the reporter wrote, without what the page wraps around it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.news import sentences
from bot.news.byline import without_byline
from bot.news.dateline import has_dateline, without_dateline
from bot.news.markup import LINK_OPENS, Block, Kind, blocks
from bot.news.noise import is_link, is_noise, opens_a_list_of_others, without_inline_noise
from bot.news.spacing import spaced
from bot.news.summary import folded

LONGEST = 20_000  # characters
_TRUNCATED = re.compile(r"\s*(?:\[\s*(?:…|\.{3,})\s*\]|\(\s*(?:…|\.{3,})\s*\)|…|\.{3,})\s*$")
_LONGEST_CUT = 40  # characters of the mark that says so
_CLOSERS = '"”’»)]'
_SMALL = 4  # letters; shorter words are written small in headlines too
_LONG_HEADING = 25  # words; a theme that sets whole paragraphs as headings
_FOOTER_WORDS = 12  # of a footer, beside the title
_ABOVE_DATELINE = 300  # characters of a caption
_FEW, _MANY = 4, 8  # words: fewer say nothing without a full stop; so many are prose also without one


def clean(html: str, title: str) -> str:
    """The article's paragraphs as plain text, a blank line between them; at most 20,000 characters.

    Left out: the repeated title, dateline, byline, captions, share bars, "Baca Juga", lists of other headlines, the
    feed's footer. Where the text is cut off it ends in `…`.
    """
    headline = folded(title)
    found = [
        replace(block, text="" if is_link(block.text) else spaced(without_inline_noise(block.text)))
        for block in blocks(html)
        if not _is_footer(block.text, headline)
    ]
    # Where the theme sets everything apart, what is set apart is the article.
    article = list(_article(_own(found), headline)) or list(_article(found, headline))
    kept = _from_dateline(list(_once(article)))
    if kept:
        kept[-1] = _truncation(without_byline(kept[-1]))
    text = _cut("\n\n".join(text for text in kept if text))
    return text if text != "…" else ""


def _own(found: Sequence[Block]) -> list[Block]:
    """Without what is set apart (a quotation, a caption) and without the lists and tables above the first paragraph."""
    own: list[Block] = []
    begun = False
    for block in found:
        if block.apart and not has_dateline(block.text):
            continue
        begun = begun or (block.kind is Kind.PARAGRAPH and _is_prose(block))
        if begun or block.kind is not Kind.LIST_ITEM:
            own.append(block)
    return own


def _from_dateline(kept: Sequence[str]) -> list[str]:
    """A dateline opens the article: what little stands above it is a caption."""
    above = 0
    for place, text in enumerate(kept):
        if has_dateline(text):
            return [without_dateline(text), *kept[place + 1 :]]
        above += len(text)
        if above > _ABOVE_DATELINE:
            break
    return [without_dateline(kept[0]), *kept[1:]] if kept else []


def _truncation(last: str) -> str:
    head, tail = last[:-_LONGEST_CUT], last[-_LONGEST_CUT:]
    return f"{head}{_TRUNCATED.sub('', tail)} …".lstrip() if _TRUNCATED.search(tail) else last


def _is_footer(text: str, title: str) -> bool:
    """`The post <this title> appeared first on <site>`, in whatever language the site runs."""
    if text.count(LINK_OPENS) < 2 or not title:  # noqa: PLR2004 — one to the article, one to the site
        return False
    words = folded(text)
    return title in words and len(words.split()) - len(title.split()) <= _FOOTER_WORDS


def _article(found: Sequence[Block], title: str) -> Iterator[str]:
    """The blocks that are the article's own."""
    begun = among_others = False
    listed = False  # a paragraph has announced a list
    for block in found:
        text = block.text
        if not text or folded(text) == title or is_noise(text):
            among_others = among_others or opens_a_list_of_others(text)
            continue
        prose = _is_prose(block)
        among_others = among_others and not prose
        if among_others or not (prose or (listed and block.kind is Kind.LIST_ITEM) or (begun and _is_loose(block))):
            continue
        begun = begun or prose
        listed = text.endswith(":") or (listed and block.kind is Kind.LIST_ITEM)
        yield text


def _once(kept: Sequence[str]) -> Iterator[str]:
    """A widget or caption in the middle of an article repeats; a paragraph is said once."""
    counts = Counter(kept)
    seen: set[str] = set()
    for text in kept:
        if counts[text] == 1 or (text not in seen and sentences.is_whole(text)):
            yield text
        seen.add(text)


def _is_prose(block: Block) -> bool:
    """Whether this reads as sentences; a headline may ask or shout, it does not end in a full stop."""
    words = len(block.text.split())
    if block.kind is Kind.HEADING and words <= _LONG_HEADING:
        return False
    if without_byline(block.text).rstrip(_CLOSERS).endswith((".", "…")):
        return words > 1
    if any(sentence.rstrip(_CLOSERS).endswith(".") for sentence in sentences.split(block.text)):
        return True
    return block.text.endswith(("!", "?", "”", '"')) and not block.bold and not _is_headline(block.text)


def _is_loose(block: Block) -> bool:
    """Whether a block without a full stop is still the article's: its author forgot it, or a list follows."""
    if block.kind is Kind.HEADING or block.bold or _is_headline(block.text):
        return False
    words = len(block.text.split())
    return words >= _MANY or (words >= _FEW and block.text.endswith(":"))


def _is_headline(text: str) -> bool:
    """Whether most of the words that carry meaning are capitalised."""
    words = [word for word in re.findall(r"[^\W\d_][\w'’-]*", text) if len(word) >= _SMALL]
    capitals = sum(word[0].isupper() for word in words)
    return not words or capitals * 10 >= len(words) * 6


def _cut(text: str) -> str:
    """Not longer than agreed, cut between two words."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 2].rpartition(' ')[0]} …".lstrip()
