"""Editors before the real desk and store: two at once, edits meanwhile, old buttons, lost roles, a restart."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

import storage
from bot.chat.push import Aim, Draft, Stage
from bot.chat.push_seal import sealed
from bot.chat.turn import Mode, Press, Role, Text
from bot.delivery.content import BroadcastKind, Note
from bot.flow.tidy import tidy
from tests.support.newsroom_rig import ADI, BUDI, SARI, Newsroom, staffed

EXPIRED = "Tombol ini sudah kedaluwarsa. Ini menu terbarunya."
VOID = "Persetujuan ini tidak berlaku lagi: teksnya berubah atau dibatalkan. Penulisnya bisa meminta persetujuan lagi."
TEXT = "Jembatan ditutup\nArus dialihkan."


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    """Two editors, an admin, ten readers."""
    async with staffed(tmp_path, *(str(n) for n in range(100, 110))) as made:
        yield made


async def write(newsroom: Newsroom, level: str = "") -> None:
    """Adi has a card before him."""
    await newsroom.say(ADI, "/push")
    await newsroom.say(ADI, TEXT)
    if level:
        await newsroom.press(ADI, "Tingkat")
        await newsroom.press(ADI, level)


async def sent(newsroom: Newsroom) -> list[str]:
    """Who gets something now."""
    return sorted(d.address for d in await newsroom.outbox.drain())


# Two at once ----------------------------------------------------------------------------------------------------------


async def test_two_colleagues_approve_at_once_and_it_leaves_once(newsroom: Newsroom) -> None:
    await write(newsroom, "Darurat")
    await newsroom.press(ADI, "Minta persetujuan")
    sari, budi = newsroom.button(SARI, "Setujui"), newsroom.button(BUDI, "Setujui")
    await asyncio.gather(newsroom.deliver(SARI, sari), newsroom.deliver(BUDI, budi))
    await newsroom.hear()
    assert newsroom.last(BUDI) == newsroom.last(SARI) == newsroom.last(ADI) == "Mulai dikirim dalam 10 detik."
    newsroom.outbox.later(seconds=10)
    assert len(await sent(newsroom)) == 10
    await newsroom.refresh()
    assert "Terkirim 10" in newsroom.last(SARI)
    assert "Terkirim 10" in newsroom.last(BUDI)
    assert await newsroom.broadcasts() == [("alert", "done")]


async def test_the_author_taps_send_twice_and_it_leaves_once(newsroom: Newsroom) -> None:
    await write(newsroom)
    send = newsroom.button(ADI, "Kirim")
    newsroom.forget()
    await newsroom.does(ADI, send, send)
    heard = [(message.plain(), mode, place) for message, mode, place in newsroom.seen[ADI]]
    assert heard == [("Mulai dikirim dalam 10 detik.", Mode.REPLACE, send.message_id)] * 2
    assert await newsroom.broadcasts() == [("alert", "running")]
    await newsroom.press(ADI, "Tahan")
    assert await newsroom.broadcasts() == [("alert", "cancelled")]


@pytest.mark.parametrize("label", ["Kirim", "Ubah teks", "Jadwal", "Batal"])
async def test_a_card_of_what_has_left_shows_how_it_goes(newsroom: Newsroom, label: str) -> None:
    """Three seconds later, while it is sent, and when all have it: never that the button is old, never a greeting."""
    await write(newsroom)
    card = newsroom.button(ADI, label)
    await newsroom.press(ADI, "Kirim")
    newsroom.outbox.later(seconds=3)
    await newsroom.does(ADI, card)
    assert newsroom.last(ADI) == "Mulai dikirim dalam 7 detik."
    newsroom.outbox.later(seconds=7)
    newsroom.outbox.answer(await newsroom.outbox.claim(slots=3))
    await newsroom.outbox.claim(slots=0)
    await newsroom.does(ADI, card)
    assert newsroom.last(ADI).startswith("Jembatan ditutup\nMengirim… 3 dari 10 (30%)")
    await sent(newsroom)
    await newsroom.does(ADI, card)
    assert "Terkirim 10" in newsroom.last(ADI)
    assert EXPIRED not in [message.plain() for message, _, _ in newsroom.seen[ADI]]
    assert await newsroom.broadcasts() == [("alert", "done")]


async def test_a_second_tap_on_cancel_says_that_it_is_cancelled_also_long_after(newsroom: Newsroom) -> None:
    await newsroom.say(ADI, "/push")
    asked = newsroom.button(ADI, "Batal")
    await newsroom.say(ADI, TEXT)
    card = newsroom.button(ADI, "Batal")
    newsroom.forget()
    await newsroom.does(ADI, card, card)
    await newsroom.does(ADI, asked)
    newsroom.outbox.later(hours=5)
    await newsroom.say(ADI, "/push Kabar lain")
    kept = newsroom.last(ADI)
    await newsroom.does(ADI, card)
    said = [message.plain() for message, _, _ in newsroom.seen[ADI]]
    already = "Sudah dibatalkan. Tidak ada yang dikirim."
    assert said[:3] == ["Dibatalkan. Tidak ada yang dikirim.", already, already]
    assert said[-2:] == [kept, already]
    assert newsroom.seen[ADI][-1][1:] == (Mode.REPLACE, card.message_id)
    assert EXPIRED not in said
    await newsroom.press(ADI, "Kirim")
    assert await newsroom.broadcasts() == [("alert", "running")]


async def test_cancel_on_somebody_elses_draft_that_is_closed_says_nothing_of_it(newsroom: Newsroom) -> None:
    await write(newsroom)
    card = newsroom.button(ADI, "Batal")
    await newsroom.does(ADI, card)
    newsroom.seen[SARI] = []
    await newsroom.does(SARI, card)
    assert newsroom.seen[SARI][0][0].plain() == EXPIRED


@pytest.mark.parametrize("label", ["Setujui", "Tolak"])
async def test_a_colleague_who_decides_after_another_approved_sees_how_it_goes(newsroom: Newsroom, label: str) -> None:
    await write(newsroom, "Darurat")
    await newsroom.press(ADI, "Minta persetujuan")
    late = newsroom.button(BUDI, label)
    await newsroom.press(SARI, "Setujui")
    await newsroom.does(BUDI, late)
    assert newsroom.last(BUDI) == "Mulai dikirim dalam 10 detik."
    newsroom.outbox.later(minutes=20)
    await sent(newsroom)
    await newsroom.does(BUDI, late)
    assert "Terkirim 10" in newsroom.last(BUDI)
    assert await newsroom.broadcasts() == [("alert", "done")]


async def test_a_card_that_was_forwarded_shows_a_colleague_nothing_of_what_has_left(newsroom: Newsroom) -> None:
    """Its seal is its author's; a colleague looks at the reports."""
    await write(newsroom)
    card = newsroom.button(ADI, "Kirim")
    await newsroom.press(ADI, "Kirim")
    await newsroom.does(SARI, card)
    assert newsroom.seen[SARI][0][0].plain() == EXPIRED


