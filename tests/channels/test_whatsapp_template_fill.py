"""What is put into templates: never what Meta refuses, whatever a portal's titles or an editor's words hold."""

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.whatsapp.templates.clean import NOTHING, clean
from bot.channels.whatsapp.templates.fill import fields
from bot.channels.whatsapp.templates.model import Template
from bot.channels.whatsapp.templates.written import read_folder
from bot.chat.answer import ACTIONS
from bot.chat.fit import units
from bot.delivery.content import BroadcastKind, Content, Level, Note
from bot.delivery.templates import Use
from tests.support.town import STORIES, board

NOW = datetime(2024, 2, 28, 6, 40, tzinfo=UTC)
TEMPLATES = {template.key: template for template in read_folder().templates}
ALL_STORIES, BOARD = tuple(STORIES.values()), board()
NOTE = Note("Gunakan jalan lewat Sukamaju.", title="Jembatan ditutup", place="Pacet")


def one(use: Use, language: str = "id") -> Template:
    return next(t for t in TEMPLATES.values() if t.use is use and t.language == language)


def content(use: Use, note: Note = NOTE, titles: tuple[str, ...] = ()) -> Content:
    if use.headlines:
        stories = tuple(replace(ALL_STORIES[n], title=title) for n, title in enumerate(titles)) or ALL_STORIES[:3]
        return Content(BroadcastKind.DIGEST, NOW, stories=stories)
    if use is Use.CORRECTION:
        return Content(BroadcastKind.CORRECTION, NOW, note=note, original=Note("Lima orang luka.", title="Kecelakaan"))
    return Content(BroadcastKind.ALERT, NOW, note=note)


def values(template: Template, what: Content) -> list[str]:
    components: list[dict[str, Any]] = fields(template, what, BOARD)["template"]["components"]
    return [p["text"] for part in components if part["type"] == "BODY" for p in part["parameters"]]


def breaks_a_rule(value: str) -> str:
    """The rule of Meta's that a parameter breaks, as the agreed facts have them."""
    if not value.strip():
        return "empty"
    if re.search(r"[\n\r\t]| {5,}", value):
        return "white space"
    return "control" if any(unicodedata.category(c) in {"Cc", "Cs"} for c in value) else ""


WILD = st.text(st.one_of(st.characters(), st.sampled_from("\n\t\r \u2028\u200b\u00a0{}*_🌧\ud800\x00")), max_size=120)


@settings(deadline=None)
@given(WILD, st.integers(1, 400))
def test_a_cleaned_text_breaks_no_rule_and_keeps_its_length(text: str, most: int) -> None:
    shown = clean(text, most)
    assert breaks_a_rule(shown) == ""
    assert units(shown) <= most
    assert clean(shown, most) == shown


CLEANED = {
    "lines": ("Satu\n\ndua\tTiga", "Satu dua Tiga"),
    "runs of spaces": ("Satu      dua", "Satu dua"),
    "spaces of other kinds": ("Satu\u00a0\u2003dua\u2028tiga", "Satu dua tiga"),
    "nothing": ("", NOTHING),
    "nothing that can be seen": ("\u200b\u200d \u2063", NOTHING),
    "control characters": ("Sa\x00tu\x1b[1m", "Sa tu [1m"),
    "half a pair": ("Satu \ud83c", "Satu ?"),
    "an emoji that is joined": ("Kabar 👨‍🌾 baru", "Kabar 👨‍🌾 baru"),
    "too much": ("Pasar malam dipindah ke alun-alun", "Pasar malam…"),
}


@pytest.mark.parametrize(("text", "expected"), CLEANED.values(), ids=CLEANED)
def test_a_text_becomes_one_line(text: str, expected: str) -> None:
    assert clean(text, 16 if expected.endswith("…") else 400) == expected


