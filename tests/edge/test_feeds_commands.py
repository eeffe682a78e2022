"""`kentongan feeds …` as a shell sees it, with a portal at the other end of real HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from bot.delivery.plan import Rank
from bot.flow.record import Recorder
from bot.news.category import LabelMap
from bot.news.item import Document, Item
from bot.ports import FeedCheck, Tx
from bot.simulator.portal import Fault
from tests.flow.test_copies import RELEASE
from tests.support.feeds_shell import Desk, feeds_shell
from tests.support.world import days_ago


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with feeds_shell(tmp_path) as desk:
        yield desk


# Add, pause, resume, remove -------------------------------------------------------------------------------------------


def with_menu(desk: Desk) -> str:
    """The portal's front page links its sections; so do the pages of its articles."""
    desk.portal.publish("Menu", f'<p><a href="{desk.url}/category/hukrim/">Hukrim</a></p>', ["daerah"])
    return f"{desk.url}/menu/"


async def test_a_sites_address_is_enough(desk: Desk) -> None:
    found = await desk.data("add", with_menu(desk), "--all", "--every", "10m", "--categories", "hukrim", "--yes")
    assert [(f["url"].removeprefix(desk.url), f["way"]) for f in found["found"]] == [
        ("/feed/", "page"), ("/category/hukrim/feed/", "section"),
    ]  # fmt: skip
    assert [url.removeprefix(desk.url) for url in found["added"]] == ["/feed/", "/category/hukrim/feed/"]
    row = (await desk.listed())["/category/hukrim/feed/"]
    assert (row["origin"], row["every"], row["categories"]) == ("chat", 600.0, ["hukrim"])


async def test_what_is_found_is_shown_and_nothing_is_done_without_a_yes(desk: Desk) -> None:
    ended = await desk.runs("add", desk.url)
    assert ended.returncode == 2
    assert f"{desk.url}/feed/" in ended.stdout
    assert "the site's page names it" in ended.stdout
    assert "nothing was changed: say --yes" in ended.stderr
    assert set(await desk.listed()) == {"/feed/"}


async def test_a_feeds_own_address_needs_no_scheme(desk: Desk) -> None:
    (found,) = (await desk.data("add", f"{desk.url.removeprefix('http://')}/category/budaya/feed/", "--yes"))["found"]
    assert found["way"] is None


async def test_a_page_that_names_nothing_is_tried_at_the_usual_places(desk: Desk) -> None:
    desk.portal.faults.add(answer=Fault.EMPTY, path="/")
    (found,) = (await desk.data("add", desk.url, "--yes"))["found"]
    assert (found["way"], found["url"]) == ("usual", f"{desk.url}/feed/")


@pytest.mark.parametrize(
    ("address", "said", "status"),
    [
        ("{url}/tidak-ada/", "404", 1),
        ("ftp://portal.example/feed", "only http:// and https://", 1),
        ("http://127.0.0.1:1/", "cannot be read (refused", 1),
        ("http://2130706433/feed/", "odd spelling", 1),
    ],
)
async def test_an_address_without_feeds_is_explained(desk: Desk, address: str, said: str, status: int) -> None:
    ended = await desk.runs("add", address.format(url=desk.url), "--yes")
    assert ended.returncode == status
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


async def test_a_site_that_leads_to_our_own_network_is_not_added(desk: Desk) -> None:
    ended = await desk.runs("add", desk.url, "--yes", FETCH_ALLOW_PRIVATE="false")
    assert ended.returncode == 1
    assert "address_refused" in ended.stderr
    assert set(await desk.listed()) == {"/feed/"}


async def test_a_declared_feed_is_paused_here_and_removed_there(desk: Desk) -> None:
    await desk.runs("list")
    await desk.write(lambda tx: tx.declare_feeds([desk.declared()]))
    ended = await desk.runs("remove", f"{desk.url}/feed/", "--yes")
    assert ended.returncode == 2
    assert "remove its lines from feeds.yaml" in ended.stderr
    assert (await desk.runs("pause", "1")).stdout == f"paused {desk.url}/feed/\n"
    await desk.write(lambda tx: tx.declare_feeds([desk.declared()]))  # a restart
    assert (await desk.listed())["/feed/"]["state"] == "paused"
    assert (await desk.runs("resume", f"{desk.url}/feed")).stdout == f"{desk.url}/feed/ is asked again now\n"
    assert (await desk.listed())["/feed/"]["state"] == "not yet polled"