async def test_one_tap_that_is_delivered_a_hundred_times_is_one_tap(newsroom: Newsroom) -> None:
    await write(newsroom)
    await newsroom.does(ADI, newsroom.button(ADI, "Kirim"), times=100)
    assert await newsroom.broadcasts() == [("alert", "running")]
    assert EXPIRED not in [message.plain() for message, _, _ in newsroom.seen[ADI]]


@pytest.mark.parametrize("first", ["edit", "approval"])
async def test_an_edit_and_an_approval_cross_and_only_what_was_seen_is_sent(newsroom: Newsroom, first: str) -> None:
    await write(newsroom, "Darurat")
    await newsroom.press(ADI, "Minta persetujuan")
    edit, approval = (ADI, newsroom.button(ADI, "Ubah teks")), (SARI, newsroom.button(SARI, "Setujui"))
    for who, button in (edit, approval) if first == "edit" else (approval, edit):
        await newsroom.deliver(who, button)
    await newsroom.deliver(ADI, Text("Jembatan dibuka"))
    await newsroom.hear()
    newsroom.outbox.later(seconds=11)
    if first == "edit":
        assert newsroom.last(SARI) == VOID
        assert await newsroom.broadcasts() == []
    else:
        assert len(await sent(newsroom)) == 10
        assert {c.note.title for _, c in newsroom.outbox.sent if c.note} == {"Jembatan ditutup"}


