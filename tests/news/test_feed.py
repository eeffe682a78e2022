"""From the bytes of a feed to a document."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from bot.errors import FeedError
from bot.news.feed import read
from bot.news.item import Document, Item

URL = "https://kabar.example/feed/"
LEAD = "Warga Desa Kembang memperbaiki tanggul sungai. Pekerjaan itu selesai dalam dua hari."
NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"'
)

WORDPRESS = """
<title>Warga &#8220;Madya&#8221; Perbaiki Tanggul</title>
<link>https://kabar.example/2024/02/tanggul/?utm_source=rss&#038;utm_medium=rss</link>
<pubDate>Wed, 28 Feb 2024 06:40:00 +0000</pubDate>
<category><![CDATA[HUKUM &amp; KRIMINAL]]></category>
<category><![CDATA[DAERAH]]></category>
<category><![CDATA[Daerah ]]></category>
<guid isPermaLink="false">https://kabar.example/?p=123</guid>
<description><![CDATA[<p>Warga memperbaiki [&#8230;]</p>
<p>The post <a href="x">y</a> appeared first on <a href="z">Kabar</a>.</p>]]></description>
<content:encoded><![CDATA[<p><img src="/wp-content/1.jpg"/></p>
<p>SIDOARJO, kabar.example – Warga Desa Kembang memperbaiki
tanggul sungai. Pekerjaan itu selesai dalam dua hari.(joko)</p>]]></content:encoded>
"""


def rss(*items: str, channel: str = "<title>Kabar &amp; Desa</title><link>https://kabar.example</link>") -> bytes:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0" {NAMESPACES}><channel>{channel}{inner}</channel></rss>'.encode()


def entry(extra: str = "", *, title: str = "Judul", link: str = "https://kabar.example/1/") -> str:
    return f"<title>{title}</title><link>{link}</link>{extra}"


def one(item: str) -> Item:
    document = read(rss(item), url=URL)
    assert len(document.items) == 1, document.notes
    return document.items[0]


def fault(body: bytes) -> str:
    with pytest.raises(FeedError) as caught:
        read(body, url=URL)
    return caught.value.reason


def test_a_wordpress_item_comes_out_clean() -> None:
    document = read(rss(WORDPRESS), url=URL, content_type="application/rss+xml; charset=UTF-8")
    assert (document.title, document.link, document.version) == ("Kabar & Desa", "https://kabar.example", "rss20")
    assert document.notes == ()
    assert document.items == (
        Item(
            guid="https://kabar.example/?p=123", link="https://kabar.example/2024/02/tanggul/",
            title="Warga “Madya” Perbaiki Tanggul", labels=("HUKUM & KRIMINAL", "DAERAH"),
            published=datetime(2024, 2, 28, 6, 40, tzinfo=UTC), summary=LEAD, text=LEAD,
            image="https://kabar.example/wp-content/1.jpg",
        ),
    )  # fmt: skip


def test_atom_says_the_same() -> None:
    body = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Kabar</title><link href="https://kabar.example/"/>
        <entry><id>tag:kabar.example,2024:1</id><title type="html">Judul &amp;amp; isi</title>
        <link rel="alternate" href="/1/"/><category term="daerah" label="Daerah"/>
        <published>2024-02-28T13:40:00+07:00</published><updated>2024-02-28T14:40:00+07:00</updated>
        <content type="html">&lt;p&gt;{LEAD}&lt;/p&gt;</content></entry></feed>"""
    (item,) = read(body.encode(), url=URL).items
    assert item == Item(
        guid="tag:kabar.example,2024:1", link="https://kabar.example/1/", title="Judul & isi", labels=("Daerah",),
        published=datetime(2024, 2, 28, 6, 40, tzinfo=UTC), modified=datetime(2024, 2, 28, 7, 40, tzinfo=UTC),
        summary=LEAD, text=LEAD,
    )  # fmt: skip


TITLES = {
    "entities": ("Polisi &amp;amp; Warga", "Polisi & Warga"),
    "entities twice": ("Asy&amp;amp;#039;ari", "Asy'ari"),
    "CDATA": ("<![CDATA[Polisi & Warga]]>", "Polisi & Warga"),
    "tags": ("<![CDATA[Polisi <b>Tangkap</b> Dua<br/> Pria]]>", "Polisi Tangkap Dua Pria"),
    "tags escaped twice": ("Polisi &amp;lt;b&amp;gt;Tangkap&amp;lt;/b&amp;gt;", "Polisi Tangkap"),
    "smaller than": ("<![CDATA[Suhu < 5 derajat]]>", "Suhu < 5 derajat"),
    "whitespace": ("\n  Polisi\t Tangkap \n", "Polisi Tangkap"),
}


@pytest.mark.parametrize(("written", "title"), TITLES.values(), ids=TITLES.keys())
def test_a_title_is_one_line_of_plain_text(written: str, title: str) -> None:
    assert one(entry(title=written)).title == title


def test_the_guid_is_verbatim_and_the_link_where_there_is_none() -> None:
    strange = "  https://kabar.example/?p=7&amp;utm_source=x  "
    assert one(entry(f"<guid>{strange}</guid>")).guid == "https://kabar.example/?p=7&utm_source=x"
    assert one(entry()).guid == "https://kabar.example/1/"


def test_a_guid_that_is_an_address_serves_as_link() -> None:
    assert one("<title>Judul</title><guid>https://kabar.example/9/</guid>").link == "https://kabar.example/9/"


def test_a_guid_that_is_none_does_not() -> None:
    document = read(rss("<title>Judul</title><guid>4711</guid>"), url=URL)
    assert document.notes == ("item 1 left out: “Judul” has no link",)


def test_a_relative_link_stands_on_the_feeds_own() -> None:
    assert one(entry(link="/berita/1")).link == "https://kabar.example/berita/1"


ENCLOSURE = '<enclosure url="https://a.example/e.jpg" type="image/jpeg"/>'
CONTENT = '<media:content url="https://a.example/c.jpg" medium="image"/>'
THUMBNAIL = '<media:thumbnail url="https://a.example/t.jpg"/>'
BODY = "<description>&lt;img src='/1.jpg'&gt;&lt;img src='/2.jpg'&gt;</description>"
EMOJI = "&lt;img src='https://s.w.org/images/core/emoji/1.png'&gt;"
PIXEL = "&lt;img width='1' src='/p.gif'&gt;&lt;img src='data:image/gif;base64,R0'&gt;"

IMAGES = {
    "thumbnail first": (BODY + ENCLOSURE + CONTENT + THUMBNAIL, "https://a.example/t.jpg"),
    "then content": (BODY + ENCLOSURE + CONTENT, "https://a.example/c.jpg"),
    "then enclosure": (BODY + ENCLOSURE, "https://a.example/e.jpg"),
    "then the first of the body": (BODY, "https://kabar.example/1.jpg"),
    "no video": ('<media:content url="https://a.example/v.mp4" type="video/mp4"/>', None),
    "no sound": ('<enclosure url="https://a.example/e.mp3" type="audio/mpeg"/>', None),
    "no emoji, no pixel, no data": (f"<description>{EMOJI}{PIXEL}</description>", None),
    "lazy": ("<description>&lt;img src='data:x' data-src='/1.jpg'&gt;</description>", "https://kabar.example/1.jpg"),
    "no script": ('<media:thumbnail url="javascript:alert(1)"/>', None),
}


@pytest.mark.parametrize(("extra", "image"), IMAGES.values(), ids=IMAGES.keys())
def test_the_picture_is_the_first_of_its_sources(extra: str, image: str | None) -> None:
    assert one(entry(extra)).image == image


def test_an_editors_excerpt_stands_in_where_the_body_gives_no_summary() -> None:
    extra = f"<description>{LEAD}</description><content:encoded>&lt;p&gt;Foto-foto&lt;/p&gt;</content:encoded>"
    assert one(entry(extra)).summary == LEAD


def test_a_cut_off_excerpt_gives_no_summary_but_can_be_searched() -> None:
    item = one(entry("<description>Warga Desa Kembang memperbaiki [&amp;hellip;]</description>"))
    assert item.summary == ""
    assert item.text == "Warga Desa Kembang memperbaiki …"


def test_a_portals_own_dates_are_read() -> None:
    assert one(entry("<pubDate>Rab, 28 Feb 2024 13:40 WIB</pubDate>")).published == datetime(
        2024, 2, 28, 6, 40, tzinfo=UTC
    )
    assert one(entry("<dc:date>2024-02-28T13:40:00+07:00</dc:date>")).published == datetime(
        2024, 2, 28, 6, 40, tzinfo=UTC
    )
    assert one(entry("<pubDate>kemarin</pubDate>")).published is None


def test_an_empty_feed_is_a_document_without_items() -> None:
    assert read(rss(), url=URL) == Document("Kabar & Desa", "https://kabar.example", (), "rss20")


def test_a_bad_item_hurts_no_other_and_is_named() -> None:
    document = read(
        rss(entry(), "<link>https://kabar.example/2/</link>", "<title>Tanpa alamat</title>", entry()), url=URL
    )
    assert len(document.items) == 2
    assert document.notes == ("item 2 left out: it has no title", "item 3 left out: “Tanpa alamat” has no link")


def test_at_most_two_hundred_items_are_read() -> None:
    document = read(rss(*(entry(title=f"Judul {n}") for n in range(205))), url=URL)
    assert [document.items[0].title, document.items[-1].title, len(document.items)] == ["Judul 0", "Judul 199", 200]
    assert document.notes == ("205 items; the newest 200 were read",)


@pytest.mark.parametrize("newest_first", [True, False])
def test_of_too_many_items_the_newest_are_read_in_the_feeds_order(*, newest_first: bool) -> None:
    moments = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(230)]
    dated = [entry(f"<pubDate>{format_datetime(moment)}</pubDate>", title=f"{moment:%d-%H}") for moment in moments]
    document = read(rss(*(reversed(dated) if newest_first else dated)), url=URL)
    kept = [item.published for item in document.items]
    assert kept == sorted(moments[30:], reverse=newest_first)


