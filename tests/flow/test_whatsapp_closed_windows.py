"""What is said to somebody on WhatsApp who has not written for a day waits until they write, and its sender knows."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat.turn import Role, Status
from bot.delivery.halts import Halt, Scope
from bot.delivery.window import AT_ONCE, MOST_NOTICES
from bot.flow.desk import hash_code
from bot.flow.notice import Notice
from bot.flow.tell_staff import StaffTeller
from bot.ports import DeclaredFeed, Tx
from bot.simulator.whatsapp import Fault
from tests.support.at_telegram import at_telegram
from tests.support.at_whatsapp import COLLEAGUE, PERSON, AtWhatsApp, at_whatsapp
from tests.support.town import NOW, TEXTS

A_DAY = timedelta(hours=25)
SENT = "Pesan Anda sudah sampai di redaksi."
KEPT = "Pesan Anda tersimpan untuk redaksi."


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[AtWhatsApp]:
    """The second person is an editor; nobody has written for a day."""
    async with at_whatsapp(tmp_path) as person:
        await person.say("mulai daerah")
        await person.turn_to(2)
        await person.say("/start undang-KodeEditor-1")
        await person.wait(A_DAY)
        await seen(person, 2)
        await seen(person, 1)
        yield person


async def seen(town: AtWhatsApp, number: int) -> list[str]:
    """What has appeared on this person's phone since the last look, the menus apart."""
    await town.turn_to(number)
    return [screen.text for screen in await town.shown() if not screen.text.startswith(("Selamat datang", "Topik:"))]


async def writes(town: AtWhatsApp, text: str) -> list[str]:
    """The resident writes a letter; what they read then."""
    await town.turn_to(1)
    await town.say(f"redaksi {text}")
    return await seen(town, 1)


def nothing_was_refused(town: AtWhatsApp) -> bool:
    return set(town.whatsapp.counts) <= {0}


# Letters --------------------------------------------------------------------------------------------------------------


async def test_a_letter_waits_until_the_editor_writes_and_its_writer_reads_so(town: AtWhatsApp) -> None:
    (said,) = await writes(town, "Jembatan roboh di Pacet")
    assert said.startswith(KEPT)
    assert await seen(town, 2) == []

    await town.say("menu")
    (letter,) = await seen(town, 2)
    assert "Jembatan roboh di Pacet" in letter
    await town.press("Balas")
    await town.say("Terima kasih, kami cek ke lokasi")
    assert (await seen(town, 2))[-1] == "Jawaban Anda sudah kami kirim kepada pembaca."
    (answer,) = await seen(town, 1)
    assert "kami cek ke lokasi" in answer
    assert nothing_was_refused(town)

    await town.turn_to(2)
    await town.say("menu")
    assert await seen(town, 2) == [], "it came once"


async def test_a_letter_reaches_an_editor_who_has_just_written_at_once(town: AtWhatsApp) -> None:
    await town.turn_to(2)
    await town.say("menu")
    await seen(town, 2)
    (said,) = await writes(town, "Jembatan roboh di Pacet")
    assert said.startswith(SENT)
    assert len(await seen(town, 2)) == 1


async def test_an_answer_waits_until_the_resident_writes_and_its_editor_reads_so(town: AtWhatsApp) -> None:
    await writes(town, "Jembatan roboh di Pacet")
    await town.wait(A_DAY)
    await town.turn_to(2)
    await town.say("menu")
    await town.press("Balas")
    await town.say("Terima kasih, kami cek ke lokasi")
    assert (await seen(town, 2))[-1].startswith("Jawaban Anda tersimpan. Pembaca menerimanya begitu menulis lagi")
    await town.wait(timedelta(days=40))
    assert await seen(town, 1) == []

    await town.say("menu")
    (answer,) = await seen(town, 1)
    assert "kami cek ke lokasi" in answer
    assert nothing_was_refused(town)


@pytest.mark.parametrize("refused", ["at once", "in a status"])
async def test_a_letter_to_somebody_whose_window_was_believed_open_waits_too(town: AtWhatsApp, refused: str) -> None:
    if refused == "in a status":
        await town.turn_to(2)
        await town.say("menu")
        await town.wait(timedelta(seconds=10))
        town.whatsapp.faults.add(Fault.FAILED(131047), to=COLLEAGUE, times=1)
        await seen(town, 2)
    else:
        await town.store.write(_believe_open)
    (said,) = await writes(town, "Jembatan roboh di Pacet")
    assert said.startswith(SENT)
    assert await seen(town, 2) == []
    await town.say("menu")
    assert "Jembatan roboh di Pacet" in "".join(await seen(town, 2))


