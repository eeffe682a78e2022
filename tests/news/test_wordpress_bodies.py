"""Bodies as WordPress, its editors and its plugins write them, and the summary that a reader gets."""

import pytest

from bot.news.clean import clean
from bot.news.summary import LONGEST, summarise

TITLE = "Warga Perbaiki Tanggul Sungai"
A = "Warga Desa Kembang memperbaiki tanggul sungai secara bergotong royong sejak Senin pagi."
B = "Pekerjaan itu selesai dalam dua hari, kata Kepala Desa Kembang, Suyitno."
C = "Biaya perbaikan berasal dari iuran warga dan dana desa."
P1, P2 = f"<p>{A}</p>", f"<p>{B}</p>"
PP = P1 + P2

BODIES = {
    # The block editor
    "paragraph blocks": f"<!-- wp:paragraph -->\n{P1}\n<!-- /wp:paragraph -->\n\n<!-- wp:paragraph -->\n{P2}",
    "image block": f"<figure class='wp-block-image'><img src='a'><figcaption>Warga.</figcaption></figure>{PP}",
    "quotation on top": (
        f"<blockquote class='wp-block-quote'><p>Kami tidak menunggu.</p><cite>Suyitno</cite></blockquote>{PP}"
    ),
    "pull quote": f"{P1}<figure class='wp-block-pullquote'><blockquote><p>Kami siap.</p></blockquote></figure>{P2}",
    "group": f"<div class='wp-block-group'><div class='wp-block-group__inner-container'>{PP}</div></div>",
    "latest posts": f"<ul class='wp-block-latest-posts'><li><a href='x'>Cabai naik. Warga bingung.</a></li></ul>{PP}",
    "video": f"<figure class='wp-block-embed is-type-video'><div>https://video.example/watch?v=a</div></figure>{PP}",
    "a naked address": f"<p>https://video.example/watch?v=abc</p>{P1}<p>https://kicau.example/a/1</p>{P2}",
    "button": f"{P1}<div class='wp-block-buttons'><div class='wp-block-button'><a>Daftar di sini.</a></div></div>{P2}",
    "table on top": f"<figure><table><tr><td>Dusun A</td><td>12 orang.</td></tr></table></figure>{PP}",
    "list on top": f"<ul><li>Tanggul jebol Minggu malam.</li><li>Warga turun tangan.</li></ul>{PP}",
    "headings on top": f"<h2>Gotong royong di Kembang</h2><h3>Tanggul jebol.</h3>{PP}",
    "second page": f"{P1}<!--nextpage-->{P2}",
    # The classic editor
    "bare text": f"{A}\r\n\r\n{B}\r\n\r\n{C}",
    "caption shortcode": (
        f"[caption id='a_1' width='3']<img src='a.jpg' /> Warga di tepi sungai.[/caption]\r\n\r\n{A}\r\n\r\n{B}"
    ),
    "caption shortcode beside the lead": f"<p>[caption width='3']<img src='a'/> Warga di sungai.[/caption] {A}</p>{P2}",
    "page builder": f"<p>[vc_row][vc_column_text]{A}</p><p>{B}[/vc_column_text][/vc_row]</p>",
    "gallery": f"<p>[gallery ids='1,2']</p>{P1}<p>[adinserter block='2']</p>{P2}",
    "pasted from an office": f"<p class='MsoNormal'><span lang='IN'>{A}<o:p></o:p></span></p>{P2}",
    "pasted from a letter": f"<div dir='ltr'><div class='gmail_default'>{A}<br><br>{B}</div></div>",
    "justified": f"<p style='text-align: justify;'><span style='font-weight: 400;'>{A}</span></p>{P2}",
    "drop cap": f"<p><span class='dropcap'>W</span>{A[1:]}</p>{P2}",
    "picture in the lead": f"<p><img src='a.jpg'/><br/>{A}</p>{P2}",
    "lead in bold": f"<p><strong>{A}</strong></p>{P2}",
    "lead in bold with its dateline": f"<p><strong>MOJOKERTO, KABAR.ID – {A}</strong></p>{P2}",
    "lead in italics with its dateline": f"<p><em>MOJOKERTO, KABAR.ID – {A}</em></p>{P2}",
    "everything in italics": f"<p><em>{A}</em></p><p><em>{B}</em></p>",
    "everything centred": f"<div style='text-align:center'>{PP}</div>",
    "everything in a table": f"<table><tr><td>{PP}</td></tr></table>",
    "everything in a quotation": f"<blockquote>{PP}</blockquote>",
    "title and lead in one paragraph": f"<p><strong>{TITLE}</strong><br>{A}</p>{P2}",
    # Pages for phones
    "leftovers of a phone page": (
        f"<amp-ad type='x'>Iklan di sini. Beli.</amp-ad><amp-social-share>Bagikan ini.</amp-social-share>{PP}"
    ),
    "menu of a phone page": f"<amp-sidebar><ul><li>Beranda. Menu.</li></ul></amp-sidebar>{PP}",
    # Other stories
    "see also in bold": f"{P1}<p><strong>Baca juga: Harga Cabai Naik di Pasar Kembang.</strong></p>{P2}",
    "see also in bold with a link": f"{P1}<p><strong>Baca Juga <a href='x'>Harga Cabai Naik.</a></strong></p>{P2}",
    "see also above a link": f"<p><strong>BACA JUGA</strong><br><a href='x'>Cabai naik, warga mengeluh.</a></p>{PP}",
    "see also, the link apart": f"<p><b>Baca Juga :</b></p><p><a href='x'>Cabai naik, warga mengeluh.</a></p>{PP}",
    "see, without also": f"{P1}<p>Baca: <a href='x'>Harga cabai naik di pasar.</a></p>{P2}",
    "other stories": f"{P1}<p>Baca berita lainnya: <a href='x'>Harga cabai naik di pasar.</a></p>{P2}",
    "other articles": f"{P1}<p>Artikel Lain: <a>Harga cabai naik.</a></p><p><a href='y'>Cabai turun lagi.</a></p>{P2}",
    "see also a video": f"{P1}<p><em>Simak juga video: Tanggul Jebol di Mana-mana.</em></p>{P2}",
    "related posts": f"{PP}<div id='jp-relatedposts' class='jp-relatedposts'><h3><em>Terkait</em></h3></div>",
    "related posts on top": f"<div class='jp-relatedposts'><p>Cabai naik di pasar. Pedagang mengeluh.</p></div>{PP}",
    "contents": f"<div id='toc_container'><p>Daftar Isi</p><ul><li>Kronologi. Dua.</li></ul></div>{PP}",
    "contents of another plugin": f"<div class='lwptoc'><b>Daftar isi</b> [<a>Sembunyikan.</a>]</div>{PP}",
    # Who wrote it, and what may not be done with it
    "box about the author": f"<div class='author-box'><h4>Tentang</h4><p>Joko adalah wartawan.</p></div>{PP}",
    "box of a plugin": f"<div class='abh_box abh_box_down'><p>Joko adalah wartawan Kabar Desa.</p></div>{PP}",
    "writer": f"<p><strong>Penulis</strong> : Joko Susilo, S.Kom.</p>{PP}<p>Editor: Sari Dewi</p>",
    "by": f"<p>Oleh Joko Susilo, S.Pd.</p>{PP}",
    "report by": f"<p>Laporan Wartawan Kabar Desa, Joko Susilo.</p>{PP}",
    "agency at the end of a paragraph": (
        f"{P1}<p>{B} Pewarta : Joko Susilo Editor: Sari Dewi COPYRIGHT © ANTARA 2026</p>"
    ),
    "agency": f"{PP}<p>Pewarta: Joko Susilo<br/>Editor: Sari Dewi<br/>Copyright &copy; ANTARA 2026.</p>",
    "rights": f"{P1}<p>Copyright © KABAR 2026.</p><p>Dilarang keras mengambil konten situs web ini tanpa izin.</p>{P2}",
    # Pictures and what people may do on the page
    "credit behind a bar": f"<p>Warga memperbaiki tanggul | Foto: Joko Susilo</p>{PP}",
    "credit behind a sentence": f"<p>Warga memperbaiki tanggul. Foto: Joko</p>{PP}",
    "credit behind a stroke": f"<p>Warga memperbaiki tanggul. Foto/Joko</p>{PP}",
    "credit in brackets": f"<p>Warga memperbaiki tanggul (istimewa).</p>{PP}",
    "caption in italics": f"<p><em>Warga memperbaiki tanggul di Desa Kembang.</em></p>{PP}",
    "caption in the middle": f"<p style='text-align:center'>Warga memperbaiki tanggul di Desa Kembang.</p>{PP}",
    "advertisement": f"<p>SCROLL TO CONTINUE WITH CONTENT</p>{P1}<p>ADVERTISEMENT. SCROLL TO RESUME CONTENT</p>{P2}",
    "scroll": f"{P1}<p>Gulir untuk membaca lebih lanjut.</p>{P2}",
    "updates": f"{P1}<p>Dapatkan update berita pilihan setiap hari dari Kabar Desa.</p>{P2}",
    "reading time": f"<span class='rt-reading-time'>Waktu baca: 2 menit.</span><p>Waktu Baca: 2 menit.</p>{PP}",
    "printing": f"<div class='printfriendly'><a>Cetak ini. PDF</a></div>{PP}",
    "stars": f"<div class='kk-star-ratings'>Beri nilai. 5/5</div>{PP}",
    "reading aloud": f"<div class='responsivevoice-button'>Dengarkan berita ini.</div>{PP}",
    "disclaimer": f"<p>Disclaimer: tulisan ini bukan nasihat keuangan.</p>{PP}",
    "hidden words": f"<p hidden>Kata kunci.</p><div style='display: none;'>Kata kunci. Banyak.</div>{PP}",
    # Other networks
    "a chirp": (
        f"{P1}<blockquote class='twitter-tweet'><p>Tanggul jebol! Ayo bantu. #kembang</p>&mdash; Warga</blockquote>{P2}"
    ),
    "a chirp on top": f"<blockquote class='twitter-tweet'><p>Tanggul jebol! Ayo bantu.</p></blockquote>{PP}",
    "a picture": f"<blockquote class='instagram-media'>Lihat kiriman ini. Dibagikan oleh Desa.</blockquote>{PP}",
    "a post": f"<div class='fb-post'><blockquote>Tanggul jebol. Ayo bantu.<p>Dikirim Warga.</p></blockquote></div>{PP}",
    "a film": f"<blockquote class='tiktok-embed'><section>@warga Tanggul jebol. Ayo.</section></blockquote>{PP}",
    # Excerpts
    "cut off behind two sentences": f"{A} {B} Biaya perbaikan berasal dari [&hellip;]",
    "more": f"{PP}<a class='more-link' href='x'>Read More »</a>",
    "numbered": f"<p>1. Warga berkumpul pukul 06.00.</p>{PP}",
}  # fmt: skip


