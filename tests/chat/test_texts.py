"""Markup, plurals, dates and lists as readers write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.message import Span
from bot.chat.texts import hours, joined, listed, moment, number, rich
from tests.support.town import TEXTS

WHEN = datetime(2024, 2, 28, 6, 40, tzinfo=UTC)


def test_markup_of_the_template_becomes_spans() -> None:
    assert rich("Buka **menu**, *pelan*.") == (
        Span("Buka "), Span("menu", bold=True), Span(", "), Span("pelan", italic=True), Span("."),
    )  # fmt: skip


@pytest.mark.parametrize("value", ["**tebal**", "*miring*", "{n}", "{0.__class__}", "a**b", "}{", "<b>x</b>", "*"])
def test_a_value_never_makes_markup_nor_is_filled_in_again(value: str) -> None:
    assert rich("**{a}**", a=value) == (Span(value, bold=True),)
    assert "".join(span.text for span in rich("dari {a}.", a=value)) == f"dari {value}."


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_value_comes_out_as_it_went_in(first: str, second: str) -> None:
    shown = "".join(span.text for span in rich("**{a}** dan *{b}*", a=first, b=second))
    assert shown == f"{first} dan {second}"


def test_a_value_named_n_chooses_the_plural_and_is_written_the_readers_way() -> None:
    one = TEXTS.t("en", "finish.follows_weekly", topics="Health", n=1)
    many = TEXTS.t("en", "finish.follows_weekly", topics="Health", n=1200)
    assert one.endswith("about 1 message a week.")
    assert many.endswith("about 1,200 messages a week.")
    assert TEXTS.t("id", "finish.follows_weekly", topics="Daerah", n=1200).endswith("kira-kira 1.200 kiriman seminggu.")


def test_a_language_without_a_catalog_is_answered_in_the_portals() -> None:
    assert TEXTS.t("jv", "button.done") == "Selesai"
    assert TEXTS.voice("de-AT").language == "id"


@pytest.mark.parametrize(
    ("language", "zone", "shown"),
    [
        ("id", "Asia/Jakarta", "Rabu 28 Feb 2024, 13.40 WIB"),
        ("id", "Asia/Makassar", "Rabu 28 Feb 2024, 14.40 WITA"),
        ("id", "Asia/Jayapura", "Rabu 28 Feb 2024, 15.40 WIT"),
        ("en", "Asia/Jakarta", "Wed 28 Feb 2024, 13:40 WIB"),
        ("id", "Asia/Singapore", "Rabu 28 Feb 2024, 14.40 UTC+08"),
    ],
)
def test_a_moment_is_written_as_newspapers_write_it(language: str, zone: str, shown: str) -> None:
    assert moment(language, WHEN, ZoneInfo(zone)) == shown


def test_the_local_day_counts_near_midnight() -> None:
    late = datetime(2024, 2, 28, 17, 30, tzinfo=UTC)
    assert moment("id", late, ZoneInfo("Asia/Jakarta")) == "Kamis 29 Feb 2024, 00.30 WIB"


def test_every_month_has_its_indonesian_name() -> None:
    months = [moment("id", WHEN.replace(month=m), ZoneInfo("Asia/Jakarta")).split()[2] for m in range(1, 13)]
    assert months == ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"]


def test_hours_numbers_and_lists() -> None:
    assert hours("id", (21 * 60, 4 * 60 + 30)) == "21.00–04.30"
    assert hours("en", (21 * 60, 5 * 60)) == "21:00–05:00"
    assert (number("id", 9812), number("en", 9812)) == ("9.812", "9,812")
    assert listed("id", ["a"]) == "a"
    assert listed("id", ["a", "b"]) == "a dan b"
    assert listed("id", ["a", "b", "c"]) == "a, b, dan c"
    assert listed("id", []) == ""


def test_texts_are_joined_without_gaps_where_one_is_empty() -> None:
    a, b = (Span("a"),), (Span("b"),)
    assert joined("\n", (), a, (), b, ()) == (Span("a"), Span("\n"), Span("b"))
    assert joined("\n") == ()