def _believe_open(tx: Tx) -> None:
    until = int((NOW + timedelta(days=9)).timestamp() * 1000)
    tx.conn.execute("UPDATE subscriber SET window_until = ?", (until,))  # type: ignore[attr-defined]


async def test_a_letter_does_not_reach_who_has_left_the_newsroom_meanwhile(town: AtWhatsApp) -> None:
    await writes(town, "Jembatan roboh di Pacet")
    await town.change(_dismiss)
    await town.turn_to(2)
    await town.say("menu")
    assert await seen(town, 2) == []
    assert await town.store.read(_waiting) == 0


def _dismiss(tx: Tx) -> None:
    (member,) = tx.team()
    assert tx.revoke(member.id)


def _waiting(tx: Tx) -> int:
    count = tx.conn.execute("SELECT count(*) FROM whatsapp_waiting")  # type: ignore[attr-defined]
    return int(count.fetchone()[0])


async def test_many_letters_come_a_part_at_a_time(town: AtWhatsApp) -> None:
    for number in range(AT_ONCE + 5):
        if number % 5 == 0:
            await town.wait(timedelta(hours=25))
        await writes(town, f"Surat nomor {number}")
    await town.turn_to(2)
    await town.say("menu")
    first = await seen(town, 2)
    await town.say("menu")
    second = await seen(town, 2)
    assert (len(first), len(second)) == (AT_ONCE, 5)
    assert all(f"Surat nomor {n}\n" in letter for n, letter in enumerate([*first, *second]))


async def test_a_photo_with_a_letter_is_not_let_go_in_silence(town: AtWhatsApp) -> None:
    await town.turn_to(1)
    await town.say("redaksi")
    await seen(town, 1)
    await town.send_photo("Jalan rusak di depan SD Pacet")
    alone, sent = await seen(town, 1)
    assert alone == "Hanya tulisannya yang kami teruskan. Foto, video, dan berkas tidak ikut terkirim."
    assert sent.startswith(KEPT)


async def test_a_letter_that_is_too_long_is_refused_and_a_shorter_one_goes(town: AtWhatsApp) -> None:
    await town.turn_to(1)
    await town.say("redaksi")
    await seen(town, 1)
    await town.say("Lampu jalan padam sejak Senin. " * 80)
    assert await seen(town, 1) == ["Terlalu panjang: paling banyak 2.000 huruf. Kirim lagi yang lebih pendek."]
    assert await town.store.read(_waiting) == 0
    await town.say("Lampu jalan padam sejak Senin.")
    assert (await seen(town, 1))[0].startswith(KEPT)


# The newsroom ---------------------------------------------------------------------------------------------------------


async def _ask_for_approval(town: AtWhatsApp) -> list[str]:
    await town.change(_join)
    await town.turn_to(1)
    await town.say("/push Jembatan ditutup\nArus dialihkan")
    await town.press("Tingkat")
    await town.press("Darurat")
    await seen(town, 1)
    await town.press("Minta persetujuan")
    return await seen(town, 1)


def _join(tx: Tx) -> None:
    tx.add_invitation(hash_code("dua"), Role.EDITOR, NOW, NOW + timedelta(days=1))
    tx.redeem_invitation("whatsapp", PERSON, hash_code("dua"), NOW)


async def test_whoever_asks_for_approval_reads_who_must_write_first_and_they_can_approve_then(town: AtWhatsApp) -> None:
    (waits,) = await _ask_for_approval(town)
    assert "WhatsApp baru menyampaikan permintaan ini setelah rekan berikut menulis ke bot: Rekan." in waits
    await town.turn_to(2)
    await town.say("menu")
    await town.press("Setujui")
    approved = await seen(town, 2)
    assert "Seorang rekan meminta persetujuan Anda" in "".join(approved)
    await town.wait(timedelta(seconds=15))
    assert "Jembatan ditutup" in "".join(await seen(town, 1))
    assert nothing_was_refused(town)


async def test_a_request_that_nobody_can_approve_any_more_is_not_brought(town: AtWhatsApp) -> None:
    await _ask_for_approval(town)
    await town.wait(timedelta(minutes=16))
    await town.turn_to(2)
    await town.say("menu")
    assert await seen(town, 2) == []