def test_an_item_without_a_date_counts_as_old_as_the_one_above_it() -> None:
    dated = [entry(f"<pubDate>1 Jan {2000 + n % 20}</pubDate>", title=f"Judul {n}") for n in range(199)]
    old = [entry("<pubDate>1 Jan 1999</pubDate>", title="Tua"), entry(title="Tanpa tanggal")]
    document = read(rss(entry(title="Paling atas"), *old, *dated), url=URL)
    titles = [item.title for item in document.items]
    assert (titles[0], "Tua" in titles, "Tanpa tanggal" in titles) == ("Paling atas", False, False)
    assert len(titles) == 200


def test_a_feed_that_breaks_off_gives_what_it_had() -> None:
    whole = rss(entry(title="Satu"), entry(title="Dua"), entry(title="Tiga"))
    document = read(whole[: whole.index(b"Tiga")], url=URL)
    assert [item.title for item in document.items] == ["Satu", "Dua"]
    assert "the feed breaks off before its end, in the middle of an item" in document.notes


def test_an_address_that_breaks_off_is_no_address() -> None:
    whole = rss(entry(title="Satu"), entry(title="Dua", link="https://kabar.example/2024/02/jembatan/"))
    document = read(whole[: whole.index(b"batan/")], url=URL)
    assert [item.link for item in document.items] == ["https://kabar.example/1/"]