@pytest.mark.parametrize("kind", ["alert", "follow_up"])
async def test_what_nobody_approves_in_time_comes_back_to_its_author_who_can_ask_again(
    newsroom: Newsroom, kind: str
) -> None:
    await write(newsroom, "Darurat")
    await newsroom.press(ADI, "Minta persetujuan")
    if kind == "follow_up":
        await newsroom.press(SARI, "Setujui")
        newsroom.outbox.later(seconds=11)
        assert len(await sent(newsroom)) == 10
        await newsroom.refresh()
        await newsroom.press(ADI, "Perkembangan")
        await newsroom.say(ADI, "Jembatan dibuka lagi")
        await newsroom.press(ADI, "Minta persetujuan")
    newsroom.outbox.later(seconds=15 * 60 - 1)
    await newsroom.refresh()
    heard = len(newsroom.seen[ADI])
    newsroom.outbox.later(seconds=1)
    await newsroom.refresh()
    await newsroom.refresh()
    (told,) = [message for message, _, _ in newsroom.seen[ADI][heard:]]
    assert "belum disetujui: waktunya habis, dan belum ada yang dikirim." in told.plain()
    await newsroom.press(SARI, "Setujui")
    assert newsroom.last(SARI).startswith("Waktu persetujuannya sudah habis, dan penulisnya sudah diberi tahu.")
    await newsroom.press(ADI, "Lihat lagi")
    await newsroom.press(ADI, "Minta persetujuan")
    await newsroom.press(SARI, "Setujui")
    assert newsroom.last(ADI) == "Mulai dikirim dalam 10 detik."


async def test_what_is_planned_for_sooner_than_an_approval_lasts_comes_back_when_its_time_has_come(
    newsroom: Newsroom,
) -> None:
    await write(newsroom, "Darurat")
    await newsroom.press(ADI, "Jadwal")
    await newsroom.say(ADI, "5 menit lagi")
    await newsroom.press(ADI, "Minta persetujuan")
    newsroom.outbox.later(seconds=5 * 60)
    await newsroom.refresh()
    assert "belum disetujui: waktunya habis" in newsroom.last(ADI)


async def test_two_editors_stop_and_pause_at_once_and_both_see_how_it_stands(newsroom: Newsroom) -> None:
    await write(newsroom)
    await newsroom.press(ADI, "Kirim")
    newsroom.outbox.later(seconds=10)
    newsroom.outbox.answer(await newsroom.outbox.claim(slots=3))
    await newsroom.outbox.claim(slots=0)
    for who in (SARI, BUDI):
        await newsroom.say(who, "/laporan" if who == SARI else "/report")
        await newsroom.press(who, "1")
    await newsroom.press(SARI, "Hentikan sisanya")
    pause, stop = newsroom.button(BUDI, "Jeda"), newsroom.button(SARI, "Ya, hentikan")
    await asyncio.gather(newsroom.deliver(SARI, stop), newsroom.deliver(BUDI, pause))
    await newsroom.hear()
    assert await newsroom.broadcasts() == [("alert", "cancelled")]
    assert "Terkirim 3" in newsroom.last(SARI)
    newsroom.outbox.later(seconds=5)
    await sent(newsroom)
    await newsroom.refresh()
    assert all("Dihentikan" in newsroom.last(who) for who in (ADI, SARI, BUDI))


# Ten seconds ----------------------------------------------------------------------------------------------------------


async def test_nothing_leaves_before_ten_seconds_are_over(newsroom: Newsroom) -> None:
    await write(newsroom)
    await newsroom.press(ADI, "Kirim")
    newsroom.outbox.later(seconds=9.999)
    assert await sent(newsroom) == []
    newsroom.outbox.later(seconds=0.001)
    assert len(await sent(newsroom)) == 10


