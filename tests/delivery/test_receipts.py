"""Tags that come back, what outcomes mean where receipts follow, and how long a doubt is listened for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.content import BroadcastKind
from bot.delivery.halts import CODES as HALTS
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.plan import Delivery, QueuedReply, Settled, State
from bot.delivery.receipts import (
    ANSWER_WAITS,
    DeliveryTag,
    Doubts,
    Listening,
    ReplyTag,
    back_off,
    read_tag,
    settle_delivery,
    settle_reply,
    spared_for,
    tag_of,
)

NOW = datetime(2026, 1, 31, 2, 0, tzinfo=UTC)
STORY = Delivery(4, 7, 9, "628", None, "id", attempt=2)
ANSWER = QueuedReply(3, "628", None, "[]", "new")


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
    waits = Settled(State.QUEUED, "read_timeout", next_at=NOW + ANSWER_WAITS, doubt=True)
    assert settle_reply(ANSWER, doubt, NOW) == waits
    assert settle_reply(replace(ANSWER, attempt=4), doubt, NOW) == waits, "the others surely did not leave"
    assert settle_reply(replace(ANSWER, attempt=2, doubts=1), doubt, NOW).state is State.FAILED
    assert settle_reply(ANSWER, Outcome(Kind.LATER, "window_closed"), NOW).state is State.FAILED
    assert settle_reply(ANSWER, Outcome(Kind.SENT, message_id="w"), NOW).state is State.SENT


def test_trouble_of_the_platforms_own_is_tried_five_times_further_and_further_apart() -> None:
    trouble = Outcome(Kind.NOT_SENT, "server_error")
    for attempt in range(1, 5):
        story = settle_delivery(STORY._replace(attempt=attempt), trouble, NOW)
        answer = settle_reply(replace(ANSWER, attempt=attempt), trouble, NOW)
        for settled in (story, answer):
            assert settled.state is State.QUEUED
            assert settled.next_at is not None
            assert later(2**attempt / 2) <= settled.next_at <= later(2**attempt * 1.5)
    given_up = Settled(State.FAILED, "server_error", next_at=NOW + timedelta(minutes=1))  # a story comes in a digest
    assert settle_delivery(STORY._replace(attempt=5), trouble, NOW) == given_up
    assert settle_reply(replace(ANSWER, attempt=5), trouble, NOW) == given_up


def test_a_thousand_that_fail_together_do_not_come_back_together() -> None:
    waits = sorted(back_off(DeliveryTag(4, n, 1)) for n in range(1000))
    assert 1 <= waits[0] < 1.1
    assert 2.9 < waits[-1] <= 3
    assert max(sum(at <= wait < at + 0.1 for wait in waits) for at in waits) < 150


def test_whoever_is_spared_again_is_spared_for_longer() -> None:
    assert [spared_for(n).days for n in (1, 2, 3, 4, 5, 99)] == [1, 2, 4, 8, 8, 8]


@pytest.mark.parametrize("code", sorted(HALTS))
def test_what_is_to_be_held_back_is_planned_anew(code: str) -> None:
    outcome = Outcome(Kind.LATER, code, retry_after=3600)
    assert settle_delivery(STORY, outcome, NOW) == Settled(State.QUEUED, code, next_at=NOW)
    assert settle_reply(ANSWER, outcome, NOW) == Settled(State.QUEUED, code, next_at=NOW)


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
