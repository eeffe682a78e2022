"""How a broadcast goes, as editors see it: under way, in trouble, over; in both languages within the limits."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.message import Message
from bot.chat.newsroom.card import duration
from bot.chat.newsroom.progress import full_report, progress
from bot.chat.newsroom.visit import Visit
from bot.chat.push import LookIn, Room, Told
from bot.chat.scene import Scene
from bot.chat.turn import Person, Role
from bot.delivery.content import BroadcastKind, Level
from bot.delivery.plan import Status
from tests.chat.test_every_screen import faults
from tests.support.town import NOW, TEXTS, board

MINUTES = timedelta(minutes=1)
SENDING = Told(
    5, BroadcastKind.ALERT, Level.IMPORTANT, Status.RUNNING, "Banjir di Sooko", NOW - 4 * MINUTES, total=9812,
    sent=6200, failed={"blocked": 11, "chat_not_found": 3}, unknown=2, digested=24, waiting=3,
    channels=(("telegram", 6200, 14), ("console", 0, 0)), p50=160.0, p95=350.0,
)  # fmt: skip
DONE = replace(SENDING, status=Status.DONE, done_at=NOW, sent=9771, waiting=0)


UNDER_WAY = (
    "Mengirim… 6.240 dari 9.812 (63%) ▓▓▓▓▓▓░░░░ · sisa ±2 menit"
    " · gagal 14 (diblokir 11, tidak ditemukan 3) · menunggu giliran 3"
)


def visit(language: str = "id") -> Visit:
    return Visit(
        Scene(Person("telegram", "1", role=Role.EDITOR, language=language), board()), LookIn("x"), Room(b"k" * 32, 1)
    )


def shown(message: Message) -> list[str]:
    rows = ["[" + " | ".join(b.label for b in row) + "]" for row in message.rows]
    return [*message.plain().split("\n"), *rows]


def test_while_it_is_sent() -> None:
    assert shown(progress(visit(), SENDING)) == [
        "Banjir di Sooko",
        f"{UNDER_WAY} · tidak pasti 2",
        "[Jeda | Hentikan sisanya]",
    ]


def test_while_it_is_paused() -> None:
    lines = shown(progress(visit(), replace(SENDING, status=Status.PAUSED, reason="refused: too_long")))
    assert lines[1].startswith("Dijeda. 6.240 dari 9.812 (63%)")
    assert lines[-1] == "[Lanjutkan | Hentikan sisanya]"


def test_when_it_is_over() -> None:
    assert shown(progress(visit(), DONE)) == [
        "Banjir di Sooko",
        "Selesai Rabu 28 Feb 2024, 13.45 WIB, 4 menit",
        "Terkirim 9.771 · gagal 14 (diblokir 11, tidak ditemukan 3) · tidak pasti 2 · masuk ringkasan 24",
        "Tengah 3 menit · 95% dalam 6 menit",
        "[Perkembangan | Ralat]", "[Cabut]", "[Laporan lengkap]",
    ]  # fmt: skip


def test_the_whole_report_names_everything() -> None:
    told = replace(
        DONE, categories=("daerah", "budaya"), reason="refused: too_long", failed={"blocked": 2, "odd_code": 1}
    )
    lines = shown(full_report(visit(), told))
    assert "Nomor 5 · kabar · Penting" in lines
    assert "Tujuan: Daerah dan Budaya" in lines
    assert "Telegram: terkirim 6.200, gagal 14" in lines
    assert "– odd_code: 1" in lines
    assert "Keterangan: refused: too_long" in lines
    assert lines[-2:] == ["[Coba lagi yang tidak pasti]", "[Kembali]"]


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (replace(DONE, status=Status.CANCELLED), "Dihentikan Rabu"),
        (replace(DONE, status=Status.CANCELLED, done_at=None), "Dihentikan"),
        (replace(DONE, status=Status.EXPIRED), "Kedaluwarsa"),
        (replace(DONE, status=Status.WITHDRAWN), "Dicabut"),
        (replace(DONE, status=Status.INTERRUPTED), "Terputus"),
        (replace(DONE, status=Status.RUNNING), "Selesai"),
        (replace(DONE, status=Status.CANCELLED, sent=0, failed={}, unknown=0), "Ditahan. Belum ada yang dikirim."),
        (replace(SENDING, total=0, sent=0, failed={}, unknown=0, digested=0), "0 dari 0 (0%) ░░░░░░░░░░"),
        (replace(SENDING, total=5), "6.240 dari 6.240 (100%) ▓▓▓▓▓▓▓▓▓▓"),
    ],
)
def test_every_way_to_end_is_said(told: Told, says: str) -> None:
    assert says in progress(visit(), told).plain()


@pytest.mark.parametrize("language", sorted(TEXTS.catalogs))
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize(
    "kind", [k for k in BroadcastKind if k not in {BroadcastKind.DIGEST, BroadcastKind.MARK, BroadcastKind.TEST}]
)
def test_every_report_keeps_the_limits(kind: BroadcastKind, status: Status, language: str) -> None:
    codes = {f"a_rather_long_code_of_a_platform_{n}" * 2: n for n in range(60)} | dict.fromkeys(
        ("blocked", "deactivated", "kicked", "chat_not_found", "expired", "stopped", "cancelled"), 5
    )
    told = replace(DONE, kind=kind, status=status, title="Judul " * 900, reason="Sebab " * 300, failed=codes)
    for message in (progress(visit(language), told), full_report(visit(language), told)):
        assert list(faults(message)) == []


@pytest.mark.parametrize(
    ("seconds", "said", "english"),
    [(0, "1 detik", "1 second"), (1.2, "1 detik", "1 second"), (89, "89 detik", "89 seconds"),
     (90, "2 menit", "2 minutes"), (3600, "60 menit", "60 minutes"), (5400, "2 jam", "2 hours"),
     (86400, "24 jam", "24 hours")],
)  # fmt: skip
def test_a_length_of_time_is_said_as_people_say_it(seconds: float, said: str, english: str) -> None:
    assert duration(seconds, visit().say) == said
    assert duration(seconds, visit("en").say) == english


MISSED = {
    "of some nobody knows": ({"expired": 5}, 2, "[Coba lagi yang tidak pasti]"),
    "some were too late": ({"expired": 5}, 0, "[Kirim ke yang terlewat]"),
    "all others cannot be reached": ({"blocked": 5}, 0, None),
}


@pytest.mark.parametrize("name", MISSED)
def test_who_was_missed_can_be_sent_it_again_from_the_whole_report(name: str) -> None:
    failed, unknown, button = MISSED[name]
    lines = shown(full_report(visit(), replace(DONE, status=Status.EXPIRED, failed=failed, unknown=unknown)))
    assert [line for line in lines if line.startswith(("[Coba", "[Kirim"))] == ([button] if button else [])
