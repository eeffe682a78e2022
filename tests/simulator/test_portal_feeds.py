"""The portal's feeds and pages: WordPress's shape, ten items, conditional requests, withdrawal."""

from datetime import timedelta
from xml.etree import ElementTree as ET

import feedparser
import pytest

from bot.simulator.clock import HandClock
from bot.simulator.portal import Portal
from tests.simulator.wire import Wire

BODY = "<p>Kota Uji (28 Februari 2024) Wali kota meresmikan pasar. Warga senang &amp; lega.</p>\n<p>Baca Juga: Lain</p>"


async def titles(wire: Wire, path: str = "/feed/") -> list[str]:
    _, body = await wire.get(path)
    return [item.findtext("title") or "" for item in ET.fromstring(body).iter("item")]  # noqa: S314 — our own feed


def publish(portal: Portal, clock: HandClock, count: int, *categories: str) -> list[int]:
    """Articles a minute apart."""
    ids = []
    for number in range(1, count + 1):
        clock.turn(60)
        ids.append(portal.publish(f"Judul {number}", BODY, categories or ("daerah",)))
    return ids


async def test_an_item_has_all_that_wordpress_writes(wire: Wire, portal: Portal) -> None:
    title = "Wali Kota: “Pasar” & Jembatan – Mulai Juli…"
    post_id = portal.publish(title, BODY, ["daerah", "hukrim"], author="jekyridwan")
    answer, body = await wire.get("/feed/")
    assert answer.headers["Content-Type"] == "application/rss+xml; charset=UTF-8"
    channel = ET.fromstring(body).find("channel")  # noqa: S314 — our own feed
    assert channel is not None
    assert (channel.findtext("title"), channel.findtext("link")) == ("Kabar Uji", wire.url)
    assert (channel.findtext("lastBuildDate") or "").strip() == "Tue, 24 Nov 2026 08:00:00 +0000"
    item = channel.find("item")
    assert item is not None
    assert item.findtext("link") == f"{wire.url}/wali-kota-pasar-jembatan-mulai-juli/"
    assert item.findtext("{http://purl.org/dc/elements/1.1/}creator") == "jekyridwan"
    assert item.findtext("pubDate") == "Tue, 24 Nov 2026 08:00:00 +0000"
    assert [category.text for category in item.findall("category")] == ["DAERAH", "HUKRIM"]
    guid = item.find("guid")
    assert guid is not None
    assert (guid.get("isPermaLink"), guid.text) == ("false", f"{wire.url}/?p={post_id}")
    content = item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded") or ""
    assert content.startswith(BODY)
    assert content.rstrip().endswith(f'appeared first on <a href="{wire.url}">Kabar Uji</a>.</p>')
    assert "<title>Wali Kota: &#8220;Pasar&#8221; &#038; Jembatan &#8211; Mulai Juli&#8230;</title>" in body.decode()


async def test_feedparser_reads_what_was_published(wire: Wire, portal: Portal) -> None:
    title = "Harga “cabai” < Rp 50.000 & turun"
    portal.publish(title, f"{BODY} ]]> selesai", ["hukrim"], image="https://a.example/1.jpg")
    document = feedparser.parse((await wire.get("/feed/"))[1])  # noqa: TID251 — an independent judge
    assert (document.bozo, document.version) == (False, "rss20")
    entry = document.entries[0]
    assert (entry.title.replace("&lt;", "<"), [tag.term for tag in entry.tags]) == (title, ["HUKRIM"])
    assert 'src="https://a.example/1.jpg"' in entry.content[0].value
    assert "]]&gt; selesai" in entry.content[0].value


@pytest.mark.parametrize(
    ("closing", "words"), [("en", "appeared first on"), ("id", "pertama kali tampil pada"), ("", "")]
)
async def test_the_closing_line_has_two_languages(wire: Wire, portal: Portal, closing: str, words: str) -> None:
    portal.closing = closing
    portal.publish("Judul", BODY, ["daerah"])
    _, body = await wire.get("/feed/")
    found = [w for w in ("appeared first on", "pertama kali tampil pada") if w in body.decode()]
    assert found == ([words] if words else [])


