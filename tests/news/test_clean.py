"""From an article's HTML to its text: each case is one habit of a portal or its theme."""

import time

import pytest

from bot.news.clean import LONGEST, clean

TITLE = "Warga Perbaiki Tanggul Sungai"
ONE = "Warga Desa Kembang memperbaiki tanggul sungai secara bergotong royong."
TWO = "Pekerjaan itu selesai dalam dua hari, kata kepala desa."
BODY = f"{ONE}\n\n{TWO}"
P1, P2 = f"<p>{ONE}</p>", f"<p>{TWO}</p>"

CLUTTER = {
    "nothing else": P1 + P2,
    "divs": f"<div>{ONE}</div><div>{TWO}</div>",
    "two breaks": f"{ONE}<br><br />{TWO}",
    "one break": f"{ONE}<br>{TWO}",
    "plain text with an empty line": f"{ONE}\r\n   \r\n{TWO}",
    "source wrapped in the middle": P1.replace(" secara", "\n   secara") + P2,
    "a break in the middle of a sentence": P1.replace(" secara", "<br>secara") + P2,
    "inline tags": P1.replace("Kembang", "<b>Kem</b>bang").replace("sungai", "<a href='/x'>sungai</a>") + P2,
    "entities": P1.replace("Desa Kembang", "Desa&nbsp;Kembang") + P2,
    "soft hyphens": P1.replace("bergotong", "ber&shy;gotong\u200b") + P2,
    "title repeated": f"<h1>{TITLE}</h1><p><strong>{TITLE}</strong></p><p>{TITLE.upper()}.</p>" + P1 + P2,
    "crumbs": f"<p>Home / BERITA UTAMA / DAERAH</p>{P1}{P2}",
    "a crumb in a list": f"<li>EKONOMI</li>{P1}{P2}",
    "date line": f"<p>Rabu, 28 Februari 2024 - 13:40 WIB</p>{P1}{P2}",
    "original date": f"<p><em>Tanggal asli: Selasa 17-02-2026,20:00 WIB</em></p>{P1}{P2}",
    "reporter and editor": f"<p><b>Reporter:</b> Sari | <b>Editor:</b> Joko</p>{P1}{P2}<p>Editor : Joko</p>",
    "share bar": f"{P1}{P2}<p>&nbsp;</p><p>Share :</p><p>Facebook</p><p>WhatsApp</p>",
    "share bar at the end of a paragraph": P1 + P2.replace("</p>", " Share :</p>"),
    "share bar by its class": f"{P1}{P2}<div class='sharedaddy sd-sharing'><h3>Bagikan:</h3><p>Klik di sini.</p></div>",
    "baca juga as a paragraph": f"{P1}<p>BACA JUGA:Harga Cabai Naik! Ini Kata Pedagang.</p>{P2}",
    "baca juga with a link": f"{P1}<p><b>Baca Juga:</b> <a href='/x'>Harga Cabai Naik. Ini Sebabnya</a></p>{P2}",
    "baca juga within a paragraph": P1.replace("</p>", " Baca juga: <a href='/x'>Harga Cabai Naik</a></p>") + P2,
    "baca juga between two sentences": f"<p>{ONE} <a href='/x'>Baca Juga: Harga Cabai Naik</a></p>{P2}",
    "baca juga in brackets": P1 + P2.replace("</p>", " (Baca Juga: <a href='/x'>Harga Cabai Naik</a>)</p>"),
    "baca juga and a list of headlines": (
        f"{P1}{P2}<p>Baca Juga</p><p>BERITA UTAMA</p><p>Kapolres Kunjungi Pesantren di Puri</p>"
        "<p>BERITA UTAMA</p><p>Cabai Naik, Warga Bingung?</p>"
    ),
    "a box of related stories": f"{P1}<div class='baca-juga'><h4>Baca Juga</h4><li><a>Cabai Naik</a></li></div>{P2}",
    "a widget of headings": f"<h3>Cabai Naik</h3><h3>Siapa Dia?</h3><p>Catatan Harian</p><h3>Lain</h3>{P1}{P2}",
    "a widget in the middle": f"{P1}<h3>Cabai Naik. Bingung.</h3><p>Catatan Harian</p><li>1</li><li>2</li>{P2}",
    "a bold question as subheading": f"{P1}<p><strong>Siapa yang membantu warga?</strong></p>{P2}",
    "figure caption": f"<figure><img src='a.jpg'><figcaption>Warga bekerja.</figcaption></figure>{P1}{P2}",
    "classic caption": f"<div><img src='a.jpg'><p class='wp-caption-text'>Warga bekerja.</p></div>{P1}{P2}",
    "caption with its source": f"<p>Warga bekerja di tepi sungai. (Foto: dok. Desa Kembang)</p>{P1}{P2}",
    "caption that comes again": f"<p>Warga bekerja. (Sumber: Desa)</p>{P1}<p>Warga bekerja. (Sumber: Desa)</p>{P2}",
    "caption between hyphens": f"<p><em>Warga bekerja di tepi sungai.-Sari Dewi-</em></p>{P1}{P2}",
    "caption behind two hyphens": f"<p>Warga bekerja.--Freepik</p><p>Warga lain.-- AI generated</p>{P1}{P2}",
    "illustration": f"<p>Ilustrasi. Tanggul sungai. (Sumber: Desa)</p>{P1}{P2}",
    "caption above the dateline": f"<p>Warga sedang bekerja.</p><p>SIDOARJO, KABAR.ID - {ONE}</p>{P2}",
    "dateline in bold": f"<p><strong>SIDOARJO, kabar.id</strong> – {ONE}</p>{P2}",
    "byline": P1 + P2.replace("</p>", "(jokosusilo)</p>"),
    "byline of its own": f"{P1}{P2}<p>(joko/red)</p>",
    "footer": f"{P1}{P2}<p>The post <a href='/x'>{TITLE}</a> appeared first on <a href='/'>Kabar Desa</a>.</p>",
    "footer without links": f"{P1}{P2}<p>The post {TITLE} appeared first on Kabar Desa.</p>",
    "footer in Indonesian": f"{P1}{P2}<p>Artikel <a>{TITLE}</a> pertama kali tampil pada <a>Kabar</a>.</p>",
    "footer in any language": f"{P1}{P2}<p>L’article <a>{TITLE}</a> est apparu en premier sur <a>Kabar</a>.</p>",
    "footer of a partner": f"{P1}{P2}<p>Artikel ini telah tayang di Kabar.com dengan judul Tanggul.</p>",
    "tags": f"{P1}{P2}<h3>Tags</h3><p>Tags: tanggul, sungai</p>",
    "follow us": f"{P1}{P2}<p>Ikuti berita terbaru Kabar Desa di Google News.</p>",
    "obfuscated address": f"<p>Warga bekerja sore[email protected]</p>{P1}{P2}",
    "scripts and styles": f"<style>p{{}}</style>{P1}<script>alert('Halo.')</script><iframe>Video.</iframe>{P2}",
    "comment": f"{P1}<!-- iklan: Beli sekarang. -->{P2}",
    "continue reading": P1 + P2.replace("</p>", " <a href='/x'>Continue reading <span>Warga</span></a></p>"),
    "the body twice": P1 + P2 + P1 + P2,
}  # fmt: skip


