"""A short run of what `python -m tests.fuzz` does for hours, and what it has found."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.seeds import SEEDS, WORDS
from tests.fuzz.targets import TARGETS


def damaged(name: str) -> st.SearchStrategy[bytes]:
    """A seed with some places overwritten by words of its kind, or by anything."""
    return st.builds(
        _with_edits,
        st.sampled_from(SEEDS[name]).map(str.encode),
        st.lists(
            st.tuples(
                st.integers(0, 2_000),
                st.integers(0, 30),
                st.sampled_from(WORDS[name]).map(str.encode) | st.binary(max_size=6),
            ),
            min_size=1,
            max_size=8,
        ),
    )


def _with_edits(seed: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    for where, length, piece in edits:
        start = where % (len(seed) + 1)
        seed = seed[:start] + piece + seed[start + length :]
    return seed


@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_is_sound(name: str) -> None:
    for seed in SEEDS[name]:
        TARGETS[name](seed.encode())


@pytest.mark.parametrize("name", TARGETS)
def test_damaged_seeds_are_sound(name: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(damaged(name))
    def check(data: bytes) -> None:
        TARGETS[name](data)

    check()


_ATOM = 'xmlns="http://www.w3.org/2005/Atom"'
_XHTML = '<content type="xhtml"><p>Isi.<title>Bukan</title></p></content><link href="/1/"/>'
_MRSS = 'version="2.0" xmlns:media="http://search.yahoo.com/mrss/"'
_TALK = (
    "<item><title>J</title><link>/1/</link><description><![CDATA[Yang xml:base='/x' artinya.<br> <p xml:base='/x'>Ia "
    "<media:description>bukan foto.</media:description> Ia teks.]]></description></item>"
)
FOUND = {
    "a text about xml:base and captions": ("readers", f"<rss {_MRSS}><channel>{_TALK}</channel></rss>".encode()),
    "a base in capitals": (
        "readers",
        b"<rss version='2.0' xml:bAse='https://a.example/'><channel><link>/</link></channel></rss>",
    ),
    "an attribute in capitals": ("readers", b"<rss VERSION='2.0'><channel><item HREF='/1/'/></channel></rss>"),
    "a link over two lines": (
        "cleaner",
        b"J\n<p>Warga pulang <a href='/1'>ke desa.<br><br>Baris kedua</a> selesai.</p>",
    ),
    "a title inside XHTML": ("readers", f"<feed {_ATOM}><entry><title>J</title>{_XHTML}</entry></feed>".encode()),
    "a name of XML's fifth edition": ("readers", "<rss version='2.0'><channel><l\ufffdnk/></channel></rss>".encode()),
}


@pytest.mark.parametrize(("name", "data"), FOUND.values(), ids=FOUND.keys())
def test_what_was_found_stays_mended(name: str, data: bytes) -> None:
    TARGETS[name](data)
