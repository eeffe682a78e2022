"""What `kentongan doctor` finds, each fault with the one thing to do."""

import socket
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.cli.doctor import Check, as_data, failed, render, run_checks
from bot.cli.doctor.machine import check_disk, check_port, check_python, check_sqlite
from bot.cli.doctor.outside import BUILT, FIXES, check_clock, difference
from bot.errors import FeedError, SettingsError
from bot.fetch import Fetcher
from bot.news.item import Document, Item
from bot.ports import DeclaredFeed
from bot.settings import Settings, load

Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[int]]
NOON = datetime(2026, 1, 31, 5, 0, tzinfo=UTC)
TOKEN = "123456789:AAcanaryCANARYcanaryCANARYcanary_-x"
SMALL = """\
portal: {name: Kabar Desa, url: "http://127.0.0.1:1/"}
categories: [{id: daerah, name: Daerah}]
feeds: []
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Sound settings whose web server gets a port from the system."""
    file = tmp_path / "feeds.yaml"
    file.write_text(SMALL)
    return load({"LISTEN": "127.0.0.1:0"}, feeds_file=file, dotenv=None)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def parse(body: bytes, *, url: str, content_type: str | None = None) -> Document:
    """A reader of feeds that knows two words: what a feed is, and what a page is."""
    if b"<rss" not in body:
        raise FeedError("html", f"a page and no feed ({content_type})")
    return Document("Kabar", url, (Item("1", url, "Judul", published=NOON), Item("2", url, "Judul")))


def named(checks: list[Check], name: str) -> Check:
    """The one check whose name begins so."""
    (check,) = [check for check in checks if check.name.startswith(name)]
    return check


async def test_a_sound_installation_has_no_fault(
    settings: Settings, serve: Serve, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=b"<rss/>", headers={"Date": format_datetime(NOON, usegmt=True)})

    async def get_me() -> str:
        return "kabar_desa_bot"

    port = await serve(handler)
    feeds = tuple(DeclaredFeed(f"http://127.0.0.1:{port}/{name}/") for name in ("feed", "daerah"))
    telegram = load({"TELEGRAM_BOT_TOKEN": TOKEN}, feeds_file=settings.feeds_file, dotenv=None).telegram
    checks = await run_checks(
        replace(settings, feeds=feeds, telegram=telegram), fetch=Fetcher(session, allow_private=True), parse=parse,
        get_me=get_me, database=tmp_path / "var" / "kentongan.db", sqlite_version="3.53.0", now=lambda: NOON,
    )  # fmt: skip
    assert not failed(checks)
    names = [check.name for check in checks if check.name != "disk"]  # how full this disk is, is not for us to say
    assert names == [
        "settings",
        "token",
        f"feed {feeds[0].url}",
        f"feed {feeds[1].url}",
        "python",
        "sqlite",
        "port",
        "clock",
    ]
    assert named(checks, "token").detail == "it is the token of @kabar_desa_bot"
    assert named(checks, f"feed {feeds[0].url}").detail == "2 items, the newest of 2026-01-31 05:00 UTC"
    assert named(checks, "clock").detail == "2026-01-31 05:00:00 UTC, as the portal's"
    assert named(checks, "settings").detail.endswith("1 categories, 2 feeds")


async def test_every_fault_of_the_settings_is_a_check_with_its_fix() -> None:
    error = SettingsError(["LISTEN must be a host and a port; write for example 127.0.0.1:8080", "feeds.yaml: odd"])
    checks = await run_checks(error, sqlite_version="3.53.0", now=lambda: NOON)
    assert checks[:2] == [
        Check("settings", False, "LISTEN must be a host and a port", "Write for example 127.0.0.1:8080."),
        Check("settings", False, "feeds.yaml: odd", "Correct it as it says."),
    ]
    assert [check.name for check in checks[2:]] == ["python", "sqlite", "clock"]
    assert failed(checks)


