"""`kentongan feeds …` in a folder of its own, with a portal at the other end of real HTTP."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.ports import DeclaredFeed
from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.telegram import Telegram
from storage import open_store
from tests.support.world import BODY, CATEGORIES, FEEDS_YAML, days_ago

TITLE = "Posyandu Sukamaju buka tiap Sabtu"


@dataclass
class Desk:
    """A folder with a feeds.yaml, and the portal whose first feed stands in it."""

    folder: Path
    portal: Portal
    url: str

    async def runs(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """`kentongan feeds …`."""
        base = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return await asyncio.to_thread(
            subprocess.run, [sys.executable, "-m", "bot", "feeds", *arguments],
            cwd=self.folder, env={**base, "COLUMNS": "400", "FETCH_ALLOW_PRIVATE": "true", **environment},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    async def data(self, *arguments: str, **environment: str) -> Any:
        """The same, as data; it must go well."""
        ended = await self.runs(*arguments, "--json", **environment)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    def declared(self, *, paused: bool = False) -> DeclaredFeed:
        """What its feeds.yaml says of its feed."""
        return DeclaredFeed(f"{self.url}/feed/", 300.0, ("daerah",), paused)

    async def listed(self) -> dict[str, dict[str, Any]]:
        """`feeds list`, by the end of the address."""
        return {row["url"].removeprefix(self.url): row for row in await self.data("list")}

    async def write(self, work: Any) -> Any:
        """In the database beside it."""
        store = open_store(f"sqlite:///{self.folder}/var/kentongan.db", now=days_ago(0))
        try:
            return await store.write(work)
        finally:
            store.close()


@contextlib.asynccontextmanager
async def feeds_shell(folder: Path) -> AsyncIterator[Desk]:
    """A portal with five articles, and a folder whose feeds.yaml names its feed."""
    portal = Portal(name="Target 24 Jam", categories=CATEGORIES)
    simulator = Simulator(Telegram("1:" + "x" * 35), portal)
    url = await simulator.start()
    for number in range(4):
        portal.publish(f"Kabar lama nomor {number}", BODY, ["daerah"], published=days_ago(4 - number))
    portal.publish(TITLE, BODY, ["kesehatan"], published=days_ago(0.01))
    feeds = f'  - {{url: "{url}/feed/", every: 5m, categories: [daerah]}}'
    (folder / "feeds.yaml").write_text(FEEDS_YAML.format(url=url, feeds=feeds))
    try:
        yield Desk(folder, portal, url)
    finally:
        await simulator.stop()