async def test_a_colleague_who_has_just_written_is_asked_without_a_word_about_windows(town: AtWhatsApp) -> None:
    await town.turn_to(2)
    await town.say("menu")
    (waits,) = await _ask_for_approval(town)
    assert "menulis ke bot" not in waits


@pytest.mark.parametrize(("days", "come"), [(2, MOST_NOTICES), (4, 0)])
async def test_of_many_notices_the_newest_come_and_none_that_is_old(town: AtWhatsApp, days: int, come: int) -> None:
    for number in range(MOST_NOTICES + 3):
        await town.change(lambda tx, number=number: _notice(tx, town, f"Berita {number}"))  # type: ignore[misc]
    await town.wait(timedelta(days=days))
    await town.turn_to(2)
    assert await seen(town, 2) == []
    await town.say("menu")
    notices = await seen(town, 2)
    assert [any(f"Berita {n}" in notice for notice in notices) for n in range(MOST_NOTICES + 3)] == [
        come > 0 and n >= 3 for n in range(MOST_NOTICES + 3)
    ]
    assert len(notices) == come
    assert nothing_was_refused(town)


def _notice(tx: Tx, town: AtWhatsApp, title: str) -> None:
    tx.declare_feeds([DeclaredFeed("https://target-24jam.com/feed/")])
    tell = StaffTeller(TEXTS, ["whatsapp"], town.clock.now)
    tell(tx, Notice("revised", tx.feeds()[0], title, story=tx.stories([5])[5]))


async def test_who_is_forgotten_takes_along_what_waits_for_them_and_what_they_wrote(town: AtWhatsApp) -> None:
    await writes(town, "Jembatan roboh di Pacet")
    assert await town.store.read(_waiting) == 1
    await town.say("hapus data")
    await town.say("ya")
    await seen(town, 1)
    assert await town.store.read(_waiting) == 0
    await town.turn_to(2)
    await town.say("menu")
    assert await seen(town, 2) == []


# Channels -------------------------------------------------------------------------------------------------------------


async def test_staff_on_a_channel_that_does_not_run_read_no_letters(tmp_path: Path) -> None:
    def join_elsewhere(tx: Tx) -> None:
        tx.add_invitation(hash_code("x"), Role.EDITOR, NOW, NOW + timedelta(days=1))
        tx.redeem_invitation("whatsapp", COLLEAGUE, hash_code("x"), NOW)

    async with at_telegram(tmp_path, "1:canary", "id") as person:
        await person.change(join_elsewhere)
        await person.say("redaksi Jembatan roboh")
        (said,) = [screen.text for screen in await person.shown()]
    assert said.startswith("Belum ada anggota redaksi yang bisa menerima pesan di sini.")


# Answers --------------------------------------------------------------------------------------------------------------


async def test_an_answer_to_what_is_brought_a_day_late_never_leaves(town: AtWhatsApp) -> None:
    town.whatsapp.webhook.how.paused = True
    town.whatsapp.say(PERSON, "berhenti")
    town.clock.turn(A_DAY.total_seconds())
    town.whatsapp.webhook.how.paused = False
    town.whatsapp.webhook.go_on()
    await town.rested()
    assert await seen(town, 1) == []
    assert nothing_was_refused(town)
    assert (await town.store.read(lambda tx: tx.person("whatsapp", PERSON))).status is Status.STOPPED, "it was heard"


@pytest.mark.parametrize("what", ["an answer", "a letter"])
async def test_what_was_held_back_until_the_window_closed_ends_or_waits(town: AtWhatsApp, what: str) -> None:
    await town.turn_to(2)
    await town.say("menu")
    await seen(town, 2)
    until = town.clock.now() + A_DAY
    await town.store.write(lambda tx: tx.halt(Halt(Scope.ALL, "policy", town.clock.now(), until)))
    await town.turn_to(1 if what == "a letter" else 2)
    town.whatsapp.say(*(PERSON, "redaksi Jembatan roboh") if what == "a letter" else (COLLEAGUE, "menu"))
    async with asyncio.timeout(10):
        while not await town.store.read(_unsaid):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    town.clock.turn(A_DAY.total_seconds())
    town.deliverer.wake()
    await town.rested()
    assert await seen(town, 2) == []
    assert nothing_was_refused(town)

    await town.say("menu")
    letters = [text for text in await seen(town, 2) if "Jembatan roboh" in text]
    assert len(letters) == (1 if what == "a letter" else 0)


def _unsaid(tx: Tx) -> int:
    return sum(tx.stats(NOW)["replies"].values())
