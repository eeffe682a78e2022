"""Readers are counted, and what they cost is reckoned, on the reading connection: the writer never waits for that."""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime
from pathlib import Path

import pytest

from bot.chat.turn import Role
from bot.delivery.content import BroadcastKind, Level
from bot.delivery.cost import Cost
from bot.flow.beside import UncountedError, not_here
from bot.flow.cost import About
from bot.ports import Tx
from tests.flow.test_corrections import half_sent
from tests.support.newsroom_rig import ADI, Newsroom, staffed
from tests.support.town import NOW


class Billed:
    """What an alert costs, and on which connections that was asked."""

    def __init__(self) -> None:
        self.about: list[About | None] = []
        self.asked: list[tuple[bool, tuple[str, ...], Level]] = []

    def __call__(
        self, tx: Tx, categories: Collection[str], level: Level, now: datetime, about: About | None = None
    ) -> Mapping[str, Cost]:  # fmt: skip
        self.about.append(about)
        assert now.tzinfo is not None
        self.asked.append((tx.writes, tuple(categories), level))  # type: ignore[attr-defined]
        return {"telegram": Cost(2, 1, 1, 1_500_000_000, "IDR", room=3), "elsewhere": Cost(9, 9, 9, 9, "IDR")}


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with staffed(tmp_path, team={ADI: Role.EDITOR}) as made:
        yield made


async def test_nothing_is_counted_in_a_transaction_of_the_writer(newsroom: Newsroom) -> None:
    billed = Billed()
    newsroom.desk.costs = billed
    await newsroom.say(ADI, "/push Jembatan ditutup\nArus dialihkan.")
    await newsroom.press(ADI, "Tingkat")
    await newsroom.press(ADI, "Penting")
    assert [writes for writes, *_ in billed.asked] == [False] * len(billed.asked)
    assert {level for *_, level in billed.asked} == {Level.ORDINARY, Level.IMPORTANT}
    card = newsroom.seen[ADI][-1][0].plain()
    assert "WhatsApp ±Rp 1.500: 2 dalam jendela 24 jam, 1 di luarnya" in card
    assert "9" not in card  # of a channel on which it does not go out


async def test_the_writer_walks_over_no_readers_for_an_editor_or_an_admin(newsroom: Newsroom) -> None:
    heard: list[str] = []
    await newsroom.hire(ADI, Role.ADMIN)
    await newsroom.outbox.write(lambda tx: tx.conn.set_trace_callback(heard.append))  # type: ignore[attr-defined]
    await newsroom.say(ADI, "/push Jembatan ditutup\nArus dialihkan.")
    await newsroom.press(ADI, "Kirim")
    await newsroom.say(ADI, "/statistik")
    await newsroom.outbox.write(lambda tx: tx.conn.set_trace_callback(None))  # type: ignore[attr-defined]
    assert len(heard) > 20
    assert [sql for sql in heard if "count(*)" in sql and ("subscriber" in sql or "subscription" in sql)] == []


async def test_an_act_that_needs_no_count_takes_none(newsroom: Newsroom) -> None:
    billed = Billed()
    newsroom.desk.costs = billed
    for text in ("/push", "menu", "/antrean", "/laporan"):
        await newsroom.say(ADI, text)
    assert billed.asked == []


async def test_a_count_is_as_of_the_moment_of_the_act(newsroom: Newsroom) -> None:
    await newsroom.say(ADI, "/push Jembatan ditutup\nArus dialihkan.")
    before = newsroom.seen[ADI][-1][0].plain()
    assert "Penerima: 0 " in before
    await newsroom.outbox.readers("100", "101", "102")
    await newsroom.press(ADI, "Tingkat")
    await newsroom.press(ADI, "Kembali")
    assert "Penerima: 3 " in newsroom.seen[ADI][-1][0].plain()


async def test_what_needs_a_count_that_nobody_took_does_nothing(newsroom: Newsroom) -> None:
    def work(tx: Tx) -> None:
        tx.add_audit("x", "y", "z", NOW)
        not_here(tx, "readers", lambda tx: tx.audience_size("telegram", []))

    with pytest.raises(UncountedError) as raised:
        await newsroom.outbox.store.write(work)
    assert raised.value.name == "readers"
    assert [act for _, _, act, _ in await newsroom.outbox.store.read(lambda tx: tx.audits(9)) if act == "y"] == []


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        (BroadcastKind.CORRECTION, ["/ralat", "1", "Tiga korban", "Dua korban"]),
        (BroadcastKind.WITHDRAWAL, ["/cabut", "1", "Salah sumber"]),
    ],
)
async def test_what_a_correction_and_a_withdrawal_cost_is_said_before_they_are_confirmed(
    newsroom: Newsroom, kind: BroadcastKind, steps: list[str]
) -> None:
    await half_sent(newsroom, "Tiga korban dirawat.")
    billed = Billed()
    newsroom.desk.costs = billed
    for step in steps:
        await (newsroom.press if step == "1" else newsroom.say)(ADI, step)
    assert About(kind, 1) in billed.about
    assert "WhatsApp ±Rp 1.500: 2 dalam jendela 24 jam, 1 di luarnya" in newsroom.last(ADI)
