"""What typed words mean."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import words
from bot.chat.turn import Command, Role

STOP_WORDS = ["STOP", "UNREG", "OFF", "HENTI", "KELUAR", "BERHENTI", "berhenti", "Stop"]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        *((word, "stop") for word in STOP_WORDS),
        *((word, "menu") for word in ("HAI", "HALO", "MENU", "Halo min", "selamat pagi", "hi")),
        ("/berhenti@kentongan_bot", "stop"),
        ("/STOP", "stop"),
        ("stop.", "stop"),
        ("  Berhenti!!  ", "stop"),
        ("tolong berhenti ya", "stop"),
        ("stop langganan", "stop"),
        ("saya mau berhenti berlangganan", "stop"),
        ("please stop sending news", "stop"),
        ("berhenti\nkirim\nberita", "stop"),
        ("hentikan", "stop"),
        ("unsub", "stop"),
        ("jangan kirim lagi", "stop"),
        ("tolong jangan kirim berita lagi", "stop"),
        *(
            (said, "stop")
            for said in ("unreg daerah", "UNREG HUKRIM DAERAH", "tolong unsub berita jatim", "unreg semua")
        ),
        *((said, "stop") for said in ("stop wa", "stop dulu", "udah stop", "sudah berhenti", "stop dulu ya min")),
        *((said, "stop") for said in ("Stop, terima kasih", "mohon stop kirim wa", "stpo dulu", "Stop promotions")),
        *((said, "stop") for said in ("s t o p", "S T O P", "S.T.O.P.", "s-t-o-p ya", "b e r h e n t i", "/ s t o p")),
        *((said, "stop") for said in ("matikan", "Matikan!", "matikan notifikasi", "tolong matikan", "matikan dulu")),
        *((said, "stop") for said in ("hentikan semua pesan", "hentikan kirim berita", "setop kirim")),
        *((said, "stop") for said in ("jangan kirim-kirim lagi", "jangan kirimi saya pesan lagi, terima kasih")),
        *((said, "stop") for said in ("gak usah kirim lagi", "tidak perlu kirim berita lagi", "jangan wa saya lagi")),
        *(
            (said, "stop")
            for said in ("saya tidak mau terima berita lagi", "ga mau dikirimi lagi", "jangan ganggu lagi")
        ),
        *((said, "stop") for said in ("don't send me anything", "please do not send any more messages")),
        *((said, "stop") for said in ("no more messages", "jgn kirim lagi min")),
        *((said, "stop") for said in ("stop, jangan kirim lagi", "berhenti, jangan kirim berita lagi")),
        *((said, "stop") for said in ("tolong stop, jangan kirim pesan lagi", "STOP!!! jangan wa lagi", "stop spam")),
        *((said, "stop") for said in ("mohon dihentikan", "batalkan langganan", "batalkan langganan saya", "unsub me")),
        *((said, "stop") for said in ("tidak mau langganan", "nggak mau langganan lagi", "cancel my subscription")),
        *(
            (said, "stop")
            for said in ("berhenti ya pak, terlalu banyak", "please stop messaging me", "stop ganggu saya")
        ),
        *(
            (said, "stop")
            for said in ("jangan kirim lagi, stop", "stop, saya tidak butuh lagi", "too many, please stop")
        ),
        *((said, "stop") for said in ("hapus saya dari daftar", "saya tidak ingin menerima berita lagi")),
        *((said, "language") for said in ("ganti bahasa", "change language")),
        ("topik", "topics"),
        ("TOPICS", "topics"),
        ("berita terbaru", "latest"),
        ("berita hari ini", "latest"),
        ("simpanan saya", "saved"),
        ("bantuan", "help"),
        ("tolong", "help"),
        ("bahasa", "language"),
        ("mulai lagi", "start"),
        ("selesai", "finish"),
        ("ménu", "menu"),
        ("stop " * 500, "stop"),
        *((word, "erase") for word in ("HAPUS DATA", "hapusdata", "tolong hapus data saya", "delete my data")),
        ("data saya", "mydata"),
        ("jam tenang", "quiet"),
        ("kenapa saya menerima ini?", "why"),
        ("cari", "search"),
        ("hubungi redaksi", "contact"),
        ("lanjutkan", "resume"),
        ("batal", "cancel"),
    ],
)
def test_a_word_calls_its_command(said: str, name: str) -> None:
    assert words.understand(said) == Command(name)


@pytest.mark.parametrize(
    ("slip", "name"),
    [
        ("brhenti", "stop"), ("berhnti", "stop"), ("behrenti", "stop"), ("berhentii", "stop"), ("stpo", "stop"),
        ("stoppp", "stop"), ("stoop", "stop"), ("mneu", "menu"), ("menuu", "menu"), ("haloooo", "menu"),
        ("topk", "topics"), ("topij", "topics"), ("bantaun", "help"), ("terbar", "latest"), ("simpnan", "saved"),
        ("bahsa", "language"), ("mulia", "start"), ("selsai", "finish"),
    ],
)  # fmt: skip
def test_a_slip_is_forgiven(slip: str, name: str) -> None:
    assert words.understand(slip) == Command(name)


@pytest.mark.parametrize(
    "talk",
    [
        "", " ", "/", "//", "@", "👍", "stok", "shop", "step", "on", "of", "ganti", "keluarga",
        "keluarga saya berhenti", "keluar rumah jam berapa?", "kapan hujan berhenti", "apa kabar",
        "saya suka topik ini karena bagus", "hapus dta", "hapus datanya", "hapusdat", "hapus", "/tidakada",
        "jangan", "jangan kirim ke dia", "pak bu", "stop menu", "off the record", "x" * 5000, "ini itu",
        "stop berita hoaks itu dari mana", "stop berita hoaks", "unreg itu apa", "stop dulu?", "unreg gagal",
        "unreg daerah lalu kirim hukrim", "keluar dulu", "udah keluar", "off dulu", "unreg menu", "jangan stop",
        "stop bakar sampah", "berhenti merokok", "hentikan tawuran pelajar", "sudah", "dulu", "wa", "terima kasih",
        "hujannya sudah berhenti", "info stop kontak", "stop kontak rusak", "udah stop hujannya belum",
        "hentikan kebakaran di Pacet", "matikan lampu jalan", "matikan api", "matikan jam tenang", "pastikan",
        "nantikan", "jangan kirim hari ini", "jangan kirim malam", "jangan kirim berita hoaks", "jangan kirim foto",
        "jangan ganggu", "jangan kirim truk lewat sini lagi", "jangan hubungi polisi lagi", "no more floods",
        "tidak usah kirim ambulans", "s t n k hilang", "s t o k beras", "p o l i s i", "r t 3", "a b c", "s t",
        "tidak mau dikirim ke sana", "terlalu banyak", "terlalu banyak sampah di Pacet", "spam", "tidak butuh lagi",
        "hentikan truk pasir, terlalu banyak", "stop truk lewat sini, jangan lagi", "jangan kirim truk, terlalu banyak",
        "stop kontak listrik", "hujan berhenti, jangan keluar lagi", "batalkan proyek", "proyek dihentikan",
        "dihentikan polisi", "kereta berhenti terlalu sering", "langganan air PDAM", "tidak mau lagi",
        "stop, jangan kirim lagi?", "berhenti merokok, jangan lagi", "berisik", "langganan koran mati",
    ],
)  # fmt: skip
def test_talk_is_no_command(talk: str) -> None:
    assert words.understand(talk) is None


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("/start daerah-hukrim", Command("start", "daerah-hukrim")),
        ("/start@bot undang-AbC", Command("start", "undang-AbC")),
        ("/start\ndaerah", Command("start", "daerah")),
        ("MULAI daerah-hukrim", Command("start", "daerah-hukrim")),
        ("mulai Daerah, Hukrim", Command("start", "Daerah, Hukrim")),
        ("bahasa inggris", Command("language", "inggris")),
        ("English", Command("language", "english")),
        ("/language English", Command("language", "English")),
        ("/menu sekarang", Command("menu")),
        ("TENANG 22.00-04.30", Command("quiet", "22.00-04.30")),
        ("waktu pagi", Command("times", "pagi")),
        ("jeda 3 hari", Command("pause", "3 hari")),
        ("cari berita banjir", Command("search", "berita banjir")),
        ("kata PDAM", Command("keywords", "PDAM")),
        ("redaksi lampu jalan mati", Command("contact", "lampu jalan mati")),
    ],
)
def test_what_stands_behind_a_command_that_takes_it_is_kept(said: str, command: Command) -> None:
    assert words.understand(said) == command


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("1 2 3", (1, 2, 3)), ("1,2,3", (1, 2, 3)), ("1, 2 dan 3", (1, 2, 3)), ("1 and 2", (1, 2)), ("4", (4,)),
        ("1️⃣ 2️⃣", (1, 2)), ("07", (7,)), ("0812 3456 7890", ()), ("081234567890", ()), ("satu", ()), ("1 kg", ()),
        ("1-3", (1, 2, 3)), ("2 – 4", (2, 3, 4)), ("1 sampai 3", (1, 2, 3)), ("1 s/d 2", (1, 2)), ("21-5", ()),
        ("1-", ()), ("22.00-04.30", ()), ("", ()), ("dan", ()), ("²", ()), ("-1", ()), ("9" * 5000, ()),
    ],
)  # fmt: skip
def test_a_message_of_numbers_is_read_as_numbers(said: str, numbers: tuple[int, ...]) -> None:
    assert words.numbers(said) == numbers


@given(st.text(max_size=60))
def test_any_text_is_understood_or_not_but_never_breaks(text: str) -> None:
    understood = words.understand(text)
    assert understood is None or words.entry(understood.name) is not None
    assert all(0 <= n <= 99 for n in words.numbers(text))


@given(st.sampled_from(STOP_WORDS), st.sampled_from(["", " ", "\n", ".", "!!", " 🙏", "…"]), st.booleans())
def test_a_stop_word_stops_however_it_is_written(word: str, around: str, slash: bool) -> None:
    assert words.understand(around + word.swapcase() + around) == Command("stop")
    assert words.understand("/" * slash + word) == Command("stop")


def test_no_word_calls_two_commands() -> None:
    said = [word for entry in words.COMMANDS for word in {w for ws in entry.words.values() for w in ws}]
    assert sorted(said) == sorted(set(said))


def test_every_word_can_follow_a_slash_on_telegram() -> None:
    for word in words.slash_words():
        assert word.isascii()
        assert word == word.lower()
        assert word.replace("_", "").isalnum()
        assert len(word) <= 32


def test_what_everyone_sees_is_short_and_in_their_language() -> None:
    shown = [e.word("id") for e in words.visible(Role.RESIDENT)]
    assert shown == ["menu", "topik", "terbaru", "cari", "waktu", "jeda", "bantuan", "berhenti"]
    staff = ["push", "correct", "withdraw", "queue", "report"]
    office = ["feeds", "team", "recruit", "audit", "health", "backup", "statistics"]
    assert [e.word("en") for e in words.visible(Role.ADMIN)] == [
        "menu", "topics", "latest", "search", "schedule", "pause", "help", "stop", *staff, *office,
    ]  # fmt: skip
    assert all(e.about for e in words.visible(Role.RESIDENT))


# Slips ----------------------------------------------------------------------------------------------------------------

GUESSED = {word: e.name for e in words.COMMANDS for said in e.words.values() for word in said
           if e.roles == words.EVERYONE and not e.exact and len(word) >= 4}  # fmt: skip


def one_slip(word: str, known: str) -> bool:
    """A letter missing or added; two neighbours swapped; in longer words another letter: by trying them all."""
    if word == known:
        return False
    places = range(len(known))
    missing = {known[:i] + known[i + 1 :] for i in places}
    added = {word[:i] + word[i + 1 :] for i in range(len(word))}
    swapped = {known[:i] + known[i + 1 : i + 2] + known[i : i + 1] + known[i + 2 :] for i in places}
    other = len(known) >= 5 and any(
        len(word) == len(known) and word[:i] + word[i + 1 :] == known[:i] + known[i + 1 :] for i in places
    )
    return word in missing or known in added or word in swapped or other


def slipped(word: str, place: int, letter: str, how: int) -> str:
    """The word with one slip at this place."""
    i = place % len(word)
    return (
        word[:i] + word[i + 1 :], word[:i] + letter + word[i:], word[:i] + letter + word[i + 1 :],
        word[:i] + word[i + 1 : i + 2] + word[i] + word[i + 2 :],
    )[how]  # fmt: skip


SLIPS = st.tuples(st.integers(0, 20), st.sampled_from("abeiknorstu"), st.integers(0, 3))


@given(st.sampled_from(sorted(GUESSED)), st.lists(SLIPS, min_size=1, max_size=2))
def test_a_slip_is_forgiven_exactly_where_one_command_alone_is_near(
    word: str, slips: list[tuple[int, str, int]]
) -> None:
    for place, letter, how in slips:
        word = slipped(word, place, letter, how)
    known = {w for e in words.COMMANDS for said in e.words.values() for w in said}
    if word in known or len(word) < 4 or any(a == b for a, b in pairwise(word)):
        return  # said as it is, too short, or with letters repeated, which is another matter
    near = {name for other, name in GUESSED.items() if one_slip(word, other)}
    understood = words.understand(word)
    assert (understood.name if understood else None) == (near.pop() if len(near) == 1 else None)


# Where something else is awaited --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("/menu", "menu"), ("/push Jembatan ditutup", "push"), ("berhenti", "stop"), ("tolong stop", "stop"),
        ("hapus data", "erase"), ("pagi", ""), ("malam", ""), ("Keliru", ""), ("Salah", ""), ("desa", ""),
        ("Wilayah", ""), ("Berita hari ini", ""), ("batal", ""), ("hujan berhenti", ""), ("", ""), ("menu", ""),
        ("push", ""),
    ],
)  # fmt: skip
def test_what_a_text_for_readers_is_never_taken_for(said: str, name: str) -> None:
    command = words.insisted(said)
    assert (command.name if command else "") == name


@pytest.mark.parametrize(
    ("said", "how"),
    [
        ("batal", "cancel"), ("BATAL.", "cancel"), (" Batalkan ", "cancel"), ("cancel", "cancel"), ("Menu", "menu"),
        ("Batal dilakukan", ""), ("menu makan siang", ""), ("pagi", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_question_is_let_go_with_one_word_alone(said: str, how: str) -> None:
    assert words.lets_go(said) == how
