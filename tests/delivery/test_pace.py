"""The account's window is strict, steady, and empty after a start."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.pace import ChatRate, Chats, Sent, Window, in_flight_limit, tick_length


def drain(window: Window, begin: float, seconds: float) -> list[float]:
    """The moments at which a sender that always has something to send would send: a tick, or until a slot is free."""
    sent: list[float] = []
    now = begin
    while now < begin + seconds:
        count = window.free(now)
        for one in window.take(count, now):
            window.answered(one, now)
        sent += [now] * count
        now += tick_length(window.rate) if count else max(window.wait(now), 0.002)
    return sent


def busiest(sent: list[float], span: float = 1.0) -> int:
    """The most sends in any half-open window of this length."""
    return max((sum(1 for t in sent if start <= t < start + span) for start in set(sent)), default=0)


@pytest.mark.parametrize("rate", [0.5, 1, 3, 30, 1000])
def test_no_second_holds_more_than_the_rate(rate: float) -> None:
    sent = drain(Window(rate, opened=0.0), 0.0, 12.0)
    window = max(1, int(rate))
    assert busiest(sent, window / rate) <= window


def test_the_first_second_after_a_start_is_empty() -> None:
    sent = drain(Window(30, opened=100.0), 100.0, 3.0)
    assert min(sent) >= 101.0


@pytest.mark.parametrize("rate", [1, 30, 80, 1000])
def test_a_steady_sender_gets_at_least_97_percent_of_the_rate(rate: float) -> None:
    sent = drain(Window(rate, opened=0.0), 0.0, 61.0)
    assert len(sent) >= 0.97 * 60 * rate - 1  # the minute need not end with a send


def test_sends_are_spread_so_that_nobody_waits_for_a_burst_to_pass() -> None:
    sent = drain(Window(30, opened=0.0), 0.0, 5.0)
    moments = sorted(set(sent))
    assert max(b - a for a, b in pairwise(moments)) <= 0.2


def test_after_a_rest_no_more_than_the_reserve_leaves_at_once() -> None:
    window = Window(30, opened=0.0)
    window.free(1.0)
    assert window.free(500.0) == 4  # three ticks' worth


@given(
    rate=st.floats(0.2, 200),
    steps=st.lists(st.tuples(st.floats(0, 0.7), st.integers(0, 50)), max_size=120),
)
def test_whatever_is_asked_and_whenever_the_window_holds(rate: float, steps: list[tuple[float, int]]) -> None:
    window, now, sent = Window(rate, opened=0.0), 0.0, []
    for pause, want in steps:
        now += pause
        count = min(want, window.free(now))
        window.take(count, now)
        sent += [now] * count
    for early, late in zip(sent, sent[window.capacity :], strict=False):
        assert late - early >= window.span


@dataclass(frozen=True)
class Trip:
    """One request under way: seconds there, and seconds back."""

    there: float
    back: float


def arrivals(window: Window, trips: Iterable[Trip]) -> list[float]:
    """When requests arrive that leave whenever the window lets them; it learns of their answers as they come."""
    arrived, now = list[float](), window.opened
    under_way: list[tuple[float, int, Sent]] = []
    for trip in trips:
        while not window.free(now):
            answer = under_way[0][0] - now if under_way else math.inf
            now += max(0.001, min(window.wait(now), answer))
            while under_way and under_way[0][0] <= now:
                came, _, sent = heappop(under_way)
                window.answered(sent, came)
        (sent,) = window.take(1, now)
        arrived.append(now + trip.there)
        heappush(under_way, (now + trip.there + trip.back, len(arrived), sent))
    return sorted(arrived)


def at_random(count: int, least: float, there: float, back: float, seed: int) -> list[Trip]:
    chance = Random(seed)
    return [Trip(least / 2 + chance.random() * there, least / 2 + chance.random() * back) for _ in range(count)]


def sustained(arrived: list[float]) -> float:
    """Arrivals a second, apart from the first window, which fills."""
    return (len(arrived) - 31) / (arrived[-1] - arrived[30])


@pytest.mark.parametrize(
    ("there", "back", "seed"),
    [(0.0, 0.0, 1), (0.05, 0.05, 2), (0.2, 0.01, 3), (0.01, 0.2, 4), (0.15, 0.15, 5)],
    ids=["steady", "spread both ways", "spread on the way there", "spread on the way back", "wide"],
)
def test_requests_that_overtake_each_other_do_not_break_the_window(there: float, back: float, seed: int) -> None:
    arrived = arrivals(Window(30, opened=0.0), at_random(900, 0.06, there, back, seed))
    assert busiest(arrived) <= 30
    assert sustained(arrived) >= 30 / (1.02 + (there + back) / 2)


@given(
    rate=st.integers(1, 60),
    least=st.floats(0.0, 0.4),
    there=st.floats(0.0, 0.2),
    back=st.floats(0.0, 0.2),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=60, deadline=None, derandomize=True)  # chance is the network's: no proof holds in all worlds
def test_whatever_the_network_does_no_second_sees_more_arrivals_than_the_rate(
    rate: int, least: float, there: float, back: float, seed: int
) -> None:
    arrived = arrivals(Window(rate, opened=0.0), at_random(12 * rate, least, there, back, seed))
    assert busiest(arrived, 1.0 - 1e-9) <= rate


@pytest.mark.parametrize(
    ("latency", "jitter"), [(0.0, 0.0), (0.05, 0.02), (0.05, 0.05), (0.2, 0.05)], ids=lambda s: f"{s * 1000:.0f} ms"
)
def test_a_minute_reaches_97_percent_where_answers_differ_by_up_to_50_ms(latency: float, jitter: float) -> None:
    arrived = arrivals(Window(30, opened=0.0), at_random(1830, latency, jitter / 2, jitter / 2, 7))
    assert sustained(arrived) >= 0.97 * 30


def test_a_request_that_hangs_costs_the_window_little() -> None:
    arrived = arrivals(Window(30, opened=0.0), [Trip(0.05, 30.0 if n % 40 == 0 else 0.05) for n in range(600)])
    assert sustained(arrived) >= 28


def test_where_every_answer_takes_longer_than_a_window_the_rate_is_kept_all_the_same() -> None:
    chance = Random(6)
    trips = [Trip(0.7 + chance.random() * 0.1, 0.7) for _ in range(600)]
    arrived = arrivals(Window(30, opened=0.0), trips)
    assert busiest(arrived) <= 30
    assert sustained(arrived) >= 25


def test_a_spell_of_slow_answers_is_not_taken_for_the_network() -> None:
    """Two seconds of slow ways there, then fast ones: the fast must not catch up with the slow."""
    trips = [Trip(0.2, 0.02) if 300 <= n < 360 else Trip(0.02, 0.02) for n in range(600)]
    assert busiest(arrivals(Window(30, opened=0.0), trips)) <= 30


def test_what_will_be_free_soon_is_known_ahead() -> None:
    window, now = Window(30, opened=0.0), 1.0
    for _ in range(200):
        expected = window.free_by(now + 0.048, now)
        assert window.free(now + 0.048) == min(expected, int(window.reserve))
        now += 0.048
        for sent in window.take(window.free(now), now):
            window.answered(sent, now)


def test_no_slot_comes_free_by_a_failure_that_says_nothing_about_the_way() -> None:
    window = Window(1, opened=0.0)
    for now, took, heard in ((2.0, 0.1, True), (4.0, 0.0001, False)):
        assert window.free(now) == 1
        (sent,) = window.take(1, now)
        window.answered(sent, now + took, heard=heard)
    assert window.trips.slowest == pytest.approx(0.1)
    assert window.free(5.5) == 0
    assert window.free(6.1) == 1


def test_where_nothing_is_answered_any_more_no_slot_comes_free_until_something_is() -> None:
    window = Window(30, opened=0.0)
    drain(window, 0.0, 3.0)
    stalled = [sent for tenth in range(40, 90) for sent in window.take(window.free(tenth / 10), tenth / 10)]
    assert len(stalled) == 30
    for sent in stalled:
        window.answered(sent, 9.0)  # it all arrives at once
    assert window.free(9.9) == 0
    assert window.free(10.3) == int(window.reserve)


def test_half_the_rate_is_kept_as_strictly() -> None:
    window = Window(30, opened=0.0)
    drain(window, 0.0, 3.0)
    window.rate = 15.0
    assert busiest(drain(window, 4.1, 8.0)) <= 15


def test_wait_names_a_moment_at_which_a_slot_is_free_or_nearly_so() -> None:
    window = Window(2, opened=0.0)
    assert window.wait(0.25) == pytest.approx(0.75)
    drain(window, 0.0, 1.2)  # takes both slots of the first window
    now = 1.2
    for _ in range(20):
        if window.free(now):
            break
        now += max(window.wait(now), 1e-6)
    assert window.free(now) >= 1


class TestChats:
    private = ChatRate(burst=2, per_second=1.0)

    def test_a_short_burst_passes_then_one_a_second(self) -> None:
        chats = Chats()
        for _ in range(2):
            assert chats.wait("7", self.private, 10.0) == 0
            chats.take("7", self.private, 10.0)
        assert chats.wait("7", self.private, 10.0) == pytest.approx(1.0)
        assert chats.wait("7", self.private, 11.0) == 0

    def test_one_chat_does_not_hold_another(self) -> None:
        chats = Chats()
        for _ in range(2):
            chats.take("7", self.private, 10.0)
        assert chats.wait("8", self.private, 10.0) == 0

    def test_a_channel_without_limits_keeps_no_memory_of_chats(self) -> None:
        chats = Chats()
        for number in range(100):
            chats.take(str(number), ChatRate(), 1.0)
        assert not chats._whole_at

    def test_rested_chats_are_forgotten(self) -> None:
        chats = Chats()
        chats.take("7", self.private, 0.0)
        chats.take("8", self.private, 0.0)
        chats.take("8", self.private, 0.0)
        chats.forget_rested(1.5)
        assert set(chats._whole_at) == {"8"}

    @given(pauses=st.lists(st.floats(0, 4), max_size=60))
    def test_a_chat_gets_no_more_than_its_burst_and_its_rate(self, pauses: list[float]) -> None:
        chats, now, sent = Chats(), 0.0, list[float]()
        for pause in pauses:
            now += pause
            if not chats.wait("7", self.private, now):
                chats.take("7", self.private, now)
                sent.append(now)
        for first, begin in enumerate(sent):
            for count, end in enumerate(sent[first:], start=1):
                assert count <= 2 + (end - begin) + 1e-6


def test_the_in_flight_limit_follows_rate_and_latency_between_its_bounds() -> None:
    assert in_flight_limit(30, 0.2) == 11  # 30 × (0.2 + a tick), and three
    assert in_flight_limit(1, 0.01) == 4
    assert in_flight_limit(1000, 5.0) == 800


def test_ticks_get_shorter_where_more_than_a_commits_worth_would_gather() -> None:
    assert tick_length(1) == tick_length(30) == tick_length(1000) == 0.048
    assert tick_length(2500) == pytest.approx(0.04)
    assert tick_length(100_000) == pytest.approx(0.02)
