"""Whether typed words mean that nothing more is to be sent."""

import re
from typing import Final

from bot.chat.commands import BY_WORD
from bot.chat.slips import named_by


def _several(words: str) -> frozenset[str]:
    return frozenset(words.split())


# How people here address whom they write to: "stop mas", "berhenti lah bang".
_ADDRESS: Final = _several(
    "kak kk kakak min admin pak bu mas mbak mba bang bg cak cacak rek ning om tante gan bos bro sis lah"
)
# Words that change nothing about what is meant: "tolong berhenti ya", "berita hari ini", "please stop".
POLITE: Final = _ADDRESS | _several(
    "tolong mohon saya aku mau ingin minta coba ya yah dong deh saja aja sekarang lagi selamat"
    " hari ini please pls i want to would like the now again me my today"
)
# What people add when they stop: "stop langganan", "berhenti kirim berita".
OF_STOP: Final = _several(
    "langganan berlangganan semua semuanya berita beritanya kirim kirimi mengirim kiriman kirimannya pesan pesannya"
    " notifikasi notifikasinya dari ganggu mengganggu spam"
    " all sending messaging texting spamming messages subscription news it"
)
# The same, but only beside a stop word: "stop dulu", "udah stop", "stop wa".
_BESIDE_STOP: Final = _several(
    "dulu udah sudah dah wa whatsapp telegram sms bot kanal channel siaran broadcast info kabar update promo promosi"
    " promotions total selamanya terus terima kasih makasih thanks thank you"
)
_EVERYDAY: Final = _several("keluar off henti end")  # stop words that mean much else with others beside them
_PASSIVE: Final = _several("dihentikan distop disetop berhentikan stopkan")  # "mohon dihentikan", "berhentikan"
# Words of subscriptions and nothing else: what stands behind them says of what (`UNREG DAERAH`), as by SMS.
_OF_SUBSCRIPTIONS: Final = _several("unreg unsub unsubscribe")
_MOST_BEHIND_STOP: Final = 2  # words
# "jangan kirim lagi", "gak usah kirimi saya berita", "don't send me anything": nothing more is wanted, and nothing else
# said. Of when, of what kind or to whom it must not say anything: that is another wish ("jangan kirim hari ini").
_COURTESY: Final = _ADDRESS | _several("tolong mohon ya yah dong deh saja aja please pls makasih")
_NOT: Final = r"(?:tidak|tdk|tak|gak|ga|gk|nggak|ngga|enggak)"
_REFUSED: Final = re.compile(
    r"(?:saya |aku |i )?"
    rf"(?:(?:jangan|jgn|{_NOT} (?:usah|perlu)|don ?t|do not)"
    r"(?: (?:kirim|kirimi|kirimkan|mengirim|mengirimi|send))+"
    rf"|{_NOT} (?:mau|ingin|pengen) (?:lagi )?(?:dikirim|dikirimi|terima|menerima|langganan|berlangganan)"
    rf"|{_NOT} (?:langganan|berlangganan) lagi"
    r"|(?:remove|take) me(?: (?:off|from) (?:(?:the|this|your) )?(?:mailing )?list)?|leave me alone"
    r"|(?:jangan|jgn) (?:hubungi|chat|wa|sms|ganggu|spam) (?:saya |aku |kami )?lagi|no more (?:news|messages))"
    r"(?: (?:lagi|saya|aku|kami|me|us|berita|pesan|notifikasi|info|kabar|wa|whatsapp|telegram|sms|apa|apapun|"
    r"any|anything|anymore|more|news|messages))*(?: terima kasih)?"
)
# What may stand beside either and says nothing else: to whom nothing more is to come, and thanks for what came.
_APART: Final = re.compile(r"\bun (?=(?:reg|sub|subscribe)\b)")
_TO_ME: Final = re.compile(
    r" (?:ke|dari) (?:saya|aku|kami"
    r"|(?:nomor|nomer|no|hp|wa|whatsapp|telegram)(?: (?:hp|wa))?(?: (?:ini|saya|aku|kami))?)\b"
)
_THANKED: Final = (
    r"(?:terima ?kasih|trima ?kasih|trims|makasih|makasi|suwun|thanks|thank you)"
    r"(?: (?:banyak|sekali|ya|yah|atas|untuk|buat|for|the|your|selama|ini|semua|info|infonya|informasi|informasinya|"
    rf"berita|beritanya|kabar|kabarnya|bantuan|bantuannya|news|{'|'.join(sorted(_ADDRESS))}))*"
)
_THANKS_BESIDE: Final = re.compile(rf"^{_THANKED}\b | {_THANKED}$")
# Why somebody stops; beside that they do it changes nothing: "berhenti ya pak, terlalu banyak".
_REASON: Final = re.compile(
    r"(?:saya |aku |karena |soalnya |ini |sudah )*"
    r"(?:(?:terlalu|too) (?:banyak|sering|many|much|often)(?: (?:pesan|pesannya|berita|beritanya|kiriman|kirimannya|"
    r"notifikasi|notifikasinya|notif|wa|messages|news))?"
    r"|kebanyakan|berisik|bosan|spam|(?:sangat )?(?:ganggu|mengganggu)(?: (?:sekali|banget|saya|aku))*"
    rf"|{_NOT} (?:lagi )?(?:mau|butuh|perlu|minat|berminat|tertarik|bermanfaat)(?: lagi)?)"
)
_ASKS: Final = _several(
    "apa apakah siapa kapan mana dimana kenapa mengapa berapa bagaimana gimana cara caranya gagal bisa"
    " tidak jangan belum bukan gak nggak ga how what why when which who where not failed"
)
LONGEST_CALL: Final = 8  # different words; whoever writes more is talking, not commanding
_MOST_SAID: Final = 20  # words of a stop and its reason
# What may mean it in a sentence that we do not understand: a button asks then.
_STOP_WORDS: Final = ({word for word, e in BY_WORD.items() if e.name == "stop"} | _PASSIVE) - _EVERYDAY
_SUBSCRIBED: Final = _several(
    "langganan langganannya berlangganan subscription kirim kirimi dikirim dikirimi mengirim kiriman pesan notifikasi"
    " wa ganggu daftar send sending messages"
)
_AGAINST: Final = _several(
    "jangan jgn tidak tdk tak gak ga gk nggak ngga enggak batal batalkan hapus putus keluarkan cancel not dont no"
)


