"""An admin remains: whoever is the only one cannot delete their data, and is told what to do first."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chat.turn import Role, Text
from tests.support.newsroom_rig import ADI, BUDI, SARI, Newsroom


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    newsroom = Newsroom(tmp_path)
    await newsroom.open()
    await newsroom.hire(ADI, Role.ADMIN)
    await newsroom.hire(SARI, Role.EDITOR)
    yield newsroom
    newsroom.outbox.store.close()


async def team(newsroom: Newsroom) -> list[tuple[str, str]]:
    return await newsroom.outbox.store.read(lambda tx: [(m.address, str(m.role)) for m in tx.team()])


async def test_the_only_admin_is_told_to_make_another_one_first_and_stays(newsroom: Newsroom) -> None:
    for text in ("hapus data", "ya"):
        await newsroom.say(ADI, text)
    assert newsroom.seen[ADI][-2][0].plain().startswith("Anda satu-satunya admin")
    assert await team(newsroom) == [(ADI, "admin"), (SARI, "editor")]


async def test_once_there_is_another_admin_they_may_go(newsroom: Newsroom) -> None:
    await newsroom.hire(BUDI, Role.ADMIN)
    await newsroom.say(ADI, "hapus data")
    await newsroom.press(ADI, "Ya, hapus semua")
    assert newsroom.last(ADI).startswith("Semua data Anda sudah dihapus")
    assert await team(newsroom) == [(BUDI, "admin"), (SARI, "editor")]


async def test_who_became_the_only_admin_between_question_and_answer_stays(newsroom: Newsroom) -> None:
    await newsroom.hire(BUDI, Role.ADMIN)
    await newsroom.say(ADI, "hapus data")
    yes = newsroom.button(ADI, "Ya, hapus semua")
    await newsroom.dismiss(BUDI)
    await newsroom.does(ADI, yes)
    assert newsroom.last(ADI).startswith("Anda satu-satunya admin")
    assert await team(newsroom) == [(ADI, "admin"), (SARI, "editor")]


async def test_an_invitation_of_a_revoked_admin_brings_nobody_back(newsroom: Newsroom) -> None:
    await newsroom.hire(BUDI, Role.ADMIN)
    codes = {}
    for admin in (ADI, BUDI):
        await newsroom.say(admin, "/undang editor")
        codes[admin] = newsroom.last(admin).split("undang-")[1].split()[0].strip(".")
    (adi,) = [m for m in await newsroom.outbox.store.read(lambda tx: tx.team()) if m.address == ADI]
    assert await newsroom.outbox.store.write(lambda tx: tx.revoke(adi.id))
    await newsroom.does(ADI, Text(f"/start undang-{codes[ADI]}"))
    assert ADI not in dict(await team(newsroom))
    await newsroom.does("77", Text(f"/start undang-{codes[BUDI]}"))
    assert dict(await team(newsroom))["77"] == "editor"


async def test_an_editor_may_go(newsroom: Newsroom) -> None:
    for text in ("hapus data", "ya"):
        await newsroom.say(SARI, text)
    assert newsroom.last(SARI).startswith("Semua data Anda sudah dihapus")
    assert await team(newsroom) == [(ADI, "admin")]