@pytest.mark.parametrize("html", CLUTTER.values(), ids=CLUTTER.keys())
def test_the_article_is_left(html: str) -> None:
    assert clean(html, TITLE) == BODY


KEPT = {
    "title within a sentence": (f"<p>{TITLE} menjadi berita hari ini.</p>", f"{TITLE} menjadi berita hari ini."),
    "baca juga as words": ("<p>Di sana anak bisa baca juga dongeng.</p>", "Di sana anak bisa baca juga dongeng."),
    "selengkapnya as a word": ("<p>Data selengkapnya ada di kantor desa.</p>", "Data selengkapnya ada di kantor desa."),
    "berita as a word": (
        "<p>Berita itu pertama kali muncul di media sosial pada Senin.</p>",
        "Berita itu pertama kali muncul di media sosial pada Senin.",
    ),
    "a post that was issued": (
        "<p>Petugas di pos jaga mengatakan surat itu telah terbit pada Senin.</p>",
        "Petugas di pos jaga mengatakan surat itu telah terbit pada Senin.",
    ),
    "iklan as a word": ("<p>Iklan rokok dilarang di dekat sekolah.</p>", "Iklan rokok dilarang di dekat sekolah."),
    "two hyphens as a dash": (
        "<p>Panitia menolak usul itu -- tanpa kecuali.</p>", "Panitia menolak usul itu -- tanpa kecuali.",
    ),
    "a source in a sentence": ("<p>Inflasi lima persen (sumber: BPS).</p>", "Inflasi lima persen (sumber: BPS)."),
    "a list that was announced": (
        f"{P1}<p>Syarat mendaftar sebagai berikut:</p><ul><li>Kartu Keluarga</li><li>KTP</li></ul>",
        "berikut:\n\nKartu Keluarga\n\nKTP",
    ),
    "a paragraph without its full stop": (
        f"{P1}<p>Acara itu ditutup dengan doa bersama di balai desa</p>",
        f"{ONE}\n\nAcara itu ditutup dengan doa bersama di balai desa",
    ),
    "prices": (f"{P1}<table><tr><td>Beras Rp 12.500 per kg.</td></tr></table>", f"{ONE}\n\nBeras Rp 12.500 per kg."),
    "smaller than": ("<p>Suhu &lt; 5 derajat &amp; lembap.</p>", "Suhu < 5 derajat & lembap."),
    "a long lead above what looks like a dateline": (f"{P1}<p>{TWO * 5}</p><p>PSSI – Ketua umum hadir.</p>", ONE),
    "a heading that is a paragraph": (f"<h4>{'kata ' * 30}berakhir.</h4>", f"{'kata ' * 30}berakhir."),
    "a share-named wrapper": (f"<div class='post-content share-this'>{P1}{P2 * 20}</div>", BODY),
}  # fmt: skip


