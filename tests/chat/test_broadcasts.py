"""Every kind of broadcast as readers see it, and that nothing in it can break a platform's limits."""

from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram import render
from bot.chat.answer import answer
from bot.chat.broadcasts import broadcast_message, invitation
from bot.chat.message import Message
from bot.chat.righted import amendment
from bot.chat.stories import reach
from bot.chat.turn import Board, Person, Place, StoriesFound
from bot.delivery.content import BroadcastKind, Content, Level, Note
from bot.simulator.telegram.texts import formatted
from tests.chat.test_catalogs import keys_of, po
from tests.chat.test_digest import ACTIVE, AT, digest, digests_of_the_day, labels, many
from tests.chat.test_every_screen import BARE, WIDE, faults
from tests.chat.test_transcripts import BROADCAST, Heard
from tests.support.town import STORIES, TEXTS, board

MARKET = STORIES[7]
BRIDGE = Note(
    "Jembatan retak sepanjang dua meter.\n\n\n  Kendaraan dialihkan lewat jalan samping.\n",
    "Jembatan ditutup sementara",
    "https://target-24jam.com/jembatan/", Level.URGENT, "Kota Mojokerto", unverified=True,
)  # fmt: skip
READ = ["Baca selengkapnya"]


def shown(content: Content, language: str = "id") -> Message:
    return broadcast_message(content, language, board())


# As readers see them ------------------------------------------------------------------------------------------------

