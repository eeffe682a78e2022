"""The real program among many people, beside a running broadcast: everybody is answered, each in their order.

Only counts are looked at; `python -m bench conversation` measures the time. How many people get to write meanwhile
is the machine's affair, so only that they did is asked.
"""

from bench.conversation import measure
from bench.town import Plan


def test_everybody_is_answered_in_order_beside_a_broadcast() -> None:
    seen = measure(1000, Plan(seconds=4.0, rate=50.0, burst=2, drain=60.0))
    assert seen["messages"] > 50, seen
    assert (seen["unanswered"], seen["disordered"]) == (0, 0), seen


def test_whoever_floods_us_is_answered_a_few_times_and_the_others_always() -> None:
    seen = measure(0, Plan(seconds=4.0, rate=20.0, abuser=2_000, drain=60.0), readers=0)
    assert seen["abuser_sent"] > 500, seen
    assert 0 < seen["abuser_answers"] <= 30
    assert seen["unanswered"] == 0


def test_with_a_queue_of_answers_an_alert_still_leaves_and_the_queue_is_told() -> None:
    seen = measure(30, Plan(seconds=12.0, rate=60.0, alert_to=40, drain=4.0), alert_after=8.0)
    assert seen["alerts"] == 40
    assert seen["reported"]["answers_waiting"] > 50
    assert seen["waiting_at_the_end"]["queued"] > 50
