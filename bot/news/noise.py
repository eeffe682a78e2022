"""Recognises blocks that are not the article: captions, bylines, share bars, other stories, the feed's own footer."""

import re

from bot.news import dates
from bot.news.markup import LINK_CLOSES, LINK_OPENS

LONGEST = 300  # characters; what is longer is somebody's prose, whatever it begins with

_SEE_ALSO = r"(?:baca|lihat|simak|tonton|klik)\s+(?:juga|pula|selengkapnya)|(?:see|read)\s+also|also\s+read|read\s+more"
_LABELS = (
    r"reporter|editor|penulis|pewarta|wartawan|jurnalis|kontributor|redaktur|penyunting|fotografer|laporan|uploader|"
    r"sumber|source|tags?|topik|kategori|category|posted|diterbitkan|dipublikasikan|diperbarui|tayang|terbit|"
    r"share|bagikan|sebarkan|foto|photo|video|caption|keterangan(?:\s+foto)?|ket\.?\s*foto"
)
_WHOLE = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?:[-–—»>•*\s]|\[|\()*(?:{_SEE_ALSO})\b.*",
        rf"(?:[-–—»>•*\s]|\[|\()*(?:{_LABELS})\s*[:|].*",
        r"(?:ilustrasi|gambar)\s*[.:|–—-].*",
        r"(?:tanggal\s+asli|dibaca|views?|loading|advertisement|iklan|promoted|terverifikasi)\b.*",
        r"(?:share|bagikan|sebarkan|tweet|like|follow|ikuti\s+kami|facebook|whatsapp|telegram|twitter|print|copy\s+link|"
        r"share\s+this|like\s+this|related|terkait|artikel\s+terkait|berita\s+(?:terkait|lainnya|terbaru|terpopuler))"
        r"\s*[:.]*(?:\s*loading\W*)?",
        r"(?:ikuti|cek|simak|dapatkan|follow|gabung|jangan\s+lupa|update|baca)\b.*(?:google\s+news|(?:whatsapp|wa)\s+channel|"
        r"(?:channel|saluran|kanal|grup)\s+(?:whatsapp|wa|telegram|youtube)).*",
        # Captions: (Foto: …), (Sumber: …), -Nama-, --Nama
        r".*[(\[]\s*(?:foto|photo|sumber|source|dok|dokumentasi|istimewa|ist|ilustrasi|kredit|credit)\b[^()\[\]]*[)\]]\s*\.?",
        r".*(?:[.!?\w”\"]|\s)--\s*[^-]{0,40}-?",
        r".*[.!?\w”\"]\s?-[^-]{2,40}-",
        r".*\[email\s*protected\]",
        r"[\W\d_]*",
    )
)
_FOOTER = re.compile(
    r"(?:^|(?<=\s))(?:the\s+post|artikel|berita|postingan|tulisan|pos|kiriman)\b.{1,300}?"
    r"(?:(?:first\s+)?appeared\s+first\s+on|first\s+appeared\s+on|"
    r"(?:pertama\s+kali|telah)\s+(?:tampil|muncul|tayang|terbit|diterbitkan|dipublikasikan)(?:\s+(?:di|pada))?).*$",
    re.IGNORECASE | re.DOTALL,
)
_MORE = re.compile(
    r"\s*(?:[\[(]?(?:…|\.{3})[\])]?\s*)?(?:continue\s+reading|read\s+more|(?:baca\s+)?selengkapnya|lanjutkan\s+membaca)"
    r"(?:\s.{0,200})?\s*[»→>]*\s*$",
    re.IGNORECASE,
)
_INLINE_LINK = re.compile(
    rf"\s*[(\[]?(?:(?:{_SEE_ALSO})\s*[:–—-]*\s*{LINK_OPENS}[^{LINK_CLOSES}]*{LINK_CLOSES}"
    rf"|{LINK_OPENS}\s*(?:{_SEE_ALSO})\s*:[^{LINK_CLOSES}]*{LINK_CLOSES})[)\]]?",
    re.IGNORECASE,
)
_INLINE = re.compile(r"\s*[(\[]?\b(?:Baca|BACA|Lihat|Simak|Read|See)\s+(?:[Jj]uga|JUGA|[Aa]lso)\s*:.*$")
_SHARE_TAIL = re.compile(r"\s*\b(?:Share|Bagikan|Sebarkan)\s*:?\s*$")


def is_noise(block: str) -> bool:
    """Whether the whole block is no part of the article."""
    if len(block) > LONGEST:
        return False
    return any(form.fullmatch(block) for form in _WHOLE) or dates.read(block.strip(" |-–—")) is not None


def opens_a_list_of_others(block: str) -> bool:
    """Whether only headlines of other stories follow: `Baca Juga` alone in its block."""
    return (
        re.fullmatch(rf"\W*(?:{_SEE_ALSO}|berita\s+(?:terkait|lainnya)|artikel\s+terkait)\s*:?", block, re.I)
        is not None
    )


def without_inline_noise(block: str) -> str:
    """The block without `Baca Juga: …` in its middle, the feed's footer and a share bar at its end."""
    block = _INLINE_LINK.sub(" ", block)
    block = _FOOTER.sub("", block.replace(LINK_OPENS, "").replace(LINK_CLOSES, ""))
    for form in (_INLINE, _SHARE_TAIL, _MORE):
        block = form.sub("", block)
    return " ".join(block.split())
