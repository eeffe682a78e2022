"""`kentongan feeds test`: how a feed stands, what residents would see, what its headers mean."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.simulator.portal import Fault
from tests.support.feeds_shell import TITLE, Desk, feeds_shell
from tests.support.world import SUMMARY


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with feeds_shell(tmp_path) as desk:
        yield desk


def headers(name: str, value: str) -> dict[str, Any]:
    return {"feed_headers": {name: value}}


async def test_a_test_shows_the_newest_stories_as_residents_see_them(desk: Desk) -> None:
    shown = (await desk.runs("test")).stdout
    assert shown.startswith(f"✓ {desk.url}/feed/ · Target 24 Jam · 5 items")
    assert TITLE in shown
    assert SUMMARY in shown
    assert "#Kesehatan #Daerah" in shown
    assert "Baca selengkapnya: " in shown
    assert "Kabar lama nomor 2" in shown
    assert "Kabar lama nomor 1" not in shown  # three of them
    assert not (desk.folder / "var").exists()  # nothing is changed


async def test_a_test_says_how_a_known_feed_stands(desk: Desk) -> None:
    await desk.runs("list")
    await desk.write(lambda tx: tx.declare_feeds([]))
    await desk.runs("add", f"{desk.url}/feed/", "--yes")
    shown = (await desk.runs("test", f"{desk.url}/feed/")).stdout
    assert "health: not yet polled; looked at not yet; added by an admin" in shown


async def test_labels_that_no_category_means_are_named(desk: Desk) -> None:
    file = desk.folder / "feeds.yaml"
    file.write_text(file.read_text().replace("labels: [KESEHATAN]", "labels: [SEHAT]").replace("Kesehatan", "Sehat"))
    assert "no category means KESEHATAN" in (await desk.runs("test")).stdout


MAX_AGE, PAST = "Cache-Control: max-age=600", "Wed, 11 Jan 1984 05:00:00 GMT"
HEADERS: dict[str, tuple[dict[str, Any], str]] = {
    "validators that work": ({}, "+ 304: asked again with them it answered 304"),
    "a weak ETag": ({"etag_decoration": "W/"}, '· ETag: W/"'),
    "an ETag of a compressor": ({"etag_decoration": "-gzip"}, "decorated on the way by a proxy"),
    "max-age": (headers("Cache-Control", "max-age=600"), f"· fresh: {MAX_AGE}: nothing changes for 10 min"),
    "a day": (headers("Cache-Control", "max-age=86400"), "nothing changes for 1440 min; at most 30 min count"),
    "no-store": (headers("Cache-Control", "no-store"), "says nothing about the next change"),
    "Expires in the past": (headers("Expires", PAST), f"Expires: {PAST}: says nothing"),
    "a cache": (headers("Age", "900"), "Age: 900 s: this comes from a cache"),
    "Retry-After where it means nothing": (headers("Retry-After", "60"), "Retry-After: 60: means something only"),
    "ttl": ({"ttl": 15}, "ttl: 15 min: counts as 15 min"),
    "a hub": ({"hub": "https://hub.example/"}, "could push new stories within seconds: set PUBLIC_URL"),
    "a feed's type": ({}, "+ Content-Type: application/rss+xml"),
    "UTF-8": ({}, "+ encoding: UTF-8"),
    "how much": ({}, "stories a week, "),
}


@pytest.mark.parametrize(("state", "said"), HEADERS.values(), ids=HEADERS.keys())
async def test_every_header_that_matters_has_its_verdict(desk: Desk, state: dict[str, Any], said: str) -> None:
    for name, value in state.items():
        setattr(desk.portal, name, value)
    assert said in (await desk.runs("test")).stdout


ANSWERS: dict[str, tuple[Fault, str]] = {
    "a page's type": (Fault.WRONG_TYPE, "- Content-Type: text/html: not a feed's; it was read all the same"),
    "a wrong charset": (Fault.WRONG_CHARSET, "the header says iso-8859-1, the bytes are UTF-8: read as UTF-8"),
    "packed": (Fault.GZIP, "+ Content-Encoding: gzip: it travels packed"),
}


@pytest.mark.parametrize(("fault", "said"), ANSWERS.values(), ids=ANSWERS.keys())
async def test_an_odd_answer_is_explained(desk: Desk, fault: Fault, said: str) -> None:
    desk.portal.faults.add(answer=fault, path="/feed/")
    assert said in (await desk.runs("test")).stdout


async def test_moves_are_told_apart(desk: Desk) -> None:
    target = f"{desk.url}/category/daerah/feed/"
    rule = desk.portal.faults.add(answer=Fault.REDIRECT(target, 301), path="/feed/")
    assert f"moved for good to {target}: write that address" in (await desk.runs("test")).stdout
    desk.portal.faults.remove(rule)
    desk.portal.faults.add(answer=Fault.REDIRECT(target, 302), path="/feed/")
    assert f"for now it leads to {target}" in (await desk.runs("test")).stdout


async def test_a_hub_pushes_where_it_can_reach_us(desk: Desk) -> None:
    desk.portal.hub = "https://hub.example/"
    assert (
        "hub: https://hub.example/ pushes new stories"
        in (await desk.runs("test", PUBLIC_URL="https://bot.example")).stdout
    )


REFUSALS: dict[str, tuple[Fault, str]] = {
    "a firewall": (Fault.CHALLENGE, "challenge: "),
    "too often": (Fault.STATUS(429, 120), "the site asks us to come less often (asks to wait 120 s; polls do)"),
    "gone": (Fault.STATUS(410), "410 Gone, gone for good"),
    "nothing": (Fault.EMPTY, "empty: "),
}  # fmt: skip


@pytest.mark.parametrize(("fault", "said"), REFUSALS.values(), ids=REFUSALS.keys())
async def test_what_cannot_be_read_is_a_line_and_a_status(desk: Desk, fault: Fault, said: str) -> None:
    desk.portal.faults.add(answer=fault, path="/feed/")
    ended = await desk.runs("test")
    assert ended.returncode == 1
    assert ended.stdout.startswith(f"✗ {desk.url}/feed/ · ")
    assert said in ended.stdout
    assert ended.stderr.splitlines()[-1] == "1 of 1 feeds cannot be read"


async def test_a_test_as_data_has_verdicts(desk: Desk) -> None:
    (trial,) = await desk.data("test")
    assert (trial["ok"], trial["items"], trial["newest"][0]["categories"]) == (True, 5, ["daerah", "kesehatan"])
    assert {"about": "encoding", "good": True, "text": "UTF-8"} in trial["verdicts"]


async def test_our_own_addresses_are_not_read_by_default(desk: Desk) -> None:
    ended = await desk.runs("test", FETCH_ALLOW_PRIVATE="false")
    assert ended.returncode == 1
    assert "address_refused" in ended.stdout
