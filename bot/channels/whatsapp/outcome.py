"""What the Cloud API's errors mean for one send: the table, once, for answers and for `failed` statuses alike."""

import json
from http import HTTPStatus
from typing import Any, Final

from bot.channels.lane import TransportError, UnwrittenError
from bot.channels.whatsapp.events import Fault, faults
from bot.delivery.account import FLOOD
from bot.delivery.halts import PAYMENT, PROBE_EVERY
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.receipts import (
    MAINTENANCE,
    MARKETING_STOPPED,
    NO_PERMISSION,
    PAIR,
    SERVER_ERROR,
    UNAUTHORIZED,
    UNDELIVERABLE,
    WINDOW_CLOSED,
)

A_DAY: Final = 86_400.0
RESTS: Final = 5.0  # seconds until a chat is tried again where the account was too fast; the account shrinks its rate
A_MINUTE: Final = 60.0
SIX_HOURS: Final = 21_600.0
ANOTHER: Final = 2.0  # seconds until a message is tried again with another template

FLOODED: Final = Outcome(Kind.LATER, FLOOD, retry_after=RESTS)
_SERVER: Final = Outcome(Kind.NOT_SENT, SERVER_ERROR)


def _account(code: str) -> Outcome:
    return Outcome(Kind.REFUSED, code, account=True)


def _halt(code: str) -> Outcome:
    """We are asked to stop sending: some of it, or all (bot.delivery.halts)."""
    return Outcome(Kind.LATER, code, retry_after=PROBE_EVERY.total_seconds())


def _ours(code: str) -> Outcome:
    return Outcome(Kind.REFUSED, code)


def _another(code: str) -> Outcome:
    return Outcome(Kind.LATER, code, retry_after=ANOTHER)


# Source: Meta's table of error codes for the Cloud API.
TABLE: Final[dict[int, Outcome]] = {
    130429: FLOODED, 4: FLOODED, 80007: FLOODED,
    131056: Outcome(Kind.LATER, PAIR, retry_after=4.0),
    131000: _SERVER, 131016: _SERVER, 1: _SERVER, 2: _SERVER,
    131057: Outcome(Kind.REFUSED, MAINTENANCE, retry_after=A_MINUTE, account=True),
    131052: _ours("media"), 131053: _ours("media"),
    131047: Outcome(Kind.LATER, WINDOW_CLOSED),
    131049: Outcome(Kind.LATER, "ecosystem", retry_after=A_DAY),
    130472: Outcome(Kind.LATER, "experiment", retry_after=A_DAY),
    131050: Outcome(Kind.GONE, MARKETING_STOPPED),
    131026: Outcome(Kind.LATER, UNDELIVERABLE, retry_after=SIX_HOURS),
    131048: _halt("spam_limit"), 131064: _halt("marketing_limited"),
    368: _halt("policy"), 131031: _halt("locked"),
    131042: _halt(PAYMENT),
    132015: _another("template_paused"), 132016: _another("template_disabled"), 132001: _another("template_unknown"),
    132000: _ours("template_parameters"), 132005: _ours("template_too_long"),
    132007: _ours("template_policy"), 132012: _ours("template_parameters"),
    100: _ours("parameter"), 131008: _ours("parameter"), 131009: _ours("parameter"),
    190: _account(UNAUTHORIZED), 0: _account(UNAUTHORIZED), 10: _account(NO_PERMISSION),
    200: _account(NO_PERMISSION), 3: _account(NO_PERMISSION),
}  # fmt: skip


def of_fault(fault: Fault) -> Outcome:
    """The outcome that an error stands for; one that is not in the table leaves us in doubt, and keeps its number."""
    return TABLE.get(fault.code) or Outcome(Kind.UNKNOWN, f"error_{fault.code}")


def of_failure(fault: Fault) -> Outcome:
    """The same for a `failed` status, which says at least that the message did not arrive."""
    if fault.code == 0:  # in a status it means that none was given
        return Outcome(Kind.REFUSED, "failed")
    outcome = of_fault(fault)
    return Outcome(Kind.REFUSED, outcome.code) if outcome.kind is Kind.UNKNOWN else outcome


def of_transport(error: TransportError) -> Outcome:
    """A request without a whole answer."""
    return Outcome(Kind.NOT_SENT if isinstance(error, UnwrittenError) else Kind.UNKNOWN, error.code)


def of_answer(status: int, payload: bytes) -> tuple[Outcome, Fault | None]:
    """The outcome of an answer, and the error in it."""
    answer = _parsed(payload)
    fault = next(faults([answer.get("error")]), None)
    if fault is not None:
        theirs = fault.code not in TABLE and status >= HTTPStatus.INTERNAL_SERVER_ERROR
        return _SERVER if theirs else of_fault(fault), fault
    if status != HTTPStatus.OK:
        return Outcome(Kind.UNKNOWN, f"page_{status}"), None
    message_id = _message_id(answer)
    if message_id is None:
        return Outcome(Kind.UNKNOWN, "strange_answer"), None
    return Outcome(Kind.SENT, message_id=message_id), None


def _parsed(payload: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _message_id(answer: dict[str, Any]) -> str | None:
    messages = answer.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    message_id = first.get("id") if isinstance(first, dict) else None
    return message_id if isinstance(message_id, str) and message_id else None
