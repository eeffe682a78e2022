"""`kentongan push` as a shell sees it, alone and beside the real program: what it shows, asks, writes and reports."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.simulator.telegram import Fault, Limits
from tests.support.keyboard import keyboard
from tests.support.program import ME, Ended, Program, begin, copies, ended, environment_of, kentongan, readers
from tests.support.world import World

MakeWorld = Callable[..., Awaitable[World]]
TEXT = "Jembatan Ngujang ditutup sampai besok pagi."


@pytest.fixture
async def town(make_world: MakeWorld) -> World:
    """A city's account: a hundred messages a second."""
    return await make_world(limits=Limits(account_per_second=100), TELEGRAM_RATE="100")


@pytest.fixture
async def program(town: World) -> AsyncIterator[Program]:
    program = Program(town)
    yield program
    await program.end()


async def push(town: World, *options: str, text: str = TEXT) -> Ended:
    return await kentongan(town, "push", "--text", text, *options)


# What is wrong ------------------------------------------------------------------------------------------------------

WRONG = {
    "an empty text": (["--text", " "], ["--text is empty"]),
    "a text too long for one message": (["--text", "a" * 4097], ["--text is 4097 characters long", "fit into one"]),
    "an unknown category": (
        ["--text", "a", "--categories", "daerah,olahraga"],
        ["olahraga", "there are utama"],
    ),
    "no category at all": (["--text", "a", "--categories", ""], ["leave it out to reach everybody"]),
    "a link that is no web address": (["--text", "a", "--link", "ftp://a.id"], ["--link must begin with http"]),
    "a link with a password": (["--text", "a", "--link", "https://u:p@a.id"], ["--link has a user name or password"]),
    "an unknown level": (["--text", "a", "--level", "gawat"], ["--level is biasa, penting or darurat", "'gawat'"]),
    "a moment that has passed": (["--text", "a", "--at", "2020-01-01 07.00"], ["has passed", "besok 07.00"]),
    "no moment": (["--text", "a", "--at", "nanti sore"], ["'nanti sore' is no moment", "30 menit lagi"]),
    "a title over many lines of a phone": (["--text", "a", "--title", "a" * 301], ["--title is 301", "at most 300"]),
    "everything at once": (
        ["--text", "", "--categories", "x", "--link", "y", "--level", "z", "--at", "q"],
        ["--text is empty", "--categories: x", "--link must", "--level is", "--at 'q'"],
    ),
    "nobody to ask": (["--text", "a"], ["push asks before it sends", "--yes"]),
}


@pytest.mark.timeout(400)  # a process each, and a machine may be busy
async def test_what_is_wrong_is_told_at_once_with_what_to_write_instead_and_nothing_is_written(town: World) -> None:
    for name, (options, words) in WRONG.items():
        told = await kentongan(town, "push", *options)
        assert (told.status, told.stdout) == (2, ""), name
        assert "Traceback" not in told.stderr, name
        assert [word for word in words if word not in told.stderr] == [], name
    assert not (town.folder / "kentongan.db").exists()


async def test_the_longest_text_that_fits_is_taken_whole(town: World) -> None:
    told = await push(town, "--dry-run", text="a" * 5000)
    (room,) = re.findall(r"beside its heading (\d+) fit", told.stderr)
    whole = await push(town, "--dry-run", "--json", text="a" * int(room))
    assert "a" * int(room) in whole.data["message"]
    assert (await push(town, "--dry-run", text="a" * (int(room) + 1))).status == 2


# Before it is sent --------------------------------------------------------------------------------------------------


async def test_a_dry_run_shows_audience_time_and_message_and_writes_nothing(town: World) -> None:
    await readers(town, 300)
    before = (town.folder / "kentongan.db").read_bytes()
    options = ["--title", "Siaga banjir", "--level", "darurat", "--place", "Mojokerto", "--categories", "daerah",
               "--link", "https://target-24jam.com/banjir", "--unverified", "--dry-run"]  # fmt: skip
    told = await push(town, *options)
    assert told.status == 0, told.stderr
    for line in (
        "followers of daerah (telegram 300)", "at once, also in quiet hours", "about 3 s", "DARURAT · Mojokerto",
        "Siaga banjir", TEXT, "masih dalam verifikasi redaksi", "https://target-24jam.com/banjir",
    ):  # fmt: skip
        assert line in told.stdout, line
    data = (await push(town, *options, "--json")).data
    assert (data["audience"], data["total"], data["seconds"]) == ({"telegram": 300}, 300, 3.0)
    assert (await push(town, "--categories", "budaya", "--dry-run", "--json")).data["total"] == 0
    assert (town.folder / "kentongan.db").read_bytes() == before
    assert (await kentongan(town, "broadcasts", "list", "--json")).data == []


