"""What the feeds' labels mean: from `BERITA UTAMA` or `Hukum &amp; Kriminal` to category ids."""

import re
from collections.abc import Iterable, Sequence
from html import unescape
from unicodedata import normalize

_GAPS = re.compile(r"[\s_-]+")


class LabelMap:
    """Built from (category id, labels) pairs.

    An id is ours and means nothing by itself: `dana` for village funds would swallow every story about the wallet DANA.
    """

    def __init__(self, categories: Iterable[tuple[str, Iterable[str]]]) -> None:
        self._ids: dict[str, dict[str, None]] = {}
        for category, labels in categories:
            for label in labels:
                if key := fold(label):
                    self._ids.setdefault(key, {})[category] = None

    def map(self, labels: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The category ids that the labels mean, and the labels that mean none; both in order, each once."""
        ids: dict[str, None] = {}
        strangers: dict[str, str] = {}
        for label in labels:
            key = fold(label)
            meant = self._ids.get(key)
            if meant is not None:
                ids.update(meant)
            elif key:
                strangers.setdefault(key, label)
        return tuple(ids), tuple(strangers.values())


def fold(label: str) -> str:
    """A label without what editors write differently from day to day: case, entities, gaps, hyphens."""
    text = normalize("NFKC", unescape(unescape(label)))
    return _GAPS.sub(" ", text).strip().casefold()
