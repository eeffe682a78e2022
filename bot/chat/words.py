"""What typed words mean."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Final

from bot.chat.commands import ADMINS, BY_WORD, COMMANDS, EVERYONE, STAFF, entry, offered, slash_words, visible
from bot.chat.turn import Command

__all__ = [
    "ADMINS",
    "COMMANDS",
    "EVERYONE",
    "STAFF",
    "entry",
    "is_command",
    "language_named",
    "numbers",
    "offered",
    "slash_words",
    "understand",
    "visible",
]

# Commands of several words, once politeness is left out.
_PHRASES: Final = {
    "hapus data": "erase", "hapus semua data": "erase", "delete data": "erase", "delete all data": "erase",
    "jam tenang": "quiet", "quiet hours": "quiet", "waktu kirim": "times", "hubungi redaksi": "contact",
    "berita salah": "wrong", "kenapa menerima": "why", "kenapa dapat": "why", "why did get this": "why",
}  # fmt: skip

LANGUAGES: Final = {
    "id": ("id", "indonesia", "indonesian"),
    "en": ("en", "inggris", "english"),
}


def _several(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that change nothing about what is meant: "tolong berhenti ya", "berita hari ini", "please stop".
_POLITE: Final = _several(
    "tolong mohon saya aku mau ingin minta coba ya yah dong deh saja aja sekarang lagi kak min admin pak bu selamat"
    " hari ini please pls i want to would like the now again me my today"
)
# What people add when they stop: "stop langganan", "berhenti kirim berita".
_OF_STOP: Final = _several(
    "langganan berlangganan semua semuanya berita kirim kirimi mengirim kiriman pesan notifikasi dari"
    " all sending messages subscription news it"
)
# The same, but only beside a stop word: "stop dulu", "udah stop", "stop wa".
_BESIDE_STOP: Final = _several(
    "dulu udah sudah dah wa whatsapp telegram sms bot kanal channel siaran broadcast info kabar update promo promosi"
    " promotions total selamanya terus terima kasih makasih thanks thank you"
)
_EVERYDAY: Final = _several("keluar off henti")  # stop words that mean much else with others beside them
# Words of subscriptions and nothing else: what stands behind them says of what (`UNREG DAERAH`), as by SMS.
_OF_SUBSCRIPTIONS: Final = _several("unreg unsub unsubscribe")
_MOST_BEHIND_STOP: Final = 2  # words
# "jangan kirim lagi", "gak usah kirimi saya berita", "don't send me anything": nothing more is wanted, and nothing else
# said. Of when, of what kind or to whom it must not say anything: that is another wish ("jangan kirim hari ini").
_COURTESY: Final = _several("tolong mohon ya yah dong deh saja aja kak min admin pak bu please pls makasih")
_REFUSED: Final = re.compile(
    r"(?:saya |aku |i )?"
    r"(?:(?:jangan|jgn|(?:tidak|tdk|tak|gak|ga|gk|nggak|ngga|enggak) (?:usah|perlu)|don ?t|do not)"
    r"(?: (?:kirim|kirimi|kirimkan|mengirim|mengirimi|send))+"
    r"|(?:tidak|tdk|tak|gak|ga|gk|nggak|ngga|enggak) mau (?:lagi )?(?:dikirim|dikirimi|terima|menerima)"
    r"|(?:jangan|jgn) (?:hubungi|chat|wa|sms|ganggu) (?:saya |aku |kami )?lagi|no more (?:news|messages))"
    r"(?: (?:lagi|saya|aku|kami|me|us|berita|pesan|notifikasi|info|kabar|wa|whatsapp|telegram|sms|apa|apapun|"
    r"any|anything|anymore|more|news|messages))*(?: terima kasih)?"
)
_ASKS: Final = _several(
    "apa apakah siapa kapan mana dimana kenapa mengapa berapa bagaimana gimana cara caranya gagal bisa"
    " tidak jangan belum bukan gak nggak ga how what why when which who where not failed"
)
_LONGEST_CALL: Final = 8  # different words; whoever writes more is talking, not commanding
_SHORTEST_FORGIVEN: Final = 4  # letters; shorter words are too near to each other
_SUBSTITUTION_FORGIVEN: Final = 5  # letters; "stok" and "shop" are words of their own, not "stop"
_MOST_DIGITS: Final = 2  # longer ones are telephone numbers, not topics
_REPEATED: Final = re.compile(r"(.)\1+")
_SPELLED: Final = re.compile(r"\b[a-z](?: [a-z]){2,}\b")
# What only staff may say, or what cannot be undone, is never guessed.
_GUESSED: Final = {word: e.name for word, e in BY_WORD.items() if e.roles == EVERYONE and not e.exact}
_LONGEST_GUESSED: Final = max(map(len, _GUESSED)) + 1


def _shortened(word: str) -> set[str]:
    """The word, and what is left of it without any one letter: words that are one slip apart have one in common."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _by_shortened() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in _GUESSED:
        for short in _shortened(word):
            found.setdefault(short, []).append(word)
    return found


_NEAR: Final = _by_shortened()


