"""Corrections by editors on their phones: whoever is reached later never gets the wrong text alone."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.chat.broadcasts import broadcast_message
from bot.chat.turn import Role
from bot.delivery.content import BroadcastKind, Note
from bot.flow import newsroom as office
from tests.support.newsroom_rig import ADI, Newsroom, staffed
from tests.support.outbox import WIB

ADDED = "Kalimat yang keliru itu tidak ada di pesan lama, jadi ralatnya ditambahkan pada pesan itu."
EARLY, LATE = ["100", "101", "102", "103"], ["104", "105", "106", "107", "108", "109"]


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    """One editor."""
    async with staffed(tmp_path, team={ADI: Role.EDITOR}) as made:
        yield made


async def half_sent(newsroom: Newsroom, text: str) -> None:
    """An alert that four of ten readers have."""
    await newsroom.outbox.readers(*EARLY, *LATE)
    await newsroom.say(ADI, "/push")
    await newsroom.say(ADI, f"Jembatan ditutup\n{text}")
    await newsroom.press(ADI, "Kirim")
    newsroom.outbox.later(seconds=10)
    newsroom.outbox.answer(await newsroom.outbox.claim(slots=4))
    await newsroom.outbox.claim(slots=0)


async def correct(newsroom: Newsroom, wrong: str, right: str) -> str:
    """The newest broadcast is corrected; the card that was shown before."""
    await newsroom.say(ADI, "/ralat")
    await newsroom.press(ADI, "1")
    await newsroom.say(ADI, wrong)
    await newsroom.say(ADI, right)
    card = newsroom.last(ADI)
    await newsroom.press(ADI, "Kirim ralat")
    newsroom.outbox.sent.clear()
    return card


# What is typed as wrong; whether the card says that it does not stand there; what later readers get.
HALF_SENT = {
    "as it stands there": ("Tiga korban", "Dua korban", False, "Dua korban dirawat pukul 13.30."),
    "another capital": ("tiga korban", "dua korban", False, "Dua korban dirawat pukul 13.30."),
    "two blanks": ("Tiga  korban", "Dua korban", False, "Dua korban dirawat pukul 13.30."),
    "not there": ("Empat orang", "Dua orang", True, "Tiga korban dirawat pukul 13.30.\n\nRalat: Dua orang"),
    "a part of a time": ("3", "2", True, "Tiga korban dirawat pukul 13.30.\n\nRalat: 2"),
}


@pytest.mark.parametrize(("wrong", "right", "said", "later"), HALF_SENT.values(), ids=HALF_SENT)
async def test_who_is_reached_after_a_correction_gets_what_is_right(
    newsroom: Newsroom, wrong: str, right: str, *, said: bool, later: str
) -> None:
    await half_sent(newsroom, "Tiga korban dirawat pukul 13.30.")
    card = await correct(newsroom, wrong, right)
    assert (ADDED in card) == said
    await newsroom.outbox.drain()
    texts: dict[BroadcastKind, dict[str, str]] = {}
    for delivery, content in newsroom.outbox.sent:
        told = content.original if delivery.kind is BroadcastKind.MARK else content.note
        assert told is not None
        texts.setdefault(delivery.kind, {})[delivery.address] = told.text
    assert texts == {
        BroadcastKind.ALERT: dict.fromkeys(LATE, later),
        BroadcastKind.MARK: dict.fromkeys(EARLY, later),
        BroadcastKind.CORRECTION: dict.fromkeys(EARLY, right),
    }


@pytest.mark.parametrize("wrong", ["tiga korban", "Empat orang"])
async def test_a_digest_and_late_readers_tell_a_corrected_story_with_what_is_right(
    newsroom: Newsroom, wrong: str
) -> None:
    outbox = newsroom.outbox
    await outbox.readers("1", "2")
    await outbox.readers("3", mode="evening")
    await outbox.tell("Tiga Korban Dirawat")
    outbox.answer(await outbox.claim(slots=1))
    await outbox.claim(slots=0)
    await correct(newsroom, wrong, "Dua korban")
    await outbox.drain()
    outbox.now = datetime(2026, 2, 17, 17, tzinfo=WIB)
    await outbox.drain()
    board = newsroom.facts.board(outbox.now)
    seen = {
        (delivery.address, content.kind): broadcast_message(content, "id", board).plain()
        for delivery, content in outbox.sent
    }
    assert set(seen) == {
        ("1", BroadcastKind.MARK), ("1", BroadcastKind.CORRECTION), ("2", BroadcastKind.STORY),
        ("3", BroadcastKind.DIGEST),
    }  # fmt: skip
    for text in seen.values():
        assert "Dua korban" in text
    assert ("Ralat: Dua korban" in seen["3", BroadcastKind.DIGEST]) == (wrong == "Empat orang")


async def test_a_follow_up_about_a_story_is_corrected_itself_and_not_the_story(newsroom: Newsroom) -> None:
    outbox = newsroom.outbox
    await outbox.readers("1", "2")
    story = await outbox.tell("Pasar Terbakar")
    await outbox.drain()
    news = Note("Tiga korban dirawat.")
    made = await outbox.write(lambda tx: office.follow_up(tx, story, news, "redaksi", outbox.now))
    outbox.answer(await outbox.claim(slots=1))
    await outbox.claim(slots=0)
    card = await correct(newsroom, "tiga korban", "dua korban")
    assert ADDED not in card
    await outbox.drain()
    board = newsroom.facts.board(outbox.now)
    seen = {d.kind: broadcast_message(content, "id", board).plain() for d, content in outbox.sent}
    assert set(seen) == {BroadcastKind.FOLLOW_UP, BroadcastKind.MARK, BroadcastKind.CORRECTION}
    assert "Dua korban dirawat." in seen[BroadcastKind.FOLLOW_UP]
    assert seen[BroadcastKind.MARK].startswith(
        "PERKEMBANGAN\n\nDua korban dirawat.\n\nKabar sebelumnya: Pasar Terbakar\n\n"
    )
    assert "Dua korban dirawat.\n\nTadi tertulis: tiga korban" in seen[BroadcastKind.CORRECTION]
    (told,) = (await outbox.store.read(lambda tx: tx.contents([made]))).values()
    assert told.story is not None
    assert told.story.summary == "Tentang Pasar Terbakar."


async def test_a_correction_without_a_line_of_its_own_adds_what_is_right(newsroom: Newsroom) -> None:
    outbox = newsroom.outbox
    await outbox.readers("1", "2")
    alert = await outbox.alert("Tiga korban dirawat.")
    outbox.answer(await outbox.claim(slots=1))
    await outbox.claim(slots=0)
    note = Note("Dua orang luka.", wrong="Empat orang")
    await outbox.write(lambda tx: office.correct(tx, alert, note, "redaksi", outbox.now))
    outbox.sent.clear()
    await outbox.drain()
    (late,) = [content.note for delivery, content in outbox.sent if delivery.kind is BroadcastKind.ALERT]
    assert late is not None
    assert late.text == "Tiga korban dirawat.\n\nDua orang luka."
