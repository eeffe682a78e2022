"""What is kept of a story to know its text again: a sample of its word sequences, and its marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

from bot.news import marks
from bot.news.marks import Marks
from bot.news.summary import folded

WIDTH = 5  # words of a shingle
# By hash, so that two copies keep the same ones. One of eight was measured too: three of a hundred excerpts of 55 words
# then keep fewer than three shingles and are never found; of four, none (python -m bench likeness).
KEEP_ONE_OF = 4
FEW = 3  # samples; with fewer only the title can tell


@dataclass(frozen=True, slots=True)
class Sketch:
    """A story as it is compared: its sampled shingles, its title, its marks, its words as one hash."""

    samples: frozenset[int]  # 32-bit hashes
    title: int  # hash of the folded title
    title_words: int
    marks: Marks
    text_hash: str


def sketch(title: str, text: str) -> Sketch:
    """The sketch of a story; `text` is the cleaned body. Titles are not sampled: each portal has its own."""
    plain = folded(text)
    headline = folded(title)
    return Sketch(
        sampled(plain.split()), crc32(headline.encode()), len(headline.split()), marks.read(text), _hash(plain)
    )


def text_hash(text: str) -> str:
    """Eight hexadecimal digits that change when a word does."""
    return _hash(folded(text))


def _hash(plain: str) -> str:
    return f"{crc32(plain.encode()):08x}"


def sampled(words: Sequence[str]) -> frozenset[int]:
    """The hashes of the five-word shingles that are kept; of a shorter text nothing."""
    lines = zip(*(words[start:] for start in range(WIDTH)), strict=False)
    hashes = (crc32(" ".join(line).encode()) for line in lines)
    return frozenset(h for h in hashes if h % KEEP_ONE_OF == 0)
