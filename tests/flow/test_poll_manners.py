"""How a portal is asked: when, where, under which conditions, and what its strange answers are called."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.news.moves import FeedMoves
from bot.ports import DeclaredFeed
from bot.simulator.portal import Fault
from tests.support.feed_desk import FeedDesk, feed_desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[FeedDesk]:
    """A portal with three articles whose feed has been imported."""
    async with feed_desk(tmp_path) as desk:
        desk.publish(*desk.numbered(1, 3), apart=3600)
        await desk.poll()
        yield desk


def statuses(desk: FeedDesk) -> list[int]:
    return [hit.status for hit in desk.portal.hits if "/feed/" in hit.path]


# When -----------------------------------------------------------------------------------------------------------------

HINTS: dict[str, tuple[dict[str, str], int | None, float]] = {
    "nothing": ({}, None, 300),
    "max-age": ({"Cache-Control": "max-age=600"}, None, 600),
    "a cache's age": ({"Cache-Control": "max-age=3600", "Age": "2400"}, None, 1200),
    "a day": ({"Cache-Control": "max-age=86400"}, None, 1800),
    "the document's own word": ({}, 15, 900),
    "both": ({"Cache-Control": "max-age=1200"}, 15, 1200),
    "an hour": ({}, 60, 1800),
}


@pytest.mark.parametrize(("headers", "ttl", "seconds"), HINTS.values(), ids=HINTS)
async def test_what_the_portal_asks_is_honoured_also_by_a_304(
    desk: FeedDesk, headers: dict[str, str], ttl: int | None, seconds: float
) -> None:
    desk.portal.feed_headers, desk.portal.ttl = headers, ttl
    desk.publish("Lomba layang-layang di Trawas")
    for _ in range(2):
        await desk.poll()
        assert await desk.wait() == seconds
    assert statuses(desk)[-1] == 304


async def test_anothers_feed_is_asked_by_what_it_publishes(tmp_path: Path) -> None:
    async with feed_desk(tmp_path, own="kabar-kita.example") as desk:
        desk.publish(*desk.numbered(1, 10), apart=600)  # ten in 95 minutes count as a day's
        await desk.poll()
        assert await desk.wait() == 3600
        for first in range(11, 100, 10):
            desk.publish(*desk.numbered(first, first + 9), apart=300)
            await desk.poll(after=0)
        assert 300 < await desk.wait() < 3000


async def test_a_declared_pace_is_kept_exactly(tmp_path: Path) -> None:
    async with feed_desk(tmp_path) as desk:
        feed = DeclaredFeed(f"{desk.url}/feed/", every=7.0)
        await desk.store.write(lambda tx: tx.declare_feeds([feed]))
        desk.portal.feed_headers = {"Cache-Control": "max-age=600"}
        for _ in range(3):
            await desk.poll(after=7.0)
            assert await desk.wait() == 7


@pytest.mark.parametrize("status", [429, 503])
async def test_a_portal_that_asks_for_peace_gets_it(desk: FeedDesk, status: int) -> None:
    desk.portal.faults.add(answer=Fault.STATUS(status, 1234), times=1)
    assert (await desk.poll()).error == "http_status"
    assert await desk.wait() == 1234
    await desk.poll()
    assert await desk.wait() == 300


async def test_faults_back_off_and_admins_hear_of_the_third_and_of_the_end(desk: FeedDesk) -> None:
    desk.portal.faults.add(answer=Fault.STATUS(500), times=12)
    waits = []
    for _ in range(12):
        await desk.poll()
        waits.append(await desk.wait())
    assert waits == [60, 120, 240, 480, 960, 1920, 3840, 7680, 15_360, 21_600, 21_600, 21_600]
    await desk.poll()
    assert [(notice.kind, notice.text[:16]) for notice in desk.notices] == [
        ("failing", "http_status: 500"),
        ("recovered", ""),
    ]
    assert (await desk.feed()).failures == 0


# Under which conditions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("decoration", ["W/", "-gzip", "--gzip", ";gzip", "-br"])
async def test_a_decorated_etag_still_means_nothing_new(desk: FeedDesk, decoration: str) -> None:
    desk.portal.etag_decoration = decoration
    await desk.poll(after=7 * 3600)
    assert statuses(desk)[-1] == 200
    await desk.poll()
    assert statuses(desk)[-1] == 304


async def test_every_six_hours_the_whole_feed_is_read(desk: FeedDesk) -> None:
    post = desk.portal.posts[-1]
    seen = []
    for _ in range(9):
        await desk.poll(after=3600.0)
        seen.append(statuses(desk)[-1])
    assert seen == [304] * 5 + [200] + [304] * 3
    # A withdrawal moves Last-Modified back; whoever asks with a condition alone never learns of it.
    desk.portal.withdraw(post.id)
    await desk.poll(after=6 * 3600.0)
    assert statuses(desk)[-1] == 200


# Where ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 308])
async def test_a_permanent_move_is_adopted_after_three_polls_that_agree(desk: FeedDesk, status: int) -> None:
    new = f"{desk.url}/category/daerah/feed/"
    desk.portal.faults.add(answer=Fault.REDIRECT(new, status), path="/feed/")
    for seen in (1, 2):
        await desk.poll()
        assert (await desk.feed()).moves == FeedMoves(None, new, seen)
    await desk.poll()
    assert (await desk.feed()).moves == FeedMoves(new)
    assert [(notice.kind, notice.text) for notice in desk.notices] == [("moved", new)]
    before = len(desk.asked("/feed/"))
    desk.publish("Lomba layang-layang di Trawas")
    assert (await desk.poll()).told == 1
    assert desk.asked("/feed/")[before:] == ["/category/daerah/feed/"]
    # The declared address stays the feed's name, also for feeds.yaml.
    await desk.store.write(lambda tx: tx.declare_feeds([DeclaredFeed(f"{desk.url}/feed/")]))
    assert len(await desk.store.read(lambda tx: tx.feeds())) == 1


@pytest.mark.parametrize("status", [302, 303, 307])
async def test_a_temporary_one_is_followed_and_never_adopted(desk: FeedDesk, status: int) -> None:
    desk.portal.faults.add(answer=Fault.REDIRECT(f"{desk.url}/category/daerah/feed/", status), path="/feed/")
    for _ in range(5):
        assert (await desk.poll()).error == ""
    assert (await desk.feed()).moves == FeedMoves()


async def test_a_move_to_what_is_no_feed_is_not_adopted(desk: FeedDesk) -> None:
    desk.portal.faults.add(answer=Fault.REDIRECT(f"{desk.url}/", 301), path="/feed/")
    for _ in range(5):
        assert (await desk.poll()).error == "html"
    assert (await desk.feed()).moves == FeedMoves()


async def test_when_the_new_address_dies_the_declared_one_is_tried_again(desk: FeedDesk) -> None:
    new = f"{desk.url}/category/daerah/feed/"
    moved = desk.portal.faults.add(answer=Fault.REDIRECT(new, 301), path="/feed/")
    for _ in range(3):
        await desk.poll()
    desk.portal.faults.remove(moved)
    desk.portal.faults.add(answer=Fault.STATUS(404), path="/category/daerah/feed/")
    errors = [(await desk.poll()).error for _ in range(4)]
    assert errors == ["http_status"] * 3 + [""]
    assert (await desk.feed()).moves == FeedMoves()


async def test_a_feed_that_is_gone_is_asked_no_more_until_somebody_wakes_it(desk: FeedDesk) -> None:
    gone = desk.portal.faults.add(answer=Fault.STATUS(410), path="/feed/")
    await desk.poll()
    feed = await desk.feed()
    assert feed.gone == desk.clock.now()
    assert [notice.kind for notice in desk.notices] == ["gone"]
    later = desk.clock.now() + timedelta(days=30)
    assert await desk.store.read(lambda tx: tx.due_feeds(later)) == []
    desk.portal.faults.remove(gone)
    await desk.store.write(lambda tx: tx.ask_soon(feed.id))
    assert await desk.store.read(lambda tx: tx.due_feeds(later)) != []
    assert (await desk.poll()).error == ""


# Strange answers ------------------------------------------------------------------------------------------------------

STRANGE = {
    "a challenge": (Fault.CHALLENGE, "challenge", "Cloudflare asks whether we are human"),
    "a web page": (Fault.REDIRECT("/"), "html", "a web page, not"),
    "nothing": (Fault.EMPTY, "empty", "empty document"),
    "without end": (Fault.ENDLESS, "too_large", "more than 5 MB"),
    "huge": (Fault.HUGE, "too_large", "more than 5 MB"),
    "packed to burst": (Fault.BOMB, "too_large", "more than 5 MB"),
    "shorter than it says": (Fault.CUT, "broken", "cut off in the middle"),
    "closed at once": (Fault.DROP, "broken", "without an answer"),
    "a login": (Fault.STATUS(401), "http_status", "wants a login"),
    "to a private place": (Fault.REDIRECT("http://169.254.169.254/"), "address_refused", "link-local"),
    "in a circle": (Fault.REDIRECT("/feed/"), "too_many_redirects", "circle"),
}


@pytest.mark.parametrize(("fault", "reason", "words"), STRANGE.values(), ids=STRANGE)
async def test_a_strange_answer_has_a_name_and_costs_no_story(
    desk: FeedDesk, fault: Fault, reason: str, words: str
) -> None:
    rule = desk.portal.faults.add(answer=fault, path="/feed/")
    desk.publish("Lomba layang-layang di Trawas")
    assert (await desk.poll()).error == reason
    line = (await desk.feed()).error
    assert line.startswith(f"{reason}: ")
    assert words in line
    desk.portal.faults.remove(rule)
    assert (await desk.poll()).told == 1


READABLE = {
    "served as a page": Fault.WRONG_TYPE,
    "behind a warning of PHP": Fault.PHP_WARNING,
    "packed without being asked": Fault.GZIP,
    "packed without a word": Fault.PACKED_SILENTLY,
    "said to be in another encoding": Fault.WRONG_CHARSET,
}


@pytest.mark.parametrize("fault", READABLE.values(), ids=READABLE)
async def test_what_can_be_read_is_read_whatever_the_headers_say(desk: FeedDesk, fault: Fault) -> None:
    desk.portal.faults.add(answer=fault, path="/feed/")
    desk.publish("Pasar “Pon” dibuka – lagi")
    assert (await desk.poll()).told == 1
    assert desk.told() == ["Pasar “Pon” dibuka – lagi"]


# At the same time -----------------------------------------------------------------------------------------------------


async def test_a_host_that_hangs_leaves_places_to_the_others(tmp_path: Path) -> None:
    slow = [f"/category/daerah/feed/?n={n}" for n in range(9)]
    async with feed_desk(tmp_path, *slow) as desk:
        quick = f"{desk.url.replace('127.0.0.1', '127.0.0.2')}/feed/"
        desk.portal.faults.add(answer=Fault.HANG, path="/category/daerah/feed/")
        feeds = [DeclaredFeed(desk.url + path) for path in slow]
        await desk.store.write(lambda tx: tx.declare_feeds([*feeds, DeclaredFeed(quick)]))
        await desk.poller.look()
        assert len(desk.poller._running) == 3  # two of the slow host, and the other one
