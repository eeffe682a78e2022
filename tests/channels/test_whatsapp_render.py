"""Messages in WhatsApp's forms; every screen that can be reached keeps the limits of the strict simulator."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.whatsapp.render import Form, form, marked, plain
from bot.chat.broadcasts import broadcast_message
from bot.chat.fit import fitted
from bot.chat.message import Button, Message, Span, from_json, to_json
from bot.chat.stories import story_message
from bot.chat.turn import Person
from bot.simulator.whatsapp.errors import CloudError
from bot.simulator.whatsapp.rules import check_envelope, interactive, text
from bot.simulator.whatsapp.shape import Shape
from tests.chat.test_broadcasts import KINDS
from tests.chat.test_every_screen import BARE, PEOPLE, SMALL, WIDE, walk
from tests.support.town import STORIES, TEXTS, board

SAY = TEXTS.voice("id")


def judged(shown: Form) -> dict[str, Any]:
    """The message as the strict API reads it; CloudError where it refuses."""
    body = Shape(json.loads(json.dumps({"messaging_product": "whatsapp", "to": "62812", **shown.fields})), "")
    _, kind, _, _ = check_envelope(body)
    return {"text": text, "interactive": interactive}[kind](body)


def message(words: str, *labels: str, url: str = "", bold: bool = False) -> Message:
    rows = tuple((Button(label, f"do:{n}"),) for n, label in enumerate(labels))
    return Message((Span(words, bold=bold),), rows + (((Button("Baca", url=url),),) if url else ()))


LONG = "x" * 1025
KIND = {
    "words": (message("Halo"), "text", ()),
    "an address": (message("Halo", url="https://a.id/1"), "cta_url", ("Baca",)),
    "an address under a long text": (message(LONG, url="https://a.id/1"), "text", ()),
    "one button": (message("Halo", "Menu"), "button", ("Menu",)),
    "three buttons": (message("Halo", "A", "B", "C"), "button", ("A", "B", "C")),
    "four buttons": (message("Halo", "A", "B", "C", "D"), "list", ("A", "B", "C", "D")),
    "a long label": (message("Halo", "Ringkasan pagi & sore saja"), "list", ("Ringkasan pagi & sore…",)),
    "a long text": (message(LONG, "A", "B"), "list", ("A", "B")),
    "ten buttons": (message("Halo", *"ABCDEFGHIJ"), "list", tuple("ABCDEFGHIJ")),
    "eleven buttons": (message("Halo", *"ABCDEFGHIJK"), "text", ()),
    "labels that are alike": (message("Halo", "A", "A"), "text", ()),
    "labels that begin alike": (message("Halo", "Y" * 30, "Y" * 31), "text", ()),
    "buttons and an address": (message("Halo", "Simpan", url="https://a.id/1"), "button", ("Simpan",)),
}  # fmt: skip


@pytest.mark.parametrize(("shown", "kind", "titles"), KIND.values(), ids=KIND)
def test_a_message_takes_the_form_that_fits(shown: Message, kind: str, titles: tuple[str, ...]) -> None:
    made = judged(form(shown, SAY))
    assert (made["kind"], tuple(choice.title for choice in made.get("choices", ()))) == (kind, titles)


def test_an_address_beside_buttons_stands_in_the_text() -> None:
    assert judged(form(message("Halo", "Simpan", url="https://a.id/1"), SAY))["text"] == "Halo\n\nBaca: https://a.id/1"


def test_telegrams_own_way_to_share_is_left_out() -> None:
    share = Message((Span("Halo"),), ((Button("Bagikan", url="https://t.me/share/url?url=x"),),))
    assert form(share, SAY).fields == {"type": "text", "text": {"body": "Halo", "preview_url": False}}


def test_options_that_are_too_many_to_tap_are_numbered_and_remembered() -> None:
    shown = form(message("Halo", *"ABCDEFGHIJK"), SAY)
    assert shown.options == tuple(f"do:{n}" for n in range(11))
    assert shown.fields["text"]["body"].endswith("\n10. J\n11. K\n\nBalas dengan nomornya.")


def test_topics_are_numbered_in_their_list_and_their_numbers_are_the_conversations() -> None:
    (_, shown), *_ = walk(Person("whatsapp", "1"), board(), 1)
    made = judged(form(shown, SAY))
    assert made["kind"] == "list"
    assert "1. Berita Utama\n2. Hukum & Kriminal\n" in made["text"]
    assert made["text"].endswith("6. Investigasi\n\nBoleh lebih dari satu. Balas misalnya: 1 2 3")
    assert form(shown, SAY).options == ()


@pytest.mark.parametrize(
    ("language", "opens", "volumes"),
    [
        ("id", "Pilih topik", ["±2 kiriman seminggu", "±2 kiriman seminggu", "±1 kiriman seminggu"]),
        ("en", "Choose topics", ["±2 messages a week", "±2 messages a week", "±1 message a week"]),
    ],
)
def test_each_topic_of_a_list_says_how_much_it_brings(language: str, opens: str, volumes: list[str]) -> None:
    (_, shown), *_ = walk(Person("whatsapp", "1", language=language), board(), 1)
    listed = form(from_json(to_json(shown)), TEXTS.voice(language)).fields["interactive"]["action"]
    assert listed["button"] == opens
    rows = listed["sections"][0]["rows"]
    assert [row.get("description") for row in rows[:3]] == volumes
    assert "description" not in rows[-1], "what is no topic brings nothing"
    known_by_nobody = replace(board(), categories=tuple(replace(c, weekly=None) for c in board().categories))
    (_, shown), *_ = walk(Person("whatsapp", "1", language=language), known_by_nobody, 1)
    assert "description" not in json.dumps(form(shown, TEXTS.voice(language)).fields)


def test_a_hint_gives_way_to_the_rest_of_a_long_label_and_keeps_to_its_length() -> None:
    buttons = ((Button("Y" * 30, "a", hint="±9"),), (Button("Z", "b", hint="z" * 80),))
    (long, short) = judged(form(Message((Span("x"),), buttons), SAY))["choices"]
    assert (long.description, long.label) == ("Y" * 30, "Y" * 30)
    assert (len(short.description), short.label) == (72, "Z")


def test_many_topics_are_typed_and_what_stands_below_them_too() -> None:
    topics = ((Button(f"Topik {n}", f"t:{n}"),) for n in range(12))
    many = Message((Span("Pilih"),), (*topics, (Button("Selesai", "done"),)))
    shown = form(many, SAY)
    assert shown.options == ("",) * 12 + ("done",)
    assert judged(shown)["kind"] == "text"


LOOKS = {
    "bold": ((Span("Judul", bold=True),), "*Judul*"),
    "italic": ((Span("Catatan", italic=True),), "_Catatan_"),
    "both": ((Span("x", bold=True, italic=True),), "_*x*_"),
    "spaces around": ((Span(" a ", bold=True), Span("b")), " *a* b"),
    "lines": ((Span("a\n\nb", bold=True),), "*a*\n\n*b*"),
    "only spaces": ((Span("  ", bold=True), Span("b")), "  b"),
    "a mark inside": ((Span("2*3", bold=True),), "2*3"),
    "an address behind words": ((Span("1. "), Span("Judul", link="https://a.id/x_y"), Span("\nBaris")), "1. Judul\nhttps://a.id/x_y\nBaris"),
    "half a character": ((Span("a\ud800b"),), "a?b"),
}  # fmt: skip


@pytest.mark.parametrize(("spans", "shown"), LOOKS.values(), ids=LOOKS)
def test_looks_become_marks(spans: tuple[Span, ...], shown: str) -> None:
    assert marked(spans) == shown


# Limits -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", sorted(TEXTS.catalogs))
@pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE)
@pytest.mark.parametrize(("where", "depth"), [(SMALL, 3), (WIDE, 2), (BARE, 3)], ids=["small", "huge", "bare"])
def test_every_screen_keeps_the_limits(person: Person, language: str, where: Any, depth: int) -> None:
    count = 0
    for way, shown in walk(replace(person, language=language), where, depth):
        for made in (form(shown, TEXTS.voice(language)), plain(shown)):
            try:
                judged(made)
            except CloudError as error:
                pytest.fail(f"{way}: {error}")
        count += 1
        assert _every_action(shown) <= _reachable(form(shown, TEXTS.voice(language))), way
    assert count > 20


def _every_action(shown: Message) -> set[str]:
    return {b.action for row in shown.rows for b in row if b.action}


def _reachable(shown: Form) -> set[str]:
    """What can be tapped or typed; topics by number are the conversation's own."""
    tapped = {choice.id for choice in judged(shown).get("choices", ())}
    topics = {f"t:{topic.id}" for where in (SMALL, WIDE, BARE) for topic in where.categories}
    return tapped | set(shown.options) | (topics if "" in shown.options else set())


