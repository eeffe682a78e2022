"""Feeds as people and programs write them: odd, but well-formed."""

from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

_WORDS = [
    "Warga",
    "tanggul",
    "Polisi & Warga",
    "Suhu < 5°",
    "“Madya”",
    "é",
    "Â©",
    "\x93kutip\x94",
    "Asy'ari",
    "]]&gt;",
    "&amp;",
    "&#8230;",
]
_HTML = [
    "<p>Warga memperbaiki tanggul sungai. Pekerjaan itu selesai.</p>", "<br/>", "<b>tebal</b>", "<img src='/1.jpg'>",
    "<p>Baca Juga: <a href='/2/'>Banjir</a></p>", "[caption id='1']Foto[/caption]", "Kalimat satu. Kalimat dua.",
]  # fmt: skip
_SPACE = st.sampled_from(["", " ", "\n\t", "\r\n", "\xa0", "<!-- catatan -->", "<?pi x?>"])
_PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=8)
WORDS = st.lists(st.sampled_from(_WORDS) | _PLAIN, max_size=4).map(" ".join)
HTML = st.lists(st.sampled_from(_HTML) | WORDS, max_size=4).map("\n".join)
DATES = st.sampled_from([
    "Wed, 28 Feb 2024 06:40:00 +0000", "Rabu, 28 Februari 2024 - 13:40 WIB", "2024-02-28T13:40:00+07:00", "kemarin", "",
])  # fmt: skip
LINKS = st.sampled_from([
    "https://kabar.example/1/", "/berita/1", "berita?a=1&b=2", "https://kabar.example/?p=7&utm_source=x", "#atas", "",
    "http://[kabar", "//kabar.example/1", "javascript:alert(1)", "https://kabar.example/a b", "../1?x=&amp;y",
])  # fmt: skip
GUIDS = LINKS | st.sampled_from(["4711", "tag:kabar.example,2024:1", "urn:uuid:60a76c80", "HTTP://kabar.example/?p=7"])


def written(text: str) -> st.SearchStrategy[str]:
    """The text as XML: escaped, in CDATA, or partly in each, with comments and white space around."""
    forms = st.sampled_from(["escaped", "numbers", "cdata", "both"])
    return st.builds(lambda form, before, after: before + _form(text, form) + after, forms, _SPACE, _SPACE)