async def test_what_is_held_never_leaves_and_can_be_sent_again(newsroom: Newsroom) -> None:
    await write(newsroom)
    await newsroom.press(ADI, "Kirim")
    newsroom.outbox.later(seconds=9)
    hold = newsroom.button(ADI, "Tahan")
    await newsroom.does(ADI, hold)
    newsroom.outbox.later(minutes=5)
    assert await sent(newsroom) == []
    await newsroom.refresh()
    await newsroom.press(ADI, "Kirim")
    newsroom.outbox.later(seconds=10)
    assert len(await sent(newsroom)) == 10
    assert await newsroom.broadcasts() == [("alert", "cancelled"), ("alert", "done")]
    newsroom.forget()
    await newsroom.does(ADI, hold)
    assert newsroom.seen[ADI][0][0].plain() == EXPIRED


# Buttons of others, and of yesterday ----------------------------------------------------------------------------------


async def test_a_forwarded_preview_is_no_use_to_anybody(newsroom: Newsroom) -> None:
    await write(newsroom)
    await newsroom.hire("99", Role.EDITOR)
    for who in (SARI, BUDI, "99", "100"):
        for label in ("Kirim", "Ubah teks", "Tingkat", "Batal", "Uji ke tim redaksi"):
            await newsroom.does(who, newsroom.button(ADI, label))
    assert await newsroom.broadcasts() == []
    draft = await newsroom.outbox.store.read(lambda tx: tx.draft_of("telegram", ADI))
    assert draft is not None
    assert (draft.version, draft.stage) == (2, Stage.OPEN)
    assert newsroom.seen["100"][0][0].plain().startswith("Perintah ini khusus redaksi.")


async def test_a_program_that_dies_has_forgotten_nothing(newsroom: Newsroom, tmp_path: Path) -> None:
    await newsroom.say(ADI, "/push")
    await restart(newsroom, tmp_path)
    await newsroom.say(ADI, TEXT)  # the question was asked before
    yesterdays = newsroom.button(ADI, "Kirim")
    await restart(newsroom, tmp_path)
    newsroom.outbox.later(hours=20)
    await newsroom.press(ADI, "Tingkat")  # a button from yesterday holds, for nothing has changed
    await newsroom.press(ADI, "Penting")
    newsroom.forget()
    await newsroom.does(ADI, yesterdays)  # ... and this one no longer
    assert newsroom.seen[ADI][0][0].plain() == EXPIRED
    assert await newsroom.broadcasts() == []
    await newsroom.press(ADI, "Kirim")
    newsroom.outbox.later(seconds=10)
    await restart(newsroom, tmp_path)
    assert len(await sent(newsroom)) == 10


async def restart(newsroom: Newsroom, folder: Path) -> None:
    newsroom.outbox.store.close()
    newsroom.outbox.store = storage.open_store(f"sqlite:///{folder}/outbox.db", now=newsroom.outbox.now)
    await newsroom.open()


@pytest.mark.parametrize("who", [ADI, SARI], ids=["the author", "the colleague"])
async def test_whoever_has_lost_their_role_sends_nothing(newsroom: Newsroom, who: str) -> None:
    await write(newsroom, "Darurat")
    await newsroom.press(ADI, "Minta persetujuan")
    approve = newsroom.button(SARI, "Setujui")
    await newsroom.dismiss(who)
    await newsroom.does(SARI, approve)
    assert newsroom.last(SARI).startswith("Perintah ini khusus redaksi." if who == SARI else "Persetujuan")
    assert await newsroom.broadcasts() == []


async def test_screens_of_whoever_has_lost_their_role_tell_nothing_more(newsroom: Newsroom) -> None:
    await write(newsroom)
    await newsroom.press(ADI, "Kirim")
    await newsroom.dismiss(ADI)
    newsroom.forget()
    newsroom.outbox.later(seconds=10)
    await sent(newsroom)
    await newsroom.refresh()
    assert newsroom.seen[ADI] == []


