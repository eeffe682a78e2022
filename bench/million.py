"""1,000,000 subscribers: the import, the memory, and how soon the first message of a new story leaves.

The commands are the real ones, in processes of their own; the simulator is the other side.
"""

import asyncio
import json
import os
import re
import signal
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop

from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.stories import CATEGORIES, body, samples
from bot.simulator.telegram import Limits, Telegram
from tests.support.world import feeds_yaml

SUBSCRIBERS = 1_000_000
TOKEN = "123456789:" + "m" * 35
TOPICS = ("utama", "hukrim", "kesehatan", "daerah", "budaya", "investigasi")
DRAIN = 20.0  # seconds of sending whose memory is watched


def run() -> dict[str, Any]:
    """Seconds and megabytes."""
    return uvloop.run(_run())


async def _run() -> dict[str, Any]:
    telegram = Telegram(TOKEN, limits=Limits.off(), ledger_keep=0, history_keep=0, crowd=SUBSCRIBERS)
    portal = Portal(name="Target 24 Jam", categories={c.slug: c.label for c in CATEGORIES})
    simulator = Simulator(telegram, portal)
    url = await simulator.start()
    _publish(portal, 0)
    with tempfile.TemporaryDirectory() as folder:
        try:
            return await _measure(Path(folder), url, telegram, portal)
        finally:
            await simulator.stop()


async def _measure(folder: Path, url: str, telegram: Telegram, portal: Portal) -> dict[str, Any]:
    (folder / "feeds.yaml").write_text(feeds_yaml(url, {"/feed/": ""}))
    environment = {
        **os.environ, "DATABASE_URL": f"sqlite:///{folder}/million.db", "FEEDS_FILE": f"{folder}/feeds.yaml",
        "TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": url, "FETCH_ALLOW_PRIVATE": "true", "LISTEN": "127.0.0.1:0",
        "LOG_FORMAT": "json", "TELEGRAM_RATE": "1000",
    }  # fmt: skip
    _write(folder / "million.jsonl")
    began = time.perf_counter()
    importing = await _start(environment, "subscribers", "import", str(folder / "million.jsonl"))
    import_peak = await _watch_memory(importing)
    imported = time.perf_counter() - began
    running = await _start(environment, "run")
    assert running.stderr is not None
    log = asyncio.create_task(_drain(running.stderr))
    await asyncio.sleep(5)  # the feed's first import
    left = await _first_message(telegram, portal)
    await asyncio.sleep(DRAIN)
    peak = _memory(running.pid, "VmHWM")
    running.send_signal(signal.SIGTERM)
    await running.wait()
    await log
    return {
        "import_s": round(imported, 1),
        "import_peak_mb": round(import_peak),
        "first_message_s_after_publication": round(left, 2),
        "target_first_message_s": 2.0,
        "run_peak_mb": round(peak),
        "target_run_mb": 200,
        "sent_while_watched": _sent(telegram),
    }


def _write(file: Path) -> None:
    with file.open("w") as out:
        for number in range(1, SUBSCRIBERS + 1):
            topics = [TOPICS[number % 6], TOPICS[(number // 6) % 6], TOPICS[(number // 36) % 6]]
            row = {"channel": "telegram", "address": str(number), "categories": sorted(set(topics)),
                   "consent_at": "2026-01-31T09:00:00+07:00"}  # fmt: skip
            out.write(json.dumps(row) + "\n")


async def _start(environment: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, env=environment, stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


async def _drain(stream: asyncio.StreamReader) -> None:
    while await stream.readline():
        pass


async def _watch_memory(process: asyncio.subprocess.Process) -> float:
    assert process.stderr is not None
    draining = asyncio.create_task(process.stderr.read())
    peak = 0.0
    while process.returncode is None:
        peak = max(peak, _memory(process.pid, "VmHWM"))
        await asyncio.wait({asyncio.ensure_future(process.wait())}, timeout=0.25)
    assert process.returncode == 0, (await draining).decode()
    return peak


def _memory(pid: int, field: str) -> float:
    """Megabytes, as the kernel counts them; 0 when the process has ended."""
    try:
        found = re.search(rf"{field}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def _publish(portal: Portal, number: int) -> None:
    sample = samples()[number]
    portal.publish(sample.title, body(sample, datetime.now(UTC)), sample.slugs)  # noqa: TID251 — the portal's clock


def _sent(telegram: Telegram) -> int:
    return telegram.counts.get(("sendmessage", 200), 0)


async def _first_message(telegram: Telegram, portal: Portal) -> float:
    before, began = _sent(telegram), time.perf_counter()
    _publish(portal, 1)
    while _sent(telegram) == before:
        await asyncio.sleep(0.005)
        assert time.perf_counter() - began < 60, "no message within a minute"
    return time.perf_counter() - began