def test_a_feed_that_only_lacks_its_last_tag_gives_everything() -> None:
    document = read(rss(entry(title="Satu"), entry(title="Dua")).removesuffix(b"</channel></rss>"), url=URL)
    assert [item.title for item in document.items] == ["Satu", "Dua"]
    assert document.notes[-1] == "the feed breaks off before its end"


def test_a_warning_of_php_before_the_feed_is_left_out_and_noted() -> None:
    warning = b"<br />\n<b>Warning</b>: Undefined variable $x in <b>/srv/feed.php</b> on line <b>7</b><br />\n"
    document = read(warning + rss(entry()), url=URL)
    assert len(document.items) == 1
    assert document.notes == (
        "what stands before the document was left out: “Warning: Undefined variable $x in /srv/feed.php on line 7”",
    )


HUB = '<atom:link rel="hub" href="https://hub.example/" xmlns:atom="http://www.w3.org/2005/Atom"/>'
SELF = HUB.replace('"hub"', '"self"').replace("hub.example", "kabar.example/feed")
HEADS = {
    "RSS": ("<ttl>15</ttl>" + HUB + SELF, (15, "https://hub.example/", "https://kabar.example/feed/")),
    "a hub in its usual namespace": (
        HUB.replace("atom:", "").replace(":atom", ""),
        (None, "https://hub.example/", None),
    ),
    "relative": ('<link rel="self" href="/feed/"/>', (None, None, "https://kabar.example/feed/")),
    "no hub": ("<ttl>0</ttl>", (None, None, None)),
    "a time in words": ("<ttl>satu jam</ttl>", (None, None, None)),
    "a period that we do not read": (
        '<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">daily</sy:updatePeriod>',
        (None, None, None),
    ),
}


