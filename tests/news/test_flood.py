"""When too much comes at once to be news."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.news.flood import flood

NOW = datetime(2026, 2, 17, 5, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def stories(fresh: int, old: int = 0) -> list[datetime]:
    return [NOW - timedelta(minutes=n) for n in range(fresh)] + [NOW - timedelta(hours=49)] * old


POLLS = {
    "nothing": (stories(0), 70, DAY, ""),
    "eighty at once": (stories(80), 0, timedelta(minutes=5), ""),
    "eighty-one": (stories(81), 0, timedelta(minutes=5), "many"),
    "a big portal after a day": (stories(250), 350, DAY, ""),
    "a bit too much for it": (stories(251), 350, DAY, "many"),
    "after a week nothing is promised to a feed without history": (stories(81), None, 7 * DAY, "many"),
    "half of them old": (stories(5, 5), 70, DAY, ""),
    "more than half of them old": (stories(5, 6), 70, DAY, "old"),
    "one that was dated back": (stories(0, 1), 70, DAY, "old"),
    "48 hours to the minute": ([NOW - timedelta(hours=48)], 70, DAY, ""),
}


@pytest.mark.parametrize(("published", "volume", "since", "why"), POLLS.values(), ids=POLLS)
def test_a_flood_is_named(published: list[datetime], volume: float | None, since: timedelta, why: str) -> None:
    assert flood(published, volume, since, NOW) == why
