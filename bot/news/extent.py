"""How much of a document is read: at most 200 items, the newest, and none that breaks off."""

import re
from datetime import UTC, datetime

from bot.news import dates

MOST_ITEMS = 200
_TAIL = 5_000  # characters in which the end of a feed is looked for
_END_OF_ITEM = re.compile(r"</(?:item|entry)\s*>")
_START_OF_ITEM = re.compile(r"<(?:item|entry)[\s>]")
_CLOSED = re.compile(r"</(?:rss|feed|rdf:RDF|channel)\s*>\s*(?:<!--.*?-->\s*)*$", re.DOTALL)
_DATE = re.compile(r"<(?:pubDate|published|issued|updated|dc:date)\b[^>]*>\s*(?:<!\[CDATA\[)?([^<\]]{6,64})")
_FIRST = datetime.max.replace(tzinfo=UTC)


def is_whole(text: str) -> bool:
    """Whether the document is closed at its end."""
    return _CLOSED.search(text[-_TAIL:]) is not None


def readable(text: str) -> tuple[str, list[str]]:
    """The part of the document that is worth reading, and notes about what was left out.

    A document that breaks off loses the item that it breaks off in (half an address is another address); of more than
    200 items the newest are kept, in the feed's order: a parser's time grows with them.
    """
    notes = []
    ends = [end.end() for end in _END_OF_ITEM.finditer(text)]
    if not is_whole(text):
        broken = ends and _START_OF_ITEM.search(text, ends[-1])
        text = text[: ends[-1]] if broken else text
        notes.append("the feed breaks off before its end" + (", in the middle of an item" if broken else ""))
    if len(ends) > MOST_ITEMS:
        text = _newest(text, ends)
        notes.append(f"{len(ends)} items; the newest {MOST_ITEMS} were read")
    return text, notes


def _newest(text: str, ends: list[int]) -> str:
    start = _START_OF_ITEM.search(text)
    begins = [start.start() if start and start.start() < ends[0] else 0, *ends[:-1]]
    items = [text[begin:end] for begin, end in zip(begins, ends, strict=True)]
    kept = sorted(sorted(range(len(items)), key=_dated(items).__getitem__, reverse=True)[:MOST_ITEMS])
    return text[: begins[0]] + "".join(items[place] for place in kept) + text[ends[-1] :]


def _dated(items: list[str]) -> list[datetime]:
    """When each was published; one that does not say stands where its neighbour above does."""
    moments, last = [], _FIRST
    for item in items:
        match = _DATE.search(item)
        last = (dates.read(match[1].strip()) if match else None) or last
        moments.append(last)
    return moments
