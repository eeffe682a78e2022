"""What typed words mean."""

import re
import unicodedata
from collections.abc import Collection
from typing import Final

from bot.chat import stop_words
from bot.chat.commands import ADMINS, BY_WORD, COMMANDS, EVERYONE, STAFF, entry, offered, slash_words, visible
from bot.chat.slips import named_by
from bot.chat.stop_words import LONGEST_CALL, OF_STOP, POLITE
from bot.chat.turn import Command

__all__ = [
    "ADMINS",
    "COMMANDS",
    "EVERYONE",
    "STAFF",
    "entry",
    "insisted",
    "is_command",
    "is_fine",
    "language_named",
    "lets_go",
    "may_mean_stop",
    "numbers",
    "offered",
    "slash_words",
    "thanks",
    "understand",
    "visible",
]

# Commands of several words, once politeness is left out.
_PHRASES: Final = {
    "hapus data": "erase", "hapus semua data": "erase", "delete data": "erase", "delete all data": "erase",
    "jam tenang": "quiet", "quiet hours": "quiet", "waktu kirim": "times", "hubungi redaksi": "contact",
    "berita salah": "wrong", "kenapa menerima": "why", "kenapa dapat": "why", "why did get this": "why",
    "batalkan langganan": "stop", "batal langganan": "stop", "batal berlangganan": "stop", "hapus langganan": "stop",
    "hapus dari daftar": "stop", "keluarkan dari daftar": "stop", "cancel subscription": "stop",
    "end subscription": "stop",
    "delivery time": "times", "contact us": "contact", "ganti bahasa": "language", "ubah bahasa": "language",
    "change language": "language", "atur jam tenang": "quiet", "pilih wilayah": "keywords",
    "laporkan kesalahan": "wrong", "report a mistake": "wrong",
}  # fmt: skip
# What stands on the buttons of the menu: whoever types it means the button, whatever was asked.
_LABELS: Final = {
    "topik": "topics", "wilayah": "keywords", "berita terbaru": "latest", "cari": "search", "simpanan": "saved",
    "bahasa": "language", "jeda": "pause", "lanjutkan": "resume", "data saya": "mydata",
    "topics": "topics", "places": "keywords", "latest news": "latest", "search": "search", "saved": "saved",
    "language": "language", "pause": "pause", "resume": "resume", "my data": "mydata",
}  # fmt: skip
_LET_GO: Final = {"batal": "cancel", "batalkan": "cancel", "cancel": "cancel", "menu": "menu"}
_THANKS: Final = re.compile(
    r"(?:(?:ok|oke|baik|siap|iya?|wah) )*(?:terima ?kasih|trima ?kasih|trims|makasih|makasi|thanks|thank you|thx|matur "
    r"(?:su)?nuwun|suwun)(?: (?:banyak|sekali|ya|yaa|atas|untuk|for|the|a|lot|very|much|info|infonya|informasi|"
    r"informasinya|jawaban|jawabannya|bantuan|bantuannya|berita|beritanya|kabar|kabarnya|answer|help|pak|bu|kak|min|"
    r"admin|mas|mbak|redaksi))*"
)
# As phones write it; `_calm` has taken the letters out that were only drawn out.
_SHORT_THANKS: Final = re.compile(
    r"(?:(?:ok|oke|baik|siap|sip) )?(?:mksh|mkasih|maksih|makasi|makasih|maacih|makaci|tks|thks|thx|tq|ty|tengkyu|"
    r"tengkiu|trimakasih|terimakasih|trmksh|trmkasih|trims|hatur nuhun|nuhun|nuwun|suwun|syukron)"
    r"(?: (?:ya|yah|bang|min|admin|kak|pak|bu|mas|mbak|bos|gan|banyak|sekali|banget|redaksi))*"
)
_FINE: Final = re.compile(
    r"(?:(?:ok|oke|okay|okey|okeh|oks|oki|okelah|sip|siap|baik|baiklah|yoi|mantap|mantab|mantul|bagus|"
    r"keren|noted|paham|mengerti|ngerti|dimengerti|good|god|great|nice|col|cool|alright|fine|got it|gotcha|nggih|"
    r"ngih|inggih|ingih|sama sama|sama2|alhamdulilah|alhamdulillah|amin|aamiin|k)"
    r"(?: (?:deh|ya|yah|bang|min|admin|kak|pak|bu|mas|mbak|dong|banget|sekali|lah|gan|bos|bro|sis|redaksi|saja|"
    r"aja|dulu))*"
    r" ?)+"
)
_DRAWN_OUT: Final = re.compile(r"([a-z])\1+")
_THANKFUL: Final = frozenset("🙏")
_CHEERFUL: Final = frozenset("👍👌✅😊🙂😀😁😄☺😍🥰❤🔥👏💯🤝🙌💪😉🤗🎉👋")
_OF_EMOJI: Final = re.compile("[\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff\\s]")  # forms, skins, joints

LANGUAGES: Final = {
    "id": ("id", "indonesia", "indonesian"),
    "en": ("en", "inggris", "english"),
}


_MOST_DIGITS: Final = 2  # longer ones are telephone numbers, not topics
_SPAN: Final = re.compile(r"(\d{1,2})\s*(?:-|–|—|sampai|s/d|hingga|to)\s*(\d{1,2})", re.ASCII)
_SPELLED: Final = re.compile(r"\b[a-z](?: [a-z]){2,}\b")


def understand(text: str) -> Command | None:
    """The command that somebody typed, with or without slash, in any case, small slips forgiven; None if none.

    A message is a command only as a whole: "keluar rumah jam berapa" is talk and stops nothing.
    """
    head, tail = _head_and_tail(text)
    known = entry(_slashless(head)) if head.startswith("/") else None
    if known is not None:
        return Command(known.name, tail if known.takes_argument else "")
    words = _plain_words(text)
    if stop_words.stops(words, asking="?" in text):
        return Command("stop")
    return _whole(words) or _language(words) or _with_argument(head, tail)