async def test_a_second_person_of_the_same_name_elsewhere_approves_nothing(newsroom: Newsroom) -> None:
    """The buttons of a request are made for each colleague: one that is copied to another account holds for nobody."""
    await write(newsroom, "Darurat")
    await newsroom.press(ADI, "Minta persetujuan")
    await newsroom.hire("99", Role.ADMIN)
    await newsroom.does("99", newsroom.button(SARI, "Setujui"))
    await newsroom.does(ADI, newsroom.button(SARI, "Setujui"))
    assert await newsroom.broadcasts() == []


# How it goes ----------------------------------------------------------------------------------------------------------


async def test_a_screen_is_edited_at_most_every_five_seconds_and_has_the_last_word(newsroom: Newsroom) -> None:
    await write(newsroom)
    await newsroom.press(ADI, "Kirim")
    screen = newsroom.seen[ADI][-1][2]
    newsroom.outbox.later(seconds=10)
    newsroom.forget()
    edits = []
    for second in range(30):
        newsroom.outbox.answer(await newsroom.outbox.claim(slots=1 if second % 2 else 0))
        await newsroom.refresh()
        edits += [second] * len(newsroom.seen[ADI])
        assert all(target == screen for _, _, target in newsroom.seen[ADI])
        said = newsroom.last(ADI) if newsroom.seen[ADI] else ""
        newsroom.seen[ADI].clear()
        newsroom.outbox.later(seconds=1)
    assert len(edits) == len(set(edits))
    assert all(later - earlier >= 5 for earlier, later in pairwise(edits))
    assert len(edits) == 5
    assert said == ""
    assert edits[-1] <= 25


async def test_an_edit_that_cannot_leave_is_not_followed_by_others(newsroom: Newsroom) -> None:
    await write(newsroom)
    await newsroom.press(ADI, "Kirim")
    newsroom.outbox.later(seconds=10)
    count = "SELECT count(*) FROM reply"
    for _ in range(20):
        newsroom.outbox.answer(await newsroom.outbox.claim(slots=0))
        await newsroom.outbox.write(newsroom.look_at_screens)
        newsroom.outbox.later(seconds=6)
    assert await newsroom.outbox.store.read(lambda tx: tx.conn.execute(count).fetchone()) == (1,)  # type: ignore[attr-defined]


async def test_pausing_and_going_on_by_the_screens_own_buttons(newsroom: Newsroom) -> None:
    await write(newsroom)
    await newsroom.press(ADI, "Kirim")
    newsroom.outbox.later(seconds=10)
    newsroom.outbox.answer(await newsroom.outbox.claim(slots=4))
    await newsroom.outbox.claim(slots=0)
    await newsroom.refresh()
    assert "4 dari 10 (40%) ▓▓▓▓░░░░░░" in newsroom.last(ADI)
    await newsroom.press(ADI, "Jeda")
    assert newsroom.last(ADI).splitlines()[1].startswith("Dijeda. 4 dari 10")
    assert await sent(newsroom) == []
    await newsroom.press(ADI, "Lanjutkan")
    assert len(await sent(newsroom)) == 6
    newsroom.outbox.later(seconds=5)
    await newsroom.refresh()
    assert "Terkirim 10" in newsroom.last(ADI)


async def test_what_is_scheduled_moves_and_its_life_with_it(newsroom: Newsroom) -> None:
    await write(newsroom)
    await newsroom.press(ADI, "Jadwal")
    await newsroom.say(ADI, "besok 07.00")
    await newsroom.press(ADI, "Jadwalkan")
    await newsroom.say(SARI, "/antrean")
    await newsroom.press(SARI, "Pindah 1")
    await newsroom.say(SARI, "30 menit lagi")
    await newsroom.press(SARI, "Pindahkan")
    (moved,) = await newsroom.outbox.store.read(lambda tx: tx.broadcasts(9))
    assert moved.not_before == newsroom.outbox.now + timedelta(minutes=30)
    assert moved.expires_at - moved.not_before == timedelta(hours=14)
    newsroom.outbox.later(minutes=30)
    assert len(await sent(newsroom)) == 10
    await newsroom.refresh()
    assert "Terkirim 10" in newsroom.last(ADI)


