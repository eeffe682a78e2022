"""A hand that calls the simulator over real HTTP, as a program would."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
SARI = 7
LABELS = {"daerah": "DAERAH", "hukrim": "HUKRIM"}


@dataclass
class Wire:
    """What a program could do: HTTP and nothing else."""

    session: aiohttp.ClientSession
    url: str

    async def ask(self, method: str, **params: Any) -> tuple[int, dict[str, Any]]:
        """A Bot API request with a JSON body: its HTTP status and answer."""
        async with self.session.post(f"{self.url}/bot{TOKEN}/{method}", json=params) as answer:
            return answer.status, await answer.json()

    async def call(self, method: str, **params: Any) -> Any:
        """The result of a request that must succeed."""
        status, body = await self.ask(method, **params)
        assert (status, body["ok"]) == (200, True), body
        return body["result"]

    async def refused(self, method: str, **params: Any) -> str:
        """Status and description of a request that must be refused."""
        status, body = await self.ask(method, **params)
        assert body["ok"] is False
        assert body["error_code"] == status
        return f"{status} {body['description']}"

    async def get(self, path: str, **headers: str) -> tuple[aiohttp.ClientResponse, bytes]:
        """A GET to the portal, redirects not followed."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.get(self.url + path, headers=named, allow_redirects=False) as answer:
            return answer, await answer.read()


async def until(condition: Callable[[], object]) -> None:
    """Give way to the simulator until this is so, for five seconds at most."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 — what is waited for has no event
            await asyncio.sleep(0.001)
