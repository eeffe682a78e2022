"""Members of staff whom messages do not reach: how they come back, what they are told, what their colleagues see."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat.turn import Blocked, Command, Incoming, Role, Text
from bot.flow.desk import hash_code
from bot.flow.tell_staff import StaffTeller
from tests.support.newsroom_rig import ADI, BUDI, SARI, Newsroom
from tests.support.town import TEXTS

RESIDENT = "99"
BACK = "Anda kembali menerima kabar redaksi: permintaan persetujuan, surat pembaca, dan peringatan."


@asynccontextmanager
async def newsroom(folder: Path) -> AsyncIterator[Newsroom]:
    made = Newsroom(folder)
    await made.open()
    await made.hire(ADI, Role.EDITOR)
    await made.hire(SARI, Role.EDITOR)
    await made.hire(BUDI, Role.ADMIN)
    await made.outbox.readers("100", "101")
    try:
        yield made
    finally:
        made.outbox.store.close()


async def status(room: Newsroom, address: str) -> str:
    return str((await room.outbox.store.read(lambda tx: tx.person("telegram", address))).status)


async def asks_approval(room: Newsroom) -> None:
    await room.say(ADI, "/push")
    await room.say(ADI, "Banjir besar\nMengungsi.")
    await room.press(ADI, "Tingkat")
    await room.press(ADI, "Darurat")
    await room.press(ADI, "Minta persetujuan")


RETURNS: dict[str, Incoming] = {
    "unblocks": Blocked(back=True), "writes": Text("halo"), "works": Command("queue"), "begins": Command("start"),
}  # fmt: skip


@pytest.mark.parametrize("what", RETURNS.values(), ids=RETURNS)
async def test_who_was_gone_is_asked_again_after_anything_they_do(what: Incoming, tmp_path: Path) -> None:
    async with newsroom(tmp_path) as room:
        await room.does(SARI, Blocked())
        assert await status(room, SARI) == "gone"
        await room.does(SARI, what)
        await asks_approval(room)
        assert room.button(SARI, "Setujui").action


async def test_a_press_brings_back_too(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as room:
        await room.say(SARI, "/menu")
        button = next(b for row in room.seen[SARI][-1][0].rows for b in row if b.action)
        await room.does(SARI, Blocked())
        await room.press(SARI, button.label)
        assert await status(room, SARI) == "new"


async def test_an_admin_who_came_back_hears_of_the_full_disk(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as room:
        box = room.outbox
        await room.does(BUDI, Blocked(), Blocked(back=True))
        await box.write(lambda tx: StaffTeller(TEXTS, ["telegram"], lambda: box.now).disk_full(tx, 1000))
        await room.hear()
        assert len(room.seen[BUDI]) == 1


async def test_a_resident_who_was_gone_stays_so(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as room:
        await room.does(RESIDENT, Blocked())
        await room.does(RESIDENT, Text("halo"))
        await room.does(RESIDENT, Blocked(back=True))
        assert await status(room, RESIDENT) == "gone"


async def test_staff_who_stop_are_told_what_stops_too_and_come_back_with_a_word(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as room:
        await room.does(SARI, Text("berhenti"))
        assert "Kabar redaksi untuk Anda ikut berhenti" in room.last(SARI)
        await room.does(SARI, Text("apa kabar"))
        assert await status(room, SARI) == "stopped"
        await room.does(SARI, Text("MULAI"))
        assert room.last(SARI).startswith(BACK)
        await room.does(SARI, Text("MULAI"))
        assert BACK not in room.last(SARI), "it was said"
        await asks_approval(room)
        assert room.button(SARI, "Setujui").action
        await room.does(RESIDENT, Text("berhenti"))
        assert "redaksi untuk Anda" not in room.last(RESIDENT)


async def test_the_button_below_that_does_the_same(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as room:
        await room.does(SARI, Text("berhenti"))
        await room.press(SARI, "Mulai lagi")
        assert await status(room, SARI) == "new"
        assert room.last(SARI).startswith(BACK)


@pytest.mark.parametrize("payload", ["daerah", "semua", "tidak-ada"])
async def test_whoever_comes_back_through_a_link_is_told_so_too(payload: str, tmp_path: Path) -> None:
    async with newsroom(tmp_path) as room:
        await room.does(SARI, Text("berhenti"))
        await room.does(SARI, Command("start", payload))
        assert BACK in room.last(SARI)


async def test_a_resident_who_comes_back_and_staff_who_only_were_gone_are_told_nothing_of_it(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as room:
        await room.does(RESIDENT, Text("berhenti"))
        await room.does(RESIDENT, Text("MULAI"))
        await room.does(ADI, Blocked())
        await room.does(ADI, Command("start"))
        assert all(BACK not in room.last(who) for who in (RESIDENT, ADI))


async def test_a_resident_who_had_stopped_and_joins_the_team_is_reached(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as room:
        box = room.outbox
        await room.does(RESIDENT, Text("berhenti"))
        await box.write(lambda tx: tx.add_invitation(hash_code("x"), Role.EDITOR, box.now, box.now + timedelta(days=1)))
        await room.say(RESIDENT, "/start undang-x")
        await asks_approval(room)
        assert room.button(RESIDENT, "Setujui").action


AWAY = {"stopped": (Text("berhenti"), "sudah berhenti"), "gone": (Blocked(), "bot diblokir")}


@pytest.mark.parametrize(("what", "why"), AWAY.values(), ids=AWAY)
async def test_the_team_shows_who_is_out_of_reach(what: Incoming, why: str, tmp_path: Path) -> None:
    async with newsroom(tmp_path) as room:
        await room.does(SARI, what)
        await room.say(BUDI, "/team")
        lines = [line for line in room.last(BUDI).splitlines() if "tidak terjangkau" in line]
        assert len(lines) == 1
        assert f"{SARI} ·" in lines[0]
        assert lines[0].endswith(why)


@pytest.mark.parametrize("what", [Text("berhenti"), Blocked()], ids=["stopped", "gone"])
async def test_an_editor_out_of_reach_is_an_editor_all_the_same(what: Incoming, tmp_path: Path) -> None:
    async with newsroom(tmp_path) as room:
        await room.say(BUDI, "/permit Sari cuti")
        await room.does(SARI, what)
        await room.say(ADI, "/push")
        await room.say(ADI, "Banjir besar\nMengungsi.")
        await room.press(ADI, "Tingkat")
        await room.press(ADI, "Darurat")
        labels = [button.label for row in room.seen[ADI][-1][0].rows for button in row]
        assert "Minta persetujuan" in labels  # of the admin
        assert "Kirim" not in labels
        await room.dismiss(SARI)
        await room.say(ADI, "/push")
        assert room.button(ADI, "Kirim").action
