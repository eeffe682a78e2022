"""How long a broadcast takes, and how that is said."""

import pytest

from bot.delivery.estimate import estimate, estimate_all, in_words


@pytest.mark.parametrize(
    ("audience", "rate", "seconds"),
    [(0, 30.0, 0.0), (1, 30.0, 1 / 30), (300, 100.0, 3.0), (900_000, 30.0, 30_000.0), (10, 0.5, 20.0)],
)
def test_an_audience_takes_as_long_as_its_accounts_rate_makes_it(audience: int, rate: float, seconds: float) -> None:
    assert estimate(audience, rate) == pytest.approx(seconds)


def test_channels_send_side_by_side_so_the_slowest_counts() -> None:
    assert estimate_all({"telegram": 300, "console": 1}, {"telegram": 30.0, "console": 100.0}) == 10.0
    assert estimate_all({}, {}) == 0.0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "about a second"), (0.4, "about a second"), (12.3, "about 12 s"), (89.4, "about 89 s"),
        (89.9, "about 90 s"), (90, "about 2 min"), (3_599, "about 60 min"), (33_333, "about 9 h 16 min"),
        (7_200, "about 2 h"),
    ],
)  # fmt: skip
def test_a_length_of_time_is_said_as_people_say_it(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
