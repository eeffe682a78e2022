"""How webhooks come in: proven, stored raw, answered; what they say is worked on afterwards (`inbox`).

What arrives together is stored in one transaction: a post waits for one commit, not for those of all before it.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from aiohttp import web

from bot.channels.webhook import read_at_most
from bot.channels.whatsapp.send import NAME
from bot.channels.whatsapp.signature import HEADER, Signature
from bot.ports import Store, Tx

log = structlog.get_logger(__name__)

POSTS: Final = "whatsapp-posts"  # the inbox of what came in as it came
LARGEST: Final = 4 << 20  # bytes; Meta's posts have 3 MB at most


class Letterbox:
    """Keeps bodies in the store, those that wait together in one transaction, in the order in which they came."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now
        self._waiting: list[tuple[str, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, body: bytes) -> None:
        """When this returns, the body cannot be lost any more; raises what the store raises."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((body.decode("utf-8", "replace"), kept))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="whatsapp letterbox")
        await kept

    async def _write(self) -> None:
        while self._waiting:
            letters, self._waiting = self._waiting, []
            now = self._now()
            bodies = [body for body, _ in letters]
            try:
                await self._store.write(lambda tx, bodies=bodies, now=now: _keep(tx, bodies, now))  # type: ignore[misc]
            except Exception as error:  # noqa: BLE001 — each of them is told, and Meta brings it again
                for _, kept in letters:
                    if not kept.done():
                        kept.set_exception(error)
            else:
                for _, kept in letters:
                    if not kept.done():
                        kept.set_result(None)


def _keep(tx: Tx, bodies: list[str], now: datetime) -> None:
    first = (tx.last_update(POSTS) or 0) + 1
    tx.receive(POSTS, list(enumerate(bodies, first)), now)


class Webhook:
    """GET and POST /whatsapp."""

    def __init__(self, signature: Signature, letterbox: Letterbox, news: Callable[[], None]) -> None:
        self._signature, self._letterbox, self._news = signature, letterbox, news

    async def challenge(self, request: web.Request) -> web.Response:
        """Meta asks whether this address is ours, once, when it is entered there."""
        asked = request.query
        if asked.get("hub.mode") != "subscribe" or not self._signature.knows(asked.get("hub.verify_token", "")):
            return web.Response(status=401, text="wrong token")
        return web.Response(text=asked.get("hub.challenge", ""))

    async def take(self, request: web.Request) -> web.Response:
        """A post: 200 once it is stored, whatever it says."""
        body = await read_at_most(request, LARGEST)
        if body is None:
            return web.Response(status=413, text="too large")
        if not self._signature.fits(request.headers.get(HEADER, ""), body):
            return web.Response(status=401, text="wrong signature")
        try:
            await self._letterbox.keep(body)
        except Exception as error:  # noqa: BLE001 — whatever it is, Meta must bring it again
            # The exception's words may hold what a person wrote.
            log.error("a webhook could not be stored", channel=NAME, error=type(error).__name__)  # noqa: TRY400
            return web.Response(status=500, text="not stored")
        self._news()
        return web.Response(text="ok")
