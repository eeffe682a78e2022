"""Recognises what is not the article: captions, bylines, share bars, other stories, the feed's own footer."""

import re

from bot.news import dates
from bot.news.markup import LINK_CLOSES, LINK_OPENS
from bot.news.spacing import without_links

LONGEST = 300  # characters; what is longer is somebody's prose, whatever it begins with

_SEE_ALSO = r"(?:baca|lihat|simak|tonton)\s+(?:juga|pula|selengkapnya)|(?:see|read)\s+also|also\s+read|read\s+more"
_SEE_ALSO_LABEL = r"(?:Baca|BACA|Lihat|LIHAT|Simak|SIMAK|Tonton|Read|See)\s+(?:[Jj]uga|JUGA|[Pp]ula|PULA|[Aa]lso)"
_LABELS = (
    r"reporter|editor|penulis|pewarta|wartawan|jurnalis|kontributor|redaktur|penyunting|fotografer|laporan|uploader|"
    r"sumber|source|tags?|topik|kategori|category|posted|diterbitkan|dipublikasikan|diperbarui|tayang|terbit|"
    r"share|bagikan|sebarkan|foto|photo|video|caption|keterangan(?:\s+foto)?|ket\.?\s*foto|"
    r"baca|simak|lihat|tonton|(?:baca\s+)?(?:artikel|berita)\s+lain(?:nya)?|waktu\s+baca|disclaimer|halaman"
)
_BUTTONS = (
    r"share|bagikan|sebarkan|tweet|like|follow|ikuti\s+kami|facebook|whatsapp|telegram|twitter|print|copy\s+link|"
    r"share\s+this|like\s+this|related|terkait|iklan|advertisement|promoted|loading|views?|"
    r"(?:artikel|berita)\s+(?:terkait|lainnya|terbaru|terpopuler)"
)
_CREDITS = r"foto|photo|sumber|source|dok|dokumentasi|istimewa|ist|ilustrasi|kredit|credit"
_COPYING = r"copyright|hak\s+cipta|©|dilarang\s+(?:keras|mengutip|menyalin|memperbanyak)"
_PROMOTED = r"google\s+news|(?:whatsapp|wa)\s+channel|(?:channel|saluran|kanal)\s+(?:whatsapp|wa|telegram|youtube)"
_WHOLE = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?:[-–—»>•*…\s]|\[|\()*(?:{_SEE_ALSO})\b.*",
        rf"(?:[-–—»>•*…\s]|\[|\()*(?:{_LABELS})\s*[:|].*",
        rf"(?:{_BUTTONS})\s*[:.]*(?:\s*loading\W*)?",
        r"(?:tanggal\s+asli|terverifikasi\s+dewan\s+pers|dibaca\s*:?\s*[\d.]+)\b.*",
        r"(?:ilustrasi|gambar)\s*[.:|–—-].*",
        rf"(?:ikuti|cek|simak|dapatkan|follow|gabung|jangan\s+lupa)\b.*(?:{_PROMOTED}).*",
        r"dapatkan\s+(?:update|berita\s+(?:terbaru|terkini|pilihan))\b.*",
        r"(?:advertisement\W*)?(?:scroll|gulir)\s+(?:to|untuk)\b.*",
        rf"(?:{_COPYING}).*",
        r"laporan\s+(?:wartawan|reporter|kontributor|jurnalis)\b.{2,80}",
        # Captions end in their credit: (Foto: …), -Nama-, --Nama
        rf".*[(\[]\s*(?:{_CREDITS})\b[^()\[\]]*[)\]]",
        r".*[.!?\w”\"]--(?:\s*[^-]{0,38}[^-.!?”\"\s])?\s*-?",
        r".*[.!?\w”\"]\s?-[^-]{2,40}-",
        r".*[(\[]\s*(?:istimewa|ist|dok)\.?\s*[)\]]\W*",
        r".*[.!?”\")|]\s*(?:foto|photo)\s*[:/][^.!?:]{2,60}\.?",
        r".*\[email\s*protected\]",
        r"[\W\d_]*",
    )
)
_BY = re.compile(r"(?:Oleh|By)\s*:?\s+(?:[A-Z][\w.'’]*,?\s*){1,7}\*?")
_OTHERS = re.compile(rf"\W*(?:{_SEE_ALSO}|(?:berita|artikel)\s+(?:terkait|lainnya))\s*:?", re.IGNORECASE)

