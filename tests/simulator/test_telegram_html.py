"""The HTML parse mode: what it takes, what it refuses and in which words."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.telegram.html import CannotParse, parse_html, utf16_length
from bot.simulator.telegram.render import first_link, render
from bot.simulator.telegram.texts import finish, formatted

GOOD = {
    "plain text": ("halo", "halo", []),
    "bold": ("<b>halo</b>", "halo", [("bold", 0, 4)]),
    "names that mean the same": ("<STRONG>a</STRONG><em>b</em>", "ab", [("bold", 0, 1), ("italic", 1, 1)]),
    "one inside the other": ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
    "the four named characters": ("&lt;&gt;&amp;&quot;", '<>&"', []),
    "characters by number": ("&#8220;&#x41;", "“A", []),
    "a lone ampersand stays": ("a & b &nbsp; &x", "a & b &nbsp; &x", []),
    "offsets in UTF-16": ("😀<b>x</b>", "😀x", [("bold", 2, 1)]),
    "an end tag without a name": ("<b>a</>", "a", [("bold", 0, 1)]),
    "space in an end tag": ("<b>a</b >", "a", [("bold", 0, 1)]),
    "an empty element": ("a<b></b>", "a", []),
    "a greater-than sign": ("1 > 0", "1 > 0", []),
    "spoiler": ('<span class="tg-spoiler">a</span>', "a", [("spoiler", 0, 1)]),
    "expandable quote": ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
    "code in a language": ('<pre><code class="language-py">x</code></pre>', "x", [("pre", 0, 1)]),
    "nothing inside code": ("<code>a<b>b</b></code>", "ab", [("code", 0, 2)]),
    "a link that leads nowhere": ('<a href="nowhere">a</a>', "a", []),
}


@pytest.mark.parametrize(("source", "text", "entities"), GOOD.values(), ids=GOOD)
def test_good_html_becomes_text_and_entities(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    plain, found = parse_html(source)
    assert plain == text
    assert [(entity["type"], entity["offset"], entity["length"]) for entity in found] == entities


BAD = {
    "left open": ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
    "unknown": ("é<p>a</p>", 'Unsupported start tag "p" at byte offset 2'),
    "line break tag": ("a<br>b", 'Unsupported start tag "br" at byte offset 1'),
    "an unescaped less-than": ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
    "ends in a tag": ("a<b", "Unclosed start tag at byte offset 1"),
    "ends in an attribute": ('<a href="x', "Unclosed start tag at byte offset 0"),
    "nothing to close": ("a</b>", "Unexpected end tag at byte offset 1"),
    "crossed": ("<b><i>a</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
    "end tag left open": ("<b>a</b", "Unclosed end tag at byte offset 4"),
    "attribute without value": (
        "<a href>x</a>",
        'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
    ),
    "attribute without name": ('<a ="x">x</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
    "address without quotes": ("<a href=http://x.id>x</a>", "Unexpected end of name token at byte offset 8"),
    "span of another class": (
        '<span class="red">x</span>',
        'Tag "span" must have class "tg-spoiler" at byte offset 0',
    ),
}


@pytest.mark.parametrize(("source", "complaint"), BAD.values(), ids=BAD)
def test_bad_html_is_refused_in_the_servers_words(source: str, complaint: str) -> None:
    with pytest.raises(CannotParse, match=f"^{re.escape(complaint)}$"):
        parse_html(source)


def test_links_keep_their_address_in_full_form() -> None:
    _, entities = parse_html('<a href="https://a.example/?x=1&amp;y=2">a</a> <a href="b.example">b</a>')
    assert [entity["url"] for entity in entities] == ["https://a.example/?x=1&y=2", "http://b.example/"]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    assert parse_html(html.escape(text)) == (text, ())


@given(st.text(alphabet='<>/&;ab "=#', max_size=40))
def test_any_markup_is_parsed_or_refused(source: str) -> None:
    try:
        text, entities = parse_html(source)
    except CannotParse:
        return
    assert all(0 <= e["offset"] < e["offset"] + e["length"] <= utf16_length(text) for e in entities)
    assert html.unescape(re.sub(r"<[^>]*>", "", render(text, entities))) == text


def test_white_space_around_a_text_is_cut_and_entities_move() -> None:
    result = formatted("\n  <b>halo</b> dunia \n", "HTML", None)
    assert (result.text, result.entities) == ("halo dunia", ({"offset": 0, "length": 4, "type": "bold"},))


FOUND = {
    "a command": ("/start daerah", [("bot_command", "/start")]),
    "an address": ("lihat https://a.example/x.", [("url", "https://a.example/x")]),
    "a bare domain": ("target-24jam.com", [("url", "target-24jam.com")]),
    "a hashtag": ("#BeritaUtama · Rabu", [("hashtag", "#BeritaUtama")]),
    "a name": ("tanya @kentongan_bot", [("mention", "@kentongan_bot")]),
    "a date is no command": ("28/2/2024", []),
}


@pytest.mark.parametrize(("text", "expected"), FOUND.values(), ids=FOUND)
def test_telegram_finds_entities_by_itself(text: str, expected: list[tuple[str, str]]) -> None:
    entities = finish(text, ()).entities
    assert [(e["type"], text[e["offset"] : e["offset"] + e["length"]]) for e in entities] == expected


def test_a_page_gets_safe_html_with_nested_tags() -> None:
    text, entities = parse_html('<b>a &lt;script&gt; <i>b</i></b> <a href="https://x.example/?a=1&amp;b=2">c</a>')
    assert render(text, entities) == ('<b>a &lt;script&gt; <i>b</i></b> <a href="https://x.example/?a=1&amp;b=2">c</a>')


def test_the_preview_is_of_the_first_link() -> None:
    shown = formatted('kabar.id <a href="https://x.example/1">c</a>', "HTML", None)
    assert first_link(shown.text, shown.entities) == "http://kabar.id"
    assert first_link("tanpa tautan", ()) is None
