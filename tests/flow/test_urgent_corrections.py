"""Corrections of urgent alerts: a second person approves them, and until then what is wrong does not go out further."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

import storage
from bot.chat.broadcasts import broadcast_message
from bot.chat.push_seal import sealed
from bot.chat.turn import Press
from bot.delivery.content import BroadcastKind, Content, Level, Note
from bot.delivery.plan import Delivery, Settled, State
from bot.flow import newsroom as office
from tests.support.newsroom_rig import ADI, BUDI, SARI, Newsroom, staffed

OLD, RIGHT = "Tiga korban dirawat.", "Dua korban dirawat."
EARLY, LATE = ["100", "101", "102", "103"], ["104", "105", "106", "107", "108", "109"]
VOID = "Persetujuan ini tidak berlaku lagi: teksnya berubah atau dibatalkan. Penulisnya bisa meminta persetujuan lagi."
GOES_ON = "Sisa kiriman kabar lama berjalan lagi dengan teks lama."
LAPSED = (
    "Ralat untuk “Jembatan ditutup” belum disetujui: waktunya habis, atau teks lamanya sudah berubah. "
    "Minta persetujuan lagi kalau masih perlu."
)
WAITS = "Sisanya ditahan: ralatnya menunggu persetujuan"
Seen = dict[tuple[BroadcastKind, str], list[str]]


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    """Two editors, an admin, ten readers; an urgent alert that four of them have."""
    async with staffed(tmp_path, *EARLY, *LATE) as made:
        await half_sent(made)
        yield made


async def half_sent(newsroom: Newsroom, level: str = "Darurat") -> None:
    """Adi writes an alert that four of ten readers have."""
    await newsroom.say(ADI, "/push")
    await newsroom.say(ADI, f"Jembatan ditutup\n{OLD}")
    await newsroom.press(ADI, "Tingkat")
    await newsroom.press(ADI, level)
    if level == "Darurat":
        await newsroom.press(ADI, "Minta persetujuan")
        await newsroom.press(SARI, "Setujui")
    else:
        await newsroom.press(ADI, "Kirim")
    newsroom.outbox.later(seconds=10)
    newsroom.outbox.answer(await newsroom.outbox.claim(slots=4))
    await newsroom.outbox.claim(slots=0)
    newsroom.outbox.sent.clear()


async def draft_correction(newsroom: Newsroom, who: str = ADI, right: str = "Dua korban") -> None:
    """Somebody has the card of a correction before them."""
    await newsroom.say(who, "/ralat")
    await newsroom.press(who, "1")
    await newsroom.say(who, "Tiga korban")
    await newsroom.say(who, right)


async def ask(newsroom: Newsroom, who: str = ADI, right: str = "Dua korban") -> None:
    """Their colleagues are asked to approve it."""
    await draft_correction(newsroom, who, right)
    await newsroom.press(who, "Minta persetujuan")


def labels(newsroom: Newsroom, who: str) -> list[str]:
    """The buttons of what somebody saw last."""
    return [button.label for row in newsroom.seen[who][-1][0].rows for button in row]


async def told(newsroom: Newsroom) -> Seen:
    """What leaves now: kind and text, to whom."""
    newsroom.outbox.later(seconds=6)  # what stood still is looked at every five seconds
    await newsroom.outbox.drain()
    seen: Seen = {}
    for delivery, content in newsroom.outbox.sent:
        seen.setdefault((delivery.kind, text_of(delivery, content)), []).append(delivery.address)
    newsroom.outbox.sent.clear()
    return {what: sorted(readers) for what, readers in seen.items()}


def text_of(delivery: Delivery, content: Content) -> str:
    said = content.original if delivery.kind is BroadcastKind.MARK else content.note
    assert said is not None
    return said.text


CORRECTED: Seen = {
    (BroadcastKind.ALERT, RIGHT): LATE,
    (BroadcastKind.MARK, RIGHT): EARLY,
    (BroadcastKind.CORRECTION, "Dua korban"): EARLY,
}
AS_IT_WAS: Seen = {(BroadcastKind.ALERT, OLD): LATE}


# Two people -----------------------------------------------------------------------------------------------------------


async def test_a_correction_of_an_urgent_alert_leaves_when_a_second_editor_has_approved_it(newsroom: Newsroom) -> None:
    await draft_correction(newsroom)
    assert labels(newsroom, ADI) == ["Minta persetujuan", "Ubah teks", "Batal"]
    await newsroom.press(ADI, "Minta persetujuan")
    assert await newsroom.broadcasts() == [("alert", "running")]
    message, later, question = (seen.plain() for seen, _, _ in newsroom.seen[SARI][-3:])
    assert "Tadi tertulis: Tiga korban\nYang benar: Dua korban" in message
    assert RIGHT in later
    assert "untuk ralat di atas" in question
    assert await told(newsroom) == {}
    await newsroom.press(SARI, "Setujui")
    assert newsroom.last(ADI) == newsroom.last(SARI) == "Ralat sedang dikirim."
    assert await told(newsroom) == CORRECTED
    asked, sent = [act for act in await newsroom.acts() if act[1] in {"approval_asked", "correct"}][-2:]
    assert (asked, sent) == ((f"editor:telegram:{ADI}", "approval_asked"), (f"editor:telegram:{SARI}", "correct"))


async def test_nobody_sends_it_alone_whatever_button_they_press(newsroom: Newsroom) -> None:
    await draft_correction(newsroom)
    draft = await newsroom.outbox.store.read(lambda tx: tx.draft_of("telegram", ADI))
    assert draft is not None
    key = await newsroom.outbox.store.read(lambda tx: tx.button_key())
    for verb in ("send", "sendx"):
        await newsroom.does(ADI, Press(sealed(key, "telegram", ADI, verb, draft.id, draft.version), "5"))
        assert "Minta persetujuan" in labels(newsroom, ADI)
    await newsroom.press(ADI, "Minta persetujuan")
    await newsroom.does(ADI, Press(sealed(key, "telegram", ADI, "ok", draft.id, draft.version + 1), "5"))
    assert newsroom.last(ADI) == "Anda tidak bisa menyetujui kabar yang Anda tulis sendiri."
    assert await newsroom.broadcasts() == [("alert", "running")]


async def test_an_only_editor_with_an_admins_permission_corrects_alone_as_they_sounded_it(newsroom: Newsroom) -> None:
    await newsroom.dismiss(SARI)
    await newsroom.say(BUDI, "/izin Sari sedang cuti")
    await draft_correction(newsroom)
    assert "atas izin admin: Sari sedang cuti" in newsroom.last(ADI)
    await newsroom.press(ADI, "Kirim ralat")
    assert await told(newsroom) == CORRECTED


async def test_where_nobody_can_approve_it_the_rest_can_be_paused_from_its_card(newsroom: Newsroom) -> None:
    await newsroom.dismiss(SARI)
    await newsroom.dismiss(BUDI)
    await draft_correction(newsroom)
    assert newsroom.last(ADI).endswith("Anda bisa menjedanya dulu, atau mencabut kabarnya.")
    assert labels(newsroom, ADI) == ["Jeda", "Ubah teks", "Batal"]
    await newsroom.press(ADI, "Jeda")
    assert await newsroom.broadcasts() == [("alert", "paused")]
    assert await told(newsroom) == {}


@pytest.mark.parametrize("level", ["Biasa", "Penting"])
async def test_a_correction_of_any_other_alert_needs_nobody_else(newsroom: Newsroom, level: str) -> None:
    await told(newsroom)
    await half_sent(newsroom, level)
    await draft_correction(newsroom)
    await newsroom.press(ADI, "Kirim ralat")
    assert await told(newsroom) == CORRECTED


async def test_a_correction_of_an_urgent_follow_up_needs_two_as_well(newsroom: Newsroom) -> None:
    outbox = newsroom.outbox
    await told(newsroom)
    (alert,) = await outbox.store.read(lambda tx: tx.broadcasts(1))
    news = Note(OLD, "Korban di jembatan")
    await outbox.write(lambda tx: office.follow_up(tx, alert.id, news, "redaksi", outbox.now))
    outbox.answer(await outbox.claim(slots=4))
    await outbox.claim(slots=0)
    outbox.sent.clear()
    await ask(newsroom)
    assert await told(newsroom) == {}
    await newsroom.press(BUDI, "Setujui")
    await outbox.drain()
    board = newsroom.facts.board(outbox.now)
    marks = {broadcast_message(c, "id", board).plain() for d, c in outbox.sent if d.kind is BroadcastKind.MARK}
    (mark,) = marks
    assert mark.startswith(
        f"PERKEMBANGAN · DARURAT\nKorban di jembatan\n\n{RIGHT}\n\nKabar sebelumnya: Jembatan ditutup"
    )
    assert {text_of(d, c) for d, c in outbox.sent if d.kind is BroadcastKind.FOLLOW_UP} == {RIGHT}


# While it is decided --------------------------------------------------------------------------------------------------


async def test_what_is_tried_again_is_held_too_and_editors_see_why(newsroom: Newsroom) -> None:
    (one,) = await newsroom.outbox.claim(slots=1)
    newsroom.outbox.sent.clear()
    await ask(newsroom)
    newsroom.outbox.answer([one], Settled(State.QUEUED, "refused", next_at=newsroom.outbox.now))
    assert await told(newsroom) == {}
    newsroom.outbox.later(seconds=5)
    await newsroom.refresh()
    assert WAITS in newsroom.last(SARI)
    await newsroom.press(SARI, "Setujui")
    assert await told(newsroom) == CORRECTED


async def test_only_the_alert_that_is_corrected_stands_still(newsroom: Newsroom) -> None:
    await ask(newsroom)
    other = await newsroom.outbox.alert("Banjir di Pacet", level=Level.URGENT)
    assert {d.broadcast_id for d in await newsroom.outbox.drain()} == {other}


async def test_an_earlier_correction_goes_no_further_either(newsroom: Newsroom) -> None:
    await told(newsroom)
    await ask(newsroom)
    await newsroom.press(SARI, "Setujui")
    newsroom.outbox.answer(await newsroom.outbox.claim(slots=3))
    await newsroom.outbox.claim(slots=0)
    newsroom.outbox.sent.clear()
    await newsroom.say(ADI, "/ralat")
    await newsroom.press(ADI, "1")
    await newsroom.say(ADI, "Dua korban")
    await newsroom.say(ADI, "Empat korban")
    await newsroom.press(ADI, "Minta persetujuan")
    assert await told(newsroom) == {}
    await newsroom.press(SARI, "Tolak")
    kinds = {kind for kind, _ in await told(newsroom)}
    assert kinds == {BroadcastKind.MARK, BroadcastKind.CORRECTION}


async def test_a_kill_while_it_is_decided_changes_nothing(newsroom: Newsroom, tmp_path: Path) -> None:
    await ask(newsroom)
    newsroom.outbox.store.close()
    newsroom.outbox.store = storage.open_store(f"sqlite:///{tmp_path}/outbox.db", now=newsroom.outbox.now)
    await newsroom.open()
    assert await told(newsroom) == {}
    await newsroom.press(SARI, "Setujui")
    assert await told(newsroom) == CORRECTED


# No correction after all ----------------------------------------------------------------------------------------------


async def test_a_refused_one_lets_the_rest_go_on_as_it_was_and_its_author_is_told(newsroom: Newsroom) -> None:
    await ask(newsroom)
    await newsroom.press(SARI, "Tolak")
    assert newsroom.last(ADI).startswith(f"Rekan Anda tidak menyetujui ralat ini.\n{GOES_ON}")
    assert await told(newsroom) == AS_IT_WAS


@pytest.mark.parametrize(
    ("label", "says"),
    [("Batal", f"Ralat dibatalkan. {GOES_ON}"),
     ("Ubah teks", f"{GOES_ON}\n\nTulis bagian yang keliru, persis seperti yang terkirim.")],
)  # fmt: skip
async def test_an_author_who_changes_their_mind_lets_it_go_on(newsroom: Newsroom, label: str, says: str) -> None:
    await ask(newsroom)
    await newsroom.press(ADI, label)
    assert newsroom.last(ADI) == says
    assert await told(newsroom) == AS_IT_WAS
    await newsroom.press(SARI, "Setujui")
    assert newsroom.last(SARI) == VOID


async def test_one_that_nobody_decides_lets_it_go_on_after_a_quarter_of_an_hour_and_its_author_is_told_once(
    newsroom: Newsroom,
) -> None:
    await ask(newsroom)
    newsroom.outbox.later(minutes=14)
    await newsroom.refresh()
    assert await told(newsroom) == {}
    newsroom.outbox.later(seconds=54)
    newsroom.forget()
    await newsroom.outbox.start()  # also a program that was killed meanwhile tells it
    await newsroom.refresh()
    await newsroom.refresh()
    assert [text for text in spoken(newsroom, ADI) if "belum disetujui" in text] == [f"{LAPSED}\n{GOES_ON}"]
    assert await told(newsroom) == AS_IT_WAS
    await newsroom.press(ADI, "Lihat ralat")
    await newsroom.press(ADI, "Minta persetujuan")
    await newsroom.press(SARI, "Setujui")
    assert {kind for kind, _ in await told(newsroom)} == {BroadcastKind.MARK, BroadcastKind.CORRECTION}


def spoken(newsroom: Newsroom, who: str) -> list[str]:
    return [message.plain() for message, _, _ in newsroom.seen[who]]


async def test_a_text_that_has_changed_meanwhile_is_not_what_was_approved(newsroom: Newsroom) -> None:
    await ask(newsroom)
    (alert,) = await newsroom.outbox.store.read(lambda tx: tx.broadcasts(1))
    other = Note("Empat korban", wrong="Tiga korban")
    await newsroom.outbox.write(lambda tx: office.correct(tx, alert.id, other, "server", newsroom.outbox.now))
    await newsroom.press(SARI, "Setujui")
    assert newsroom.last(SARI) == VOID
    await newsroom.refresh()
    assert f"{LAPSED}\n{GOES_ON}" in spoken(newsroom, ADI)
    kinds_and_texts = await told(newsroom)
    assert kinds_and_texts[BroadcastKind.ALERT, "Empat korban dirawat."] == LATE


async def test_of_two_editors_who_ask_at_once_the_first_that_is_approved_stands(newsroom: Newsroom) -> None:
    await ask(newsroom)
    await ask(newsroom, SARI, "Empat korban")
    await newsroom.press(BUDI, "Setujui")  # the newest: Sari's
    await newsroom.refresh()
    assert any(text.startswith(LAPSED) for text in spoken(newsroom, ADI))
    assert (BroadcastKind.ALERT, "Empat korban dirawat.") in await told(newsroom)


async def test_one_person_may_still_take_it_back_and_nobody_else_gets_it(newsroom: Newsroom) -> None:
    await ask(newsroom)
    await newsroom.say(SARI, "/cabut")
    await newsroom.press(SARI, "1")
    await newsroom.say(SARI, "Kabar ini ternyata tidak benar.")
    await newsroom.press(SARI, "Cabut sekarang")
    await newsroom.refresh()
    assert "Kabar itu sudah dicabut, jadi tidak ada yang dikirim lagi tentangnya." in spoken(newsroom, ADI)
    assert {kind for kind, _ in await told(newsroom)} == {BroadcastKind.WITHDRAWAL}


async def test_what_somebody_wrote_who_has_left_holds_nothing_back(newsroom: Newsroom) -> None:
    await ask(newsroom)
    await newsroom.dismiss(ADI)
    newsroom.forget()
    await newsroom.refresh()
    assert spoken(newsroom, ADI) == []
    assert await told(newsroom) == AS_IT_WAS


@pytest.mark.parametrize(("back", "lapses"), [(timedelta(seconds=2), False), (timedelta(hours=1), True)])
async def test_a_clock_that_is_put_back_ends_it_only_when_nobody_could_approve_any_more(
    newsroom: Newsroom, *, back: timedelta, lapses: bool
) -> None:
    await ask(newsroom)
    newsroom.outbox.now -= back
    await newsroom.refresh()
    assert (await newsroom.outbox.store.read(lambda tx: tx.waiting_drafts()) == []) is lapses


async def test_a_draft_that_merely_waits_for_its_words_holds_nothing_back(newsroom: Newsroom) -> None:
    await draft_correction(newsroom)
    assert await told(newsroom) == AS_IT_WAS
