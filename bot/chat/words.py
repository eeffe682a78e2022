"""The commands that exist, how people call them, and what typed words mean."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from bot.chat.turn import Command, Role

EVERYONE: Final = frozenset(Role)
STAFF: Final = frozenset({Role.EDITOR, Role.ADMIN})
ADMINS: Final = frozenset({Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Entry:
    """One command: its canonical name, its words by language (the first is the one we show), who may give it."""

    name: str
    words: dict[str, tuple[str, ...]]
    about: str = ""  # the text key of its description
    shown: bool = False  # in the platform's own list of commands
    takes_argument: bool = False
    exact: bool = False  # what cannot be undone is never guessed
    roles: frozenset[Role] = EVERYONE

    def word(self, language: str) -> str:
        """The word that we show in this language."""
        return (self.words.get(language) or self.words["id"])[0]


COMMANDS: Final[tuple[Entry, ...]] = (
    Entry(
        "menu",
        {
            "id": ("menu", "hai", "halo", "hei", "pagi", "siang", "sore", "malam", "assalamualaikum"),
            "en": ("menu", "hi", "hello", "hey", "settings"),
        },
        about="about.menu",
        shown=True,
    ),
    Entry(
        "topics",
        {"id": ("topik", "kategori", "pilihan"), "en": ("topics", "topic", "categories")},
        about="about.topics",
        shown=True,
    ),
    Entry(
        "latest",
        {"id": ("terbaru", "terkini", "berita"), "en": ("latest", "news")},
        about="about.latest",
        shown=True,
    ),
    Entry(
        "search",
        {"id": ("cari", "carikan", "pencarian"), "en": ("search", "find")},
        about="about.search",
        shown=True,
        takes_argument=True,
    ),
    Entry(
        "times",
        {"id": ("waktu", "jadwal"), "en": ("schedule", "times", "time")},
        about="about.times",
        shown=True,
        takes_argument=True,
    ),
    Entry(
        "pause",
        {"id": ("jeda", "tunda"), "en": ("pause",)},
        about="about.pause",
        shown=True,
        takes_argument=True,
    ),
    Entry("resume", {"id": ("lanjut", "lanjutkan", "teruskan"), "en": ("resume", "continue")}, about="about.resume"),
    Entry(
        "quiet",
        {"id": ("tenang", "hening"), "en": ("quiet", "silent")},
        about="about.quiet",
        takes_argument=True,
    ),
    Entry(
        "keywords",
        {"id": ("kata", "wilayah", "desa", "ikuti"), "en": ("keywords", "keyword", "area", "follow")},
        about="about.keywords",
        takes_argument=True,
    ),
    Entry("saved", {"id": ("simpanan", "tersimpan", "simpan"), "en": ("saved", "kept")}, about="about.saved"),
    Entry("language", {"id": ("bahasa",), "en": ("language", "lang")}, about="about.language", takes_argument=True),
    Entry("mydata", {"id": ("dataku", "data"), "en": ("mydata",)}, about="about.mydata"),
    Entry(
        "erase",
        {"id": ("hapusdata",), "en": ("deletedata",)},
        about="about.erase",
        exact=True,
    ),
    Entry(
        "contact",
        {"id": ("redaksi", "hubungi", "kontak"), "en": ("contact", "newsroom")},
        about="about.contact",
        takes_argument=True,
    ),
    Entry(
        "wrong",
        {"id": ("koreksi", "keliru", "salah"), "en": ("mistake", "wrong")},
        about="about.wrong",
        takes_argument=True,
    ),
    Entry("why", {"id": ("kenapa", "mengapa"), "en": ("why",)}, about="about.why"),
    Entry("share", {"id": ("bagikan", "ajak"), "en": ("share", "invite")}, about="about.share"),
    Entry("cancel", {"id": ("batal", "batalkan"), "en": ("cancel",)}),
    Entry("help", {"id": ("bantuan", "bantu", "tolong"), "en": ("help", "info")}, about="about.help", shown=True),
    Entry(
        "stop",
        {
            "id": ("berhenti", "henti", "keluar", "unreg", "off", "berenti", "brenti", "setop"),
            "en": ("stop", "unsubscribe"),
        },
        about="about.stop",
        shown=True,
    ),
    Entry("start", {"id": ("mulai", "daftar", "reg", "gabung"), "en": ("start", "join")}, takes_argument=True),
    Entry("finish", {"id": ("selesai", "kelar"), "en": ("done", "finish", "finished")}),
    Entry(
        "push",
        {"id": ("push",), "en": ("push", "alert")},
        about="about.push",
        shown=True,
        takes_argument=True,
        roles=STAFF,
    ),
    Entry("correct", {"id": ("ralat",), "en": ("correct",)}, about="about.correct", shown=True, roles=STAFF),
    Entry("withdraw", {"id": ("cabut",), "en": ("withdraw",)}, about="about.withdraw", shown=True, roles=STAFF),
    Entry("queue", {"id": ("antrean", "antrian"), "en": ("queue",)}, about="about.queue", shown=True, roles=STAFF),
    Entry("report", {"id": ("laporan",), "en": ("report",)}, about="about.report", shown=True, roles=STAFF),
    Entry(
        "feeds",
        {"id": ("feeds", "sumber"), "en": ("feeds",)},
        about="about.feeds",
        shown=True,
        takes_argument=True,
        roles=ADMINS,
    ),
    Entry("team", {"id": ("tim",), "en": ("team",)}, about="about.team", shown=True, roles=ADMINS),
    Entry(
        "recruit",
        {"id": ("undang",), "en": ("recruit",)},
        about="about.invite",
        shown=True,
        takes_argument=True,
        roles=ADMINS,
    ),
    Entry("audit", {"id": ("audit",), "en": ("audit",)}, about="about.audit", shown=True, roles=ADMINS),
    Entry("health", {"id": ("kesehatan",), "en": ("health",)}, about="about.health", shown=True, roles=ADMINS),
    Entry("backup", {"id": ("cadangan",), "en": ("backup",)}, about="about.backup", shown=True, roles=ADMINS),
    Entry(
        "statistics",
        {"id": ("statistik",), "en": ("statistics", "stats")},
        about="about.statistics",
        shown=True,
        roles=ADMINS,
    ),
    Entry("permit", {"id": ("izin",), "en": ("permit",)}, about="about.permit", takes_argument=True, roles=ADMINS),
)

_BY_NAME: Final = {entry.name: entry for entry in COMMANDS}
_BY_WORD: Final = {word: entry for entry in COMMANDS for words in entry.words.values() for word in words}

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
_LONGEST_CALL: Final = 8  # different words; whoever writes more is talking, not commanding
_SHORTEST_FORGIVEN: Final = 4  # letters; shorter words are too near to each other
_SUBSTITUTION_FORGIVEN: Final = 5  # letters; "stok" and "shop" are words of their own, not "stop"
_MOST_DIGITS: Final = 2  # longer ones are telephone numbers, not topics


def entry(name: str) -> Entry | None:
    """The command with this canonical name, or the one that this word calls."""
    return _BY_NAME.get(name) or _BY_WORD.get(name.casefold())


def visible(role: Role) -> tuple[Entry, ...]:
    """What the platform's own list of commands offers to this role, in order."""
    return tuple(e for e in COMMANDS if e.shown and role in e.roles)