_LINK = rf"{LINK_OPENS}[^{LINK_OPENS}{LINK_CLOSES}]*{LINK_CLOSES}"
_BESIDE = rf"(?:[^\w{LINK_OPENS}{LINK_CLOSES}]|\d)*"
_ONLY_LINK = re.compile(_BESIDE + _LINK + _BESIDE)
# What page builders leave: [vc_row], [/vc_column_text], [gallery ids="1,2"]; an editor's [sic] is none.
_SHORTCODE = re.compile(
    r"\[/?(?:[a-z]{1,20}_[\w-]{1,40}|gallery|embed|caption|audio|video|playlist|adinserter)\b[^\]]{0,300}\]|\[/\w{1,40}\]"
)
_FIRST_SHOWN = r"pertama\s+kali\s+(?:tampil|muncul|tayang|terbit|diterbitkan|dipublikasikan)\s+(?:di|pada)"
_WITH_LINKS = tuple(
    re.compile(form)
    for form in (
        rf"\s*[(\[]?(?:{_SEE_ALSO_LABEL})\s*[:–—-]*\s*{_LINK}[)\]]?",
        rf"\s*[(\[]?{LINK_OPENS}\s*(?:{_SEE_ALSO_LABEL})\s*:[^{LINK_OPENS}{LINK_CLOSES}]*{LINK_CLOSES}[)\]]?",
        rf"(?:Artikel|Berita|Tulisan|Postingan|Pos)\s*{_LINK}\s*{_FIRST_SHOWN}.*$",
    )
)
_TAILS = tuple(
    re.compile(form)
    for form in (
        rf"\s*[(\[]?\b(?:{_SEE_ALSO_LABEL})\s*:.*$",
        r"(?:^|\s+)The post\s.{1,400}?\s(?:appeared first on|first appeared on)\s.*$",
        rf"(?:^|(?<=[.!?”\"])\s+)Artikel\s.{{1,300}}?{_FIRST_SHOWN}(?:\s\S+){{1,6}}$",
        r"(?:^|(?<=[.!?”\"])\s+)(?:Artikel|Berita) ini (?:telah|sudah) (?:tayang|terbit|tampil)\b.*$",
        r"\s*\b(?:Share|Bagikan|Sebarkan)\s*:\s*$",
        r"(?:(?<=…)|(?<=\.\.\.)|(?<=\]))\s*(?:[Bb]aca [Ss]elengkapnya|[Ss]elengkapnya|[Rr]ead [Mm]ore)\b.*$",
        r"\s+(?:Continue [Rr]eading\b.{0,200}|(?:Read [Mm]ore|Baca [Ss]elengkapnya|Selengkapnya)\W*)$",
    )
)
# Long prose has none of these as a rule, and is not searched for every form.
_HINTS = re.compile(
    r"juga\s*:|pula\s*:|also\s*:|the post|artikel|berita ini|share|bagikan|sebarkan|more|reading|selengkapnya",
    re.IGNORECASE,
)


def is_noise(block: str) -> bool:
    """Whether the whole block is no part of the article."""
    if len(block) > LONGEST:
        return False
    if _BY.fullmatch(block):
        return True
    return any(form.fullmatch(block) for form in _WHOLE) or dates.read(block.strip(" |-–—")) is not None


def is_link(block: str) -> bool:
    """Whether a block, its links still marked, is nothing but a link: the headline of another story."""
    return LINK_OPENS in block and len(block) <= LONGEST and _ONLY_LINK.fullmatch(block) is not None


def opens_a_list_of_others(block: str) -> bool:
    """Whether only headlines of other stories follow: `Baca Juga` alone in its block."""
    return _OTHERS.fullmatch(block) is not None


def without_inline_noise(block: str) -> str:
    """The block, its links no longer marked, without `Baca Juga: …`, the feed's footer and a share bar at its end."""
    if "[" in block:
        block = " ".join(_SHORTCODE.sub(" ", block).split())
    if LINK_OPENS in block or LINK_CLOSES in block:  # a link over two lines leaves one mark in each
        for form in _WITH_LINKS:
            block = form.sub(" ", block)
        block = without_links(block)
    if _HINTS.search(block) is not None:
        for form in _TAILS:
            block = form.sub("", block)
    return block.strip()
