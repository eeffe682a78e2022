"""What each outcome means for a delivery and for an answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.outcome import Kind, Outcome
from bot.delivery.plan import QueuedReply, Settled, State
from bot.delivery.settle import pause, settle_reply, settle_story

NOW = datetime(2026, 2, 17, 5, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("name", "outcome", "attempt", "expected"),
    [
        ("sent keeps the message id", Outcome(Kind.SENT, message_id="41"), 1, Settled(State.SENT, message_id="41")),
        ("unknown is not tried again", Outcome(Kind.UNKNOWN, "read_timeout"), 1,
         Settled(State.UNKNOWN, "read_timeout")),
        ("gone unsubscribes", Outcome(Kind.GONE, "blocked"), 1, Settled(State.FAILED, "blocked", gone=True)),
        ("refused content fails", Outcome(Kind.REFUSED, "too_long"), 1,
         Settled(State.FAILED, "too_long", refused=True)),
        ("a refused account waits", Outcome(Kind.REFUSED, "unauthorized", account=True), 1,
         Settled(State.QUEUED, "unauthorized", next_at=after(1))),
        ("a refused connection is tried again", Outcome(Kind.NOT_SENT, "refused"), 3,
         Settled(State.QUEUED, "refused", next_at=after(4))),
        ("later holds the chat", Outcome(Kind.LATER, "flood", retry_after=17), 1,
         Settled(State.QUEUED, "flood", next_at=after(17), hold_until=after(17))),
        ("another form follows at once and holds nobody", Outcome(Kind.LATER, "photo", retry_after=0.0), 7,
         Settled(State.QUEUED, "photo", next_at=NOW)),
        ("a moved chat is tried at once at its new address", Outcome(Kind.NOT_SENT, "migrated", new_address="-1007"), 1,
         Settled(State.QUEUED, "migrated", next_at=NOW, new_address="-1007")),
        ("a server error is tried again", Outcome(Kind.NOT_SENT, "server_error"), 2,
         Settled(State.QUEUED, "server_error", next_at=after(2))),
        ("three server errors are enough", Outcome(Kind.NOT_SENT, "server_error"), 3,
         Settled(State.FAILED, "server_error")),
    ],
)  # fmt: skip
def test_a_storys_outcome(name: str, outcome: Outcome, attempt: int, expected: Settled) -> None:
    assert settle_story(outcome, attempt, NOW) == expected, name


def test_an_unknown_answer_is_worth_one_more_try() -> None:
    lost = Outcome(Kind.UNKNOWN, "read_timeout")
    answer = QueuedReply(3, "1", None, "[]", "new", attempt=2)
    assert settle_reply(answer, lost, NOW) == Settled(State.QUEUED, "read_timeout", next_at=NOW, doubt=True)
    assert settle_reply(replace(answer, doubts=1), lost, NOW) == Settled(State.FAILED, "read_timeout")


def test_pauses_grow_to_a_minute() -> None:
    assert [pause(n) for n in (1, 2, 3, 7, 50)] == [1, 2, 4, 60, 60]
