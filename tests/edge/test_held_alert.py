"""An urgent alert whose correction waits for approval, in the running program: it stands still, then goes on."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

import storage
from bot import clock
from bot.chat.newsroom.guard import APPROVAL_HOLDS, fingerprint
from bot.chat.push import Aim, Draft, Stage
from bot.chat.turn import Role
from bot.delivery.content import Note
from bot.flow.codes import hash_code
from bot.flow.room import told_of
from bot.ports import Tx
from bot.simulator.telegram import Limits, Network
from tests.support.program import Program, kentongan, readers
from tests.support.world import World

TEXT = "Lima orang luka di Pasar Legi."
READERS, EARLY = 150, 30
HELD, IN_FLIGHT = timedelta(seconds=4), timedelta(seconds=1.5)


@pytest.fixture
async def town(make_world: Callable[..., Awaitable[World]]) -> World:
    """Thirty messages a second, each on its way for a tenth of one."""
    return await make_world(
        limits=Limits(account_per_second=30), network=Network(0.1, 0.1), TELEGRAM_RATE="30"
    )  # fmt: skip


@pytest.fixture
async def program(town: World) -> AsyncIterator[Program]:
    program = Program(town)
    yield program
    await program.end()


def told_at(town: World) -> list[datetime]:
    """When the alert left for each reader."""
    return [e.wall for e in town.telegram.ledger() if e.method.lower() == "sendmessage" and TEXT in e.params["text"]]


def ask(tx: Tx) -> None:
    """Reader 1, an editor, has asked colleagues to approve a correction; they have but a moment left."""
    now, code = clock.now(), hash_code("editor")
    tx.add_invitation(code, Role.EDITOR, now, now + HELD)
    tx.redeem_invitation("telegram", "1", code, now)
    asked = now + HELD - APPROVAL_HOLDS
    draft = Draft(
        1, 1, "telegram", "1", Aim.CORRECTION, Stage.WAITING, note=Note("Tiga", wrong="Lima"), about=1, asked_at=asked
    )  # fmt: skip
    tx.keep_draft(replace(draft, asked_hash=fingerprint(draft, told_of(tx, 1))), now)


async def test_nothing_of_it_leaves_until_the_time_to_approve_is_over_then_the_rest_does(
    town: World, program: Program
) -> None:
    await readers(town, READERS)
    await program.start()
    pushed = await kentongan(town, "push", "--text", TEXT, "--level", "darurat", "--yes", "--no-wait")
    assert pushed.status == 0, pushed.stderr
    await town.until(lambda: len(told_at(town)) >= EARLY, within=60, what=f"{EARLY} have it")
    with closing(storage.open_store(town.environment["DATABASE_URL"], now=clock.now())) as store:
        await store.write(ask)
    asked = clock.now()
    await town.until(lambda: len(told_at(town)) == READERS, within=180, what="all have it")
    ((lapsed,),) = program.rows("SELECT at FROM audit WHERE act = 'draft_lapsed'")
    until = datetime.fromtimestamp(lapsed / 1000, tz=asked.tzinfo)
    still = [at for at in told_at(town) if asked + IN_FLIGHT < at < until]
    assert (still, until - asked > HELD / 2) == ([], True)
    await town.until(lambda: any("belum disetujui" in text for text in town.texts(1)), what="its author told")