LONG = {  # messages a second, what stands there, what does not
    "longer than its life": ("0.01", ["news (about 6 h): the last readers get it late"], ["after about 12 h"], True),
    "longer than it ever lives": ("0.005", ["about 6 h", "after about 12 h it stops", "broadcasts retry"], [], True),
    "in time": ("1", [], ["late:"], False),
}


@pytest.mark.parametrize("name", LONG)
async def test_what_takes_longer_than_it_is_news_says_so(make_world: MakeWorld, name: str) -> None:
    rate, words, others, too_long = LONG[name]
    slow = await make_world(TELEGRAM_RATE=rate)
    await readers(slow, 300)
    told = await push(slow, "--level", "darurat", "--dry-run")
    assert [word for word in words if word not in told.stdout] == []
    assert [word for word in others if word in told.stdout] == []
    data = (await push(slow, "--level", "darurat", "--dry-run", "--json")).data
    assert (data["too_long"], data["lives_seconds"]) == (too_long, 6 * 3600)


async def test_a_moment_is_read_back_in_full(town: World) -> None:
    told = await push(town, "--at", "besok 07.00", "--dry-run")
    days = "Senin|Selasa|Rabu|Kamis|Jumat|Sabtu|Minggu"
    assert re.search(rf"when: +({days}) \d+ [A-Z][a-z]+ \d{{4}}, 07\.00 WIB\n", told.stdout)