def is_command(text: str, with_argument: Collection[str] = ()) -> bool:
    """Whether these words are a command even where something else was asked: whoever searches for `pagi` means that.

    A slash, one whole word that we show, a phrase, what stands on the menu's buttons, anything that stops, and the
    named commands with an argument.
    """
    command = understand(text)
    if command is None:
        return False
    head, tail = _head_and_tail(text.strip(" ."))
    shown = {word for e in COMMANDS for word in (e.word("id"), e.word("en"))} | _LABELS.keys()
    called = head.casefold() in shown and (not tail or command.name in with_argument)
    words = _plain_words(text)
    whole = " ".join(words) in _LABELS or _phrase(words) is not None
    named = command.name == "language" and language_named(command.argument) is not None
    return command.name == "stop" or text.startswith("/") or called or whole or named


def insisted(text: str) -> Command | None:
    """What is a command even where a text for readers is awaited: a slash, anything that stops, and HAPUS DATA."""
    command = understand(text)
    if command is None:
        return None
    insists = command.name == "stop" or text.lstrip().startswith("/")
    return command if insists or (command.name == "erase" and not command.argument) else None


def lets_go(text: str) -> str:
    """Which of BATAL and MENU (`cancel`, `menu`) the text is, with nothing beside it; "" for any other."""
    return _LET_GO.get(text.strip(" .!\n").casefold(), "")


def thanks(text: str) -> bool:
    """Whether somebody says thank you and nothing else, in words or with folded hands."""
    words = " ".join(_plain_words(text))
    said = _THANKS.fullmatch(words) or _SHORT_THANKS.fullmatch(_calm(words))
    return said is not None or (not words and _emoji_of(text) == _THANKFUL)


def is_fine(text: str) -> bool:
    """Whether somebody only nods: ok, sip, 👍. `ya` is no nod: it answers a question that they believe is open."""
    words = " ".join(_plain_words(text))
    said = _FINE.fullmatch(words) or _FINE.fullmatch(_calm(words))
    emoji = _emoji_of(text)
    return "?" not in text and (said is not None or (not words and bool(emoji) and emoji <= _CHEERFUL | _THANKFUL))


def may_mean_stop(text: str) -> bool:
    """Whether they may want nothing more, though we do not understand all that they say."""
    return stop_words.may_mean_stop(_plain_words(text))


def numbers(text: str) -> tuple[int, ...]:
    """The numbers of a message of nothing else ("1 2 3", "1, 2 dan 3", "1-3"); empty for any other."""
    plain = re.sub("[\ufe0f\u20e3]", "", text.casefold())  # keycap emoji are numbers too
    if span := _SPAN.fullmatch(plain.strip(" .")):
        return tuple(range(int(span[1]), int(span[2]) + 1))
    words = [w for w in re.split(r"[\s,.;&+]+", plain) if w and w not in {"dan", "and"}]
    if not words or not all(w.isdecimal() and len(w) <= _MOST_DIGITS for w in words):
        return ()
    return tuple(int(w) for w in words)


def language_named(word: str) -> str | None:
    """The language that a word names ("inggris", "EN"), or None."""
    plain = word.strip().casefold()
    return next((code for code, words in LANGUAGES.items() if plain in words), None)


def _calm(words: str) -> str:
    return _DRAWN_OUT.sub(r"\1", words)


def _emoji_of(text: str) -> frozenset[str]:
    """What a text of no words is made of."""
    return frozenset(_OF_EMOJI.sub("", text).strip("!.,"))


def _head_and_tail(text: str) -> tuple[str, str]:
    head, *tail = text.split(maxsplit=1) or [""]
    return head, tail[0].strip() if tail else ""


def _slashless(word: str) -> str:
    return word.removeprefix("/").partition("@")[0]


def _plain_words(text: str) -> list[str]:
    """Lower-case words without accents and punctuation; one that was spelled (`s t o p`) is one word."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    words = " ".join(re.findall(r"[a-z0-9]+", "".join(c for c in folded if not unicodedata.combining(c))))
    return _SPELLED.sub(lambda spelled: spelled[0].replace(" ", ""), words).split()


def _phrase(words: list[str]) -> str | None:
    """The command that a whole phrase calls."""
    return _PHRASES.get(" ".join(words)) or _PHRASES.get(" ".join(w for w in words if w not in POLITE))


def _whole(words: list[str]) -> Command | None:
    """The command that the words are, once politeness is left out."""
    if len(set(words)) > LONGEST_CALL:
        return None
    phrase = _LABELS.get(" ".join(words)) or _phrase(words)
    if phrase is not None:
        return Command(phrase)
    said = {w: named_by(w) for w in words if w not in POLITE} or {w: named_by(w) for w in words}
    meant = {name for word, name in said.items() if word not in OF_STOP}
    if meant != {"stop"}:
        meant = set(said.values())
    name = meant.pop() if len(meant) == 1 else None
    return Command(name) if name else None


def _language(words: list[str]) -> Command | None:
    """A language by its whole name: whoever cannot read this one says which they can."""
    named = len(words) == 1 and len(words[0]) > _MOST_DIGITS and language_named(words[0]) is not None
    return Command("language", words[0]) if named else None


def _with_argument(head: str, tail: str) -> Command | None:
    """`MULAI daerah-hukrim`, `bahasa inggris`: a command and its argument; one of staff must have a slash."""
    known = BY_WORD.get(head.casefold())
    if known is None or known.roles != EVERYONE:
        return None
    return Command(known.name, tail) if known.takes_argument and tail else None