async def test_what_was_added_is_removed(desk: Desk) -> None:
    url = f"{desk.url}/category/budaya/feed/"
    await desk.runs("add", url, "--yes")
    assert (await desk.runs("remove", url, "--yes")).stdout == f"removed {url}\n"
    assert set(await desk.listed()) == {"/feed/"}
    assert (await desk.runs("remove", url, "--yes")).returncode == 2
    acts = await desk.write(lambda tx: [act for _, _, act, _ in tx.audits(9)])
    assert acts == ["feeds_remove", "feeds_add"]


async def test_resuming_what_the_file_pauses_says_where_that_stands(desk: Desk) -> None:
    await desk.runs("list")
    await desk.write(lambda tx: tx.declare_feeds([desk.declared(paused=True)]))
    ended = await desk.runs("resume", "1")
    assert ended.returncode == 1
    assert "feeds.yaml pauses it" in ended.stderr


# Import, export -------------------------------------------------------------------------------------------------------


async def test_a_list_of_a_feed_reader_comes_in_with_its_folders_as_categories(desk: Desk) -> None:
    (desk.folder / "in.opml").write_text(
        '<opml version="2.0"><body><outline text="HUKRIM">'
        f'<outline xmlUrl="{desk.url}/category/hukrim/feed/"/></outline>'
        f'<outline xmlUrl="{desk.url}/feed/"/><outline xmlUrl="http://169.254.169.254/feed"/>'
        '<outline xmlUrl="http://tidak-ada.invalid/feed"/></body></opml>'
    )
    ended = await desk.runs("import", "in.opml", "--yes")
    assert ended.returncode == 0
    assert "4 feeds read, 1 added" in ended.stdout
    assert "link-local address" in ended.stderr
    assert "tidak-ada.invalid cannot be found" in ended.stderr
    row = (await desk.listed())["/category/hukrim/feed/"]
    assert (row["origin"], row["categories"]) == ("chat", ["hukrim"])
    assert (await desk.data("import", "in.opml", "--yes"))["added"] == []


async def test_an_export_reads_back_as_both_in_one(desk: Desk) -> None:
    await desk.runs("add", f"{desk.url}/category/budaya/feed/", "--every", "90s", "--categories", "budaya", "--yes")
    await desk.write(lambda tx: tx.declare_feeds([desk.declared()]))
    await desk.runs("pause", f"{desk.url}/feed/")
    assert (await desk.runs("export", "baru.yaml")).returncode == 0
    written = yaml.safe_load((desk.folder / "baru.yaml").read_text())
    assert written["feeds"] == [
        {"url": f"{desk.url}/feed/", "every": "5m", "categories": ["daerah"], "paused": True},
        {"url": f"{desk.url}/category/budaya/feed/", "every": "90s", "categories": ["budaya"]},
    ]
    again = await desk.runs("export", FEEDS_FILE="baru.yaml")
    assert again.stdout == (desk.folder / "baru.yaml").read_text()
    other = Desk(desk.folder / "lain", desk.portal, desk.url)
    other.folder.mkdir()
    (other.folder / "feeds.yaml").write_text((desk.folder / "feeds.yaml").read_text())
    assert len((await other.data("import", "../baru.yaml", "--yes"))["added"]) == 1