@pytest.mark.parametrize(("head", "found"), HEADS.values(), ids=HEADS.keys())
@pytest.mark.parametrize("flaw", ["", "<description>R & D</description>"], ids=["strictly", "leniently"])
def test_a_channel_says_how_often_and_where_to_subscribe(
    head: str, found: tuple[int | None, str | None, str | None], flaw: str
) -> None:
    document = read(rss(entry(), channel=head + flaw), url=URL)
    assert (document.ttl_minutes, document.hub, document.self_url) == found


def test_atom_names_its_hub_too() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="https://hub.example/"/>'
        '<link rel="self" href="https://kabar.example/atom/"/></feed>'
    )
    document = read(body.encode(), url=URL)
    assert (document.hub, document.self_url) == ("https://hub.example/", "https://kabar.example/atom/")


def test_bare_ampersands_are_read_and_noted() -> None:
    document = read(rss(entry(title="Polisi & Warga", link="https://kabar.example/?a=1&b=2")), url=URL)
    assert document.items[0].title == "Polisi & Warga"
    assert document.items[0].link == "https://kabar.example/?a=1&b=2"
    assert "malformed" in document.notes[0]


FAULTS = {
    "nothing": (b"", "empty"),
    "blanks": (b" \r\n\t\x00", "empty"),
    "a page": (b"<!doctype html><html><body><h1>Masuk</h1></body></html>", "html"),
    "a challenge": (b"<html><head><title>Just a moment...</title></head></html>", "challenge"),
    "another": (b"<html><body><script src='/aes.js'></script><script>var a=slowAES.decrypt()</script>", "challenge"),
    "a word about moments": (b"<html><body><p>Tunggu sebentar, situs sedang dirawat</p></body></html>", "html"),
    "a page that is XML": (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>', "html"),
    "words": (b"Access denied", "not_a_feed"),
    "JSON": (b'{"error": "rate limited"}', "not_a_feed"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not_a_feed"),
    "another XML": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "not_a_feed"),
    "broken off at once": (b'<?xml version="1.0"?><rss version="2.0"><channel><title>Kab', "truncated"),
    "entities in entities": (b'<!DOCTYPE r [<!ENTITY a "xx"><!ENTITY b "&a;&a;">]><rss><channel/></rss>', "entities"),
    "one large entity": (b"<!DOCTYPE r [<!ENTITY a '" + b"x" * 1000 + b"'>]><rss><channel/></rss>", "entities"),
    "two megabytes of opening brackets": (b"<" * 2_000_000, "malformed"),
    "the same within a feed": (b"<rss version='2.0'><channel>" + b"< " * 1_000_000, "malformed"),
    "nested too deeply": (b"<rss><channel>" + b"<a>" * 3000 + b"</a>" * 3000 + b"</channel></rss>", "too_deep"),
}


@pytest.mark.parametrize(("body", "reason"), FAULTS.values(), ids=FAULTS.keys())
def test_what_is_no_feed_says_which_way(body: bytes, reason: str) -> None:
    assert fault(body) == reason


def test_harmless_declarations_are_no_fault() -> None:
    body = b'<!DOCTYPE rss [<!ENTITY nbsp "&#160;">]>' + rss(entry()).removeprefix(b'<?xml version="1.0"?>')
    assert len(read(body, url=URL).items) == 1


def test_html_that_nobody_escaped_is_not_deep() -> None:
    assert (
        len(read(rss(*(entry("<description>" + "<br>" * 30 + "</description>") for _ in range(150))), url=URL).items)
        > 0
    )


def test_a_document_is_never_taken_for_a_file_or_an_address(tmp_path: Path) -> None:
    planted = tmp_path / "feed.xml"
    planted.write_bytes(rss(entry()))
    assert fault(str(planted).encode()) == "not_a_feed"
    assert fault(planted.as_uri().encode()) == "not_a_feed"
