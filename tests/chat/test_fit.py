"""Texts are measured as platforms measure them and cut at a word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.fit import LONGEST_TEXT, cut, fitted, units
from bot.chat.message import Button, Message, Span


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("Pasar malam dipindah", 20, "Pasar malam dipindah"),
        ("Pasar malam dipindah", 19, "Pasar malam…"),
        ("Pasar malam, dipindah", 14, "Pasar malam…"),
        ("Pemberitahuanpanjang", 10, "Pemberita…"),
        ("A Pemberitahuanpanjang", 12, "A Pemberita…"),
        ("👍👍👍", 5, "👍👍…"),
        ("👍👍👍", 4, "👍…"),
        ("", 5, ""),
    ],
)
def test_a_text_is_cut_at_a_word(text: str, most: int, shown: str) -> None:
    assert cut(text, most) == shown


@given(st.text(), st.integers(1, 60))
def test_a_cut_text_fits_and_begins_like_the_whole(text: str, most: int) -> None:
    shown = cut(text, most)
    assert units(shown) <= most
    assert shown == text or text.startswith(shown.removesuffix("…"))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_units_are_those_of_utf_16(text: str) -> None:
    assert units(text) == len(text.encode("utf-16-le")) // 2


def test_a_message_that_fits_is_left_alone() -> None:
    message = Message((Span("a", bold=True),), ((Button("b", "c"),),))
    assert fitted(message) == message


def test_a_message_that_does_not_fit_is_cut_across_its_spans() -> None:
    message = Message(tuple(Span("kata " * 100, bold=bool(n % 2)) for n in range(20)))
    shown = fitted(message)
    assert units(shown.plain()) <= LONGEST_TEXT
    assert shown.plain().endswith("kata…")


def test_rows_and_labels_keep_the_platforms_limits() -> None:
    rows = tuple(tuple(Button("label " * 30, f"a:{r}:{b}") for b in range(9)) for r in range(20))
    shown = fitted(Message((Span("x"),), rows))
    assert all(len(row) <= 8 for row in shown.rows)
    assert sum(map(len, shown.rows)) <= 100
    assert all(units(button.label) <= 64 for row in shown.rows for button in row)