def everything_broadcast() -> Iterator[Message]:
    for language in TEXTS.catalogs:
        for content, _ in KINDS.values():
            yield broadcast_message(content, language, board())
        for story in STORIES.values():
            huge = replace(story, title="Judul panjang " * 400, summary="Ringkasan " * 900)
            yield from (story_message(s, language, where) for s in (story, huge) for where in (board(), WIDE, BARE))


def test_everything_that_is_broadcast_keeps_the_limits() -> None:
    kinds = {judged(form(shown, SAY))["kind"] for shown in everything_broadcast()}
    assert kinds == {"text", "button", "cta_url", "list"}


LABEL = st.text(min_size=1, max_size=80).filter(lambda label: bool(label.strip()))
ROWS = st.lists(
    st.lists(st.builds(Button, LABEL, st.from_regex(r"[a-z]{1,8}:[0-9]{1,40}", fullmatch=True)), max_size=8).map(tuple),
    max_size=14,
).map(tuple)
SPANS = st.lists(st.builds(Span, st.text(max_size=2000), st.booleans(), st.booleans()), min_size=1, max_size=4).map(
    tuple
)


@settings(max_examples=150)
@given(SPANS, ROWS)
def test_whatever_is_said_is_taken(spans: tuple[Span, ...], rows: tuple[tuple[Button, ...], ...]) -> None:
    shown = fitted(Message((Span("Halo. "), *spans), rows))
    assert judged(form(shown, SAY))