@pytest.mark.parametrize("html", BODIES.values(), ids=BODIES)
def test_the_summary_is_the_first_two_sentences_of_the_article(html: str) -> None:
    assert summarise(TITLE, clean(html, TITLE)) == f"{A} {B}"


OTHERS = {
    "a signed brief": (f"<p>{A} (joko)</p>", A),
    "a brief, the signature glued on": (f"<p>{A}(joko/red)</p>", A),
    "a quotation that names its speaker": (f"<p>“Kami siap,” kata Yu Sri.</p>{P2}", f"“Kami siap,” kata Yu Sri. {B}"),
    "a quotation in entities": (f"<p>&quot;Kami siap,&quot; kata Suyitno.</p>{P2}", f'"Kami siap," kata Suyitno. {B}'),
    "a lead in capitals": (f"<p>WARGA DESA bergotong royong.</p>{P2}", f"WARGA DESA bergotong royong. {B}"),
    "a question and its answer": (f"<p>Apa yang terjadi? {A}</p>", f"Apa yang terjadi? {A}"),
    "the lead ends in two full stops": (f"<p>{A}.</p>{P2}", ""),
    "the lead goes on and on": (f"<p>Warga Desa Kembang memperbaiki tanggul sungai sejak pagi…</p>{P2}", ""),
    "only a list": ("<li>Tanggul jebol.</li><li>Warga datang.</li>", "Tanggul jebol. Warga datang."),
    "only a link": (f"<p><a href='x'>{A}</a></p>", ""),
    "only a picture": ("<figure><img src='a.jpg'><figcaption>Warga.</figcaption></figure>", ""),
    "an editor's own brackets": (f"<p>Ia menulis “tanggol [sic]”.</p>{P2}", f"Ia menulis “tanggol [sic]”. {B}"),
}  # fmt: skip


@pytest.mark.parametrize(("html", "summary"), OTHERS.values(), ids=OTHERS)
def test_the_summary_is_what_the_article_allows(html: str, summary: str) -> None:
    assert summarise(TITLE, clean(html, TITLE)) == summary
    assert len(summary) <= LONGEST
