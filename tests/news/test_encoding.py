"""Bytes whose headers and declarations may both be wrong."""

import pytest

from bot.news.encoding import decoded, is_page

FEED = '<rss version="2.0"><channel><title>Café – “Madya”</title></channel></rss>'
UTF8 = FEED.encode()

BYTES = {
    "plain UTF-8": (UTF8, None),
    "byte order mark": (b"\xef\xbb\xbf" + UTF8, None),
    "UTF-16": (FEED.encode("utf-16"), "application/xml"),
    "UTF-16 big-endian": (b"\xfe\xff" + FEED.encode("utf-16-be"), None),
    "Windows-1252 without a word": (FEED.encode("windows-1252"), None),
    "Windows-1252 by header": (FEED.encode("windows-1252"), "text/xml; charset=windows-1252"),
    "header lies": (UTF8, "text/xml; charset=iso-8859-1"),
    "header names no character set": (FEED.encode("windows-1252"), "text/xml; charset=hex"),
    "header is nonsense": (UTF8, "text/xml; charset=%%%"),
    "control characters": (UTF8.replace(b"Caf", b"C\x00a\x0b\x1ff"), None),
    "blank lines before": (b"\r\n\n  " + UTF8, None),
    "a warning before": (b"<br />\n<b>Warning</b>: Undefined variable in x.php<br />\n" + UTF8, None),
}


@pytest.mark.parametrize(("body", "content_type"), BYTES.values(), ids=BYTES.keys())
def test_the_feed_comes_out_whole(body: bytes, content_type: str | None) -> None:
    assert decoded(body, content_type) == FEED


def test_a_declaration_is_believed_where_the_bytes_are_no_utf8() -> None:
    declared = f'<?xml version="1.0" encoding="iso-8859-5"?>{FEED.replace("é – “Madya”", "ж")}'
    assert "ж" in decoded(declared.encode("iso-8859-5"), None)


def test_a_page_is_told_from_a_feed() -> None:
    for page in (
        "<!DOCTYPE html><p>Masuk",
        "\n<HTML lang=id>",
        '<?xml version="1.0"?><!DOCTYPE html PUBLIC "x">',
        "<head>",
    ):
        assert is_page(page)
    for other in (FEED, '<?xml version="1.0"?>' + FEED, "<!-- html --><rss>", "", "html"):
        assert not is_page(other)


def test_a_page_with_xml_inside_stays_a_page() -> None:
    assert is_page(decoded(b"<!doctype html><body><?xml version='1.0'?><svg/></body>", None))
