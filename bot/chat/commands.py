"""The commands that exist, who may give them, and how people call them."""

from dataclasses import dataclass
from typing import Final

from bot.chat.turn import Role

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
            "id": ("berhenti", "henti", "keluar", "unreg", "off", "berenti", "brenti", "setop", "hentikan", "matikan"),
            "en": ("stop", "unsubscribe", "unsub", "quit", "end"),
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
    Entry(
        "correct",
        {"id": ("ralat",), "en": ("correct",)},
        about="about.correct",
        shown=True,
        takes_argument=True,
        roles=STAFF,
    ),
    Entry(
        "withdraw",
        {"id": ("cabut",), "en": ("withdraw",)},
        about="about.withdraw",
        shown=True,
        takes_argument=True,
        roles=STAFF,
    ),
    Entry("queue", {"id": ("antrean", "antrian"), "en": ("queue",)}, about="about.queue", shown=True, roles=STAFF),
    Entry(
        "report",
        {"id": ("laporan",), "en": ("report",)},
        about="about.report",
        shown=True,
        takes_argument=True,
        roles=STAFF,
    ),
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
BY_WORD: Final = {word: entry for entry in COMMANDS for words in entry.words.values() for word in words}


def entry(name: str) -> Entry | None:
    """The command with this canonical name, or the one that this word calls."""
    return _BY_NAME.get(name) or BY_WORD.get(name.casefold())


def visible(role: Role) -> tuple[Entry, ...]:
    """What the platform's own list of commands offers to this role, in order."""
    return tuple(e for e in COMMANDS if e.shown and role in e.roles)


def offered(role: Role) -> tuple[Entry, ...]:
    """What the help names for this role, in order."""
    return tuple(e for e in COMMANDS if e.about and role in e.roles)


def slash_words() -> dict[str, str]:
    """Every word that may follow a slash, with the canonical name behind it."""
    return {word: e.name for word, e in BY_WORD.items()} | {e.name: e.name for e in COMMANDS}
