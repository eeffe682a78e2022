"""Splits Indonesian prose into sentences; in doubt it does not split, because half a sentence misleads."""

import re
from collections.abc import Iterator

from bot.news.abbreviations import (
    DOMAINS,
    LEADS_ON,
    LEADS_ON_IN_CAPITALS,
    LEADS_TO_NUMBER,
    OPENERS,
    TITLES,
)

_DOTTED = re.compile(r"[A-Za-z]{1,4}(?:\.[A-Za-z]{1,5})+")
_MARK = re.compile(r"(?:\.{2,}|…|[.!?])+[\"”’»)\]]*")
_TOKEN = re.compile(r"[^\s(\[“\"‘'«/]+$")
_LIST_NUMBER = re.compile(r"(?:^|[:;,]\s+)\(?(?:\d{1,2}|[a-zA-Z]|[IVX]{1,5})$")
_ERA = re.compile(r"(?:\bke-\d+|\btahun(?:\s+baru)?\s+\d+|\b1[34]\d\d)\s+[MH]$")  # abad ke-14 M, tahun 1445 H
_OPENING_WORD = re.compile(r"[“\"‘'(]*([^\W\d_]+)")
_OPENING_SUFFIX, _SHORTEST_WITH_IT = "nya", 7  # Pesertanya, Hasilnya; but Sonya, Kenya
_LOOK_BACK, _LOOK_AHEAD = 60, 40  # characters that decide whether a full stop ends a sentence
_PAIRS = {"(": ")", "«": "»"}
_SINGLE_OPENS = re.compile(r"(?<!\w)‘(?=[^\W\d_])")
_SINGLE = re.compile(r"(?P<opens>(?<![\w’'])[‘'](?=[^\W\d_]))|(?<=[\w.,!?…])[’'](?!\w)")


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
    if _ERA.search(before):
        return False
    if folded in LEADS_ON or token in LEADS_ON_IN_CAPITALS or _LIST_NUMBER.search(before):
        return True
    if folded in LEADS_TO_NUMBER and following[0].isdigit():
        return True
    if token in TITLES or _DOTTED.fullmatch(token) or (len(token) == 1 and token.isupper()):
        return not _opens(following)
    return False


def _opens(following: str) -> bool:
    """Whether what follows begins a sentence: a quotation, a number, a word that is rarely a name."""
    word = _OPENING_WORD.match(following)
    if word is None or following[0] in '“"‘':
        return True
    folded = word[1].casefold()
    return folded in OPENERS or (folded.endswith(_OPENING_SUFFIX) and len(folded) >= _SHORTEST_WITH_IT)


def _glued(before: str, mark: str, following: str) -> bool:
    """Whether an author forgot the space between two sentences: `… kata Reuters.Hasil sementara …`."""
    found = _TOKEN.search(before)
    word = re.match(r"[A-Z][a-z]+", following)
    if found is None or word is None or mark[0] == "…" or mark.startswith(".."):
        return False
    token = found[0]
    if not (mark.endswith(("”", '"', ")")) or len(token) > 2) or "." in token or "@" in token:  # noqa: PLR2004
        return False
    known = token.casefold() in LEADS_ON or token in LEADS_ON_IN_CAPITALS or token in TITLES
    return not known and word[0].casefold() not in DOMAINS and not re.match(r"[A-Z][\w-]*\.[a-z]{2}", following)


def _inside(line: str) -> bytearray:
    """For every place of the line (and its end) whether it stands within a quotation or brackets (1) or not (0).

    Where they do not pair up, they are taken as not there.
    """
    inside = bytearray(len(line) + 1)
    for start, end in _pairs(line):
        inside[start + 1 : end + 1] = b"\1" * (end - start)
    return inside


def _pairs(line: str) -> Iterator[tuple[int, int]]:
    """Where quotations and brackets open and close."""
    for opening, closing in _PAIRS.items():
        yield from _nested(
            [(m.start(), m[0] == opening) for m in re.finditer(f"[{re.escape(opening + closing)}]", line)]
        )
    if _curly_pair_up(line):
        straight = [match.start() for match in re.finditer('"', line)]
        yield from _nested([(m.start(), m[0] == "“") for m in re.finditer("[“”]", line)])
    else:  # typed anyhow: “ … " or ” … ”
        straight = [match.start() for match in re.finditer('[“”"]', line)]
    if len(straight) % 2 == 0:
        yield from zip(straight[::2], straight[1::2], strict=True)
    yield from _single(line)


def _curly_pair_up(text: str) -> bool:
    return text.count("“") == text.count("”")


def _nested(marks: list[tuple[int, bool]]) -> Iterator[tuple[int, int]]:
    """The outermost pairs among the marks (place, whether it opens)."""
    if sum(opens for _, opens in marks) * 2 != len(marks):
        return
    depth = start = 0
    for place, opens in marks:
        depth += 1 if opens else -1
        if depth == 1 and opens:
            start = place
        elif depth == 0 and not opens:
            yield start, place


def _single(line: str) -> Iterator[tuple[int, int]]:
    """Quotations between single marks, which are apostrophes as well: Jum’at, angkatan ’98."""
    start = None
    for match in _SINGLE.finditer(line):
        if match["opens"]:
            start = match.start() if start is None else start
        elif start is not None:
            yield start, match.start()
            start = None


def _balanced(sentence: str) -> bool:
    if any(sentence.count(opening) != sentence.count(closing) for opening, closing in _PAIRS.items()):
        return False
    if len(_SINGLE_OPENS.findall(sentence)) > sentence.count("’"):
        return False
    if _curly_pair_up(sentence):
        return sentence.count('"') % 2 == 0
    return sum(map(sentence.count, '“”"')) % 2 == 0
