"""`broadcasts`, `pause` and `resume` beside the real program: what they stop stops, what they mend is whole."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

import storage
from bot import clock
from bot.chat.push import Aim, Draft, Stage
from bot.delivery.content import Note
from bot.flow import spread
from bot.news.item import Item
from bot.ports import Tx
from bot.simulator.telegram import Entry, Fault, Limits, Network
from tests.support.program import ME, Ended, Program, copies, kentongan, readers
from tests.support.world import World

MakeWorld = Callable[..., Awaitable[World]]
TEXT = "Lima orang luka di Pasar Legi."


@pytest.fixture
async def town(make_world: MakeWorld) -> World:
    """So few messages a second that a command comes in time on a busy machine; some are always in flight."""
    limits = Limits(account_per_second=30)
    return await make_world(limits=limits, network=Network(0.1, 0.1), TELEGRAM_RATE="30")


@pytest.fixture
async def program(town: World) -> AsyncIterator[Program]:
    program = Program(town)
    yield program
    await program.end()


async def push(town: World, *options: str) -> None:
    told = await kentongan(town, "push", "--text", TEXT, "--yes", "--no-wait", *options)
    assert (told.status, told.stdout) == (0, "1\n"), told.stderr


async def broadcasts(town: World, *words: str) -> Ended:
    return await kentongan(town, "broadcasts", *words)


async def under_way(town: World, program: Program, count: int) -> None:
    """An alert to 300 readers of whom so many have it."""
    await readers(town, 300)
    await program.start()
    await push(town)
    await town.until(lambda: len(sends(town)) >= count, within=20, what=f"{count} sends")


async def shown(town: World, number: int = 1, *options: str) -> Any:
    told = await broadcasts(town, "show", str(number), "--json", *options)
    assert told.status == 0, told.stderr
    return told.data


async def until_done(town: World, number: int = 1, within: float = 40.0) -> Any:
    async with asyncio.timeout(within):
        while True:
            now = await shown(town, number)
            if now["done_at"] is not None:
                return now


def sends(town: World) -> list[Entry]:
    return [entry for entry in town.telegram.ledger() if entry.method.lower() == "sendmessage"]


def acts(program: Program) -> list[tuple[str, str, str]]:
    return [tuple(row) for row in program.rows("SELECT who, act, detail FROM audit ORDER BY id")]


# Stopped and gone on with -------------------------------------------------------------------------------------------


async def test_paused_in_the_middle_nothing_leaves_and_resumed_everybody_gets_it_once(
    town: World, program: Program
) -> None:
    await under_way(town, program, 30)
    told = await broadcasts(town, "pause", "1", "--reason", "nama diperiksa")
    assert told.stdout.startswith("#1 is paused: ")
    await town.until(lambda: not program.states().get("started"), what="what was in flight has arrived")
    stood = len(sends(town))
    assert 30 <= stood < 300
    listed = (await broadcasts(town, "list", "--status", "paused", "--json")).data  # takes longer than many ticks
    assert [(one["id"], one["reason"]) for one in listed] == [(1, "nama diperiksa")]
    assert len(sends(town)) == stood
    assert (await broadcasts(town, "resume", "1", "--json")).data["status"] == "running"
    report = (await until_done(town))["reports"][0]
    assert (report["sent"], report["failed"], report["unknown"]) == (300, {}, 0)
    assert copies(town, 300, TEXT) == {1: 300}
    assert town.telegram.floods == 0
    assert [act[:2] for act in acts(program)] == [(ME, "push"), (ME, "pause"), (ME, "resume")]


async def test_cancelled_in_the_middle_at_most_what_is_in_flight_still_arrives(town: World, program: Program) -> None:
    await under_way(town, program, 30)
    async with aiohttp.ClientSession() as session, session.get(f"{program.address()}/healthz") as answer:
        limit = (await answer.json())["channels"]["telegram"]["in_flight_limit"]
    assert (await broadcasts(town, "cancel", "1")).stdout.startswith("#1 is cancelled: ")
    last = await until_done(town)
    ((ms,),) = program.rows("SELECT at FROM audit WHERE act = 'cancel'")  # read while the store was ours alone
    cancelled = datetime.fromtimestamp(ms / 1000, UTC)
    after = [entry for entry in sends(town) if entry.wall > cancelled]
    assert len(after) <= limit
    assert (last["status"], last["reports"][0]["sent"]) == ("cancelled", len(sends(town)))
    assert 30 <= len(sends(town)) < 300
    assert (await broadcasts(town, "resume", "1")).status == 2
    assert acts(program)[-1] == (ME, "cancel", "#1")


async def test_everything_stands_still_and_goes_on(town: World, program: Program) -> None:
    await under_way(town, program, 30)
    assert (await kentongan(town, "pause", "--json")).data == {"paused": True, "reason": "paused"}
    await town.until(lambda: not program.states().get("started"), what="what was in flight has arrived")
    stood = len(sends(town))
    again = await kentongan(town, "pause", "--reason", "lain")
    assert "already (paused)" in again.stdout
    assert len(sends(town)) == stood < 300
    town.telegram.say(1, "/bantuan")
    await town.until(lambda: len(sends(town)) > stood, what="an answer all the same")
    assert "sent again" in (await kentongan(town, "resume")).stdout
    await until_done(town)
    assert copies(town, 300, TEXT) == {1: 300}
    assert [act[:2] for act in acts(program)] == [(ME, "push"), (ME, "pause_all"), (ME, "resume_all")]


# Missed -------------------------------------------------------------------------------------------------------------


async def test_who_missed_it_is_listed_with_the_reason_and_reached_by_a_retry(town: World, program: Program) -> None:
    await readers(town, 8)
    town.telegram.faults.add(method="sendMessage", chat_id=2, answer=Fault.SERVER_ERROR, times=3)
    town.telegram.faults.add(method="sendMessage", chat_id=3, answer=Fault.ACCEPT_THEN_DROP, times=2)
    town.telegram.faults.add(method="sendMessage", chat_id=4, answer=Fault.FORBIDDEN)
    await program.start()
    await push(town)
    last = await until_done(town, within=60)
    assert [one["address"] for one in last["unknown"]] == ["3"]
    missed = (await shown(town, 1, "--missed"))["missed"]
    assert {one["address"]: one["state"] for one in missed} == {"2": "failed", "3": "unknown", "4": "failed"}
    told = (await broadcasts(town, "show", "1", "--missed")).stdout
    for one in missed:
        assert f"failed on telegram: {one['code']} 1" in told or one["state"] == "unknown"
    before = town.copies(3, TEXT)
    assert (await broadcasts(town, "retry", "1")).stdout == "#1 is sent again to 1\n"
    await town.until(lambda: town.copies(2, TEXT) == 1, what="who failed has it")
    assert (await broadcasts(town, "retry", "1", "--unknown", "--json")).data == {"id": 1, "again": 1}
    await town.until(lambda: town.copies(3, TEXT) == before + 1, what="of whom nobody knew has it once more")
    last = await until_done(town)
    report = last["reports"][0]
    assert (report["sent"], sum(report["failed"].values()), report["unknown"]) == (7, 1, 0)
    assert "missed nobody who can be reached" in (await broadcasts(town, "retry", "1", "--unknown")).stdout
    assert [act["act"] for act in last["acts"]] == ["push", "try_again", "try_again"]


# About an earlier one -----------------------------------------------------------------------------------------------


async def test_a_withdrawal_leaves_a_stub_on_every_phone(town: World, program: Program) -> None:
    await readers(town, 5)
    await program.start()
    await push(town)
    await until_done(town)
    told = await broadcasts(town, "withdraw", "1", "--reason", "Ternyata tidak benar.", "--json")
    assert told.data == {"id": 2, "kind": "withdrawal", "about": 1}
    last = await until_done(town, 2)
    assert last["reports"][0]["sent"] == 5
    for number in range(1, 6):
        (stub,) = town.texts(number)
        assert "Kabar ini dicabut" in stub
        assert "Ternyata tidak benar." in stub
    was = await shown(town)
    assert (was["status"], was["reports"][0]["recalled"]) == ("withdrawn", 5)
    assert [one["kind"] for one in was["said_about_it"]] == ["withdrawal"]
    assert acts(program)[-1] == (ME, "withdraw", "#2 about #1: Ternyata tidak benar.")


async def test_a_recall_that_erases_takes_it_off_the_phones(town: World, program: Program) -> None:
    await readers(town, 2)
    await program.start()
    await push(town)
    await until_done(town)
    await broadcasts(town, "recall", "1", "--reason", "Salah kirim.", "--erase")
    await until_done(town, 2)
    assert [town.texts(number) for number in (1, 2)] == [[], []]


async def test_a_correction_marks_and_answers_and_a_follow_up_replies(town: World, program: Program) -> None:
    await readers(town, 2)
    await program.start()
    await push(town)
    await until_done(town)
    corrected = await broadcasts(town, "correct", "1", "--wrong", "Lima orang", "--right", "Tiga orang", "--json")
    await until_done(town, corrected.data["id"])
    followed = await broadcasts(town, "follow-up", "1", "--text", "Semua sudah pulang.", "--json")
    await until_done(town, followed.data["id"])
    for number in (1, 2):
        first, correction, follow_up = (shown for shown in town.telegram.shown(number) if shown.from_bot)
        assert "Tiga orang luka di Pasar Legi." in first.text
        assert first.edited
        assert "Tadi tertulis: Lima orang" in correction.text
        assert "Semua sudah pulang." in follow_up.text
        assert correction.reply_to == follow_up.reply_to == first.message_id
    assert [act[:2] for act in acts(program)] == [(ME, "push"), (ME, "correct"), (ME, "follow_up")]


ADDED = "'Enam orang' does not stand in #1: the correction is added to its text"
MENDED = "Tiga orang luka di Pasar Legi."
HOW_IT_WAS_TYPED = {
    "as it stands there": ("Lima orang", "", MENDED, "penting"),
    "of an urgent alert, for which the shell asks nobody either": ("Lima orang", "", MENDED, "darurat"),
    "another capital and two blanks": ("lima  orang", "", MENDED, "biasa"),
    "not there": ("Enam orang", ADDED, "Lima orang luka di Pasar Legi.\n\nRalat: Tiga orang", "biasa"),
}


@pytest.mark.parametrize(("wrong", "hint", "text", "level"), HOW_IT_WAS_TYPED.values(), ids=HOW_IT_WAS_TYPED)
async def test_wrong_words_are_taken_as_in_the_chat_however_they_were_typed(
    town: World, program: Program, wrong: str, hint: str, text: str, level: str
) -> None:
    await readers(town, 1)
    await program.start()
    await push(town, "--level", level)
    await until_done(town)
    corrected = await broadcasts(town, "correct", "1", "--wrong", wrong, "--right", "Tiga orang")
    assert corrected.status == 0
    assert corrected.stderr.strip() == hint
    await town.until(lambda: text in town.texts(1)[0], what="the text corrected")


async def test_the_wrong_words_of_a_story_are_replaced_where_they_stand(town: World, program: Program) -> None:
    await readers(town, 1)
    item = Item("g", "https://portal.example/g", "Lima orang luka", summary="Polisi mencatat lima korban.")

    def tell(tx: Tx) -> None:
        now = clock.now()
        story = tx.add_story(item, now, ["daerah"], now)
        spread.announce(tx, story, ["daerah"], ["telegram"], now)

    with closing(storage.open_store(town.environment["DATABASE_URL"], now=clock.now())) as store:
        await store.write(tell)
    await program.start()
    await until_done(town)
    unseen = await broadcasts(
        town, "correct", "1", "--wrong", "Enam", "--right", "Tiga", "--summary", "Ada tiga korban."
    )
    assert unseen.status == 0, unseen.stderr
    await broadcasts(town, "correct", "1", "--wrong", "Lima orang", "--right", "Tiga orang")
    await town.until(lambda: "Tiga orang luka" in town.texts(1)[0], what="the title corrected")
    assert "Ada tiga korban." in town.texts(1)[0]


async def test_what_is_held_while_its_correction_waits_for_approval_says_so(town: World) -> None:
    await readers(town, 1)
    await push(town)
    assert (await shown(town))["held"] is False
    waiting = Draft(1, 1, "telegram", "77", Aim.CORRECTION, Stage.WAITING, note=Note("b", wrong="a"), about=1)
    with closing(storage.open_store(town.environment["DATABASE_URL"], now=clock.now())) as store:
        await store.write(lambda tx: tx.keep_draft(waiting, clock.now()))
    assert (await shown(town))["held"] is True
    assert (
        "the rest is held: its correction waits for an editor's approval"
        in (await broadcasts(town, "show", "1")).stdout
    )


# What is wrong ------------------------------------------------------------------------------------------------------

WRONG = {
    "a broadcast that is not there": (["show", "99"], "there is no broadcast 99"),
    "pausing one that is not there": (["pause", "99"], "there is no broadcast 99"),
    "correcting one that is not there": (["correct", "99", "--wrong", "a", "--right", "b"], "no broadcast 99"),
    "resuming what is not paused": (["resume", "1"], "broadcast 1 is running, not paused"),
    "a status that is none": (["list", "--status", "sleeping"], "--status is one of running, paused"),
    "a follow-up without words": (["follow-up", "1", "--text", ""], "--text is empty"),
    "a reason over half a page": (["withdraw", "1", "--reason", "a" * 401], "--reason is 401 characters long"),
    "a follow-up too long": (["follow-up", "1", "--text", "a" * 4000], "--text is 4000 characters long"),
    "no number": (["cancel", "satu"], "Invalid value for 'ID'"),
}


async def test_what_is_wrong_ends_with_2_and_one_clear_message(town: World) -> None:
    await readers(town, 1)
    await push(town)
    for name, (words, message) in WRONG.items():
        told = await broadcasts(town, *words)
        assert told.status == 2, name
        assert message in told.stderr, name
        assert "Traceback" not in told.stderr, name
    assert len((await broadcasts(town, "list", "--json")).data) == 1


COMMANDS = (
    "push", "pause", "resume", "broadcasts list", "broadcasts show", "broadcasts pause", "broadcasts resume",
    "broadcasts cancel", "broadcasts retry", "broadcasts follow-up", "broadcasts correct", "broadcasts withdraw",
)  # fmt: skip


async def test_every_command_has_help_with_an_example(town: World) -> None:
    for command in COMMANDS:
        told = await kentongan(town, *command.split(), "--help")
        assert f"Example: kentongan {command}" in told.stdout, command
