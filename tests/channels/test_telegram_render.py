"""Messages as Telegram takes them, judged by the simulator's own strict parser, which knows nothing of ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.render import LONGEST, body, cut, head, html, keyboard, plain_body, tidy, units
from bot.chat.message import Button, Message, Span
from bot.simulator.telegram.html import parse_html

# Any text that a catalog, a feed or a person may hold; a lone surrogate can come out of a feed's JSON.
anything = st.text(st.characters(), max_size=60)
looks = st.builds(
    Span,
    anything,
    st.booleans(),
    st.booleans(),
    st.none() | st.sampled_from(["https://target-24jam.com/?p=1&x=2", 'https://contoh.id/a"b<c>', ""]),
)


def encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


@given(st.lists(looks, max_size=8))
def test_any_text_parses_strictly_and_gives_back_the_same_words(spans: list[Span]) -> None:
    text, _ = parse_html(html(Message(tuple(spans))))
    assert text == encodable("".join(span.text for span in spans))


@given(st.lists(looks, max_size=8))
def test_the_looks_survive(spans: list[Span]) -> None:
    text, entities = parse_html(html(Message(tuple(spans))))
    units_of = {"bold": 0, "italic": 0}
    for entity in entities:
        if entity["type"] in units_of:
            units_of[entity["type"]] += entity["length"]
    clean = [(encodable(s.text), s) for s in spans]
    assert units_of["bold"] == sum(units(t) for t, s in clean if s.bold)
    assert units_of["italic"] == sum(units(t) for t, s in clean if s.italic)
    assert units(text) == sum(units(t) for t, _ in clean)


@given(st.lists(looks, max_size=8), st.integers(1, 40))
def test_a_cut_is_never_too_long_and_keeps_the_beginning(spans: list[Span], longest: int) -> None:
    whole = [Span(encodable(s.text), s.bold, s.italic, s.link) for s in spans if s.text]
    plain = "".join(span.text for span in whole)
    kept = "".join(span.text for span in cut(whole, longest))
    assert units(kept) <= longest
    assert kept == plain or (kept.endswith("…") and plain.startswith(kept[:-1].rstrip()))


@given(anything, st.integers(0, 40))
def test_a_head_is_a_beginning_within_its_room(text: str, room: int) -> None:
    clean = encodable(text)
    assert clean.startswith(head(clean, room))
    assert units(head(clean, room)) <= room


MARKUP = {
    "plain": ((Span("Hukum & Kriminal <b>"),), "Hukum &amp; Kriminal &lt;b&gt;"),
    "bold and italic": ((Span("a", bold=True), Span("b", italic=True)), "<b>a</b><i>b</i>"),
    "both looks at once": ((Span("a", bold=True, italic=True),), "<b><i>a</i></b>"),
    "link": (
        (Span("baca", link='https://a.id/?x="1"&y=2'),),
        '<a href="https://a.id/?x=&quot;1&quot;&amp;y=2">baca</a>',
    ),
    "neighbours of one look are one": ((Span("a", bold=True), Span("b", bold=True), Span("c")), "<b>ab</b>c"),
    "empty spans vanish": ((Span("", bold=True), Span("a"), Span("", italic=True), Span("b")), "ab"),
    "half a surrogate pair": ((Span("a\ud83db"),), "a?b"),
}


@pytest.mark.parametrize(("spans", "expected"), MARKUP.values(), ids=MARKUP.keys())
def test_spans_become_telegrams_html(spans: tuple[Span, ...], expected: str) -> None:
    assert html(Message(spans)) == expected


def test_a_long_text_ends_at_a_word_with_an_ellipsis() -> None:
    words = "Warga mengungsi ke balai desa. " * 200
    shown = "".join(s.text for s in tidy([Span("Banjir. ", bold=True), Span(words), Span("Sumber: BPBD", italic=True)]))
    assert units(shown) <= LONGEST
    assert units(shown) > LONGEST - 70
    assert shown.endswith(("desa.…", "balai…", "ke…", "mengungsi…", "Warga…"))


def test_length_counts_utf_16_units_so_that_emoji_count_twice() -> None:
    spans = [Span("😀" * 2100)]
    assert units("😀") == 2
    assert units(tidy(spans)[0].text) <= LONGEST
    assert tidy(spans)[0].text == "😀" * 2047 + "…"


def test_a_text_of_exactly_the_limit_is_not_cut() -> None:
    assert tidy([Span("x" * LONGEST)])[0].text == "x" * LONGEST


def test_escapes_do_not_count_toward_the_limit() -> None:
    assert html(Message((Span("&" * LONGEST),))) == "&amp;" * LONGEST


def test_buttons_carry_an_action_or_an_address() -> None:
    rows = ((Button("Simpan", "save:1"), Button("Baca", url="https://a.id")), ())
    assert keyboard(rows) == [[{"text": "Simpan", "callback_data": "save:1"}, {"text": "Baca", "url": "https://a.id"}]]


def test_a_preview_is_shown_only_where_one_is_meant() -> None:
    story = body(Message((Span("a"),), preview="https://a.id/berita"))
    assert story["link_preview_options"] == {"url": "https://a.id/berita", "prefer_large_media": True}
    assert body(Message((Span("https://a.id"),)))["link_preview_options"] == {"is_disabled": True}


def test_the_plain_form_has_the_same_words_and_no_parse_mode() -> None:
    message = Message((Span("a & b", bold=True),), ((Button("x", "y"),),))
    fields = plain_body(message)
    assert fields["text"] == "a & b"
    assert "parse_mode" not in fields
    assert fields["reply_markup"] == body(message)["reply_markup"]
