"""Lists of feeds: read however programs wrote them, written so that every reader takes them, hostile ones refused."""

import time
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import FeedError
from bot.news.opml import LARGEST, MOST, Outline, read_opml, write_opml

A, B = "https://portal.example/feed/", "https://portal.example/hukrim/feed/"
LISTED = f"""<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
  <head><title>Langganan saya</title></head>
  <body>
    <outline text="Jawa Timur">
      <outline type="rss" text="Portal &amp; Kota" xmlUrl="{A}" htmlUrl="https://portal.example/"/>
      <outline text="Hukum"><outline TEXT="Hukrim" XMLURL="{B}" category="/Berita/Kriminal,Daerah"/></outline>
    </outline>
    <outline text="Folder kosong"/>
    <outline type="rss" text="Lagi" xmlUrl="{A}" category="Utama"/>
    <outline type="rss" text="Tanpa alamat" xmlUrl="  "/>
    <outline type="link" text="Bukan web" xmlUrl="ftp://portal.example/feed"/>
  </body>
</opml>
"""


def test_folders_and_categories_are_labels_and_each_address_comes_once() -> None:
    assert read_opml(LISTED.encode()) == (
        Outline(A, "Portal & Kota", ("Jawa Timur", "Utama")),
        Outline(B, "Hukrim", ("Jawa Timur", "Hukum", "Berita", "Kriminal", "Daerah")),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_any_encoding_is_read(encoding: str) -> None:
    text = LISTED.replace(' encoding="UTF-8"', "").replace("Jawa Timur", "Café Timur")
    assert read_opml(text.encode(encoding))[0].labels[0] == "Café Timur"


def test_a_list_of_opml_1_and_one_without_head_are_read() -> None:
    assert read_opml(f'<OPML version="1.0"><body><outline xmlUrl="{A}"/></body></OPML>'.encode()) == (Outline(A),)


BOMB = '<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9)
)
HOSTILE = {
    "an entity bomb": (f'{BOMB}]><opml><body><outline text="&j;" xmlUrl="{A}"/></body></opml>'.encode(), "entities"),
    "a bomb in UTF-16": (f'{BOMB}]><opml><body><outline text="&j;"/></body></opml>'.encode("utf-16"), "entities"),
    "a file of the server": (
        b'<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml><body><outline text="&x;"/></body></opml>',
        "entities",
    ),
    "ten megabytes": (b"<opml><body>" + b" " * 10_000_000 + b"</body></opml>", "too_large"),
    "too many feeds": (
        b"<opml>" + b"".join(b'<outline xmlUrl="http://a.example/%d"/>' % n for n in range(MOST + 1)) + b"</opml>",
        "too_many",
    ),
    "folders without end": (b"<opml><body>" + b"<outline>" * 50_000, "not_opml"),
    "brackets without end": (b"<" * 1_900_000, "not_opml"),
    "a feed": (b"<rss><channel/></rss>", "not_opml"),
    "a page": (b"<html><body>Masuk dulu", "not_opml"),
    "yaml": (b"feeds:\n  - url: https://portal.example/feed/\n", "not_opml"),
    "nothing": (b"", "not_opml"),
    "zeros": (b"\x00" * 1000, "not_opml"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "reason"), HOSTILE.values(), ids=HOSTILE.keys())
def test_what_would_hurt_is_refused_at_once(data: bytes, reason: str) -> None:
    began = time.process_time()
    with pytest.raises(FeedError) as refused:
        read_opml(data)
    assert refused.value.reason == reason
    assert len(str(refused.value)) < 300
    assert time.process_time() - began < 2


def test_the_limit_is_said_in_megabytes() -> None:
    with pytest.raises(FeedError, match="2 MB"):
        read_opml(b" " * (LARGEST + 1))


names = st.text(max_size=40)
labels = st.lists(names, max_size=3).map(tuple)


@given(st.lists(st.tuples(st.integers(0, 99), names, labels), max_size=8))
def test_what_is_written_is_well_formed_and_read_again(rows: list[tuple[int, str, tuple[str, ...]]]) -> None:
    feeds = [Outline(f"https://portal.example/{n}/feed/?a=1&b=%22", title, given) for n, title, given in rows]
    written = write_opml("Portal <Kota> & \x00sekitar", feeds)
    ET.fromstring(written)  # noqa: S314 — our own
    assert [feed.url for feed in read_opml(written.encode())] == list(dict.fromkeys(feed.url for feed in feeds))


def test_names_and_labels_survive_the_way() -> None:
    feeds = (Outline(A, 'Hukum & "Kriminal" <1>', ("hukrim", "daerah")), Outline(B, "Beta", ()))
    assert read_opml(write_opml("Portal", feeds).encode()) == feeds


@given(st.binary(max_size=400))
def test_any_bytes_are_a_list_or_refused(data: bytes) -> None:
    reason = "not_opml"
    try:
        read_opml(data)
    except FeedError as error:
        reason = error.reason
    assert reason in {"not_opml", "entities"}