SENT = "Dikirim Redaksi Target 24 Jam, Rabu 28 Feb 2024, 14.05 WIB"
KINDS: dict[str, tuple[Content, str]] = {
    "a digest": (
        Content(BroadcastKind.DIGEST, AT, stories=(MARKET, STORIES[6])),
        ("Kabar siang, Rabu 28 Februari 2024. 2 berita untuk Anda, sekitar 1 menit.\n\n"
        "1. Pasar malam dipindah ke alun-alun mulai Jumat\n"
        "Pedagang lama mendapat tempat lebih dahulu. Pendaftaran dibuka di kantor kelurahan.\n\n"
        "2. Air bersih mengalir lagi di tiga dusun\nPipa yang patah karena longsor selesai disambung Senin malam."),
    ),
    "an urgent alert": (
        Content(BroadcastKind.ALERT, AT, note=BRIDGE),
        "DARURAT · Kota Mojokerto\nJembatan ditutup sementara\n\nJembatan retak sepanjang dua meter.\n\n"
        "Kendaraan dialihkan lewat jalan samping.\n\nInformasi ini masih dalam verifikasi redaksi.\n\n" + SENT,
    ),
    "an alert of few words": (
        Content(BroadcastKind.ALERT, AT, note=Note("Listrik padam sampai sore.", level=Level.IMPORTANT)),
        "PENTING\n\nListrik padam sampai sore.\n\n" + SENT,
    ),
    "an ordinary alert": (
        Content(BroadcastKind.ALERT, AT, note=Note("Pasar buka sampai malam.", place="Pacet")),
        "KABAR · Pacet\n\nPasar buka sampai malam.\n\n" + SENT,
    ),
    "news about an alert": (
        Content(BroadcastKind.FOLLOW_UP, AT, note=Note("Sudah aman.", "Jembatan dibuka lagi"), original=BRIDGE),
        "PERKEMBANGAN\nJembatan dibuka lagi\n\nSudah aman.\n\nKabar sebelumnya: Jembatan ditutup sementara\n\n" + SENT,
    ),
    "urgent news about a story": (
        Content(
            BroadcastKind.FOLLOW_UP, AT, MARKET, Note("Ada kebakaran.", level=Level.URGENT, place="Alun-alun")
        ),
        "PERKEMBANGAN · DARURAT · Alun-alun\n\nAda kebakaran.\n\n"
        "Kabar sebelumnya: Pasar malam dipindah ke alun-alun mulai Jumat\n\n" + SENT,
    ),
    "a story that was corrected": (
        Content(BroadcastKind.MARK, AT, MARKET),
        ("Pasar malam dipindah ke alun-alun mulai Jumat\n\n"
        "Pedagang lama mendapat tempat lebih dahulu. Pendaftaran dibuka di kantor kelurahan.\n\n"
        "Sudah diralat redaksi, Rabu 28 Feb 2024, 14.05 WIB.\n\n"
        "#BeritaUtama #Daerah · Rabu 28 Feb 2024, 06.17 WIB · target-24jam.com"),
    ),
    "an alert that was corrected": (
        Content(BroadcastKind.MARK, AT, original=replace(BRIDGE, text="Jembatan retak satu meter.", unverified=False)),
        ("DARURAT · Kota Mojokerto\nJembatan ditutup sementara\n\nJembatan retak satu meter.\n\n"
        "Sudah diralat redaksi, Rabu 28 Feb 2024, 14.05 WIB."),
    ),
    "an urgent follow-up that was corrected": (
        Content(BroadcastKind.MARK, AT, original=Note("Dua orang luka.", level=Level.URGENT), follows="Jembatan"),
        ("PERKEMBANGAN · DARURAT\n\nDua orang luka.\n\nKabar sebelumnya: Jembatan\n\n"
        "Sudah diralat redaksi, Rabu 28 Feb 2024, 14.05 WIB."),
    ),
    "a follow-up about a story that was corrected": (
        Content(BroadcastKind.MARK, AT, MARKET, original=Note("Dibuka besok."), follows=MARKET.title),
        ("PERKEMBANGAN\n\nDibuka besok.\n\nKabar sebelumnya: Pasar malam dipindah ke alun-alun mulai Jumat\n\n"
        "Sudah diralat redaksi, Rabu 28 Feb 2024, 14.05 WIB."),
    ),
    "a correction of a follow-up about a story": (
        Content(
            BroadcastKind.CORRECTION, AT, MARKET, Note("besok", wrong="lusa"), Note("Dibuka besok."),
            follows=MARKET.title,
        ),
        ("RALAT · 28 Feb 2024, 14.05 WIB\nDibuka besok.\n\nTadi tertulis: lusa\nYang benar: besok\n\n"
        "Kami mohon maaf atas kekeliruan ini."),
    ),
    "a follow-up about a story that is withdrawn": (
        Content(BroadcastKind.WITHDRAWAL, AT, MARKET, Note(""), Note("Dibuka besok."), follows=MARKET.title),
        "Kabar ini dicabut\nDibuka besok.\n\nDicabut Redaksi Target 24 Jam, Rabu 28 Feb 2024, 14.05 WIB",
    ),
    "a correction": (
        Content(BroadcastKind.CORRECTION, AT, MARKET, Note("mulai Jumat", wrong="mulai Kamis")),
        ("RALAT · 28 Feb 2024, 14.05 WIB\nPasar malam dipindah ke alun-alun mulai Jumat\n\n"
        "Tadi tertulis: mulai Kamis\nYang benar: mulai Jumat\n\nKami mohon maaf atas kekeliruan ini."),
    ),
    "a correction that does not repeat what was wrong": (
        Content(BroadcastKind.CORRECTION, AT, note=Note("Jembatan retak satu meter."), original=BRIDGE),
        ("RALAT · 28 Feb 2024, 14.05 WIB\nJembatan ditutup sementara\n\n"
        "Yang benar: Jembatan retak satu meter.\n\nKami mohon maaf atas kekeliruan ini."),
    ),
    "a story that is withdrawn": (
        Content(BroadcastKind.WITHDRAWAL, AT, MARKET, Note("Sumbernya\nmenarik keterangan.")),
        ("Berita ini dicabut\nPasar malam dipindah ke alun-alun mulai Jumat\n\n"
        "Alasan: Sumbernya menarik keterangan.\n\nDicabut Redaksi Target 24 Jam, Rabu 28 Feb 2024, 14.05 WIB"),
    ),
    "an alert without a title that is withdrawn without a reason": (
        Content(BroadcastKind.WITHDRAWAL, AT, original=Note("Air akan mati.\nSiapkan tandon.")),
        "Kabar ini dicabut\nAir akan mati.\n\nDicabut Redaksi Target 24 Jam, Rabu 28 Feb 2024, 14.05 WIB",
    ),
    "a test of an alert": (
        Content(BroadcastKind.TEST, AT, note=replace(BRIDGE, text="Jembatan retak.")),
        ("UJI COBA — ABAIKAN\nPercobaan untuk tim redaksi, Rabu 28 Feb 2024, 14.05 WIB. Bukan kabar sungguhan.\n"
        "────────────\n\nDARURAT · Kota Mojokerto\nJembatan ditutup sementara\n\nJembatan retak.\n\n"
        "────────────\nAkhir uji coba"),
    ),
    "a test of a story": (
        Content(BroadcastKind.TEST, AT, STORIES[6]),
        ("UJI COBA — ABAIKAN\nPercobaan untuk tim redaksi, Rabu 28 Feb 2024, 14.05 WIB. Bukan kabar sungguhan.\n"
        "────────────\n\nAir bersih mengalir lagi di tiga dusun\n\n"
        "Pipa yang patah karena longsor selesai disambung Senin malam.\n\n────────────\nAkhir uji coba"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "text"), KINDS.values(), ids=KINDS)
def test_a_kind_says_this(content: Content, text: str) -> None:
    assert shown(content).plain() == text


ENGLISH = {
    "an alert": (Content(BroadcastKind.ALERT, AT, note=BRIDGE), "EMERGENCY · Kota Mojokerto\n"),
    "a digest": (
        Content(BroadcastKind.DIGEST, AT, stories=(MARKET,)),
        "Midday news, Wednesday 28 February 2024. 1 story for you, about 1 min.\n",
    ),
    "a correction": (KINDS["a correction"][0], "CORRECTION · 28 Feb 2024, 14:05 WIB\n"),
    "a test": (KINDS["a test of a story"][0], "TEST — PLEASE IGNORE\n"),
}


@pytest.mark.parametrize(("content", "beginning"), ENGLISH.values(), ids=ENGLISH)
def test_readers_of_english_are_told_in_english(content: Content, beginning: str) -> None:
    assert shown(content, "en").plain().startswith(beginning)


def test_a_story_is_told_as_ever() -> None:
    message = shown(Content(BroadcastKind.STORY, AT, MARKET))
    assert message.plain().startswith(MARKET.title)
    assert labels(message) == [READ, ["Simpan", "Bagikan", "Kurangi ini"]]
    assert message.preview == MARKET.link


BUTTONS: dict[str, tuple[Content, list[list[str]], str | None]] = {
    "an alert with a link": (KINDS["an urgent alert"][0], [READ], BRIDGE.link),
    "an alert without": (KINDS["an ordinary alert"][0], [], None),
    "a corrected story": (KINDS["a story that was corrected"][0], [READ, ["Simpan", "Bagikan", "Kurangi ini"]],
                          MARKET.link),
    "a correction": (KINDS["a correction"][0], [READ], None),
    "a withdrawn story": (KINDS["a story that is withdrawn"][0], [], None),
    "a test": (KINDS["a test of an alert"][0], [READ], None),
    "a link that nothing can open": (
        Content(BroadcastKind.ALERT, AT, note=Note("x", link="javascript:alert(1)")), [], None,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "buttons", "preview"), BUTTONS.values(), ids=BUTTONS)
def test_buttons_lead_on_only_where_there_is_something_to_read(
    content: Content, buttons: list[list[str]], preview: str | None
) -> None:
    message = shown(content)
    assert (labels(message), message.preview) == (buttons, preview)


def test_a_test_looks_different_from_what_it_tests() -> None:
    real, test = shown(KINDS["an urgent alert"][0]), shown(KINDS["a test of an alert"][0])
    assert [span.text for span in test.text if span.bold] == ["UJI COBA — ABAIKAN"]
    assert {"DARURAT · Kota Mojokerto", "Jembatan ditutup sementara"} <= {s.text for s in real.text if s.bold}
    assert {"DARURAT · Kota Mojokerto", "Jembatan ditutup sementara"} <= {s.text for s in test.text if s.italic}


def test_only_what_is_still_being_checked_says_so() -> None:
    checked = Content(BroadcastKind.ALERT, AT, note=replace(BRIDGE, unverified=False))
    assert "verifikasi" not in shown(checked).plain()


@pytest.mark.parametrize("kind", [BroadcastKind.STORY, BroadcastKind.MARK])
def test_what_cannot_be_told_is_refused(kind: BroadcastKind) -> None:
    with pytest.raises(ValueError, match="story"):
        shown(Content(kind, AT))


class Spoken(Heard):
    """What broadcasts say, kept apart from what conversations say."""

    said: ClassVar[set[tuple[str, str]]] = set()


def test_every_text_of_a_broadcast_is_said_in_each_language() -> None:
    listening = replace(board(), texts=Spoken(TEXTS.catalogs))
    for language in TEXTS.catalogs:
        for content in (*(c for c, _ in KINDS.values()), *digests_of_the_day(), digest(7, 13)):
            broadcast_message(content, language, listening)
        for person in (replace(ACTIVE, language=language), Person("telegram", "2", language=language)):
            answer(person, StoriesFound((), after=Place(1, 7)), listening)
            answer(person, StoriesFound(many(30), after=Place(30, 1)), listening)
        amendment(listening.texts.voice(language), "Dua orang luka.")
        assert "“Baca”" in invitation(listening.texts.voice(language), "Baca")
        invitation(listening.texts.voice(language), "")
    ours = tuple(prefix for prefix in BROADCAST if prefix != "notice.")  # staff notices: test_notices.py
    spoken = {(language, key) for language, key in Spoken.said if key.startswith(ours)}
    assert spoken == {(lang, k) for lang in TEXTS.catalogs for k in keys_of(po(lang)) if k.startswith(ours)}


# Limits -------------------------------------------------------------------------------------------------------------

HOSTILE = [
    "", " \n\t ",
    "<b>&\"'</b><a href='x'>", "**tebal** *miring* {title} {0}", "\u202eعكس النص\u2066", "\u200b", "a\ud800b",
    "kata " * 2000, "x" * 9000, "😀" * 5000, "👨‍👩‍👧‍👦" * 900, "é" * 9000, '"' * 9000, "&" * 9000, "نص طويل جدا " * 900,
    "baris\n" * 3000, "\x00\x07\x1b[2J",
]  # fmt: skip
LONGEST_LINK = 'https://a.id/?q="' + "&" * 222
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60))
links = st.one_of(st.just(""), st.just(LONGEST_LINK), st.just("https://a.id/" + '"' * 1900), st.text(max_size=20))
stories = st.builds(replace, st.sampled_from(list(STORIES.values())), title=texts, summary=texts, link=links)
notes = st.builds(Note, texts, texts, links, st.sampled_from(Level), texts, st.booleans(), texts)
contents = st.builds(
    Content, st.sampled_from(BroadcastKind), st.sampled_from([AT, AT + timedelta(hours=9)]), stories, notes, notes,
    st.lists(stories, min_size=1, max_size=9).map(tuple), st.integers(0, 10**6),
)  # fmt: skip


