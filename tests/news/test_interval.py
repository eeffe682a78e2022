"""When a feed is looked at again, and how its volume is reckoned."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.news.interval import Pace, after_fault, faded_volume, first_volume, next_check

NOW = datetime(2026, 2, 17, 5, 0, tzinfo=UTC)
MIDDLE = 0.5  # the chance that changes nothing


def wait(pace: Pace, chance: float = MIDDLE) -> float:
    return (next_check(pace, NOW, NOW, chance) - NOW).total_seconds()


def backoff(failures: int, *, every: float | None = None, wish: float | None = None, chance: float = MIDDLE) -> float:
    return (after_fault(every, failures, wish, NOW, chance) - NOW).total_seconds()


def other(volume: float, hint: float = 0.0) -> Pace:
    return Pace(own=False, volume=volume, hint=hint)


PACES = {
    "the portal's own feed": (Pace(), 300),
    "its own, however little it publishes": (Pace(volume=0.1), 300),
    "as feeds.yaml says": (Pace(every=7.0), 7),
    "as feeds.yaml says, whatever the headers say": (Pace(every=7.0, hint=1800.0, pushed=True), 7),
    "another's that sleeps": (other(0.0), 3600),
    "another's that was never read": (Pace(own=False), 3600),
    "another's with twenty a day": (other(140.0), 2160),
    "another's with a hundred a day": (other(700.0), 432),
    "a news agency": (other(5000.0), 300),
    "fresh for ten minutes": (Pace(hint=600.0), 600),
    "fresh for a minute": (Pace(hint=60.0), 300),
    "fresh for a day, which is too long for news": (Pace(hint=86_400.0), 1800),
    "fresh for half an hour, but it sleeps anyway": (other(0.0, hint=1800.0), 3600),
    "delivered by a hub": (Pace(pushed=True), 900),
}


@pytest.mark.parametrize(("pace", "seconds"), PACES.values(), ids=PACES)
def test_the_pace_follows_what_is_declared_published_and_asked(pace: Pace, seconds: float) -> None:
    assert wait(pace) == pytest.approx(seconds)


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 270), (MIDDLE, 300), (0.999, 330)])
def test_a_tenth_of_jitter_to_both_sides(chance: float, seconds: float) -> None:
    assert wait(Pace(), chance) == pytest.approx(seconds, abs=0.1)


def test_a_declared_interval_is_kept_exactly_and_without_drift() -> None:
    late = NOW + timedelta(seconds=0.4)
    assert {next_check(Pace(every=2.0), NOW, late, chance) for chance in (0.0, 0.9)} == {NOW + timedelta(seconds=2)}


def test_after_a_long_sleep_it_does_not_catch_up_on_missed_looks() -> None:
    morning = NOW + timedelta(hours=8)
    assert next_check(Pace(every=300.0), NOW, morning, MIDDLE) == morning + timedelta(seconds=300)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 60), (2, 120), (4, 480), (9, 15_360), (10, 21_600), (999, 21_600)]
)
def test_faults_back_off_from_a_minute_to_six_hours_and_never_for_good(failures: int, seconds: float) -> None:
    assert backoff(failures) == seconds
    assert (backoff(failures, chance=0.0), backoff(failures, chance=1.0)) == pytest.approx(
        (seconds * 0.9, seconds * 1.1)
    )


def test_one_slip_of_a_closely_watched_feed_is_looked_at_soon() -> None:
    assert backoff(1, every=2.0) == 2
    assert backoff(2, every=2.0) == 120


@pytest.mark.parametrize(("wish", "seconds"), [(900.0, 900), (5.0, 60), (None, 60), (1e9, 86_400)])
def test_the_servers_wish_to_wait_longer_is_honoured_for_a_day_at_most(wish: float | None, seconds: float) -> None:
    assert backoff(1, wish=wish) == seconds


def test_a_first_document_tells_how_much_is_published() -> None:
    twelve_hours_apart = [NOW - timedelta(hours=12 * n) for n in range(1, 15)]
    assert first_volume(twelve_hours_apart, NOW) == pytest.approx(14)
    assert first_volume([NOW] * 10, NOW) == 70  # all at once: an import, counted as a day's
    assert first_volume([None, None], NOW) == 2
    assert first_volume([], NOW) == 0


def test_a_volume_settles_where_the_feed_is_and_forgets_in_weeks() -> None:
    volume = 0.0
    for _ in range(60):  # two months of five a day
        volume = faded_volume(volume, 5, timedelta(days=1))
    assert 30 <= volume <= 37
    assert faded_volume(volume, 0, timedelta(weeks=4)) < volume / 7


@given(st.floats(0, 1e6), st.integers(0, 1000), st.timedeltas(timedelta(days=-1), timedelta(days=900)))
def test_a_volume_is_never_negative_also_when_the_clock_was_set_back(old: float, new: int, since: timedelta) -> None:
    assert 0 <= faded_volume(old, new, since) <= old + new
