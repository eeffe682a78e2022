"""Staff who have asked for too much: what they decide about something that leaves is heard all the same."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.chat.push_seal import sealed
from bot.chat.turn import Press, Role, Text
from bot.flow.desk import Desk, Sender
from bot.flow.patience import DECISIONS, QUIET, Bill, Patience
from tests.support.newsroom_rig import ADI, SARI, Newsroom


@asynccontextmanager
async def newsroom(folder: Path, patience: Patience | None = None) -> AsyncIterator[Newsroom]:
    made = Newsroom(folder)
    await made.open()
    box = made.outbox
    made.desk = Desk(
        box.store, made.facts, lambda: box.now, lambda _: None, lambda: {"telegram": 1000.0},
        patience=patience or Patience(),
    )  # fmt: skip
    for address in (ADI, SARI):
        await made.hire(address, Role.EDITOR)
    await box.readers("100", "101")
    try:
        yield made
    finally:
        box.store.close()


async def write_alert(room: Newsroom, level: str) -> None:
    await room.say(ADI, "/push")
    await room.say(ADI, "Jembatan ditutup\nArus dialihkan.")
    await room.press(ADI, "Tingkat")
    await room.press(ADI, level)


async def tire(room: Newsroom, address: str) -> None:
    """Until they are not answered any more."""
    for _ in range(9):
        await room.does(address, Text("halo apa ini"))
    assert room.desk.is_tired_of(Sender("telegram", address))
    room.forget()


async def test_an_alert_is_prepared_and_held_however_often_its_editor_taps(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as room:
        await write_alert(room, "Penting")
        for _ in range(8):
            await room.press(ADI, "Rincian")
            await room.press(ADI, "Kembali")
        send = room.button(ADI, "Kirim")
        await room.does(ADI, send)
        hold = room.button(ADI, "Tahan")
        for _ in range(30):
            await room.does(ADI, send)
        await room.does(ADI, hold)
        assert await room.broadcasts() == [("alert", "cancelled")]
        assert "Ditahan" in room.last(ADI)


async def test_who_is_not_answered_can_hold(tmp_path: Path) -> None:
    async with newsroom(tmp_path, Patience(of_staff=8)) as room:
        await write_alert(room, "Penting")
        await room.press(ADI, "Kirim")
        hold = room.button(ADI, "Tahan")
        await tire(room, ADI)
        await room.does(ADI, hold)
        assert await room.broadcasts() == [("alert", "cancelled")]
        assert "Ditahan" in room.last(ADI)


STEERED = {"pause": ("pause", "paused"), "end": ("end", "cancelled")}


@pytest.mark.parametrize(("verb", "status"), STEERED.values(), ids=STEERED)
async def test_who_is_not_answered_can_pause_and_end(verb: str, status: str, tmp_path: Path) -> None:
    async with newsroom(tmp_path, Patience(of_staff=8)) as room:
        await write_alert(room, "Penting")
        await room.press(ADI, "Kirim")
        await tire(room, ADI)
        room.outbox.later(seconds=11)
        key = await room.outbox.write(lambda tx: tx.button_key())
        await room.does(ADI, Press(sealed(key, "telegram", ADI, verb, 1), "5"))
        if verb == "end":
            sure = room.seen[ADI][-1][0].rows[0][0]  # they are asked whether they mean it
            await room.does(ADI, Press(sure.action, "5"))
        assert await room.broadcasts() == [("alert", status)]


async def test_a_colleague_who_is_not_answered_approves_at_once(tmp_path: Path) -> None:
    async with newsroom(tmp_path, Patience(of_staff=8)) as room:
        await write_alert(room, "Darurat")
        await room.press(ADI, "Minta persetujuan")
        approve = room.button(SARI, "Setujui")
        await tire(room, SARI)
        room.outbox.later(seconds=50)
        await room.does(SARI, approve)
        assert await room.broadcasts() == [("alert", "running")]


@pytest.mark.parametrize("act", ["forged", "anothers", "dismissed"])
async def test_a_button_that_is_not_theirs_is_not_heard(act: str, tmp_path: Path) -> None:
    async with newsroom(tmp_path, Patience(of_staff=8)) as room:
        await write_alert(room, "Darurat")
        await room.press(ADI, "Minta persetujuan")
        approve = room.button(SARI, "Setujui")
        presser = "99" if act == "anothers" else SARI
        if act == "dismissed":
            await room.dismiss(SARI)
        await tire_anybody(room, presser)
        action = (
            approve.action[:-1] + ("A" if approve.action[-1] != "A" else "B") if act == "forged" else approve.action
        )
        for _ in range(50):
            await room.does(presser, Press(action, approve.message_id))
        assert room.seen[presser] == []
        assert await room.broadcasts() == []


async def tire_anybody(room: Newsroom, address: str) -> None:
    for _ in range(40):
        await room.does(address, Text("halo apa ini"))
    room.forget()


async def test_a_thousand_taps_of_a_resident_are_answered_thirty_times_at_most(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as room:
        for n in range(500):
            await room.does("99", Press(f"e:ok:1.1:{n:011}", "5"), Press(f"e:hold:{n}.1:AAAAAAAAAAA", "5"))
        assert len(room.seen["99"]) <= 30


async def test_decisions_are_heard_however_many_and_answered_only_so_often(tmp_path: Path) -> None:
    async with newsroom(tmp_path, Patience(of_staff=8)) as room:
        await write_alert(room, "Penting")
        await room.press(ADI, "Kirim")
        room.outbox.later(seconds=11)
        key = await room.outbox.write(lambda tx: tx.button_key())
        await tire(room, ADI)
        asked = Press(sealed(key, "telegram", ADI, "end", 1), "5")  # whether they mean it
        for _ in range(200):
            await room.does(ADI, asked)
        assert DECISIONS <= len(room.seen[ADI]) <= 2 * DECISIONS
        sure = room.seen[ADI][-1][0].rows[0][0]
        assert await room.broadcasts() == [("alert", "running")]
        said = len(room.seen[ADI])
        await room.does(ADI, Press(sure.action, "5"))
        assert await room.broadcasts() == [("alert", "cancelled")]
        assert len(room.seen[ADI]) == said
        room.outbox.now += QUIET
        await room.does(ADI, asked)
        assert len(room.seen[ADI]) > said


@pytest.mark.parametrize("decides", [True, False])
async def test_who_is_not_answered_hears_that_a_decision_came_to_nothing(decides: bool, tmp_path: Path) -> None:
    patience = Patience(of_staff=8)
    async with newsroom(tmp_path, patience) as room:
        await tire(room, ADI)
        key = await room.outbox.write(lambda tx: tx.button_key())
        button = Press(sealed(key, "telegram", ADI, "pause" if decides else "card", 1), "5")
        bill, sender = Bill(patience, ("telegram", ADI)), Sender("telegram", ADI)
        sitting = room.desk._sitting
        await room.outbox.write(lambda tx: sitting(tx, sender, room.outbox.now).regret("stopped", button, bill))
        await room.hear()
        assert len(room.seen[ADI]) == int(decides)


def test_a_decision_counts_once_however_often_its_transaction_is_done() -> None:
    patience, who, now = Patience(of_staff=2), ("telegram", ADI), datetime(2024, 2, 28, 6, 45, tzinfo=UTC)
    assert patience.has(who, now, staff=True)
    assert patience.spend(who, 2, now)
    answered = 0
    for _ in range(2 * DECISIONS):
        bill = Bill(patience, who)
        for _ in range(3):
            assert not bill.has(now, staff=True)
            yes = bill.decide(now)
        answered += yes
    assert answered == DECISIONS


async def test_a_tap_of_staff_costs_one_however_many_messages_answer_it(tmp_path: Path) -> None:
    patience = Patience()
    async with newsroom(tmp_path, patience) as room:
        await room.say(ADI, "/push")
        await room.say(ADI, "Jembatan ditutup\nArus dialihkan.")
        stale = room.button(ADI, "Tingkat")
        await room.press(ADI, "Tingkat")
        await room.press(ADI, "Penting")
        before, said = patience._accounts["telegram", ADI].left, len(room.seen[ADI])
        await room.does(ADI, stale)
        assert len(room.seen[ADI]) - said > 1
        assert patience._accounts["telegram", ADI].left == before - 1


async def test_quiet_ends_it_for_staff_as_for_everybody(tmp_path: Path) -> None:
    async with newsroom(tmp_path, Patience(of_staff=8)) as room:
        await tire(room, ADI)
        room.outbox.now += timedelta(minutes=1)
        await room.say(ADI, "/push")
        assert room.seen[ADI]
