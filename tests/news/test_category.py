"""Labels as portals write them, and the categories they mean."""

import pytest

from bot.news.category import LabelMap

MAPPING = LabelMap([
    ("daerah", ["DAERAH", "Regional"]),
    ("hukrim", ["HUKRIM", "Hukum & Kriminal"]),
    ("berita_utama", ["Headline", "Berita Penting"]),
    ("jatim", ["Jawa Timur", "Regional"]),
    ("dana", ["Dana Desa"]),
])  # fmt: skip

LABELS = {
    "as declared": (["DAERAH"], ("daerah",), ()),
    "another case": (["Daerah"], ("daerah",), ()),
    "entities": (["Hukum &amp; Kriminal"], ("hukrim",), ()),
    "entities twice": (["Hukum &amp;amp; Kriminal"], ("hukrim",), ()),
    "whitespace": (["  Jawa \n  Timur "], ("jatim",), ()),
    "wide blank": (["Jawa\u00a0Timur"], ("jatim",), ()),
    "as a slug": (["berita-penting"], ("berita_utama",), ()),
    "an id that is no label": (["DANA"], (), ("DANA",)),
    "an id in words that is no label": (["Berita Utama"], (), ("Berita Utama",)),
    "several labels": (["HUKRIM", "DAERAH"], ("hukrim", "daerah"), ()),
    "two labels of one category": (["Headline", "Berita Penting"], ("berita_utama",), ()),
    "one label of two categories": (["regional"], ("daerah", "jatim"), ()),
    "a stranger": (["DAERAH", "Opini"], ("daerah",), ("Opini",)),
    "a stranger twice": (["Opini", "OPINI"], (), ("Opini",)),
    "no labels": ([], (), ()),
    "empty label": (["  "], (), ()),
}


@pytest.mark.parametrize(("labels", "ids", "strangers"), LABELS.values(), ids=LABELS.keys())
def test_labels_mean_categories(labels: list[str], ids: tuple[str, ...], strangers: tuple[str, ...]) -> None:
    assert MAPPING.map(labels) == (ids, strangers)
