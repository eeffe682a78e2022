"""From the command to a program that answers /healthz, beside an interpreter that only imports the same libraries."""

import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

ROUNDS = 5
LIBRARIES = (
    "import aiohttp, telegram.ext, apscheduler, sqlite_utils, structlog, pydantic, babel, typer, selectolax, feedparser"
)


def run() -> dict[str, Any]:
    """Seconds, medians of five rounds."""
    ours = [asyncio.run(_ours()) for _ in range(ROUNDS)]
    bare = [_bare() for _ in range(ROUNDS)]
    return {
        "run_until_ready_s": round(statistics.median(ours), 2),
        "importing_the_libraries_s": round(statistics.median(bare), 2),
        "version_command_s": round(statistics.median(_timed("-m", "bot", "version") for _ in range(ROUNDS)), 2),
    }


async def _ours() -> float:
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ, "DATABASE_URL": f"sqlite:///{folder}/start.db", "LISTEN": "127.0.0.1:0", "LOG_FORMAT": "json",
            "TELEGRAM_BOT_TOKEN": "",
        }  # fmt: skip
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", "--console", "--log-level", "debug", env=environment,
            stderr=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert process.stderr is not None
        while line := await process.stderr.readline():
            if line.startswith(b"{") and json.loads(line).get("event") == "running":
                break
        else:
            raise RuntimeError("the program ended before it was ready")
        elapsed = time.perf_counter() - began
        process.send_signal(signal.SIGTERM)
        await process.stderr.read()
        await process.wait()
        return elapsed


def _bare() -> float:
    return _timed("-c", LIBRARIES)


def _timed(*arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began
