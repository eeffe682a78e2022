"""When a feed is looked at again."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.news.interval import next_check

NOW = datetime(2026, 2, 17, 5, 0, tzinfo=UTC)
URL = "https://portal.example/feed/"


def wait(*, every: float | None = None, failures: int = 0, retry_after: float | None = None) -> float:
    return (next_check(URL, every, NOW, NOW, failures=failures, retry_after=retry_after) - NOW).total_seconds()


def test_a_declared_interval_is_kept_exactly_and_without_drift() -> None:
    late = NOW + timedelta(seconds=0.4)
    assert next_check(URL, 2.0, NOW, late) == NOW + timedelta(seconds=2)


def test_after_a_long_sleep_it_does_not_catch_up_on_missed_looks() -> None:
    morning = NOW + timedelta(hours=8)
    assert next_check(URL, 300.0, NOW, morning) == morning + timedelta(seconds=300)


def test_without_a_declared_interval_it_is_five_minutes_give_or_take_a_tenth() -> None:
    assert 270 <= wait() <= 330


@pytest.mark.parametrize(("failures", "least", "most"), [(1, 54, 66), (2, 108, 132), (4, 432, 528), (30, 19440, 23760)])
def test_faults_back_off_from_a_minute_to_six_hours(failures: int, least: float, most: float) -> None:
    assert least <= wait(failures=failures) <= most


def test_one_slip_of_a_closely_watched_feed_is_looked_at_soon() -> None:
    assert wait(every=2.0, failures=1) < 3
    assert wait(every=2.0, failures=2) > 100


def test_the_servers_wish_to_wait_longer_is_honoured() -> None:
    assert wait(failures=1, retry_after=900) == 900