async def scheduled_urgent(newsroom: Newsroom) -> datetime:
    """An urgent alert that is approved for tomorrow; when that is."""
    await write(newsroom, "Darurat")
    await newsroom.press(ADI, "Jadwal")
    await newsroom.say(ADI, "besok 07.00")
    await newsroom.press(ADI, "Minta persetujuan")
    await newsroom.press(SARI, "Setujui")
    return await begins(newsroom)


async def begins(newsroom: Newsroom) -> datetime:
    (made,) = await newsroom.outbox.store.read(lambda tx: tx.broadcasts(9))
    return made.not_before


MOVES_BY_TWO = "Kabar darurat disetujui untuk waktunya. Batalkan, lalu minta persetujuan lagi."


async def test_what_two_approved_for_a_time_is_not_moved_by_one(newsroom: Newsroom) -> None:
    approved = await scheduled_urgent(newsroom)
    await newsroom.say(SARI, "/antrean")
    await newsroom.press(SARI, "Pindah 1")
    assert newsroom.last(SARI) == MOVES_BY_TWO
    assert await begins(newsroom) == approved


async def test_whoever_may_act_alone_moves_it_alone_until_that_is_taken_back(newsroom: Newsroom) -> None:
    approved = await scheduled_urgent(newsroom)
    await newsroom.dismiss(SARI)
    await newsroom.say(BUDI, "/izin Sari sedang cuti")
    await newsroom.say(ADI, "/antrean")
    await newsroom.press(ADI, "Pindah 1")
    await newsroom.say(ADI, "30 menit lagi")
    await newsroom.say(BUDI, "/izin")
    await newsroom.press(BUDI, "Cabut izin")
    await newsroom.press(ADI, "Pindahkan")
    assert newsroom.last(ADI) == MOVES_BY_TWO
    assert await begins(newsroom) == approved
    await newsroom.say(BUDI, "/izin Sari sedang cuti")
    await newsroom.say(ADI, "/antrean")
    await newsroom.press(ADI, "Pindah 1")
    await newsroom.say(ADI, "30 menit lagi")
    await newsroom.press(ADI, "Pindahkan")
    assert await begins(newsroom) == newsroom.outbox.now + timedelta(minutes=30)


# The book -------------------------------------------------------------------------------------------------------------


async def test_every_act_names_who_did_it(newsroom: Newsroom) -> None:
    await write(newsroom, "Darurat")
    await newsroom.press(ADI, "Uji ke tim redaksi")
    await newsroom.press(ADI, "Minta persetujuan")
    await newsroom.press(SARI, "Tolak")
    await newsroom.press(ADI, "Minta persetujuan")
    await newsroom.press(BUDI, "Setujui")
    await newsroom.press(BUDI, "Tahan")
    await newsroom.say(BUDI, "/izin Sari sedang cuti")
    adi, sari, budi = f"editor:telegram:{ADI}", f"editor:telegram:{SARI}", f"admin:telegram:{BUDI}"
    assert await newsroom.acts() == [
        (adi, "draft"), (adi, "draft_text"), (adi, "draft_level"), (adi, "test"), (adi, "approval_asked"),
        (sari, "approval_refused"), (adi, "approval_asked"), (budi, "push"), (budi, "draft_sent"),
        (budi, "hold"), (budi, "permit"),
    ]  # fmt: skip


async def test_what_is_held_or_taken_off_the_schedule_is_one_line_of_the_book_in_words(newsroom: Newsroom) -> None:
    await write(newsroom)
    await newsroom.press(ADI, "Kirim")
    await newsroom.press(ADI, "Tahan")
    await newsroom.press(ADI, "Jadwal")
    await newsroom.say(ADI, "besok 07.00")
    await newsroom.press(ADI, "Jadwalkan")
    await newsroom.say(SARI, "/antrean")
    await newsroom.press(SARI, "Batalkan 1")
    await newsroom.press(SARI, "Ya, batalkan")
    await newsroom.say(BUDI, "/audit")
    told = [line for line in newsroom.last(BUDI).splitlines() if "dihentikan" in line or "ditahan" in line]
    assert [line.partition(" · ")[0] + line[line.index(" · kabar") :] for line in told] == [
        f"telegram:{who} · kabar ditahan sebelum berangkat · #{n}" for who, n in ((SARI, 2), (ADI, 1))
    ]  # fmt: skip