@pytest.mark.parametrize(("html", "text"), KEPT.values(), ids=KEPT.keys())
def test_what_only_looks_like_clutter_stays(html: str, text: str) -> None:
    assert text in clean(html, TITLE)


def test_a_link_over_two_lines_leaves_no_mark() -> None:
    for breaks in ("\n\n", "<br>", "</p><p>"):
        assert clean(f"<p>{ONE}{breaks}Mereka <a href='/x'>membawa cangkul.{breaks}Semua</a> pulang.</p>", TITLE) == (
            f"{ONE}\n\nMereka membawa cangkul.\n\nSemua pulang."
        ).replace("\n\n", " " if breaks == "\n\n" else "\n\n")


SPACED = {
    "an amount": ("<p>Hadiah gratisRp450.000 dibagikan.</p>", "Hadiah gratis Rp450.000 dibagikan."),
    "a bracket": ("<p>Layanan bayar(BNPL) ditutup.</p>", "Layanan bayar (BNPL) ditutup."),
    "a comma": ("<p>Pada 2026,warga pindah.</p>", "Pada 2026, warga pindah."),
    "a blank before a comma": ("<p>Jelang Imlek , warga berbelanja .</p>", "Jelang Imlek, warga berbelanja."),
    "a link glued to its words": ("<p>Warga minta<a>air bersih</a>segera.</p>", "Warga minta air bersih segera."),
    "a link and its suffix": ("<p>Warga memuji <a>bupati</a>nya.</p>", "Warga memuji bupatinya."),
    "a decimal stays": ("<p>Naik 12,5 persen dan 1,5juta.</p>", "Naik 12,5 persen dan 1,5juta."),
    "an address stays": ("<p>Buka https://a.example/b,cd sekarang.</p>", "Buka https://a.example/b,cd sekarang."),
    "a word stays": ("<p>Sinar mataharipagi hangat.</p>", "Sinar mataharipagi hangat."),
    "dots with a gap stay": ("<p>Ia diam ... lalu pergi.</p>", "Ia diam ... lalu pergi."),
    "bold within a word stays": ("<p>Desa <b>Kem</b>bang sepi.</p>", "Desa Kembang sepi."),
}


@pytest.mark.parametrize(("html", "text"), SPACED.values(), ids=SPACED.keys())
def test_lost_blanks_come_back_where_only_one_reading_is_possible(html: str, text: str) -> None:
    assert clean(html, TITLE) == text


def test_a_cut_off_text_says_so() -> None:
    for mark in ("...", " …", " [&hellip;]", " [...]", "....", " (…)"):
        assert clean(f"<p>{ONE} Menurut kepala{mark}</p>", TITLE) == f"{ONE} Menurut kepala …"
        assert clean(f"<p>…{mark}</p>", TITLE) == ""


def test_an_ellipsis_of_its_own_stands_without_a_blank_before_it() -> None:
    assert clean(f"<p>{ONE}</p><p>… <b>Reporter:</b> Aldi</p><p>a …</p>", TITLE) == f"{ONE}\n\na …"
    assert clean(f"<p>{ONE}</p><p>… … (joko)</p>", TITLE) == f"{ONE}\n\n… …"


def test_nothing_comes_of_nothing() -> None:
    for html in ("", "   ", "<p></p>", "<img src='a.jpg'>", "<!-- -->", "<script>x</script>", f"<p>{TITLE}</p>"):
        assert clean(html, TITLE) == ""


def test_a_book_is_cut_between_two_words() -> None:
    text = clean(f"<p>{ONE}</p>" + "".join(f"<p>Kalimat nomor {n} dari banyak.</p>" for n in range(2000)), TITLE)
    assert LONGEST - 20 < len(text) <= LONGEST
    assert text.endswith(" …")


HOSTILE = {
    "deep": "<div>" * 100_000 + ONE,
    "only opening brackets": "<" * 300_000,
    "open tags": "<p>" * 100_000,
    "dots": "a." * 100_000,
    "brackets": "(" * 100_000 + ")" * 100_000,
    "quotes": '"' * 100_001,
    "hyphens": "a-" * 100_000,
    "blanks": " " * 300_000 + "a",
    "read more": "Baca Juga: " * 20_000,
    "the post": "The post " * 20_000,
    "ellipses": "… " * 100_000,
    "captions": "[caption id=1]" * 20_000 + "[/caption]",
    "shortcodes": "[vc_row " * 40_000 + "[a_" + "b" * 10_000,
    "empty links": "<a></a>" * 40_000 + "b",
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_html_costs_little(html: str) -> None:
    started = time.process_time()
    assert len(clean(html, TITLE)) <= LONGEST
    assert time.process_time() - started < 2.5