def stops(words: list[str], *, asking: bool = False) -> bool:
    """Whether nothing more is wanted, and nothing else said: in one way, in several, with or without the reason.

    `asking`: there was a question mark, and `stop dulu?` stops nothing.
    """
    words = _bare(words)
    return _refuses(words) or (not asking and (_stops(words) or _stops_in_parts(words)))


def may_mean_stop(words: list[str]) -> bool:
    """Whether somebody may want that though they say more than we understand."""
    said = set(words)
    return bool(said & _STOP_WORDS or (said & _SUBSCRIBED and said & _AGAINST))


def _bare(words: list[str]) -> list[str]:
    """Without what may stand beside a stop and changes nothing about it, and `un reg` as one word."""
    said = _APART.sub("un", " ".join(words))
    return _TO_ME.sub("", _THANKS_BESIDE.sub("", said)).split()


def _refuses(words: list[str]) -> bool:
    """Whether somebody asks for nothing more to be sent, and says nothing else."""
    return _REFUSED.fullmatch(" ".join(w for w in words if w not in _COURTESY)) is not None


def _stops(words: list[str]) -> bool:
    """Whether a stop word comes first, with no more around it than people add: they say nothing else."""
    if len(set(words)) > LONGEST_CALL:
        return False
    first, *behind = [w for w in words if w not in POLITE and w not in _BESIDE_STOP] or [""]
    if first in _EVERYDAY or (named_by(first) != "stop" and first not in _PASSIVE):
        return False
    if first not in _OF_SUBSCRIPTIONS:
        return all(w in OF_STOP for w in behind)
    other = (w in _ASKS or named_by(w) not in {None, "stop"} for w in behind if w not in OF_STOP)
    return len(behind) <= _MOST_BEHIND_STOP and not any(other)


def _stops_in_parts(words: list[str]) -> bool:
    """Whether it is said twice, or with its reason: every part of the sentence is one of these."""
    words = [w for w in words if w not in _COURTESY]
    if len(words) > _MOST_SAID:
        return False
    ends = {0: False}  # where a part may end, and whether one before it stops
    for end in range(1, len(words) + 1):
        for start, before in tuple(ends.items()):
            part = words[start:end]
            if _stops(part) or _refuses(part):
                ends[end] = True
            elif _REASON.fullmatch(" ".join(part)):
                ends[end] = ends.get(end, False) or before
    return ends.get(len(words), False)