async def test_looking_leaves_no_line(newsroom: Newsroom) -> None:
    for said in ("/laporan", "/antrean", "/ralat", "/cabut"):
        await newsroom.say(ADI, said)
    assert await newsroom.acts() == []


async def test_a_test_reaches_staff_alone(newsroom: Newsroom) -> None:
    await write(newsroom)
    await newsroom.press(ADI, "Uji ke tim redaksi")
    for who in (ADI, SARI, BUDI):
        assert newsroom.last(who).startswith("UJI COBA — ABAIKAN")
    newsroom.outbox.later(minutes=1)
    assert await sent(newsroom) == []


async def test_an_urgent_follow_up_needs_two_as_well(newsroom: Newsroom) -> None:
    await write(newsroom, "Darurat")
    await newsroom.press(ADI, "Minta persetujuan")
    await newsroom.press(SARI, "Setujui")
    newsroom.outbox.later(seconds=10)
    await sent(newsroom)
    await newsroom.refresh()
    await newsroom.press(ADI, "Perkembangan")
    await newsroom.say(ADI, "Jembatan dibuka")
    labels = [b.label for row in newsroom.seen[ADI][-1][0].rows for b in row]
    assert "Minta persetujuan" in labels
    assert "Kirim perkembangan" not in labels
    await newsroom.press(ADI, "Minta persetujuan")
    await newsroom.press(SARI, "Setujui")
    newsroom.outbox.later(seconds=9)
    assert await sent(newsroom) == []
    newsroom.outbox.later(seconds=1)
    deliveries = await newsroom.outbox.drain()
    assert {d.kind for d in deliveries} == {BroadcastKind.FOLLOW_UP}
    assert len(deliveries) == 10


async def test_a_button_of_nobody_is_refused_whatever_is_written_on_it(newsroom: Newsroom) -> None:
    await write(newsroom)
    for action in ("e:send:1.2:AAAAAAAAAAA", "e:send:1.2:", "e:ok:1.2:x", "e:endx:1:x", "e:unp::x", "e:nothing:1:x"):
        await newsroom.does(ADI, Press(action, "1"))
    assert await newsroom.broadcasts() == []


async def test_yes_from_yesterday_stops_nothing_and_shows_how_it_stands(newsroom: Newsroom) -> None:
    await write(newsroom)
    await newsroom.press(ADI, "Kirim")
    newsroom.outbox.later(seconds=10)
    newsroom.outbox.answer(await newsroom.outbox.claim(slots=3))
    await newsroom.outbox.claim(slots=0)
    await newsroom.say(SARI, "/laporan")
    await newsroom.press(SARI, "1")
    await newsroom.press(SARI, "Hentikan sisanya")
    yes = newsroom.button(SARI, "Ya, hentikan")
    newsroom.outbox.later(minutes=16)
    await newsroom.does(SARI, yes)
    assert newsroom.last(SARI).startswith("Jembatan ditutup")
    assert await newsroom.broadcasts() == [("alert", "running")]
    await newsroom.press(SARI, "Hentikan sisanya")
    await newsroom.press(SARI, "Ya, hentikan")
    assert await newsroom.broadcasts() == [("alert", "cancelled")]


async def test_a_button_under_an_earlier_permission_leaves_the_present_one_alone(newsroom: Newsroom) -> None:
    await newsroom.say(BUDI, "/izin Sari sedang cuti")
    await newsroom.say(BUDI, "/izin")
    yesterdays = newsroom.button(BUDI, "Cabut izin")
    await newsroom.say(BUDI, "/izin Sari sakit")
    await newsroom.does(BUDI, yesterdays)
    assert "Sari sakit" in newsroom.last(BUDI)
    await newsroom.press(BUDI, "Cabut izin")
    assert await newsroom.outbox.store.read(lambda tx: tx.permission()) == ""


