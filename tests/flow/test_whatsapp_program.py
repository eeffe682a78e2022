"""The whole program with WhatsApp on: from a feed to a phone, over real HTTP, in one process and killed in another."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlite_utils import Database

from bot.channels.whatsapp.templates.written import read_folder
from bot.settings.environment import NEEDED
from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.telegram import Telegram
from bot.simulator.whatsapp import NotPossible, Template, WhatsApp
from tests.support.world import BODY, CATEGORIES, days_ago, feeds_yaml

TOKEN, SECRET, VERIFY = "wa-canary-token", "wa-canary-secret", "wa-canary-verify"
SARI = "6281200000001"


@dataclass
class Town:
    """A portal, WhatsApp, and `kentongan run` in a process of its own."""

    folder: Path
    whatsapp: WhatsApp
    portal: Portal
    environment: dict[str, str]
    port: int
    process: asyncio.subprocess.Process | None = None
    lines: list[str] = field(default_factory=list)
    _reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it and wait until it says that it runs."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", "--log-level", "debug", env={**kept, **self.environment},
            stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        ready = asyncio.Event()
        self._reading = asyncio.create_task(self._read(self.process, ready))
        async with asyncio.timeout(30):
            await ready.wait()
        assert self.process.returncode is None, "\n".join(self.lines[-20:])

    async def _read(self, process: asyncio.subprocess.Process, ready: asyncio.Event) -> None:
        assert process.stderr is not None
        while line := await process.stderr.readline():
            self.lines.append(line.decode().rstrip())
            if '"event": "running"' in self.lines[-1]:
                ready.set()
        ready.set()

    async def end(self, number: int = signal.SIGTERM) -> None:
        """Send a signal and wait for the end."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(number)
            async with asyncio.timeout(30):
                await self.process.wait()
            assert self._reading is not None
            await self._reading

    async def until(self, true: Callable[[], Any], within: float = 60.0) -> None:
        async with asyncio.timeout(within):
            while not true():  # noqa: ASYNC110 — what is waited for has no event
                await asyncio.sleep(0.01)

    def texts(self, phone: str) -> list[str]:
        return [shown.text for shown in self.whatsapp.shown(phone) if shown.from_business]

    async def subscribe(self) -> None:
        """Meta's side is told our address."""
        await self.whatsapp.subscribe(f"http://127.0.0.1:{self.port}/whatsapp", VERIFY)


@contextlib.asynccontextmanager
async def town(folder: Path, **more: str) -> AsyncIterator[Town]:
    whatsapp = WhatsApp(TOKEN, SECRET)
    whatsapp.add_person(SARI, "Sari")
    portal = Portal(name="Target 24 Jam", categories=CATEGORIES)
    simulator = Simulator(Telegram("1:x"), portal, extra_routes=whatsapp.routes())
    url = await simulator.start()
    portal.publish("Kabar lama", BODY, ["daerah"], published=days_ago(2))
    (folder / "feeds.yaml").write_text(feeds_yaml(url, {"/feed/": ""}))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Town(
        folder, whatsapp, portal,
        {
            "DATABASE_URL": f"sqlite:///{folder / 'kentongan.db'}", "FEEDS_FILE": str(folder / "feeds.yaml"),
            "LISTEN": f"127.0.0.1:{port}", "WHATSAPP_API_URL": url, "WHATSAPP_ACCESS_TOKEN": TOKEN,
            "WHATSAPP_PHONE_NUMBER_ID": whatsapp.number_id, "WHATSAPP_APP_SECRET": SECRET,
            "WHATSAPP_VERIFY_TOKEN": VERIFY, "FETCH_ALLOW_PRIVATE": "true", "LOG_FORMAT": "json", **more,
        },
        port,
    )  # fmt: skip
    try:
        yield made
    finally:
        await made.end(signal.SIGKILL)
        await whatsapp.close()
        await simulator.stop()


async def polled(made: Town, times: int = 2) -> None:
    before = len(made.portal.hits)
    await made.until(lambda: len(made.portal.hits) >= before + times)


async def test_a_story_comes_from_the_feed_to_the_phone(tmp_path: Path) -> None:
    async with town(tmp_path) as made:
        await made.start()
        await made.subscribe()
        made.whatsapp.say(SARI, "MULAI daerah")
        await made.until(lambda: made.texts(SARI))
        await polled(made)
        made.portal.publish("Pasar pagi buka lagi", BODY, ["daerah"])
        await made.until(lambda: any("Pasar pagi buka lagi" in text for text in made.texts(SARI)))
        made.whatsapp.tap(SARI, "Kurangi ini")
        await made.until(lambda: "satu-satunya" in made.texts(SARI)[-1] or "Daerah" in made.texts(SARI)[-1])
        made.whatsapp.say(SARI, "berhenti")
        await made.until(lambda: "berhenti" in made.texts(SARI)[-1])
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{made.port}/healthz") as answer:
            health = await answer.json()
        assert health["ok"] is True
        assert list(health["channels"]) == ["whatsapp"]
        await made.end()
        assert made.process is not None
        assert made.process.returncode == 0
        log = "\n".join(made.lines)
        assert log.count("canary") == 0, "a secret stands in the log"
        assert set(made.whatsapp.counts) == {0}


