"""A long text in messages: whole lines, as many as a message holds."""

from collections.abc import Iterator
from typing import Final

from bot.chat.fit import units

LARGEST: Final = 3800  # units of one piece: a heading has room beside it
MOST: Final = 20  # messages of one answer


def pieces(text: str) -> Iterator[str]:
    """Whole lines, as many as a message holds; a line that is longer is cut in pieces."""
    piece = ""
    for line in _lines(text):
        if piece and units(piece) + units(line) > LARGEST:
            yield piece.rstrip("\n")
            piece = ""
        piece += line
    if piece:
        yield piece.rstrip("\n")


def _lines(text: str) -> Iterator[str]:
    half = LARGEST // 2  # characters: each is two units at most
    for line in text.splitlines(keepends=True):
        yield from (line[i : i + half] for i in range(0, len(line), half))