async def test_a_card_of_long_ago_whose_draft_was_let_go_says_so_and_shows_the_menu(newsroom: Newsroom) -> None:
    await write(newsroom)
    send = newsroom.button(ADI, "Kirim")
    newsroom.outbox.later(days=40)
    await tidy(newsroom.outbox.store, newsroom.outbox.now)
    await newsroom.does(ADI, send)
    shown = [message.plain() for message, _, _ in newsroom.seen[ADI][-2:]]
    assert shown[0] == EXPIRED
    assert shown[1].startswith("Anda belum berlangganan") or shown[1].startswith("Selamat datang")
    assert await sent(newsroom) == []


async def test_two_who_choose_the_audience_at_once_do_not_meet_in_one_draft(newsroom: Newsroom) -> None:
    await write(newsroom)
    await newsroom.say(SARI, "/push " + TEXT)
    for who in (ADI, SARI):
        await newsroom.press(who, "Tujuan")
    mine, hers = newsroom.button(ADI, "Daerah"), newsroom.button(SARI, "Budaya")
    await asyncio.gather(newsroom.deliver(ADI, mine), newsroom.deliver(SARI, hers))
    await newsroom.hear()
    assert "Tujuan: Daerah" in newsroom.last(ADI)
    assert "Tujuan: Budaya" in newsroom.last(SARI)


# What has not begun ---------------------------------------------------------------------------------------------------

NOT_BEGUN = (
    "Kabar itu belum mulai dikirim, jadi belum ada yang mendapatnya. Ubah jadwalnya atau batalkan lewat /antrean."
)


async def scheduled(newsroom: Newsroom) -> int:
    """An alert that leaves tomorrow; its number."""
    await write(newsroom)
    await newsroom.press(ADI, "Jadwal")
    await newsroom.say(ADI, "besok 07.00")
    await newsroom.press(ADI, "Jadwalkan")
    (made,) = await newsroom.outbox.store.read(lambda tx: tx.broadcasts(9))
    return made.id


@pytest.mark.parametrize("verb", ["fup", "fix", "back"])
async def test_nothing_is_said_about_what_has_not_begun(newsroom: Newsroom, verb: str) -> None:
    broadcast = await scheduled(newsroom)
    key = await newsroom.outbox.store.read(lambda tx: tx.button_key())
    button = Press(sealed(key, "telegram", ADI, verb, broadcast), "5")
    await newsroom.does(ADI, button)
    assert newsroom.last(ADI) == NOT_BEGUN
    newsroom.outbox.later(days=1)
    await sent(newsroom)
    await newsroom.does(ADI, button)
    assert newsroom.last(ADI) != NOT_BEGUN


@pytest.mark.parametrize("aim", [Aim.FOLLOW_UP, Aim.CORRECTION])
async def test_an_act_that_cannot_be_done_changes_nothing_and_its_editor_is_told_once(
    newsroom: Newsroom, aim: Aim
) -> None:
    broadcast = await scheduled(newsroom)
    draft = Draft(99, 1, "telegram", ADI, aim, note=Note("Dibuka lagi.", wrong="x"), about=broadcast)
    await newsroom.outbox.write(lambda tx: tx.keep_draft(draft, newsroom.outbox.now))
    key, acts = await newsroom.outbox.store.read(lambda tx: tx.button_key()), await newsroom.acts()
    newsroom.forget()
    await newsroom.does(ADI, Press(sealed(key, "telegram", ADI, "send", 99, 1), "5"), times=100)
    assert [message.plain() for message, _, _ in newsroom.seen[ADI]] == [NOT_BEGUN]
    assert await newsroom.broadcasts() == [("alert", "running")]
    assert await newsroom.outbox.store.read(lambda tx: tx.draft(99)) == draft
    assert await newsroom.acts() == acts


async def test_what_was_stopped_before_it_began_is_not_offered_for_correction(newsroom: Newsroom) -> None:
    await write(newsroom)
    await newsroom.press(ADI, "Kirim")
    await newsroom.press(ADI, "Tahan")
    newsroom.outbox.later(minutes=1)
    for command in ("/ralat", "/cabut"):
        await newsroom.say(SARI, command)
        assert newsroom.last(SARI) == "Belum ada yang dikirim."
