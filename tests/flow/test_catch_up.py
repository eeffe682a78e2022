"""Nothing is missed when more is published than a feed holds, and nothing floods."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.flow.record import release
from bot.news.catch_up import api_of, rss_of
from bot.simulator.portal import Fault
from tests.support.feed_desk import BODY, FeedDesk, feed_desk, hours

SIXTY = 60
API = "/wp-json/"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[FeedDesk]:
    """Twelve articles are there; the feed, which shows ten of them, has been imported."""
    async with feed_desk(tmp_path, "/feed/", "/category/hukrim/feed/") as desk:
        desk.publish(*desk.numbered(1, 12), apart=3600)
        await desk.poll()
        yield desk


# What comes and goes between two polls --------------------------------------------------------------------------------


async def test_sixty_stories_between_two_polls_all_arrive_in_order_once(desk: FeedDesk) -> None:
    titles = desk.numbered(101, 100 + SIXTY)
    desk.publish(*titles, apart=5)
    assert (await desk.poll()).told == SIXTY
    assert desk.told() == titles
    assert len(desk.asked(API)) == 1
    assert not desk.asked("paged")
    for _ in range(3):
        assert (await desk.poll()).new == 0


async def test_sixty_stories_of_the_same_second_too(desk: FeedDesk) -> None:
    titles = desk.numbered(101, 100 + SIXTY)
    desk.publish(*titles, apart=0)
    await desk.poll()
    assert desk.told() == titles


@pytest.mark.parametrize("refusal", [401, 403, 404])
async def test_where_the_interface_is_closed_the_feeds_pages_are_read(desk: FeedDesk, refusal: int) -> None:
    desk.portal.rest_is_open, desk.portal.rest_refusal = False, refusal
    titles = desk.numbered(101, 100 + SIXTY)
    desk.publish(*titles, apart=5)
    await desk.poll()
    assert desk.told() == titles
    assert [path.rpartition("=")[2] for path in desk.asked("paged")] == ["2", "3", "4", "5", "6", "7"]


async def test_a_closed_interface_is_left_alone_for_a_day(desk: FeedDesk) -> None:
    desk.portal.rest_is_open = False
    for first, rest, asked in ((101, 0.0, 1), (201, 3600.0, 1), (301, 86_400.0, 2)):
        desk.clock.turn(rest)
        desk.publish(*desk.numbered(first, first + 14), apart=5)
        await desk.poll()
        assert len(desk.asked(API)) == asked
    assert len(desk.told()) == 45


FAULTS = {
    "a server error": Fault.STATUS(500),
    "a challenge": Fault.CHALLENGE,
    "an empty answer": Fault.EMPTY,
    "half of the JSON": Fault.TRUNCATED,
    "a page of advertisements": Fault.PHP_WARNING,
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_an_interface_in_trouble_is_no_trouble(desk: FeedDesk, fault: Fault) -> None:
    desk.portal.faults.add(answer=fault, path="/wp-json/wp/v2/posts")
    titles = desk.numbered(101, 125)
    desk.publish(*titles, apart=5)
    await desk.poll()
    assert desk.told() == titles
    assert (await desk.feed()).api_forbidden_until is None


async def test_the_feed_of_one_category_catches_up_on_that_category_only(desk: FeedDesk) -> None:
    await desk.poll("/category/hukrim/feed/")
    titles = desk.numbered(101, 130)
    for number, title in enumerate(titles):
        desk.publish(title, apart=5, categories=("hukrim",) if number % 2 else ("daerah",))
    await desk.poll("/category/hukrim/feed/")
    assert desk.told() == titles[1::2]
    assert len(desk.asked("categories?slug=hukrim")) == 1


async def test_both_ways_give_the_same_items(desk: FeedDesk) -> None:
    """An article has the same keys, text, summary, labels and date through the interface and through the feed."""
    title, body = "Harga “cabai” & bawang naik… lagi – di Pasar Pon", BODY + '<p><img src="/a.jpg"> 3 &lt; 4</p>'
    desk.portal.publish(title, body, ["hukrim", "daerah"], excerpt="Ringkas & cukup")
    desk.publish(*desk.numbered(101, 105), apart=5)
    answer = await desk.fetcher(f"{desk.url}/feed/")
    document = await desk.sandbox(answer.body, url=answer.url)
    api = api_of(f"{desk.url}/feed/")
    assert api is not None
    posts = await desk.fetcher(api.posts_url(desk.clock.now() - hours(20), 1))
    made = rss_of(posts.body, document.link)
    assert made is not None
    listed = await desk.sandbox(made[0], url=posts.url)
    assert listed.items[:10] == document.items
    (cabai,) = [item for item in listed.items if "cabai" in item.title]
    assert (cabai.title, cabai.labels) == (title, ("HUKUM & KRIMINAL", "DAERAH"))


async def test_a_first_import_never_looks_behind_the_window(tmp_path: Path) -> None:
    async with feed_desk(tmp_path) as desk:
        desk.publish(*desk.numbered(1, 40))
        polled = await desk.poll()
        assert (polled.new, polled.told) == (10, 0)
        assert not desk.asked(API)
        assert not desk.asked("paged")


async def test_an_old_article_that_was_only_edited_is_no_news(desk: FeedDesk) -> None:
    desk.portal.edit(desk.portal.posts[0].id, title="Judul lama yang diperbaiki")  # older than the first import
    titles = desk.numbered(101, 115)
    desk.publish(*titles, apart=5)
    await desk.poll()
    assert desk.told() == titles


async def test_what_could_not_be_had_is_looked_for_until_it_comes(desk: FeedDesk) -> None:
    desk.portal.rest_is_open = False
    desk.portal.faults.add(answer=Fault.STATUS(503), path="/feed/", passes=1)  # the second page fails
    titles = desk.numbered(101, 125)
    desk.publish(*titles, apart=5)
    assert (await desk.poll()).told == 10
    assert (await desk.feed()).gap_since is not None
    desk.portal.faults.clear()
    assert (await desk.poll()).told == 15  # although nothing has changed since
    assert sorted(desk.told()) == sorted(titles)
    assert (await desk.feed()).gap_since is None


async def test_a_site_that_ignores_page_numbers_is_not_asked_for_ever(desk: FeedDesk) -> None:
    desk.portal.rest_is_open = desk.portal.paging = False
    desk.publish(*desk.numbered(101, 125), apart=5)
    assert (await desk.poll()).told == 10
    assert len(desk.asked("paged")) == 1
    assert [notice.kind for notice in desk.notices] == ["gap"]
    assert (await desk.feed()).gap_since is None


# The middle, and what comes back --------------------------------------------------------------------------------------


async def test_a_story_that_is_dated_back_is_found_in_the_middle(desk: FeedDesk) -> None:
    desk.publish("Lomba layang-layang di Trawas")
    await desk.poll()
    desk.portal.publish("Rapat desa yang baru dilaporkan", BODY, ["daerah"], published=desk.clock.now() - hours(5))
    await desk.poll()
    assert desk.told()[-1] == "Rapat desa yang baru dilaporkan"
    assert not desk.asked(API)


async def test_items_that_vanish_and_return_are_no_news(desk: FeedDesk) -> None:
    (post,) = desk.publish("Lomba layang-layang di Trawas")
    await desk.poll()
    desk.portal.withdraw(post)
    await desk.poll()
    desk.portal.bring_back(post)
    desk.clock.turn(40 * 86_400)
    assert (await desk.poll()).told == 0
    assert desk.told() == ["Lomba layang-layang di Trawas"]


async def test_a_cache_that_shows_yesterday_again_brings_no_news(desk: FeedDesk) -> None:
    stale = desk.portal.faults.add(answer=Fault.STALE, path="/feed/")
    await desk.poll(after=7 * 3600)
    desk.publish("Lomba layang-layang di Trawas")
    assert (await desk.poll(after=7 * 3600)).told == 0
    desk.portal.faults.remove(stale)
    assert (await desk.poll(after=7 * 3600)).told == 1
    desk.portal.faults.rules.append(stale)
    assert (await desk.poll(after=7 * 3600)).new == 0


# Floods ---------------------------------------------------------------------------------------------------------------


async def test_a_flood_is_recorded_and_told_only_after_a_yes_in_order(desk: FeedDesk) -> None:
    titles = desk.numbered(101, 190)
    desk.publish(*titles, apart=2)
    polled = await desk.poll()
    assert (polled.new, polled.told, polled.held) == (90, 0, 90)
    assert [(notice.kind, notice.text, notice.count) for notice in desk.notices] == [("flood", "many", 90)]
    assert (await desk.poll(after=21_600)).new == 0
    (held,) = await desk.store.read(lambda tx: tx.held_floods())
    assert (held.why, len(held.stories)) == ("many", 90)
    assert desk.told() == []
    now = desk.clock.now()
    assert await desk.store.write(lambda tx: release(tx, held.feed_id, ["telegram"], now, tell=True)) == 90
    assert desk.told() == titles
    assert await desk.store.read(lambda tx: tx.held_floods()) == []


async def test_after_a_no_they_are_never_told(desk: FeedDesk) -> None:
    desk.publish(*desk.numbered(101, 190), apart=2)
    await desk.poll()
    feed, now = await desk.feed(), desk.clock.now()
    assert await desk.store.write(lambda tx: release(tx, feed.id, ["telegram"], now, tell=False)) == 0
    desk.publish("Lomba layang-layang di Trawas")
    await desk.poll(after=21_600)
    assert desk.told() == ["Lomba layang-layang di Trawas"]


async def test_another_feed_does_not_tell_what_is_held(desk: FeedDesk) -> None:
    await desk.poll("/category/hukrim/feed/")
    for number, title in enumerate(desk.numbered(101, 190)):
        desk.publish(title, apart=2, categories=("hukrim",) if number > 80 else ("daerah",))
    await desk.poll()
    assert (await desk.poll("/category/hukrim/feed/")).told == 0
    desk.publish("Sidang perdana digelar di Mojokerto", categories=("hukrim",))
    assert (await desk.poll("/category/hukrim/feed/")).told == 1


async def test_a_portal_that_moves_its_old_articles_in_floods_nobody(tmp_path: Path) -> None:
    async with feed_desk(tmp_path) as desk:
        desk.publish("Kabar pertama")
        await desk.poll()
        desk.publish("Lomba layang-layang di Trawas")
        for days in range(3, 10):
            date = desk.clock.now() - timedelta(days=days)
            desk.portal.publish(f"Arsip nomor {days}", BODY, ["daerah"], published=date)
        polled = await desk.poll()
        assert (polled.new, polled.told, polled.held) == (8, 0, 8)
        assert [(notice.kind, notice.text) for notice in desk.notices] == [("flood", "old")]


async def test_an_empty_feed_is_imported_so_that_its_first_story_is_told(tmp_path: Path) -> None:
    async with feed_desk(tmp_path) as desk:
        assert (await desk.poll()).error == ""
        desk.publish("Lomba layang-layang di Trawas")
        assert (await desk.poll()).told == 1
