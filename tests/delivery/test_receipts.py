"""Tags that come back, what outcomes mean where receipts follow, and how long a doubt is listened for."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.content import BroadcastKind
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.plan import Delivery, Settled, State
from bot.delivery.receipts import (
    ANSWER_WAITS,
    DeliveryTag,
    Doubts,
    Listening,
    ReplyTag,
    read_tag,
    settle_delivery,
    settle_reply,
    tag_of,
)

NOW = datetime(2026, 1, 31, 2, 0, tzinfo=UTC)
STORY = Delivery(4, 7, 9, "628", None, "id", attempt=2)


@given(st.integers(0, 2**55), st.integers(0, 2**55), st.integers(0, 99))
def test_a_tag_comes_back_as_it_went(broadcast: int, subscriber: int, attempt: int) -> None:
    for tag in (DeliveryTag(broadcast, subscriber, attempt), ReplyTag(broadcast, attempt)):
        assert read_tag(str(tag)) == tag


@pytest.mark.parametrize(
    "text", [None, "", "d", "d:1:2", "d:1:2:x", "r:1:2:3", "x:1:2:3", "d:-1:2:3", "d:1:2:" + "9" * 40, "d:١:2:3"]
)
def test_what_is_no_tag_of_ours_is_none(text: str | None) -> None:
    assert read_tag(text) is None


def test_a_delivery_is_named_by_its_attempt() -> None:
    assert str(tag_of(STORY)) == "d:4:9:2"


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


OUTCOMES = {
    "sent": (Outcome(Kind.SENT, message_id="w"), Settled(State.SENT, message_id="w")),
    "unknown": (Outcome(Kind.UNKNOWN, "read_timeout"), Settled(State.UNKNOWN, "read_timeout")),
    "pair rate": (
        Outcome(Kind.LATER, "pair_rate", retry_after=16),
        Settled(State.QUEUED, "pair_rate", next_at=later(16), hold_until=later(16)),
    ),
    "refused": (Outcome(Kind.REFUSED, "parameter"), Settled(State.FAILED, "parameter", refused=True)),
    "undeliverable": (
        Outcome(Kind.LATER, "undeliverable", retry_after=3600),
        Settled(State.FAILED, "undeliverable", next_at=later(3600)),
    ),
    "window closed": (Outcome(Kind.LATER, "window_closed"), Settled(State.FAILED, "window_closed", next_at=later(60))),
    "spared": (
        Outcome(Kind.LATER, "ecosystem", retry_after=86400),
        Settled(State.FAILED, "ecosystem", next_at=later(86400)),
    ),
    "stopped": (Outcome(Kind.GONE, "marketing_stopped"), Settled(State.FAILED, "marketing_stopped", gone=True)),
}  # fmt: skip


@pytest.mark.parametrize(("outcome", "settled"), OUTCOMES.values(), ids=OUTCOMES)
def test_an_outcome_ends_an_attempt_as_it_must(outcome: Outcome, settled: Settled) -> None:
    assert settle_delivery(STORY, outcome, NOW) == settled


@pytest.mark.parametrize("kind", list(BroadcastKind))
def test_no_kind_is_repeated_before_its_receipt_was_waited_for(kind: BroadcastKind) -> None:
    settled = settle_delivery(Delivery(4, 7, 9, "628", None, "id", kind=kind), Outcome(Kind.UNKNOWN, "crash"), NOW)
    assert settled.state is State.UNKNOWN


def test_a_doubtful_answer_waits_once() -> None:
    doubt = Outcome(Kind.UNKNOWN, "read_timeout")
    assert settle_reply(doubt, 1, NOW) == Settled(State.QUEUED, "read_timeout", next_at=NOW + ANSWER_WAITS, doubt=True)
    assert settle_reply(doubt, 2, NOW).state is State.FAILED
    assert settle_reply(Outcome(Kind.LATER, "window_closed"), 1, NOW).state is State.FAILED
    assert settle_reply(Outcome(Kind.SENT, message_id="w"), 1, NOW).state is State.SENT


def test_a_doubt_is_listened_for_two_minutes_of_receipts() -> None:
    listening, doubts = Listening(), Doubts()
    listening.heard(0.0)
    assert doubts.ripe(["a"], listening.seconds) == []
    for second in range(20, 81, 20):
        listening.heard(float(second))
    listening.heard(200.0)  # a silence of 120 seconds proves no more than 30
    assert doubts.ripe(["a", "b"], listening.seconds) == []
    listening.heard(215.0)
    assert listening.seconds == 125
    assert doubts.ripe(["a", "b"], listening.seconds) == ["a"]
    assert doubts.ripe(["b"], listening.seconds) == []
    listening.heard(190.0)  # a clock that went back takes nothing away
    assert listening.seconds == 125