def platform_faults(message: Message) -> list[str]:
    """What any platform or the strict Telegram would refuse."""
    found = list(faults(message))
    rendered = render.html(message)
    if formatted(rendered, "HTML", None).length > render.LONGEST:
        found.append("too long for Telegram")
    if "\ud800" in rendered:
        found.append("half a character")
    return found


@settings(max_examples=300, deadline=None)
@given(contents, st.sampled_from(["id", "en", "xx"]), st.sampled_from([board(), WIDE, BARE]))
def test_whatever_is_in_it_fits(content: Content, language: str, where: Board) -> None:
    assert platform_faults(broadcast_message(content, language, where)) == []
    alert = replace(content, story=None)
    if alert.kind is not BroadcastKind.STORY:
        assert platform_faults(broadcast_message(alert, language, where)) == []


@pytest.mark.parametrize("language", sorted(TEXTS.catalogs))
@pytest.mark.parametrize("kind", BroadcastKind)
@pytest.mark.parametrize("written", HOSTILE, ids=lambda text: ascii(text[:9]))
def test_every_kind_with_every_hostile_text_fits(kind: BroadcastKind, written: str, language: str) -> None:
    story = replace(MARKET, title=written, summary=written, link=LONGEST_LINK)
    note = Note(written, written, LONGEST_LINK, Level.URGENT, written, unverified=True, wrong=written)
    for about in (story, None) if kind is not BroadcastKind.STORY else (story,):
        content = Content(kind, AT, about, note, note, (story,) * 7, 10**6)
        assert platform_faults(broadcast_message(content, language, board())) == []


def test_a_list_of_the_longest_entries_fits() -> None:
    story = replace(MARKET, title='"' * 900, summary='"' * 900, link=LONGEST_LINK)
    (reply,) = answer(ACTIVE, StoriesFound((story,) * reach(Place(1, 7)), after=Place(1, 7)), board()).replies
    assert platform_faults(reply.message) == []


CLOSINGS = {
    "an alert": (BroadcastKind.ALERT, "WIB"), "a correction": (BroadcastKind.CORRECTION, "kekeliruan ini."),
    "a withdrawal": (BroadcastKind.WITHDRAWAL, "WIB"), "a test": (BroadcastKind.TEST, "Akhir uji coba"),
    "a follow-up": (BroadcastKind.FOLLOW_UP, "WIB"), "a mark": (BroadcastKind.MARK, "WIB."),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "closing"), CLOSINGS.values(), ids=CLOSINGS)
def test_what_is_too_long_loses_its_middle_and_not_its_end(kind: BroadcastKind, closing: str) -> None:
    note = Note("kata " * 3000, "Judul", place="Kota", unverified=True, wrong="salah " * 3000)
    text = shown(Content(kind, AT, note=note, original=note)).plain()
    assert text.endswith(closing)
    assert "…" in text
