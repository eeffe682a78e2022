"""The error table, for answers and for statuses."""

import json
import re
from pathlib import Path

import pytest

from bot.channels.lane import UnansweredError, UnwrittenError
from bot.channels.whatsapp.events import Fault
from bot.channels.whatsapp.outcome import TABLE, of_answer, of_failure, of_fault, of_transport
from bot.delivery.outcome import Kind, Outcome
from bot.simulator.whatsapp import CODES, CloudError

MEANT = {
    "too fast for the account": ((130429, 4, 80007), Outcome(Kind.LATER, "flood", retry_after=5.0)),
    "too fast for one person": ((131056,), Outcome(Kind.LATER, "pair_rate", retry_after=4.0)),
    "trouble of theirs": ((131000, 131016, 1, 2), Outcome(Kind.NOT_SENT, "server_error")),
    "maintenance": ((131057,), Outcome(Kind.REFUSED, "maintenance", retry_after=60.0, account=True)),
    "a picture": ((131052, 131053), Outcome(Kind.REFUSED, "media")),
    "the window is closed": ((131047,), Outcome(Kind.LATER, "window_closed")),
    "not today": ((131049,), Outcome(Kind.LATER, "ecosystem", retry_after=86_400.0)),
    "an experiment": ((130472,), Outcome(Kind.LATER, "experiment", retry_after=86_400.0)),
    "marketing stopped": ((131050,), Outcome(Kind.GONE, "marketing_stopped")),
    "undeliverable": ((131026,), Outcome(Kind.LATER, "undeliverable", retry_after=21_600.0)),
    "a paused template": ((132015,), Outcome(Kind.LATER, "template_paused", retry_after=2.0)),
    "a disabled template": ((132016,), Outcome(Kind.LATER, "template_disabled", retry_after=2.0)),
    "a template that is not there": ((132001,), Outcome(Kind.LATER, "template_unknown", retry_after=2.0)),
    "what is put into a template": ((132000, 132012), Outcome(Kind.REFUSED, "template_parameters")),
    "our fault": ((100, 131008, 131009), Outcome(Kind.REFUSED, "parameter")),
    "access": ((190,), Outcome(Kind.REFUSED, "unauthorized", account=True)),
    "permission": ((10, 200, 3), Outcome(Kind.REFUSED, "no_permission", account=True)),
    "payment": ((131042,), Outcome(Kind.LATER, "payment", retry_after=3600.0)),
    "policy": ((368,), Outcome(Kind.LATER, "policy", retry_after=3600.0)),
    "a locked account": ((131031,), Outcome(Kind.LATER, "locked", retry_after=3600.0)),
    "too much like spam": ((131048,), Outcome(Kind.LATER, "spam_limit", retry_after=3600.0)),
    "too much marketing": ((131064,), Outcome(Kind.LATER, "marketing_limited", retry_after=3600.0)),
}  # fmt: skip


@pytest.mark.parametrize(("codes", "outcome"), MEANT.values(), ids=MEANT)
def test_an_error_means_the_same_in_an_answer_and_in_a_status(codes: tuple[int, ...], outcome: Outcome) -> None:
    for code in codes:
        status, body = CloudError(code).status, CloudError(code, "why").body()
        assert of_answer(status, body) == (outcome, Fault(code, "why"))
        assert of_failure(Fault(code)) == outcome


def test_every_error_that_the_strict_simulator_tells_is_in_the_table() -> None:
    assert set(CODES) - {131051} == set(TABLE)


@pytest.mark.shared
def test_every_error_of_the_agreed_facts_is_in_the_table() -> None:
    page = (Path(__file__).parents[3] / "shared" / "PLATFORMS.md").read_text("utf-8")
    table = page[page.index("| code | do |") : page.index("| other |")]
    rows = [line.split("|")[1] for line in table.splitlines()[2:]]
    codes = {int(n) for row in rows for n in re.findall(r"\b\d+\b", row)}
    assert len(codes) > 25
    assert codes - set(TABLE) == set()


ANSWERS: dict[str, tuple[int, bytes, Outcome]] = {
    "a success": (200, b'{"messages":[{"id":"wamid.1"}]}', Outcome(Kind.SENT, message_id="wamid.1")),
    "a success that waits for a check": (
        200, b'{"messages":[{"id":"wamid.1","message_status":"held_for_quality_assessment"}]}',
        Outcome(Kind.SENT, message_id="wamid.1"),
    ),
    "a success without an id": (200, b'{"messages":[{}]}', Outcome(Kind.UNKNOWN, "strange_answer")),
    "a success of nothing": (200, b"{}", Outcome(Kind.UNKNOWN, "strange_answer")),
    "a page": (502, b"<html>Bad Gateway</html>", Outcome(Kind.UNKNOWN, "page_502")),
    "a firewall's page": (403, b"<html>Forbidden</html>", Outcome(Kind.UNKNOWN, "page_403")),
    "a list": (500, b"[]", Outcome(Kind.UNKNOWN, "page_500")),
    "an error without a code": (400, b'{"error":{"message":"x"}}', Outcome(Kind.UNKNOWN, "page_400")),
    "an error that nobody knows": (400, b'{"error":{"code":999999}}', Outcome(Kind.UNKNOWN, "error_999999")),
    "an error of theirs that nobody knows": (
        500, b'{"error":{"code":999999}}', Outcome(Kind.NOT_SENT, "server_error"),
    ),
    "an error with 200": (200, b'{"error":{"code":131047}}', Outcome(Kind.LATER, "window_closed")),
    "half an answer": (200, b'{"messages":[{"id":"wam', Outcome(Kind.UNKNOWN, "strange_answer")),
    "depth": (200, b"[" * 100_000, Outcome(Kind.UNKNOWN, "strange_answer")),
}  # fmt: skip


@pytest.mark.parametrize(("status", "payload", "outcome"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_ends_a_send_as_it_must(status: int, payload: bytes, outcome: Outcome) -> None:
    assert of_answer(status, payload)[0] == outcome


def test_an_unknown_failure_of_a_status_is_no_doubt() -> None:
    assert of_failure(Fault(999_999)) == Outcome(Kind.REFUSED, "error_999999")
    assert of_failure(Fault(0)) == Outcome(Kind.REFUSED, "failed")
    assert of_fault(Fault(999_999)).kind is Kind.UNKNOWN


def test_a_fault_of_the_network_says_whether_the_request_left() -> None:
    assert of_transport(UnwrittenError("refused")) == Outcome(Kind.NOT_SENT, "refused")
    assert of_transport(UnansweredError("read_timeout")) == Outcome(Kind.UNKNOWN, "read_timeout")


def test_no_error_of_the_table_needs_words() -> None:
    assert json.dumps([outcome.code for outcome in TABLE.values()]).isascii()