@pytest.mark.parametrize("key", TEMPLATES)
@settings(deadline=None, max_examples=25)
@given(WILD, WILD, WILD)
def test_whatever_is_said_the_whole_message_keeps_the_rules(key: str, text: str, title: str, place: str) -> None:
    template = TEMPLATES[key]
    note = Note(text * 10, title=title, place=place, link="https://portal.example/1", unverified=True)
    given_values = values(template, content(template.use, note, (text, title * 3, place)))
    assert [breaks_a_rule(value) for value in given_values] == [""] * len(template.parameters)
    assert units(template.filled(given_values)) <= 1024


def test_a_digest_shows_as_many_headlines_as_its_template() -> None:
    titles = ("Pasar malam dipindah", "Air mengalir lagi", "Juara lomba robot")
    shown = [values(one(use), content(use, titles=titles)) for use in (Use.DIGEST_1, Use.DIGEST_2, Use.DIGEST_3)]
    assert shown == [list(titles[:1]), list(titles[:2]), list(titles)]


def test_one_story_is_a_digest_of_one() -> None:
    story = Content(BroadcastKind.STORY, NOW, story=replace(ALL_STORIES[0], title="Pasar malam dipindah"))
    assert values(one(Use.DIGEST_1), story) == ["Pasar malam dipindah"]


def test_a_digest_with_too_few_stories_is_refused() -> None:
    with pytest.raises(ValueError, match="shows 3 headlines, and there are 2"):
        values(one(Use.DIGEST_3), content(Use.DIGEST_3, titles=("a", "b")))


ALERTS: dict[str, tuple[Note, str]] = {
    "place, title and text": (NOTE, "Pacet: Jembatan ditutup. Gunakan jalan lewat Sukamaju."),
    "the text alone": (Note("Air surut.\n\nJalan dibuka."), "Air surut. Jalan dibuka."),
    "an address": (Note("Jalan dibuka.", link="https://portal.example/7"), "Jalan dibuka. https://portal.example/7"),
    "an address that is none": (Note("Jalan dibuka.", link="javascript:1"), "Jalan dibuka."),
    "not verified yet": (
        Note("Ada api.", unverified=True), "Ada api. Informasi ini masih dalam verifikasi redaksi.",
    ),
    "a level": (Note("Air surut.", level=Level.URGENT), "Air surut."),
}  # fmt: skip


@pytest.mark.parametrize(("note", "expected"), ALERTS.values(), ids=ALERTS)
def test_an_alert_in_one_line(note: Note, expected: str) -> None:
    assert values(one(Use.ALERT_URGENT), content(Use.ALERT_URGENT, note)) == [expected, "Rabu 28 Feb 2024, 13.40 WIB"]


def test_a_long_alert_is_cut_and_its_address_is_not() -> None:
    note = Note("Air naik di bantaran sungai. " * 80, link="https://portal.example/banjir", unverified=True)
    (shown, _) = values(one(Use.ALERT_URGENT), content(Use.ALERT_URGENT, note))
    invites = "Balas pesan ini dengan kata apa saja untuk membaca selengkapnya."
    assert shown.endswith(f"… {invites} Informasi ini masih dalam verifikasi redaksi. https://portal.example/banjir")
    assert 1000 < units(one(Use.ALERT_URGENT).filled([shown, "Rabu 28 Feb 2024, 13.40 WIB"])) <= 1024


def test_a_correction_says_what_it_is_about_and_what_is_right() -> None:
    assert values(one(Use.CORRECTION), content(Use.CORRECTION, Note("Tiga orang luka.", wrong="Lima"))) == [
        "Kecelakaan",
        "Tiga orang luka.",
    ]


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_a_button_carries_an_action_of_the_conversation(template: Template) -> None:
    parts = fields(template, content(template.use), BOARD)["template"]["components"]
    carried = [p["payload"] for part in parts if part["type"] == "button" for p in part["parameters"]]
    assert len(carried) == len(template.buttons)
    assert {payload.partition(":")[0] for payload in carried} <= set(ACTIONS)