async def test_each_feed_is_read_and_one_bad_feed_hurts_no_other(
    settings: Settings, serve: Serve, session: aiohttp.ClientSession
) -> None:
    async def handler(request: web.Request) -> web.Response:
        pages = {"/good": b"<rss/>", "/page": b"<html/>"}
        return web.Response(body=pages[request.path]) if request.path in pages else web.Response(status=404)

    base = f"http://127.0.0.1:{await serve(handler)}"
    urls = [f"{base}/good", f"{base}/page", f"{base}/none", "http://169.254.169.254/", "http://127.1/"]
    feeds = (*map(DeclaredFeed, urls), DeclaredFeed(f"{base}/paused", paused=True))
    checks = await run_checks(replace(settings, feeds=feeds), fetch=Fetcher(session, allow_private=True), parse=parse)
    found = {check.name: check for check in checks}
    assert [found[f"feed {feed.url}"].ok for feed in feeds] == [True, False, False, False, False, None]
    assert found[f"feed {base}/page"].fix == FIXES["html"]
    assert found[f"feed {base}/none"].fix == FIXES["http_status"]
    assert found["feed http://127.1/"].fix == FIXES["address_refused"]


async def test_a_missing_token_says_where_to_get_one_and_is_no_fault(settings: Settings) -> None:
    check = named(await run_checks(settings), "token")
    assert (check.ok, check.detail) == (None, "Telegram is off")
    assert "@BotFather" in check.fix


async def test_a_token_that_telegram_does_not_know_is_a_fault_that_does_not_show_it(settings: Settings) -> None:
    async def get_me() -> str:
        raise RuntimeError(f"The token `{TOKEN}`\nwas rejected")

    telegram = load({"TELEGRAM_BOT_TOKEN": TOKEN}, feeds_file=settings.feeds_file, dotenv=None).telegram
    check = named(await run_checks(replace(settings, telegram=telegram), get_me=get_me), "token")
    assert check.ok is False
    assert check.detail == "Telegram does not answer for it (The token `[secret]` was rejected)"
    assert "@BotFather" in check.fix


# Machine ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "ok"), [((3, 10, 14), False), ((3, 11, 0), True), ((3, 14, 1), True)])
def test_python_is_new_enough(version: tuple[int, int, int], ok: bool) -> None:
    assert check_python(version).ok is ok


@pytest.mark.parametrize(("version", "ok"), [("3.51.3", True), ("3.53.0", True), ("3.51.2", None), ("3.9.0", None)])
def test_an_old_sqlite_is_told_with_what_it_means(version: str, ok: bool | None) -> None:
    check = check_sqlite(version)
    assert check.ok is ok
    assert ("can be damaged" in check.detail) is (ok is None)


@pytest.mark.parametrize(("free", "ok"), [(10**10, True), (5 * 10**8, None), (5 * 10**7, False)])
def test_a_full_disk_is_told_before_it_is_too_late(free: int, ok: bool | None, tmp_path: Path) -> None:
    check = check_disk(tmp_path / "var" / "kentongan.db", free)
    assert check.ok is ok
    assert f"{free / 1e9:.1f} GB free" in check.detail
    assert not (tmp_path / "var").exists()  # looking changes nothing


def test_a_folder_that_is_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("in the way")
    check = check_disk(tmp_path / "var" / "kentongan.db")
    assert check.ok is False
    assert "cannot be written" in check.detail
    assert check.fix


async def test_a_free_port_is_free() -> None:
    assert (await check_port(("127.0.0.1", 0), None)).ok is True


@pytest.mark.parametrize(("who", "ok"), [(True, True), (False, False), (None, False)])
async def test_a_taken_port_is_a_fault_unless_it_is_ours(who: bool | None, ok: bool, taken: int) -> None:
    async def ours() -> bool:
        return who is True

    check = await check_port(("127.0.0.1", taken), None if who is None else ours)
    assert check.ok is ok
    assert ok or str(taken) in check.fix


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
async def test_an_address_of_another_machine_cannot_be_listened_at(host: str) -> None:
    check = await check_port((host, 8080), None)
    assert check.ok is False
    assert "127.0.0.1:8080" in check.fix


