"""The running program as its service manager sees it: signals, kills, health, logs."""

import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

from bot.simulator.telegram import Fault
from tests.support.program import Program
from tests.support.world import BODY, World

MakeWorld = Callable[..., Awaitable[World]]
SRI = 11


@pytest.fixture
async def town(make_world: MakeWorld) -> World:
    town = await make_world()
    town.telegram.add_user(SRI, "Bu Sri")
    return town


@pytest.fixture
async def program(town: World):  # type: ignore[no-untyped-def]  # noqa: ANN201 — a fixture's generator
    program = Program(town)
    yield program
    await program.end()


async def test_sigterm_finishes_what_is_in_flight_and_ends_with_status_0(town: World, program: Program) -> None:
    await program.start()
    await town.subscribes(SRI, "Kesehatan")
    await town.polled()
    town.network.latency = 1.5
    town.portal.publish("Sedang di jalan", BODY, ["kesehatan"])
    await town.until(lambda: program.states().get("started"), what="a request in flight")
    assert await program.signal(signal.SIGTERM, within=10) == 0
    assert program.states() == {"sent": 1}
    assert town.copies(SRI, "Sedang di jalan") == 1


async def test_a_kill_in_the_middle_is_known_at_the_next_start_and_sends_nothing_twice(
    town: World, program: Program
) -> None:
    await program.start()
    await town.subscribes(SRI, "Kesehatan")
    await town.polled()
    silence = town.telegram.faults.add(method="sendMessage", chat_id=SRI, answer=Fault.HANG, times=1)
    town.portal.publish("Terpotong", BODY, ["kesehatan"])
    # Written down as started is not yet on its way: a kill between the two would leave the silence to the next story.
    await town.until(lambda: silence.struck and program.states().get("started"), what="a request in flight")
    await program.signal(signal.SIGKILL)
    town.portal.publish("Sesudahnya", BODY, ["kesehatan"])
    await program.start()  # at once, although the first was killed
    await town.until(lambda: town.copies(SRI, "Sesudahnya"), what="the next story")
    await town.until(lambda: program.states() == {"unknown": 1, "sent": 1}, what="its outcome written down")
    assert town.copies(SRI, "Terpotong") == 0


async def test_a_stop_sent_at_the_moment_of_a_kill_is_not_lost(town: World, program: Program) -> None:
    await program.start()
    await town.subscribes(SRI, "Kesehatan")
    town.telegram.say(SRI, "/stop")
    await program.signal(signal.SIGKILL)
    await program.start()
    await town.until(lambda: "Anda sudah berhenti" in town.texts(SRI)[-1], what="the answer to /stop")


async def test_health_is_told_over_http(program: Program) -> None:
    await program.start()
    async with aiohttp.ClientSession() as session, session.get(f"{program.address()}/healthz") as answer:
        health = await answer.json()
    assert answer.status == 200
    assert health["ok"] is True
    assert health["channels"]["telegram"]["in_flight_limit"] >= 4


async def test_the_first_admin_is_invited_on_standard_error_and_in_a_private_file_never_in_the_log(
    town: World, program: Program
) -> None:
    await program.start()
    place: Path = town.folder / "first-admin"
    message = place.read_text().strip()
    assert place.stat().st_mode & 0o777 == 0o600
    assert [line for line in program.lines if message in line and not line.startswith("{")]
    assert not [line for line in program.lines if message in line and line.startswith("{")]
    assert "admin" in (await town.says(SRI, message)).casefold()
    await program.signal(signal.SIGTERM)
    program.lines.clear()
    await program.start()
    assert not [line for line in program.lines if "No admin yet" in line]


async def test_no_line_at_debug_level_carries_the_token(town: World, program: Program) -> None:
    await program.start()
    await town.subscribes(SRI, "Kesehatan")
    await town.polled()  # or the story is old news
    town.telegram.faults.add(method="sendMessage", chat_id=SRI, answer=Fault.DROP, times=1)
    town.portal.publish("Dengan gangguan", BODY, ["kesehatan"])
    await town.until(program.states, what="an attempt")
    await program.signal(signal.SIGTERM)
    secret = town.environment["TELEGRAM_BOT_TOKEN"].split(":")[1]
    assert len(program.lines) > 20
    assert not [line for line in program.lines if secret in line]


async def test_a_changed_feeds_yaml_is_taken_while_running_and_a_wrong_one_is_named(
    town: World, program: Program
) -> None:
    await program.start()
    file = Path(town.environment["FEEDS_FILE"])
    good = file.read_text()
    file.write_text(good.replace("every: 1s", "every: soon"))
    await town.until(lambda: program.logged("feeds.yaml is wrong; the one before it stays in force"), what="the fault")
    file.write_text(good + '  - {url: "' + town.simulator.base_url + '/category/budaya/feed/", every: 1s}\n')
    await town.until(lambda: town.asked("/category/budaya/feed/"), what="the new feed polled")
