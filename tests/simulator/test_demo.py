"""The demo's direction: a past that reaches nobody, news that keeps coming, residents who begin by themselves."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import yaml

from bot.simulator.demo import PAST, TOKEN, Demo
from bot.simulator.phones import REDAKSI, RESIDENTS
from bot.simulator.stories import CATEGORIES
from bot.simulator.telegram import Limits
from bot.simulator.waiting import FEEDS, read_since, until
from tests.support.standin import StandIn

SRI, BUDI = RESIDENTS


@pytest.fixture
async def demo() -> AsyncIterator[Demo]:
    demo = Demo(pace=0.1, patience=0.0, moment=0.05, tell=lambda _: None, limits=Limits.off())
    await demo.start()
    yield demo
    await demo.stop()


async def test_the_pages_address_is_told_before_anything_else() -> None:
    told: list[str] = []
    demo = Demo(tell=told.append)
    url = await demo.start()
    await demo.stop()
    assert told == [f"{url}/"]
    assert url.startswith("http://127.0.0.1:")


async def test_the_town_opens_with_a_past_that_belongs_to_nobody(demo: Demo) -> None:
    stories = demo.phones.state()["stories"]
    assert len(stories) == PAST
    assert all(story["past"] for story in stories)
    dates = [post.published for post in demo.portal.posts]
    assert dates == sorted(dates)
    assert dates[-1] < demo.phones.now()


async def test_the_feeds_file_names_every_feed_and_category(demo: Demo) -> None:
    file = yaml.safe_load(demo.feeds_yaml())
    assert {feed["url"].removeprefix(demo.simulator.base_url) for feed in file["feeds"]} == FEEDS
    assert [category["id"] for category in file["categories"]] == [category.id for category in CATEGORIES]
    assert [category["labels"] for category in file["categories"]] == [[category.label] for category in CATEGORIES]
    assert file["defaults"] == {"quiet": "off"}
    assert {feed["every"] for feed in file["feeds"]} == {"2s"}


async def test_the_environment_points_to_this_town(demo: Demo) -> None:
    assert demo.environment() == {
        "TELEGRAM_API_URL": demo.simulator.base_url,
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_MODE": "polling",
        "FETCH_ALLOW_PRIVATE": "true",
    }


async def directed(demo: Demo, seconds: float = 15) -> None:
    """Let the town live until each resident has a story that the other does not."""
    directing = asyncio.create_task(demo.direct())
    told = await until(demo.phones, lambda: alone(demo, SRI.user_id, BUDI.user_id), seconds)
    told_too = await until(demo.phones, lambda: alone(demo, BUDI.user_id, SRI.user_id), seconds)
    directing.cancel()
    await asyncio.gather(directing, return_exceptions=True)
    assert told is not None
    assert told_too is not None


def alone(demo: Demo, one: int, other: int) -> bool:
    lines = demo.phones.state()["stories"]
    return any(
        line["phones"][str(one)]["state"] == "arrived" and line["phones"][str(other)]["state"] == "other_topics"
        for line in lines
    )


async def test_who_only_looks_on_sees_stories_reach_the_right_phone_and_not_the_other(demo: Demo) -> None:
    async with StandIn(demo):
        await directed(demo)
    assert demo.phones.following[SRI.user_id].topics == set(SRI.topics)
    assert demo.phones.following[BUDI.user_id].topics == set(BUDI.topics)


async def test_the_newsroom_follows_everything(demo: Demo) -> None:
    async with StandIn(demo):
        directing = asyncio.create_task(demo.direct())
        everything = {category.id for category in CATEGORIES}

        def follows_everything() -> bool:
            newsroom = demo.phones.following[REDAKSI.user_id]
            return newsroom.state == "active" and newsroom.topics == everything

        await until(demo.phones, follows_everything, 15)
        directing.cancel()
        await asyncio.gather(directing, return_exceptions=True)


async def test_a_phone_that_somebody_plays_is_left_to_them(demo: Demo) -> None:
    demo.phones.touched.add(SRI.user_id)
    async with StandIn(demo):
        directing = asyncio.create_task(demo.direct())
        await until(demo.phones, lambda: demo.phones.following[BUDI.user_id].state == "active", 15)
        directing.cancel()
        await asyncio.gather(directing, return_exceptions=True)
    assert demo.telegram.shown(SRI.user_id) == []


async def test_news_waits_until_the_program_has_read_every_feed(demo: Demo) -> None:
    directing = asyncio.create_task(demo.direct())
    assert await until(demo.phones, lambda: len(demo.portal.posts) > PAST, 0.5) is None
    async with StandIn(demo):
        assert await until(demo.phones, lambda: len(demo.portal.posts) > PAST, 10) is not None
        assert read_since(demo.portal, 0.0)
    directing.cancel()
    await asyncio.gather(directing, return_exceptions=True)


async def test_an_invitation_is_taken_up_by_the_newsrooms_phone(demo: Demo) -> None:
    demo.hire("abc")
    assert [shown.text for shown in demo.telegram.shown(REDAKSI.user_id)] == ["/start undang-abc"]