def understand(text: str) -> Command | None:
    """The command that somebody typed, with or without slash, in any case, small slips forgiven; None if none.

    A message is a command only as a whole: "keluar rumah jam berapa" is talk and stops nothing.
    """
    head, tail = _head_and_tail(text)
    known = entry(_slashless(head)) if head.startswith("/") else None
    if known is not None:
        return Command(known.name, tail if known.takes_argument else "")
    words = _plain_words(text)
    if _refuses(words) or ("?" not in text and _stops(words)):
        return Command("stop")
    return _whole(words) or _with_argument(head, tail)


def is_command(text: str, with_argument: Collection[str] = ()) -> bool:
    """Whether these words are a command even where something else was asked: whoever searches for `pagi` means that.

    A slash, one whole word that we show, anything that stops, and the named commands with an argument.
    """
    command = understand(text)
    if command is None:
        return False
    head, tail = _head_and_tail(text.strip(" ."))
    shown = {word for e in COMMANDS for word in (e.word("id"), e.word("en"))}
    called = head.casefold() in shown and (not tail or command.name in with_argument)
    return command.name == "stop" or text.startswith("/") or called


def numbers(text: str) -> tuple[int, ...]:
    """The numbers of a message that consists of nothing else ("1 2 3", "1, 2 dan 3"); empty for any other."""
    plain = re.sub("[\ufe0f\u20e3]", "", text.casefold())  # keycap emoji are numbers too
    words = [w for w in re.split(r"[\s,.;&+]+", plain) if w and w not in {"dan", "and"}]
    if not words or not all(w.isdecimal() and len(w) <= _MOST_DIGITS for w in words):
        return ()
    return tuple(int(w) for w in words)


def language_named(word: str) -> str | None:
    """The language that a word names ("inggris", "EN"), or None."""
    plain = word.strip().casefold()
    return next((code for code, words in LANGUAGES.items() if plain in words), None)


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


def _whole(words: list[str]) -> Command | None:
    """The command that the words are, once politeness is left out."""
    if len(set(words)) > _LONGEST_CALL:
        return None
    phrase = _PHRASES.get(" ".join(w for w in words if w not in _POLITE))
    if phrase is not None:
        return Command(phrase)
    said = {w: _named_by(w) for w in words if w not in _POLITE} or {w: _named_by(w) for w in words}
    meant = {name for word, name in said.items() if word not in _OF_STOP}
    if meant != {"stop"}:
        meant = set(said.values())
    name = meant.pop() if len(meant) == 1 else None
    return Command(name) if name else None


def _refuses(words: list[str]) -> bool:
    """Whether somebody asks for nothing more to be sent, and says nothing else."""
    return _REFUSED.fullmatch(" ".join(w for w in words if w not in _COURTESY)) is not None


def _stops(words: list[str]) -> bool:
    """Whether a stop word comes first, with no more around it than people add: they say nothing else."""
    if len(set(words)) > _LONGEST_CALL:
        return False
    first, *behind = [w for w in words if w not in _POLITE and w not in _BESIDE_STOP] or [""]
    if first in _EVERYDAY or _named_by(first) != "stop":
        return False
    if first not in _OF_SUBSCRIPTIONS:
        return all(w in _OF_STOP for w in behind)
    other = (w in _ASKS or _named_by(w) not in {None, "stop"} for w in behind if w not in _OF_STOP)
    return len(behind) <= _MOST_BEHIND_STOP and not any(other)


def _with_argument(head: str, tail: str) -> Command | None:
    """`MULAI daerah-hukrim`, `bahasa inggris`: a command and its argument; one of staff must have a slash."""
    known = BY_WORD.get(head.casefold())
    if known is None or known.roles != EVERYONE:
        return None
    return Command(known.name, tail) if known.takes_argument and tail else None


def _named_by(word: str) -> str | None:
    """The command that this word calls, exactly or with one slip; None when two are equally near."""
    if word in BY_WORD:
        return BY_WORD[word].name
    if len(word) < _SHORTEST_FORGIVEN:
        return None
    near = set(_near(word))
    return near.pop() if len(near) == 1 else None


def _near(word: str) -> Iterable[str]:
    calm = _REPEATED.sub(r"\1", word)  # "haloooo", "stoppp"
    if calm in _GUESSED:
        yield _GUESSED[calm]
    if len(word) <= _LONGEST_GUESSED:
        for other in {other for short in _shortened(word) for other in _NEAR.get(short, ())}:
            if _one_slip(word, other):
                yield _GUESSED[other]


def _one_slip(word: str, known: str) -> bool:
    """Whether one letter is missing, added, swapped with its neighbour or (in longer words) another."""
    if len(known) < _SHORTEST_FORGIVEN:
        return False
    first = next((i for i, (a, b) in enumerate(zip(word, known, strict=False)) if a != b), min(len(word), len(known)))
    if len(word) == len(known):
        if word[first + 1 :] == known[first + 1 :]:
            return len(known) >= _SUBSTITUTION_FORGIVEN
        return word[first + 2 :] == known[first + 2 :] and word[first : first + 2] == known[first : first + 2][::-1]
    short, long = (word, known) if len(word) < len(known) else (known, word)
    return len(long) - len(short) == 1 and long[first + 1 :] == short[first:]