async def test_a_long_article_has_an_excerpt_of_55_words(wire: Wire, portal: Portal) -> None:
    portal.publish("Panjang", "<p>" + "kata " * 60 + "</p>", ["daerah"])
    portal.publish("Ringkas", "<p>" + "kata " * 60 + "</p>", ["daerah"], excerpt="Tangan & editor.")
    _, body = await wire.get("/feed/")
    short, long = (e.findtext("description") or "" for e in ET.fromstring(body).iter("item"))  # noqa: S314 — our own feed
    assert (long.count("kata"), "[&#8230;]" in long) == (55, True)
    assert short.startswith("<p>Tangan &amp; editor.</p>")


async def test_ten_items_newest_first_and_the_rest_on_further_pages(
    wire: Wire, portal: Portal, clock: HandClock
) -> None:
    publish(portal, clock, 12)
    assert await titles(wire) == [f"Judul {n}" for n in range(12, 2, -1)]
    assert await titles(wire, "/feed/?paged=2") == ["Judul 2", "Judul 1"]
    assert (await wire.get("/feed/?paged=3"))[0].status == 404


async def test_a_category_feed_shows_its_own(wire: Wire, portal: Portal, clock: HandClock) -> None:
    publish(portal, clock, 1, "hukrim")
    publish(portal, clock, 2, "daerah")
    portal.publish("Keduanya", BODY, ["daerah", "hukrim"])
    assert await titles(wire, "/category/hukrim/feed/") == ["Keduanya", "Judul 1"]
    assert (await wire.get("/category/olahraga/feed/"))[0].status == 404
    answer, _ = await wire.get("/feed")
    assert (answer.status, answer.headers["Location"]) == (301, "/feed/")


async def test_a_back_dated_article_stands_in_the_middle(wire: Wire, portal: Portal, clock: HandClock) -> None:
    publish(portal, clock, 3)
    portal.publish("Susulan", BODY, ["daerah"], published=clock.now() - timedelta(seconds=90))
    assert await titles(wire) == ["Judul 3", "Judul 2", "Susulan", "Judul 1"]


async def test_an_article_for_tomorrow_waits(wire: Wire, portal: Portal, clock: HandClock) -> None:
    portal.publish("Besok", BODY, ["daerah"], published=clock.now() + timedelta(hours=1))
    answer, _ = await wire.get("/feed/")
    assert await titles(wire) == []
    clock.turn(3600)
    assert (await wire.get("/feed/", If_None_Match=answer.headers["ETag"]))[0].status == 200
    assert await titles(wire) == ["Besok"]


# Conditional requests -------------------------------------------------------------------------------------------------


async def test_nothing_new_is_a_304_without_a_body(wire: Wire, portal: Portal, clock: HandClock) -> None:
    publish(portal, clock, 1)
    answer, _ = await wire.get("/feed/")
    etag, date = answer.headers["ETag"], answer.headers["Last-Modified"]
    for headers in (
        {"If_None_Match": etag},
        {"If_Modified_Since": date},
        {"If_None_Match": etag, "If_Modified_Since": date},
    ):
        again, body = await wire.get("/feed/", **headers)
        assert (again.status, body, again.headers["ETag"]) == (304, b"", etag)
    wrong, _ = await wire.get("/feed/", If_None_Match='"other"', If_Modified_Since=date)
    assert wrong.status == 200


async def test_the_etag_is_one_for_the_whole_site_and_every_change_moves_it(
    wire: Wire, portal: Portal, clock: HandClock
) -> None:
    post_id = publish(portal, clock, 1, "hukrim")[0]
    seen: list[str] = []
    for change in (
        lambda: None,
        lambda: portal.publish("Lain", BODY, ["daerah"]),
        lambda: portal.edit(post_id, title="Judul baru"),
        lambda: portal.withdraw(post_id),
    ):
        change()
        tags = {(await wire.get(path))[0].headers["ETag"] for path in ("/feed/", "/category/hukrim/feed/")}
        assert len(tags) == 1
        seen += tags
    assert len(set(seen)) == 4


