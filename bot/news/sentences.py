"""Splits Indonesian prose into sentences; in doubt it does not split, because half a sentence misleads."""

import re
from collections.abc import Iterator

from bot.news.abbreviations import DOMAINS, LEADS_ON, LEADS_TO_NUMBER, OPENERS, TITLES

_DOTTED = re.compile(r"[A-Za-z]{1,4}(?:\.[A-Za-z]{1,5})+")
_MARK = re.compile(r"(?:\.{2,}|…|[.!?])+[\"”’»)\]]*")
_TOKEN = re.compile(r"[^\s(\[“\"‘'«/]+$")
_LIST_NUMBER = re.compile(r"(?:^|[:;,]\s+)\(?(?:\d{1,2}|[a-zA-Z])$")
_LOOK_BACK, _LOOK_AHEAD = 60, 40  # characters that decide whether a full stop ends a sentence
_PAIRS = {"“": "”", "(": ")", "«": "»"}


def split(text: str) -> Iterator[str]:
    """The sentences of `text` in order, each exactly as it stands there; a line break always ends one."""
    for line in text.split("\n"):
        yield from _of_line(line)


def is_whole(sentence: str) -> bool:
    """Whether this is a sentence with its end, not a heading or a truncated one, and no half of a quotation."""
    body = sentence.rstrip('"”’»)]')
    ended = body.endswith((".", "!", "?")) and not body.endswith(("..", "…"))
    return ended and _balanced(sentence) and any(c.isalpha() for c in sentence)


def _of_line(line: str) -> Iterator[str]:
    start = 0
    inside = _inside(line)
    for match in _MARK.finditer(line):
        if match.end() < len(line) and not inside[match.end()] and _ends(line, start, match):
            yield line[start : match.end()].strip()
            start = match.end()
    if rest := line[start:].strip():
        yield rest


def _ends(line: str, start: int, match: re.Match[str]) -> bool:
    """Whether this mark ends the sentence that began at `start`, judged by the word before and what follows."""
    before = line[max(start, match.start() - _LOOK_BACK) : match.start()]
    following = line[match.end() : match.end() + _LOOK_AHEAD]
    if not following[0].isspace():
        return _glued(before, match[0], following)
    following = following.lstrip()
    if not following or following[0].islower() or following[0] in ",;:)]–—-/%|&+=.!?…”’»":
        return False
    return match[0] != "." or not _abbreviated(before, following)


def _abbreviated(before: str, following: str) -> bool:
    """Whether the full stop behind `before` belongs to an abbreviation, an initial or a number in a list."""
    found = _TOKEN.search(before)
    if found is None:
        return False
    token = found[0].rstrip(".")
    folded = token.casefold()
    if folded in LEADS_ON or _LIST_NUMBER.search(before):
        return True
    if folded in LEADS_TO_NUMBER:
        return following[0].isdigit()
    if token in TITLES or _DOTTED.fullmatch(token) or (len(token) == 1 and token.isupper()):
        return not _opens(following)
    return False


def _opens(following: str) -> bool:
    word = re.match(r"[“\"‘'(]*([^\W\d_]+)", following)
    return word is None or word[1].casefold() in OPENERS or following[0] in '“"‘'


def _glued(before: str, mark: str, following: str) -> bool:
    """Whether an author forgot the space between two sentences: `… kata Reuters.Hasil sementara …`."""
    found = _TOKEN.search(before)
    word = re.match(r"[A-Z][a-z]+", following)
    if found is None or word is None or mark[0] == "…" or mark.startswith(".."):
        return False
    token = found[0]
    if not (mark.endswith(("”", '"', ")")) or len(token) > 2) or "." in token or "@" in token:  # noqa: PLR2004
        return False
    known = token.casefold() in LEADS_ON or token in TITLES
    return not known and word[0].casefold() not in DOMAINS and not re.match(r"[A-Z][\w-]*\.[a-z]{2}", following)


def _inside(line: str) -> bytearray:
    """For every place of the line (and its end) whether it stands within a quotation or brackets (1) or not (0).

    Where they do not pair up, they are taken as not there.
    """
    inside = bytearray(len(line) + 1)
    for opening, closing in (*_PAIRS.items(), ('"', '"')):
        marks = [match.start() for match in re.finditer(f"[{re.escape(opening + closing)}]", line)]
        for start, end in _spans(line, marks, opening, closing):
            inside[start + 1 : end + 1] = b"\1" * (end - start)
    return inside


def _spans(line: str, marks: list[int], opening: str, closing: str) -> Iterator[tuple[int, int]]:
    """The outermost pairs among the marks."""
    if opening == closing:
        yield from zip(marks[::2], marks[1::2], strict=False) if len(marks) % 2 == 0 else ()
        return
    if sum(line[place] == opening for place in marks) * 2 != len(marks):
        return
    depth = start = 0
    for place in marks:
        depth += 1 if line[place] == opening else -1
        if depth == 1 and line[place] == opening:
            start = place
        elif depth == 0 and line[place] == closing:
            yield start, place


def _balanced(sentence: str) -> bool:
    pairs = all(sentence.count(opening) == sentence.count(closing) for opening, closing in _PAIRS.items())
    return pairs and sentence.count('"') % 2 == 0
