"""What the strict reader takes, and what it leaves to the lenient one."""

import pytest

from bot.news import lenient, strict
from bot.news.encoding import decoded
from tests.fuzz.targets import both

RSS = '<?xml version="1.0"?><rss version="2.0"{more}><channel><title>Kabar</title>{head}{items}</channel></rss>'
ITEM = "<item><title>Judul</title><link>https://kabar.example/1/</link>{}</item>"
MEDIA = ' xmlns:media="http://search.yahoo.com/mrss/"'
DC = ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
CONTENT = ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'


def rss(inside: str = "", *, head: str = "", more: str = "") -> str:
    return RSS.format(more=more, head=head, items=ITEM.format(inside))


def atom(inside: str, *, namespace: str = "http://www.w3.org/2005/Atom", more: str = "") -> str:
    entry = f'<entry><title>Judul</title><id>urn:1</id><link href="https://kabar.example/1/"/>{inside}</entry>'
    return f'<feed xmlns="{namespace}"{more}><title>Kabar</title>{entry}</feed>'


XHTML = '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{}</div></content>'
TAKEN = {
    "RSS": rss(),
    "RSS 0.91": rss().replace("2.0", "0.91"),
    "a comment and an instruction inside a title": rss().replace("Judul", "Ju<!-- -->d<?x y?>ul<![CDATA[ & isi]]>"),
    "a warning before it": "<br />\n<b>Warning</b>: x<br />\n" + rss(),
    "WordPress's namespaces": rss(
        "<dc:creator>joko</dc:creator><dc:subject>Daerah</dc:subject><content:encoded>&lt;p&gt;Isi.</content:encoded>"
        '<wfw:commentRss>x</wfw:commentRss><slash:comments>0</slash:comments><post-id xmlns="com-wp:1">7</post-id>',
        more=DC + CONTENT + ' xmlns:wfw="http://wellformedweb.org/CommentAPI/" '
        'xmlns:slash="http://purl.org/rss/1.0/modules/slash/"',
    ),
    "other prefixes": rss(
        "<b:date>2024-02-28</b:date><c:encoded>Isi.</c:encoded>",
        more=(DC + CONTENT).replace(":dc", ":b").replace(":content", ":c", 1),
    ),
    "pictures in a group": rss(
        '<media:group><media:content url="/1.jpg" medium="image"><media:description>Foto.</media:description>'
        '</media:content><media:thumbnail url="/2.jpg"/><media:title>Foto</media:title></media:group>',
        more=MEDIA,
    ),
    "a picture's words after the story's": rss(
        "<description>Warga pulang.</description><media:description>Foto: joko.</media:description>", more=MEDIA
    ),
    "a picture without words, but with a comment": rss(
        "<content:encoded>Isi.</content:encoded><description>Warga pulang.</description>"
        "<media:description><!-- foto --><?x y?></media:description>",
        more=MEDIA + CONTENT,
    ),
    "a place": rss("<georss:point>-7.4 112.7</georss:point>", more=' xmlns:georss="http://www.georss.org/georss"'),
    "words that were encoded twice": rss("<description>CafÃ© di KotÃ¡</description>"),
    "nobody's elements": rss('<x:a><x:title>Bukan</x:title></x:a><x:b c="1"/>', more=' xmlns:x="urn:x"'),
    "a source": rss('<source url="https://a.example/feed">Asal</source>'),
    "Atom": atom("<published>2024-02-28T13:40:00+07:00</published><summary>Isi.</summary>"),
    "Atom 0.3": atom(
        '<issued>2024-02-28</issued><content type="text/html" mode="escaped">&lt;p&gt;Isi.&lt;/p&gt;</content>',
        namespace="http://purl.org/atom/ns#",
        more=' version="0.3"',
    ),
    "XHTML": atom(XHTML.format('<p class="a">Satu &amp; dua.<br/>Tiga.</p><p/><img src="/a b.jpg"/>')),
    "a base": atom(
        '<link rel="enclosure" type="image/png" href="1.png"/>', more=' xml:base="https://dasar.example/a/"'
    ),
    "a base that only one element names": atom(
        XHTML.replace("<content", '<content xml:base="/x/"').format("<p>Isi.</p>")
    ),
}


@pytest.mark.parametrize("feed", TAKEN.values(), ids=TAKEN.keys())
def test_what_is_plain_is_taken_and_read_like_the_lenient_reader_does(feed: str) -> None:
    strictly, leniently = both(feed.encode())
    assert strictly is not None
    assert len(strictly.items) == 1
    assert strictly == leniently


BOMB = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
LEFT = {
    "only a picture's title, behind a source": rss(
        "<source>Asal</source><media:title>Foto</media:title>", more=MEDIA
    ).replace("<title>Judul</title>", ""),
    "a DOCTYPE": '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "x.dtd">' + rss().split("?>")[1],
    "an entity bomb": BOMB + rss().split("?>")[1],
    "an entity that nobody declared": rss("<description>a&nbsp;b</description>"),
    "a bare ampersand": rss("<description>R & D</description>"),
    "an unclosed tag": rss("<description>"),
    "what follows the end": rss() + "<br/>",
    "a prefix that nobody declared": rss("<dc:date>2024</dc:date>"),
    "markup where text belongs": rss("<description><p>Isi</p></description>"),
    "an item in an item": rss(ITEM.format("")),
    "a usual prefix for something else": rss("<dc:date>2024</dc:date>", more=' xmlns:dc="http://purl.org/dc/terms/"'),
    "pictures of pictures": rss(more=' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"').replace(
        "</link>", "</link><itunes:summary>Isi.</itunes:summary>", 1
    ),
    "three hundred elements deep": rss("<x:a>" * 300 + "</x:a>" * 300, more=' xmlns:x="urn:x"'),
    "another kind of XML": '<svg xmlns="http://www.w3.org/2000/svg"/>',
    "no XML": "Access denied",
    "a feed's element inside XHTML": atom(XHTML.format("<p>Isi.</p><title>Bukan</title>")),
    "binary content": atom('<content type="image/png">aXNp</content>'),
    "two channels": rss().replace("</rss>", "<channel/></rss>"),
}


@pytest.mark.parametrize("feed", LEFT.values(), ids=LEFT.keys())
def test_what_is_not_plain_is_left_to_the_lenient_reader(feed: str) -> None:
    assert strict.read(decoded(feed.encode(), None)) is None


def test_no_file_is_ever_read() -> None:
    """Neither by a DOCTYPE nor by XInclude."""
    evil = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + rss().split("?>")[1].replace("Judul", "&x;")
    include = rss('<xi:include href="/etc/passwd" parse="text"/>', more=' xmlns:xi="http://www.w3.org/2001/XInclude"')
    assert strict.read(evil) is None
    raw = strict.read(include)
    assert raw is not None
    assert "root:" not in repr(raw)
    assert "root:" not in repr(lenient.read(include))