async def test_without_its_four_variables_nothing_listens(tmp_path: Path) -> None:
    none = dict.fromkeys(NEEDED, "")
    telegram = {**none, "TELEGRAM_BOT_TOKEN": "1234567890:" + "x" * 35}
    async with town(tmp_path, **telegram) as made:
        made.environment["TELEGRAM_API_URL"] = made.environment["WHATSAPP_API_URL"]
        await made.start()
        with pytest.raises(NotPossible, match="404"):
            await made.subscribe()


async def killed(made: Town, readers: list[str]) -> int:
    """A story is under way to these readers, the program is killed and started anew; how many nobody knows of."""
    for phone in readers:
        made.whatsapp.add_person(phone, "Warga")
    made.whatsapp.webhook.how.batch = 20
    await made.start()
    await made.subscribe()
    for phone in readers:
        made.whatsapp.say(phone, "MULAI daerah")
    await made.until(lambda: all(made.texts(phone) for phone in readers))
    await polled(made)
    made.whatsapp.set_latency(0.15)
    made.portal.publish("Jembatan ditutup", BODY, ["daerah"])
    await made.until(lambda: sum(copies(made, readers)) >= len(readers) // 3)
    await made.end(signal.SIGKILL)
    made.whatsapp.set_latency(0.0)
    assert sum(copies(made, readers)) < len(readers)
    await made.start()
    running = [json.loads(line) for line in made.lines if '"event": "running"' in line]
    return int(running[-1]["unknown"])


def copies(made: Town, readers: list[str]) -> list[int]:
    """How many copies each reader has."""
    return [sum("Jembatan ditutup" in text for text in made.texts(phone)) for phone in readers]


def states(made: Town) -> dict[str, int]:
    with contextlib.closing(Database(made.folder / "kentongan.db").conn) as connection:
        return dict(connection.execute("SELECT state, count(*) FROM delivery GROUP BY state").fetchall())


async def test_a_kill_in_the_middle_repeats_nothing_and_every_reader_is_accounted_for(tmp_path: Path) -> None:
    readers = [f"62813{n:05d}" for n in range(60)]
    async with town(tmp_path) as made:
        assert await killed(made, readers) >= 1, "the kill hit nothing that was under way: this proves nothing"
        await made.until(lambda: sum(states(made).values()) == 60 and not {"started", "queued"} & set(states(made)))
        await made.until(lambda: made.whatsapp.webhook.pending == 0)
        await made.until(lambda: states(made)["sent"] == sum(copies(made, readers)), within=60)
        assert set(copies(made, readers)) <= {0, 1}
        assert states(made).get("unknown", 0) == copies(made, readers).count(0)


@pytest.mark.long
@pytest.mark.timeout(400)
async def test_after_two_minutes_of_receipts_what_did_not_arrive_is_sent_once_more(tmp_path: Path) -> None:
    readers = [f"62813{n:05d}" for n in range(60)]
    async with town(tmp_path) as made:
        await killed(made, readers)
        for _ in range(30):
            made.whatsapp.say(readers[0], "menu")
            await asyncio.sleep(5)
        await made.until(lambda: copies(made, readers) == [1] * 60)
        await made.until(lambda: states(made) == {"sent": 60})


# Templates ----------------------------------------------------------------------------------------------------------


def stands(made: Town, name: str) -> str:
    """The status of an Indonesian template as the program knows it."""
    with contextlib.closing(Database(made.folder / "kentongan.db")) as db:
        found = db.conn.execute("SELECT status FROM whatsapp_template WHERE name = ? AND language = 'id'", [name])
        return str((found.fetchone() or [""])[0])


async def test_the_program_asks_how_its_templates_stand_and_hears_of_changes(tmp_path: Path) -> None:
    async with town(tmp_path) as made:
        made.environment["WHATSAPP_BUSINESS_ACCOUNT_ID"] = made.whatsapp.business_id
        for t in read_folder().templates:
            made.whatsapp.approve(
                Template(t.name, t.language, t.category, t.body, t.header, t.footer, tuple(b.text for b in t.buttons))
            )
        await made.start()
        await made.until(lambda: stands(made, "kentongan_digest_3_v1") == "APPROVED")
        await made.subscribe()
        made.whatsapp.management.review("kentongan_digest_3_v1", "id", "PAUSED")
        await made.until(lambda: stands(made, "kentongan_digest_3_v1") == "PAUSED")
        assert stands(made, "kentongan_digest_2_v1") == "APPROVED"
        assert not [line for line in made.lines if TOKEN in line]
        await made.end()


async def test_without_the_accounts_id_it_runs_and_may_send_no_template(tmp_path: Path) -> None:
    async with town(tmp_path) as made:
        await made.start()
        await made.subscribe()
        made.whatsapp.say(SARI, "MULAI daerah")
        await made.until(lambda: made.texts(SARI))
        assert made.whatsapp.management.asked == []
        assert stands(made, "kentongan_digest_3_v1") == ""
        await made.end()