def offered(role: Role) -> tuple[Entry, ...]:
    """What the help names for this role, in order."""
    return tuple(e for e in COMMANDS if e.about and role in e.roles)


def slash_words() -> dict[str, str]:
    """Every word that may follow a slash, with the canonical name behind it."""
    return {word: e.name for word, e in _BY_WORD.items()} | {e.name: e.name for e in COMMANDS}


def understand(text: str) -> Command | None:
    """The command that somebody typed, with or without slash, in any case, small slips forgiven; None if none.

    A message is a command only as a whole: "keluar rumah jam berapa" is talk and stops nothing.
    """
    head, tail = _head_and_tail(text)
    known = entry(_slashless(head)) if head.startswith("/") else None
    if known is not None:
        return Command(known.name, tail if known.takes_argument else "")
    return _whole(_plain_words(text)) or _with_argument(head, tail)


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
    """Lower-case words without accents and punctuation."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"[a-z0-9]+", "".join(c for c in folded if not unicodedata.combining(c)))


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


def _with_argument(head: str, tail: str) -> Command | None:
    """`MULAI daerah-hukrim`, `bahasa inggris`: a command and its argument; one of staff must have a slash."""
    known = _BY_WORD.get(head.casefold())
    if known is None or known.roles != EVERYONE:
        return None
    return Command(known.name, tail) if known.takes_argument and tail else None


def _named_by(word: str) -> str | None:
    """The command that this word calls, exactly or with one slip; None when two are equally near."""
    if word in _BY_WORD:
        return _BY_WORD[word].name
    if len(word) < _SHORTEST_FORGIVEN:
        return None
    near = set(_near(word, _BY_WORD))
    return near.pop() if len(near) == 1 else None


def _near(word: str, known: Iterable[str]) -> Iterable[str]:
    calm = re.sub(r"(.)\1+", r"\1", word)  # "haloooo", "stoppp"
    for other in known:
        # What only staff may say, or what cannot be undone, is never guessed.
        guessed = _BY_WORD[other].roles == EVERYONE and not _BY_WORD[other].exact
        if guessed and (calm == other or _one_slip(word, other)):
            yield _BY_WORD[other].name


def _one_slip(word: str, known: str) -> bool:
    """Whether one letter is missing, added, swapped with its neighbour or (in longer words) another."""
    if len(known) < _SHORTEST_FORGIVEN:
        return False
    if len(word) == len(known):
        differ = [i for i, (a, b) in enumerate(zip(word, known, strict=True)) if a != b]
        if len(differ) == 1:
            return len(known) >= _SUBSTITUTION_FORGIVEN
        first, last = differ[0], differ[-1]
        return last == first + 1 and word[first] == known[last] and word[last] == known[first]
    short, long = sorted((word, known), key=len)
    return len(long) - len(short) == 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
