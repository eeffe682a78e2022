"""What answers tell about the network is remembered long and trusted slowly."""

import math

import pytest

from bot.delivery.roundtrip import Latencies, RoundTrips


def told(*latencies: float, every: float = 0.1) -> RoundTrips:
    trips = RoundTrips()
    for number, seconds in enumerate(latencies):
        trips.add(seconds, number * every)
    return trips


def test_nothing_is_concluded_from_a_few_answers() -> None:
    assert RoundTrips().fastest == math.inf
    assert told(*[0.05] * 19).fastest == 0.0  # all of it may have been the way there
    assert told(*[0.05] * 20).fastest == 0.05


def test_the_doubt_shrinks_with_the_answers_and_grows_with_their_spread() -> None:
    spread = [0.05, 0.10]
    few, many, wide = told(*spread * 50), told(*spread * 500), told(*[0.05, 0.25] * 500)
    assert few.margin > many.margin
    assert wide.margin > many.margin
    assert told(*[0.05] * 1000).margin == pytest.approx(0.0005)


def test_the_fastest_is_remembered_for_a_generation_of_answers_and_of_time() -> None:
    quick_then_slow = [0.02, *[0.2] * 1023]
    assert told(*quick_then_slow, *[0.2] * 1000).fastest == 0.02
    assert told(*quick_then_slow, *[0.2] * 1100).fastest == 0.2
    assert told(*quick_then_slow, *[0.2] * 1100, every=0.01).fastest == 0.02  # a thousand a second: minutes count


def test_a_network_that_becomes_faster_is_noticed_at_once() -> None:
    assert told(*[0.2] * 100, 0.05).fastest == 0.05


def test_latencies_tell_their_95th_percentile() -> None:
    latencies = Latencies()
    assert latencies.p95() == 0.5
    for n in range(1, 101):
        latencies.add(n / 1000)
    assert latencies.p95() == 0.095