# Clock --------------------------------------------------------------------------------------------------------------

CLOCKS: dict[str, tuple[datetime, list[float], bool | None, str]] = {
    "right": (NOON, [0.0], True, "as the portal's"),
    "a little off": (NOON, [29.0], True, "as the portal's"),
    "behind": (NOON, [31.0], False, "it is 31 s behind the portal's"),
    "ahead": (NOON, [-4000.0], False, "it is 4,000 s ahead of the portal's"),
    "one server is wrong": (NOON, [5000.0, 1.0], True, "as the portal's"),
    "nothing to compare": (NOON, [], None, "no site answered"),
    "the year of the first": (datetime(1970, 1, 1, tzinfo=UTC), [], False, "1970"),
    "before it was built": (NOON.replace(year=BUILT - 1), [0.0], False, str(BUILT - 1)),
    "far away": (NOON.replace(year=2150), [0.0], False, "2150"),
}


@pytest.mark.parametrize(("now", "skews", "ok", "words"), CLOCKS.values(), ids=CLOCKS)
def test_the_clock_is_compared_with_the_portals(now: datetime, skews: list[float], ok: bool | None, words: str) -> None:
    check = check_clock(now, skews)
    assert check.ok is ok
    assert words in check.detail
    assert bool(check.fix) is (ok is False)


@pytest.mark.parametrize(
    ("theirs", "seconds"),
    [(-60, -59.0), (-1, 0.0), (0, 0.0), (10, 0.0), (20, 0.0), (21, 1.0), (100, 80.0)],
)
def test_a_slow_answer_is_no_wrong_clock(theirs: int, seconds: float) -> None:
    """The request took 20 s; a server's time from inside them (known to a second) fits."""
    assert difference(NOON + timedelta(seconds=theirs), NOON, NOON + timedelta(seconds=20)) == seconds


HEADERS = {
    "an hour behind": ({"Date": format_datetime(NOON + timedelta(hours=1), usegmt=True)}, False),
    "an answer from a cache": ({"Date": format_datetime(NOON - timedelta(hours=1), usegmt=True), "Age": "3600"}, True),
    "an unreadable date": ({"Date": "yesterday"}, None),
    "an unreadable age": ({"Date": format_datetime(NOON, usegmt=True), "Age": "old"}, None),
}


@pytest.mark.parametrize(("headers", "ok"), HEADERS.values(), ids=HEADERS)
async def test_the_clock_is_read_from_the_portals_answer(
    headers: dict[str, str], ok: bool | None, settings: Settings, serve: Serve, session: aiohttp.ClientSession
) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=b"<html/>", headers=headers)

    portal = replace(settings.portal, url=f"http://127.0.0.1:{await serve(handler)}")
    fetch = Fetcher(session, allow_private=True)
    checks = await run_checks(replace(settings, portal=portal), fetch=fetch, now=lambda: NOON)
    assert named(checks, "clock").ok is ok


# How it is shown ----------------------------------------------------------------------------------------------------

CHECKS = [
    Check("python", True, "3.11.7"),
    Check("token", None, "Telegram is off", "Write /newbot to @BotFather."),
    Check("disk", False, "var: 0.0 GB free", "Free space."),
]


def test_each_check_is_one_line_and_each_fix_one_more() -> None:
    assert render(CHECKS).splitlines() == [
        "ok    python: 3.11.7",
        "note  token: Telegram is off",
        "      → Write /newbot to @BotFather.",
        "FAULT disk: var: 0.0 GB free",
        "      → Free space.",
    ]


def test_the_data_says_the_same() -> None:
    assert as_data(CHECKS)[2] == {"name": "disk", "ok": False, "detail": "var: 0.0 GB free", "fix": "Free space."}
    assert (failed(CHECKS), failed(CHECKS[:2])) == (True, False)


def test_a_fault_without_a_fix_cannot_be_made() -> None:
    with pytest.raises(AssertionError, match="no fix"):
        Check("disk", False, "broken")
