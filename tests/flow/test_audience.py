"""Subscribers as lines of JSON: whatever a line holds, it is a subscriber or one clear fault."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.flow.audience import FIELDS, LineError, read_line, write_line

CATEGORIES = {"daerah", "hukrim"}
GOOD = {"channel": "telegram", "address": "123", "categories": ["daerah"]}
CONSENT = {"consent_at": "2026-01-31T09:00:00+07:00", "consent_wording": "Ya, saya mau"}
ON_WHATSAPP = {**GOOD, "channel": "whatsapp", "address": "6281200000001", **CONSENT}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def fault_of(line: str) -> str:
    """What is wrong with a line, "" when nothing is."""
    try:
        read_line(line, CATEGORIES)
    except LineError as fault:
        return str(fault)
    return ""


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"categories": [["daerah"]]}, "unknown category ['daerah']"),
        ({"categories": [{"id": "daerah"}]}, "unknown category {'id': 'daerah'}"),
        ({"categories": "daerah"}, "must be a list"),
        ({"mode": ["instant"]}, "mode must be one of"),
        ({"address": "0123"}, "chat's number"),
        ({"address": "9" * 20}, "chat's number"),
        ({"address": "١٢٣"}, "chat's number"),
        ({"thread": 5}, "thread must be a text"),
        ({"thread": "lima"}, "thread is a number"),
        ({"consent_at": 5}, "consent_at must look like"),
        ({"consent_at": "0001-01-01T00:00:00+14:00"}, "lies in the year 1"),
        ({"consent_at": "9999-12-31T23:59:59-14:00"}, "lies in the year 9999"),
        ({"quiet": {"from": 21}}, "quiet must look like"),
        ({"channel": "whatsapp", "address": "\ud800"}, "half a character"),
        ({"channel": "whatsapp", "address": "6281200000001"}, "consent_at and consent_wording missing"),
        ({**CONSENT, "channel": "whatsapp", "consent_wording": None}, "consent_wording missing"),
        ({**CONSENT, "channel": "whatsapp", "consent_at": None}, "consent_at missing"),
        ({"consent_wording": " "}, "consent_wording must be 1 to 1000 characters"),
        ({"consent_wording": "a" * 1001}, "consent_wording must be 1 to 1000 characters"),
        ({"consent_wording": ["Ya"]}, "consent_wording must be a text"),
        ({"words": "pacet"}, "words must be a list"),
        ({"words": [f"desa{n}" for n in range(11)]}, "at most 10"),
        ({"words": ["yang"]}, "'yang' cannot be followed"),
        ({"words": [7]}, "7 cannot be followed"),
    ],
    ids=str,
)
def test_a_wrong_value_is_named(changed: dict[str, object], reason: str) -> None:
    assert reason in fault_of(json.dumps({**GOOD, **changed}))


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("6281200000001", "6281200000001"),
        ("+6281200000001", "6281200000001"),
        ("+62 812-0000-0001", "6281200000001"),
        (" +62 (812) 0000.0001 ", "6281200000001"),
        ("+62\u2011812\u00a000000001", "6281200000001"),
        ("60123456789", "60123456789"),
        ("ID.13491208655302741918", "ID.13491208655302741918"),
        ("US.ENT.11815799212886844830", "US.ENT.11815799212886844830"),
    ],
)
def test_a_whatsapp_number_however_it_is_written_is_one_address(written: str, address: str) -> None:
    assert read_line(json.dumps({**ON_WHATSAPP, "address": written}), CATEGORIES).address == address


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("081200000001", "begins with its country"),
        ("+081200000001", "begins with its country"),
        ("006281200000001", "begins with its country"),
        ("+62 0812-0000-0001", "has no 0 there"),
        ("++6281200000001", "is a number (62812…) or a user id"),
        ("628", "is a number"),
        ("6281200000001234", "is a number"),
        ("٦٢٨١٢٠٠٠٠٠٠٠١", "is a number"),
        ("sri@portal.example", "is a number"),
        ("id.13491208655302741918", "is a number"),
        ("ID.", "is a number"),
        ("ID.12 34", "is a number"),
        ("+", "is a number"),
    ],
)
def test_what_is_no_whatsapp_address_is_refused(written: str, reason: str) -> None:
    assert reason in fault_of(json.dumps({**ON_WHATSAPP, "address": written}))


@pytest.mark.parametrize(
    "line", ["[" * 100_000, '{"channel": "\udcff"}', "nonsense", "[1]"], ids=lambda line: line[:12]
)
def test_what_is_no_object_of_json_is_a_fault(line: str) -> None:
    with pytest.raises(LineError, match=r"JSON|half a character"):
        read_line(line, CATEGORIES)


@given(row=st.dictionaries(st.sampled_from(sorted(FIELDS)), ANYTHING))
def test_any_row_is_a_subscriber_or_one_short_line(row: dict[str, object]) -> None:
    told = fault_of(json.dumps({**GOOD, **row}))
    assert "\n" not in told
    assert len(told) < 250


@given(
    address=st.integers(-(10**15), 10**15).filter(bool).map(str),
    categories=st.sampled_from([["daerah"], ["daerah", "hukrim"], ["semua"]]),
    quiet=st.sampled_from([None, "21.00-05.00", "00.30-06.05"]),
    thread=st.none() | st.integers(1, 10**9).map(str),
)
def test_what_goes_out_comes_in_again(
    address: str, categories: list[str], quiet: str | None, thread: str | None
) -> None:  # fmt: skip
    row = {"channel": "telegram", "address": address, "categories": categories, "quiet": quiet, "thread": thread}
    first = read_line(json.dumps(row), CATEGORIES)
    assert read_line(write_line(first), CATEGORIES) == first


def test_the_words_of_a_consent_go_along() -> None:
    read = read_line(json.dumps(ON_WHATSAPP), CATEGORIES)
    assert read.consent_wording == "Ya, saya mau"
    assert read_line(write_line(read), CATEGORIES) == read


def test_words_come_in_as_they_are_compared() -> None:
    read = read_line(json.dumps({**GOOD, "words": ["PDAM", "Pacet", "pdam"]}), CATEGORIES)
    assert read.words == ("pacet", "pdam")
    assert read_line(write_line(read), CATEGORIES) == read