async def test_a_text_comes_from_standard_input(town: World) -> None:
    piped = f'printf "Baris satu.\\n\\nBaris dua.\\n" | {sys.executable} -m bot push --text - --dry-run'
    process = await asyncio.create_subprocess_shell(
        piped, env=environment_of(town), cwd=town.folder,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told = await ended(process)
    assert told.status == 0, told.stderr
    assert "Baris satu.\n\nBaris dua.\n\nDikirim Redaksi" in told.stdout


# At a keyboard ------------------------------------------------------------------------------------------------------


async def test_it_asks_and_a_no_sends_nothing(town: World) -> None:
    async with keyboard(town, "push", "--text", TEXT) as shell:
        await shell.reads("Kirim?")
        assert TEXT in shell.seen
        shell.types("tidak\n")
        assert await shell.end() == 1
    assert "nothing was sent" in shell.seen
    assert (await kentongan(town, "broadcasts", "list", "--json")).data == []


async def test_ctrl_c_within_the_ten_seconds_sends_nothing(town: World) -> None:
    async with keyboard(town, "push", "--text", TEXT) as shell:
        await shell.reads("Kirim?")
        shell.types("ya\n")
        await shell.reads("sending in  9 s")
        shell.interrupts()
        assert await shell.end() == 130
    assert "stopped: nothing was sent" in shell.seen
    assert (await kentongan(town, "broadcasts", "list", "--json")).data == []


async def test_on_a_terminal_a_bar_shows_how_far_it_has_come(town: World, program: Program) -> None:
    await readers(town, 200)
    await program.start()
    async with keyboard(town, "push", "--text", TEXT, "--yes") as shell:
        assert await shell.end() == 0
    drawn = [int(count) for count in re.findall(r"(\d+) of 200", shell.seen)]
    assert drawn == sorted(drawn)
    assert {count for count in drawn if 0 < count < 200}
    assert "#1 done" in shell.seen


# Sent ---------------------------------------------------------------------------------------------------------------


async def test_without_a_program_it_is_kept_and_leaves_when_one_starts(town: World, program: Program) -> None:
    await readers(town, 3)
    told = await push(town, "--yes")
    assert told.status == 0, told.stderr
    assert "it leaves when kentongan run starts" in told.stdout
    await program.start()
    await town.until(lambda: copies(town, 3, TEXT) == {1: 3}, what="the alert on all phones")


async def test_beside_the_program_it_is_on_the_phones_within_a_second_and_ends_with_its_report(
    town: World, program: Program
) -> None:
    await readers(town, 300)
    town.telegram.faults.add(method="sendMessage", chat_id=17, answer=Fault.CHAT_NOT_FOUND)
    await program.start()
    told = await push(town, "--yes", "--json")
    assert told.status == 0, told.stderr
    assert "Traceback" not in told.stderr
    (report,) = told.data["channels"]
    assert (told.data["status"], report["sent"], report["failed"], report["unknown"]) == (
        "done", 299, {"chat_not_found": 1}, 0,
    )  # fmt: skip
    assert 0 < report["p50"] <= report["p95"] < 10
    assert copies(town, 300, TEXT) == {1: 299, 0: 1}
    assert town.telegram.floods == 0
    ((made,),) = program.rows("SELECT created_at FROM broadcast WHERE kind = 'alert'")
    first = min(entry.wall for entry in town.telegram.ledger() if entry.method.lower() == "sendmessage")
    assert first - datetime.fromtimestamp(made / 1000, UTC) < timedelta(seconds=1)
    assert program.rows("SELECT who, act FROM audit") == [(ME, "push")]


async def test_only_followers_get_what_is_for_a_category(town: World, program: Program) -> None:
    await readers(town, 2, "budaya")
    await program.start()
    await push(town, "--yes", "--categories", "daerah", text="Untuk daerah")
    told = await push(town, "--yes", "--categories", "budaya", text="Untuk budaya")
    assert "#2 done" in told.stdout
    assert [town.texts(number)[-1].count("Untuk budaya") for number in (1, 2)] == [1, 1]
    assert copies(town, 2, "Untuk daerah") == {0: 2}


async def test_no_wait_prints_the_id_alone(town: World, program: Program) -> None:
    await readers(town, 2)
    await program.start()
    told = await push(town, "--yes", "--no-wait")
    assert (told.status, told.stdout, told.stderr) == (0, "1\n", "")
    assert (await push(town, "--yes", "--no-wait", "--json")).data == {"id": 2}
    await town.until(lambda: copies(town, 2, TEXT) == {2: 2}, what="both alerts")


async def test_what_is_set_for_later_leaves_then_and_is_not_waited_for(town: World, program: Program) -> None:
    await readers(town, 1)
    await program.start()
    later = datetime.now(UTC) + timedelta(seconds=12)  # noqa: TID251 — the shell's clock
    told = await push(town, "--yes", "--json", "--at", later.isoformat())
    assert (told.status, told.data["waits_for"]) == (0, "time")
    assert copies(town, 1, TEXT) == {0: 1}
    await town.until(lambda: copies(town, 1, TEXT) == {1: 1}, within=25, what="the alert at its time")
    sent = [entry.wall for entry in town.telegram.ledger(1) if entry.method.lower() == "sendmessage"]
    assert sent[0] >= later


async def test_ctrl_c_while_it_is_being_sent_leaves_it_going_out_and_says_so(town: World, program: Program) -> None:
    await readers(town, 300)
    await program.start()
    process = await begin(town, "push", "--text", TEXT, "--yes")
    await town.until(lambda: town.copies(50, TEXT), within=20, what="the alert on its way")
    process.send_signal(signal.SIGINT)
    told = await ended(process)
    assert told.status == 130
    assert "#1 goes on without you" in told.stderr
    assert "broadcasts cancel 1" in told.stderr
    await town.until(lambda: copies(town, 300, TEXT) == {1: 300}, what="everybody reached")


async def test_while_everything_stands_still_it_is_kept_and_says_what_lets_it_go(town: World, program: Program) -> None:
    await readers(town, 3)
    await program.start()
    assert "until `kentongan resume`" in (await kentongan(town, "pause", "--reason", "salah judul")).stdout
    told = await push(town, "--yes")
    assert told.status == 0
    assert "(salah judul)" in told.stdout
    assert "kentongan resume" in told.stdout
    before = await kentongan(town, "broadcasts", "show", "1", "--json")
    assert before.data["reports"][0]["sent"] == 0
    assert (await kentongan(town, "resume", "--json")).data == {"resumed": True}
    await town.until(lambda: copies(town, 3, TEXT) == {1: 3}, what="the alert on all phones")
    assert [row[:2] for row in program.rows("SELECT who, act FROM audit ORDER BY id")] == [
        (ME, "pause_all"), (ME, "push"), (ME, "resume_all"),
    ]  # fmt: skip


async def test_stats_show_how_sending_goes_while_the_program_runs(town: World, program: Program) -> None:
    await program.start()
    stats = (await kentongan(town, "stats", "--json")).data
    assert stats["running"] is True
    assert stats["sending"]["telegram"]["in_flight_limit"] >= 4
    assert "in_flight_limit" in (await kentongan(town, "stats")).stdout
    await program.signal(signal.SIGKILL)
    stats = (await kentongan(town, "stats", "--json")).data
    assert (stats["running"], stats["sending"]) == (False, {})