def _form(text: str, form: str) -> str:
    if form == "numbers":
        return "".join(f"&#{ord(c)};" if c in "<>&\"'“”…" else c for c in text)
    cdata = f"<![CDATA[{text.replace(']]>', ']]&gt;')}]]>"
    if form == "both":
        return escape(text[: len(text) // 2]) + f"<![CDATA[{text[len(text) // 2 :].replace(']]>', '')}]]>"
    return cdata if form == "cdata" else escape(text)


def element(name: str, texts: st.SearchStrategy[str], *attributes: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """`<name attributes>text</name>`."""
    inside = texts.flatmap(written)
    return st.builds(
        lambda text, *given: f"<{' '.join((name, *filter(None, given)))}>{text}</{name}>", inside, *attributes
    )


def attribute(name: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """`name="value"`, or nothing."""
    return st.just("") | values.map(lambda value: f"{name}={quoteattr(value)}")


def bare(name: str, *attributes: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """An element that holds nothing."""
    return st.tuples(*attributes).map(lambda given: f"<{' '.join((name, *filter(None, given)))}/>")


_TYPES = attribute("type", st.sampled_from(["text", "html", "text/html", "TEXT"]))
_XHTML = st.sampled_from([
    '<div xmlns="http://www.w3.org/1999/xhtml"><p class="a">Warga &lt;a&gt;. <b>Kini</b> pulang.</p><br/><p/>Ya.</div>',
    '<div xmlns="http://www.w3.org/1999/xhtml">Satu.<br/>Dua.</div>\n<div xmlns="http://www.w3.org/1999/xhtml">Tiga.</div>',
    '<p xmlns="http://www.w3.org/1999/xhtml">Warga pulang. <img src="/a b.jpg" alt="x"/><img src="/2.jpg"/></p>',
    "Hanya kata &amp; tanda.",
]).map(lambda inside: f'<content type="xhtml">{inside}</content>')  # fmt: skip
_MEDIA_TYPES = attribute("type", st.sampled_from(["image/jpeg", "Image/PNG", "video/mp4", ""]))
_MEDIUM = attribute("medium", st.sampled_from(["image", "video"]))
_PICTURES = st.sampled_from(["https://a.example/1.jpg", "/2.png?x=1&y", "x.mp4", "bukan gambar.jpg"])
_TITLES = element("title", WORDS, _TYPES)
_LABELS = WORDS | st.sampled_from(["DAERAH", "daerah", "Hukum &amp; Kriminal"])


def _media(p: str) -> list[st.SearchStrategy[str]]:
    content = bare(f"{p}:content", attribute("url", _PICTURES), _MEDIA_TYPES, _MEDIUM)
    thumbnail = bare(f"{p}:thumbnail", attribute("url", _PICTURES)) | element(f"{p}:thumbnail", _PICTURES)
    caption, title = element(f"{p}:description", WORDS, _TYPES), element(f"{p}:title", WORDS, _TYPES)
    parts = st.lists(content | thumbnail | caption | title | element(f"{p}:credit", WORDS), max_size=3).map("".join)
    return [
        content, thumbnail, caption, parts.map(lambda inside: f"<{p}:group>{inside}</{p}:group>"),
        parts.map(lambda inside: f'<{p}:content url="/3.jpg" medium="image">{inside}</{p}:content>'),
        bare(f"{p}:category", attribute("label", _LABELS), attribute("scheme", WORDS)),
    ]  # fmt: skip


def _common(p: dict[str, str]) -> list[st.SearchStrategy[str]]:
    """What may stand in an entry of any format."""
    return [
        element(f"{p['content']}:encoded", HTML), element(f"{p['dc']}:creator", WORDS),
        element(f"{p['dc']}:date", DATES),
        element(f"{p['dc']}:subject", _LABELS), element(f"{p['terms']}:issued", DATES), *_media(p["media"]),
        element(f"{p['dc']}:title", WORDS), element(f"{p['dc']}:description", HTML), element("x:entah", WORDS),
        st.just('<x:wadah><x:isi a="1">…</x:isi></x:wadah>'), st.just("<x:title>bukan judul</x:title>"),
        element("post-id", WORDS, st.just('xmlns="com-wordpress:feed-additions:1"')),
    ]  # fmt: skip


def _rss_item(p: dict[str, str]) -> st.SearchStrategy[str]:
    plain = [
        _TITLES, _TITLES, element("link", LINKS), element("link", LINKS), element("pubDate", DATES),
        element("description", HTML),
        element("guid", GUIDS, attribute("isPermaLink", st.sampled_from(["true", "false", "True"]))),
        element("category", _LABELS, attribute("domain", WORDS)), element("category", _LABELS),
        element("comments", LINKS),
        bare("enclosure", attribute("url", _PICTURES), _MEDIA_TYPES, st.just('length="1"')), element("author", WORDS),
        bare(f"{p['atom']}:link", _REL, attribute("href", LINKS), _MEDIA_TYPES),
        element("source", WORDS, attribute("url", LINKS)),
        element("content", HTML),
    ]  # fmt: skip
    core = st.tuples(_NAME, _HERE).map("".join)
    return _usable(core, plain, _common(p)).map(lambda inside: f"<item>{inside}</item>")


_REL = attribute("rel", st.sampled_from(["alternate", "self", "hub", "enclosure", "replies", "Alternate"]))
_PERSON = st.just("<author><name>Joko</name><uri>/joko</uri></author>")


def _atom_entry(p: dict[str, str]) -> st.SearchStrategy[str]:
    plain = [
        _TITLES, _TITLES, element("id", GUIDS), element("published", DATES), element("updated", DATES), _XHTML, _PERSON,
        bare("link", _REL, attribute("href", LINKS), _TYPES), bare("link", attribute("href", LINKS)),
        bare("category", attribute("term", _LABELS), attribute("label", _LABELS), attribute("scheme", WORDS)),
        element("summary", HTML, _TYPES), element("content", HTML, _TYPES), element("issued", DATES),
        element("modified", DATES),
        st.just('<source><title>Asal</title><id>urn:x</id><link href="/asal"/><updated>2020-01-01</updated></source>'),
        element("rights", WORDS, _TYPES),
    ]  # fmt: skip
    core = st.tuples(_NAME, st.just('<link href="/1/"/>')).map("".join)
    return _usable(core, plain, _common(p)).map(lambda inside: f"<entry>{inside}</entry>")


def _shuffled(*groups: list[st.SearchStrategy[str]], least: int = 0) -> st.SearchStrategy[str]:
    """A handful of the parts, in any order, some of them twice, white space between."""
    part = st.one_of(*(st.one_of(*group) for group in groups))
    return st.lists(st.tuples(part, _SPACE).map("".join), min_size=least, max_size=10).map("".join)


def _usable(core: st.SearchStrategy[str], *groups: list[st.SearchStrategy[str]]) -> st.SearchStrategy[str]:
    """Parts with what an item cannot do without among them, or (one in four) without."""
    cores = st.one_of(core, core, core, st.just(""))
    return st.tuples(_shuffled(*groups), cores, _shuffled(*groups, least=2)).map("".join)


_NAME = element("title", st.sampled_from(["Judul & isi", "Satu <b>dua</b>"]))
_HERE = st.sampled_from(
    ["<link>/1/</link>", "<link>https://kabar.example/2/</link>", "<guid>https://kabar.example/3/</guid>"]
)


_IMAGE = "<image><url>/logo.png</url><title>Logo</title><link>https://kabar.example/</link></image>"


def _channel(p: dict[str, str]) -> st.SearchStrategy[str]:
    hub = bare(f"{p['atom']}:link", _REL, attribute("href", LINKS))
    parts = [
        element("title", WORDS), element("link", LINKS), element("description", HTML),
        element("language", st.just("id")), hub,
        hub, element("ttl", st.sampled_from(["15", "0", "x", " 60 "])), element("lastBuildDate", DATES),
        st.just(_IMAGE),
        element("copyright", WORDS), element("category", WORDS), element(f"{p['dc']}:date", DATES),
        element("x:entah", WORDS),
        st.just("<skipHours><hour>1</hour></skipHours>"),
    ]  # fmt: skip
    return _shuffled(parts)


def _head_of_atom() -> st.SearchStrategy[str]:
    link = bare("link", _REL, attribute("href", LINKS))
    parts = [
        _TITLES, element("id", GUIDS), link, link, element("updated", DATES), element("subtitle", HTML, _TYPES),
        _PERSON,
        element("generator", WORDS), element("icon", LINKS),
    ]  # fmt: skip
    return _shuffled(parts)


_USUAL = {"content": "content", "dc": "dc", "terms": "dcterms", "media": "media", "atom": "atom"}
_OTHER = {"content": "isi", "dc": "ns1", "terms": "ns2", "media": "m", "atom": "a10"}
_ADDRESSES = {
    "content": "http://purl.org/rss/1.0/modules/content/", "dc": "http://purl.org/dc/elements/1.1/",
    "terms": "http://purl.org/dc/terms/", "media": "http://search.yahoo.com/mrss/",
    "atom": "http://www.w3.org/2005/Atom",
}  # fmt: skip
_BASE = attribute("xml:base", st.sampled_from(["https://dasar.example/a/", "/b/", ""]))


def _namespaces(p: dict[str, str], *, atom: bool) -> str:
    bound = {p[name]: address for name, address in _ADDRESSES.items() if atom or name != "atom"} | {"x": "urn:entah"}
    return " ".join(f'xmlns:{prefix}="{address}"' for prefix, address in bound.items())


def _rss(p: dict[str, str]) -> st.SearchStrategy[str]:
    version = st.sampled_from(["2.0", "0.91", "0.92", "1.0", ""])
    items = st.lists(_rss_item(p), min_size=1, max_size=3).map("".join)
    return st.builds(
        lambda version, base, *inside: (
            f'<rss version="{version}" {_namespaces(p, atom=True)} {base}><channel>{"".join(inside)}</channel></rss>'
        ),
        version, _BASE, _channel(p), items, _SPACE,
    )  # fmt: skip


def _atom(p: dict[str, str]) -> st.SearchStrategy[str]:
    kind = st.sampled_from(['xmlns="http://www.w3.org/2005/Atom"', 'version="0.3" xmlns="http://purl.org/atom/ns#"'])
    entries = st.lists(_atom_entry(p), min_size=1, max_size=3).map("".join)
    return st.builds(
        lambda kind, base, head, entries: f"<feed {kind} {_namespaces(p, atom=False)} {base}>{head}{entries}</feed>",
        kind, _BASE, _head_of_atom(), entries,
    )  # fmt: skip


def _rdf(p: dict[str, str]) -> st.SearchStrategy[str]:
    kind = st.sampled_from(["http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/"])
    about = attribute("rdf:about", GUIDS)
    items = st.lists(
        st.builds(
            lambda item, about: item.replace("<item>", f"<item {about}>", 1), _rss_item(_USUAL | {"atom": "x"}), about
        ),
        min_size=1,
        max_size=3,
    ).map("".join)
    rdf = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    return st.builds(
        lambda kind, head, items: (
            f'<rdf:RDF xmlns="{kind}" {rdf} {_namespaces(_USUAL, atom=False)}>'
            f"<channel>{head}</channel>{items}</rdf:RDF>"
        ),
        kind, _channel(p | {"atom": "x"}), items,
    )  # fmt: skip


_BEFORE = st.sampled_from(
    ["", '<?xml version="1.0" encoding="UTF-8"?>', '<?xml version="1.0"?>\n<!-- dibuat oleh -->\n']
)
FEEDS = st.builds(
    lambda before, feed: before + feed,
    _BEFORE, st.one_of(_rss(_USUAL), _rss(_OTHER), _atom(_USUAL), _atom(_OTHER), _rdf(_USUAL)),
)  # fmt: skip