async def test_wordpress_itself_misses_changes_within_a_second(wire: Wire, portal: Portal, clock: HandClock) -> None:
    portal.etag_from_time = True
    portal.publish("Satu", BODY, ["daerah"])
    etag = (await wire.get("/feed/"))[0].headers["ETag"]
    portal.publish("Dua", BODY, ["daerah"])
    assert (await wire.get("/feed/", If_None_Match=etag))[0].status == 304
    clock.turn(1)
    portal.publish("Tiga", BODY, ["daerah"])
    assert (await wire.get("/feed/", If_None_Match=etag))[0].status == 200


@pytest.mark.parametrize(("decoration", "shown"), [("W/", 'W/"{}"'), ("-gzip", '"{}-gzip"')])
async def test_a_decorated_etag_never_matches_as_it_is(wire: Wire, portal: Portal, decoration: str, shown: str) -> None:
    plain = portal.etag().strip('"')
    portal.etag_decoration = decoration
    answer, _ = await wire.get("/feed/")
    assert answer.headers["ETag"] == shown.format(plain)
    assert (await wire.get("/feed/", If_None_Match=answer.headers["ETag"]))[0].status == 200
    assert (await wire.get("/feed/", If_None_Match=f'"{plain}"'))[0].status == 304


async def test_a_withdrawal_moves_last_modified_back(wire: Wire, portal: Portal, clock: HandClock) -> None:
    _, newest = publish(portal, clock, 2)
    before = (await wire.get("/feed/"))[0].headers["Last-Modified"]
    portal.withdraw(newest)
    answer, _ = await wire.get("/feed/")
    assert (before, answer.headers["Last-Modified"]) == (
        "Tue, 24 Nov 2026 08:02:00 GMT",
        "Tue, 24 Nov 2026 08:01:00 GMT",
    )
    assert await titles(wire) == ["Judul 1"]
    # Who asks by date alone never learns of it: that is why feeds are also read without conditions now and then.
    assert (await wire.get("/feed/", If_Modified_Since=before))[0].status == 304


async def test_head_has_the_headers_and_no_body(wire: Wire, portal: Portal, clock: HandClock) -> None:
    publish(portal, clock, 1)
    async with wire.session.head(f"{wire.url}/feed/") as answer:
        assert (answer.status, await answer.read()) == (200, b"")
        assert answer.headers["ETag"] == portal.etag()


# Pages ----------------------------------------------------------------------------------------------------------------


async def test_an_article_has_a_page_until_it_is_withdrawn(wire: Wire, portal: Portal) -> None:
    post_id = portal.publish("Pasar <Baru>", BODY, ["daerah"])
    answer, body = await wire.get("/pasar-baru/")
    assert answer.status == 200
    assert "<h1>Pasar &lt;Baru&gt;</h1>" in body.decode()
    assert (await wire.get(f"/?p={post_id}"))[0].headers["Location"] == "/pasar-baru/"
    portal.withdraw(post_id)
    assert (await wire.get("/pasar-baru/"))[0].status == 410
    assert (await wire.get("/tidak-ada/"))[0].status == 404


async def test_the_front_page_names_the_feed(wire: Wire, portal: Portal) -> None:
    portal.publish("Judul", BODY, ["daerah"])
    _, body = await wire.get("/")
    assert f'type="application/rss+xml" title="Kabar Uji &raquo; Feed" href="{wire.url}/feed/"' in body.decode()
    assert "Disallow: /wp-admin/" in (await wire.get("/robots.txt"))[1].decode()
    assert (await wire.get("/wp-content/uploads/2026/11/a.png"))[1].startswith(b"\x89PNG")


def test_the_same_title_gets_another_address(portal: Portal) -> None:
    for _ in range(3):
        portal.publish("Jadwal Salat", BODY, ["daerah"])
    assert [post.slug for post in portal.posts] == ["jadwal-salat", "jadwal-salat-2", "jadwal-salat-3"]


def test_a_category_must_exist(portal: Portal) -> None:
    with pytest.raises(ValueError, match="olahraga"):
        portal.publish("Bola", BODY, ["olahraga"])


async def test_every_request_is_written_down(wire: Wire, portal: Portal, clock: HandClock) -> None:
    clock.turn(2)
    await wire.get("/feed/?paged=1", User_Agent="Kentongan/0")
    hit = portal.hits[0]
    assert (hit.path, hit.status, hit.at, hit.headers["user-agent"]) == ("/feed/?paged=1", 200, 2.0, "Kentongan/0")
