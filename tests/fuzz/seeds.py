"""Where the fuzzer starts from: one small, honest input for each form, and the words that inputs are made of."""

_RSS = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Kabar Desa</title><link>https://kabar.example</link>'
    '<atom:link rel="hub" href="https://hub.example/"/><ttl>15</ttl>'
    '<item><title>Jembatan &amp; tanggul</title><link>/1/</link><guid isPermaLink="false">https://kabar.example/?p=1</guid>'
    "<pubDate>Wed, 28 Feb 2024 06:40:00 +0000</pubDate><dc:creator><![CDATA[redaksi]]></dc:creator>"
    "<category><![CDATA[DAERAH]]></category><description>&lt;p&gt;Warga pulang.&lt;/p&gt;</description>"
    '<content:encoded><![CDATA[<p>Warga <b>pulang</b>.</p>]]></content:encoded><media:thumbnail url="/1.jpg"/>'
    '<enclosure url="/2.jpg" type="image/jpeg"/></item></channel></rss>'
)
_ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://kabar.example/"><title>Kabar</title>'
    '<link rel="self" href="feed"/><link href="/"/><entry><id>tag:kabar.example,2024:1</id>'
    '<title type="html">Judul &amp;amp; isi</title><link href="1"/><category term="daerah" label="Daerah"/>'
    "<published>2024-02-28T13:40:00+07:00</published><updated>2024-02-28T14:40:00+07:00</updated>"
    '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Warga pulang.</p></div></content></entry>'
    "</feed>"
)
_RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://kabar.example/"><title>Kabar</title>'
    '<link>https://kabar.example/</link></channel><item rdf:about="https://kabar.example/1/"><title>Judul</title>'
    "<link>https://kabar.example/1/</link><dc:date>2024-02-28T13:40:00+07:00</dc:date><dc:subject>DAERAH</dc:subject>"
    "<description>Warga pulang.</description></item></rdf:RDF>"
)
_ARTICLE = (
    "Warga Perbaiki Jembatan\n<p><img src='/1.jpg'></p><p>SIDOARJO, kabar.example – Warga memperbaiki jembatan, "
    "Rabu (28/2/2024). “Kami bergiliran,” kata H. Slamet, S.Pd.</p><p><strong>Baca Juga: <a href='/2'>Banjir</a>"
    "</strong></p><ul><li>Rp 1.500</li></ul><p>Pekerjaan selesai dalam dua hari. (joko)</p><p>The post "
    "<a href='/1'>Warga Perbaiki Jembatan</a> appeared first on <a href='/'>Kabar</a>.</p>"
)
SEEDS: dict[str, tuple[str, ...]] = {
    "parser": (_RSS, _ATOM, _RDF, "<!doctype html><title>Tunggu</title>", "<rss><channel><item><title>a<b</title>"),
    "date": (
        "Rabu, 28 Februari 2024 - 13:40 WIB", "Wed, 28 Feb 2024 06:40:00 +0000", "2024-02-28T13:40:00.5+07:00",
        "28/02/2024 13.40 WITA", "Feb 28th, 2024 at 1:40 pm", "28-Agt-24 (WIT)", "Jum'at, 1 Mei 2026 pukul 07.05 GMT+7",
    ),
    "cleaner": (_ARTICLE, "Judul\n\n[caption id='1']Foto[/caption] Teks saja.\n\nBaris dua.", "J\n<table><td>a.</td>"),
    "splitter": (
        "Moh. Slamet, S.H., M.Si. datang. “Sudah.” Ia pulang! Harganya Rp. 1.500,50 per kg…",
        "Kata Reuters.Hasil sementara. No. 7, Jl. Mawar (dekat PT. Maju). Selesai...",
    ),
}  # fmt: skip
SEEDS["readers"] = SEEDS["parser"][:3]

WORDS: dict[str, tuple[str, ...]] = {
    "parser": (
        "<item>", "</item>", "<entry>", "</entry>", "<channel>", "<rss", "<feed", "<rdf:RDF", "<title>", "</title>",
        "<link>",
        "<guid", "isPermaLink=", "<pubDate>", "<dc:date>", "<dc:subject>", "<category", "term=", "label=", "scheme=",
        "<description>", "<content:encoded>", "<summary", "<content", 'type="xhtml"', 'type="html"', 'mode="escaped"',
        "<media:content", "<media:group>", "<media:thumbnail", "<enclosure", "url=", "href=", "rel=", "xml:base=",
        "xml:lang=", "xmlns=", "xmlns:a=", "<![CDATA[", "]]>", "<!--", "-->", "<!DOCTYPE", "<!ENTITY", "&amp;", "&lt;",
        "&nbsp;", "&#", "&#x", "<?xml", "<?", "?>", "encoding=", "<author>", "<source>", "<image>", "<textinput>",
        "<ttl>",
        "<cloud", "<updated>", "<published>", "<atom:link", "http://", "base64",
    ),
    "date": (
        "Rabu, ", "Februari", "Mei", "Agu", "Okt", "Des", "WIB", "WITA", "WIT", "GMT+7", "pukul", "am", "pm", "T",
        "Z", "+07:00",
        "99999999", "²", "٣",
    ),
    "cleaner": (
        "<p>", "</p>", "<br>", "<div>", "<strong>", "<em>", "<blockquote>", "<h2>", "<li>", "<td>", "<a href=",
        "</a>", "Baca Juga",
        "[caption", "[/caption]", "class=", "share", "related", "style=", "display:none", "<script>", "<svg>", "<math>",
        "<template>", "<plaintext>", "appeared first on", "– ", "(joko)", "[…]", "&hellip;", "&#xE000;", "Editor:",
    ),
    "splitter": ("“", "”", '"', "…", "...", "?!", "S.Pd.", "No. ", "Jl. ", "Rp. ",  "(", ")", "\n", "\u2028", "a.com"),
}  # fmt: skip
WORDS["readers"] = WORDS["parser"]
