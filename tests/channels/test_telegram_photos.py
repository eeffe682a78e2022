"""Alerts with a photo, on the strict simulator over real HTTP: sent by its name, corrected and withdrawn below it."""

from dataclasses import replace

import pytest

from bot.chat.broadcasts import broadcast_message
from bot.chat.message import Message, to_json
from bot.chat.turn import Mode
from bot.delivery.content import Act, BroadcastKind, Content, Note
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.plan import QueuedReply
from bot.ports import To
from bot.simulator.telegram import Fault
from tests.channels.test_telegram_acts import BUDI, SARI, Side, side
from tests.support.town import NOW, board

NOTE = Note("Arus <dialihkan> sampai Kamis.", "Jembatan & Gajah Mada", "https://target-24jam.com/?p=9")
TO_SARI = To(str(SARI))


def said(kind: BroadcastKind, note: Note, about: Note | None = None) -> Message:
    return broadcast_message(Content(kind, NOW, None, note, about), "id", board())


async def sent(wire: Side, text: str = NOTE.text) -> tuple[Note, To]:
    """An alert with a photo that an editor has uploaded, as it has reached a reader."""
    wire.telegram.say(BUDI, "", photo=True)
    (photo,) = {shown.photo for shown in wire.telegram.shown(BUDI)} - {None}
    note = replace(NOTE, text=text, photo=photo or "")
    outcome = await wire.do(Act.SEND, said(BroadcastKind.ALERT, note), TO_SARI)
    assert outcome.kind is Kind.SENT
    return note, To(str(SARI), None, outcome.message_id)


async def test_it_is_sent_by_its_name_with_the_words_below_it() -> None:
    async with side() as wire:
        note, _ = await sent(wire)
        (shown,) = wire.shown()
        assert shown.photo == note.photo
        assert shown.text.startswith("KABAR\nJembatan & Gajah Mada\n\nArus <dialihkan> sampai Kamis.")
        assert [b.label for row in shown.buttons for b in row] == ["Baca selengkapnya"]
        (request,) = [e for e in wire.telegram.ledger() if e.method == "sendphoto"]
        assert request.params["photo"] == note.photo
        assert "link_preview_options" not in request.params


async def test_the_longest_text_is_cut_to_what_stands_below_a_photo() -> None:
    async with side() as wire:
        await sent(wire, "Kalimat yang 🙂 panjang. " * 120)
        (shown,) = wire.shown()
        assert len(shown.text.encode("utf-16-le")) // 2 <= 1024
        assert shown.text.endswith("13.45 WIB")  # what closes it is never cut


@pytest.mark.parametrize("kind", [BroadcastKind.MARK, BroadcastKind.WITHDRAWAL])
async def test_what_puts_it_right_changes_the_words_below_the_photo(kind: BroadcastKind) -> None:
    async with side() as wire:
        note, there = await sent(wire)
        righted = replace(note, text="Arus dialihkan sampai Jumat.")
        outcome = await wire.do(Act.EDIT, said(kind, Note("Jumat", wrong="Kamis"), righted), there)
        assert (outcome.kind, outcome.message_id) == (Kind.SENT, there.message)
        (shown,) = wire.shown()
        assert (shown.message_id, shown.photo, shown.edited) == (int(there.message or 0), note.photo, True)
        assert ("sampai Jumat" in shown.text) is (kind is BroadcastKind.MARK)
        assert wire.asked()[-1] == "editmessagecaption"


async def test_a_withdrawal_that_is_a_message_of_its_own_shows_the_photo_to_nobody() -> None:
    async with side() as wire:
        note, _ = await sent(wire)
        await wire.do(Act.SEND, said(BroadcastKind.WITHDRAWAL, Note("Keliru."), note), TO_SARI)
        assert wire.shown()[-1].photo is None
        assert wire.shown()[-1].text.startswith("Kabar ini dicabut")


async def test_a_photo_that_telegram_does_not_know_goes_without_and_is_tried_once() -> None:
    async with side() as wire:
        prepared = wire.channel.prepare(said(BroadcastKind.ALERT, replace(NOTE, photo="AgACgone")))
        for chat in (SARI, BUDI):
            outcome = await wire.until_done(prepared, To(str(chat)))
            assert outcome.kind is Kind.SENT
            assert wire.shown(chat)[-1].photo is None
            assert "Gajah Mada" in wire.shown(chat)[-1].text
        assert [e.method for e in wire.telegram.ledger()] == ["sendphoto", "sendmessage", "sendmessage"]


async def test_a_chat_that_takes_no_photos_gets_the_words_and_the_others_the_photo() -> None:
    async with side() as wire:
        note, _ = await sent(wire)
        prepared = wire.channel.prepare(said(BroadcastKind.ALERT, note))
        wire.telegram.faults.add(answer=Fault.NO_RIGHTS, method="sendPhoto", chat_id=SARI)
        for chat in (SARI, BUDI):
            assert (await wire.until_done(prepared, To(str(chat)))).kind is Kind.SENT
        assert wire.shown(SARI)[-1].photo is None
        assert wire.shown(BUDI)[-1].photo == note.photo


async def test_below_a_message_that_went_without_its_photo_the_words_themselves_are_changed() -> None:
    async with side() as wire:
        note = replace(NOTE, photo="AgACgone")
        outcome = await wire.do(Act.SEND, said(BroadcastKind.ALERT, note), TO_SARI)
        there = To(str(SARI), None, outcome.message_id)
        outcome = await wire.do(Act.EDIT, said(BroadcastKind.WITHDRAWAL, Note("Keliru."), note), there)
        assert outcome.kind is Kind.SENT
        (shown,) = wire.shown()
        assert shown.text.startswith("Kabar ini dicabut")


@pytest.mark.parametrize("known", [True, False])
async def test_a_preview_shows_the_photo_where_telegram_still_has_it(known: bool) -> None:
    async with side() as wire:
        note, _ = await sent(wire)
        shown = said(BroadcastKind.ALERT, note if known else replace(note, photo="AgACgone"))
        reply = QueuedReply(1, str(SARI), None, to_json(shown), Mode.NEW)
        again = [] if known else [Outcome(Kind.LATER, "photo", retry_after=0.0)]
        assert [await wire.channel.reply(reply) for _ in again] == again
        assert (await wire.channel.reply(reply)).kind is Kind.SENT
        assert wire.shown()[-1].photo == (note.photo if known else None)
        assert "Gajah Mada" in wire.shown()[-1].text