async def test_opml_goes_out_and_comes_in(desk: Desk) -> None:
    await desk.runs("add", f"{desk.url}/category/budaya/feed/", "--categories", "budaya", "--yes")
    await desk.runs("export", "semua.opml", "--opml")
    other = Desk(desk.folder / "lain", desk.portal, desk.url)
    other.folder.mkdir()
    file = other.folder / "feeds.yaml"
    file.write_text((desk.folder / "feeds.yaml").read_text().replace("/feed/", "/category/daerah/feed/"))
    assert len((await other.data("import", "../semua.opml", "--yes"))["added"]) == 2
    assert (await other.listed())["/category/budaya/feed/"]["categories"] == ["budaya"]


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><opml><body><outline text="&b;"/></body></opml>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (BOMB, "in.opml: the list declares a document type or entities"),
        (b"<opml>" + b" " * 10_000_000, "more than 2 MB"),
        (b"feeds: [" * 250_000 + b"x" * 2_000_000, "more than 2 MB"),
        (b"<html>", "no list of feeds (OPML)"),
        (b"portal: ", "in.opml:1: the file has no categories"),
    ],
    ids=["entities", "ten megabytes", "much YAML", "a page", "half a feeds.yaml"],
)
async def test_a_hostile_list_is_refused_clearly(desk: Desk, content: bytes, said: str) -> None:
    (desk.folder / "in.opml").write_bytes(content)
    ended = await desk.runs("import", "in.opml", "--yes")
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert set(await desk.listed()) == {"/feed/"}


# Floods, copies -------------------------------------------------------------------------------------------------------


def item(name: str) -> Item:
    return Item(f"g-{name}", f"https://portal.example/{name}", f"Judul {name}", published=days_ago(0), text="Isi.")


async def test_a_held_flood_is_listed_and_released_in_order(desk: Desk) -> None:
    def hold(tx: Tx) -> None:
        tx.declare_feeds([desk.declared()])
        ids = [tx.add_story(item(name), days_ago(0), ["daerah"], days_ago(0)) for name in ("satu", "dua")]
        tx.hold_flood(1, "many", ids, days_ago(0))

    await desk.runs("list")
    await desk.write(hold)
    assert "2 stories are held back (many): kentongan feeds release" in (await desk.runs("list")).stdout
    assert (await desk.listed())["/feed/"]["held"]["why"] == "many"
    done = await desk.data("release", f"{desk.url}/feed/", TELEGRAM_BOT_TOKEN="123456789:" + "x" * 35)
    assert (done["held"], done["sent"]) == (2, 2)
    told = await desk.write(lambda tx: [(s.title, s.rank, s.channels) for s in tx.broadcasts(9)])
    assert told == [("Judul dua", Rank.STORY, ("telegram",)), ("Judul satu", Rank.STORY, ("telegram",))]
    assert (await desk.runs("release", "1")).returncode == 2


async def test_a_dropped_flood_is_told_to_nobody(desk: Desk) -> None:
    def hold(tx: Tx) -> None:
        tx.declare_feeds([desk.declared()])
        tx.hold_flood(1, "old", [tx.add_story(item("satu"), days_ago(3), [], days_ago(0))], days_ago(0))

    await desk.runs("list")
    await desk.write(hold)
    assert (await desk.data("release", "1", "--drop"))["sent"] == 0
    assert await desk.write(lambda tx: tx.broadcasts(9)) == []


async def test_nothing_suppressed_is_an_empty_list_and_nothing_to_undo(desk: Desk) -> None:
    assert await desk.data("suppressions") == []
    ended = await desk.runs("undo", "7")
    assert ended.returncode == 2
    assert "nothing to undo in 7" in ended.stderr


async def test_a_copy_is_listed_and_given_back(desk: Desk) -> None:
    text = RELEASE.replace("<p>", "").replace("</p>", "\n\n")

    def two_portals(tx: Tx) -> None:
        tx.declare_feeds([desk.declared()])
        tx.feed_checked(1, FeedCheck(days_ago(1), days_ago(0), imported=True))
        feed = tx.feed(1)
        assert feed is not None
        for host in ("satu.example", "dua.example"):
            one = Item(f"https://{host}/1", f"https://{host}/1", f"Judul {host}", published=days_ago(0), text=text)
            Recorder(LabelMap([]), ["telegram"]).record(tx, feed, Document("", "", (one,)), days_ago(0))

    await desk.runs("list")
    await desk.write(two_portals)
    (row,) = await desk.data("suppressions")
    assert (row["portal"], row["story_title"], row["reason"]) == ("dua.example", "Judul satu.example", "text")
    assert "its text, 100%" in (await desk.runs("suppressions")).stdout
    await desk.data("undo", str(row["id"]))
    told = await desk.write(lambda tx: [sent.title for sent in tx.broadcasts(9)])
    assert told == ["Judul dua.example", "Judul satu.example"]
    assert (await desk.data("suppressions"))[0]["undone_at"] is not None
