"""What brings the news in: polls at their times, and hubs that push."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import AsyncExitStack, suppress
from typing import Any

import aiohttp
from aiohttp import web

from bot import clock
from bot.app.world import label_map
from bot.chat.office import Copy
from bot.errors import StoreError
from bot.fetch import Fetcher
from bot.flow.errands import Errands
from bot.flow.notice import Tell
from bot.flow.poll import Poller
from bot.flow.websub import WebSub
from bot.news.category import LabelMap
from bot.ports import Store
from bot.sandbox import Sandbox
from bot.schedule import Schedule
from bot.settings import Settings
from bot.web.websub import websub_routes

LOOK_EVERY = 0.5  # seconds between two looks at which feeds are due
HUBS_EVERY = 5.0  # ... and which hubs are to be asked


class NewsDesk:
    """Polls the feeds and takes what hubs deliver; building it starts nothing."""

    def __init__(
        self, settings: Settings, session: aiohttp.ClientSession, store: Store, channels: Collection[str],
        *, wake: Callable[[], None], tell: Tell,
    ) -> None:  # fmt: skip
        self._settings, self._store = settings, store
        self._meanings: dict[str, str] = {}
        self._sandbox = Sandbox()
        self._fetcher = fetcher = Fetcher(session, allow_private=settings.fetch_allow_private)
        self._poller = Poller(
            store, fetcher, self._sandbox, label_map(settings), channels, clock.now, wake,
            own=settings.portal.host, tell=tell,
        )  # fmt: skip
        self._websub: WebSub | None = None
        if settings.public_url:  # a hub must be able to reach us
            self._websub = WebSub(
                store, fetcher.post, self._sandbox, self._poller.recorder, settings.public_url, clock.now, wake
            )  # fmt: skip
            self._poller.hub_named = self._websub.named

    def routes(self) -> list[web.RouteDef]:
        """What the web server must serve for hubs."""
        return websub_routes(self._websub) if self._websub is not None else []

    def start(self, schedule: Schedule, stack: AsyncExitStack, watch: Callable[[asyncio.Task[Any]], None]) -> None:
        """Begin, by this schedule; `stack` stops what was begun."""
        stack.push_async_callback(self._sandbox.close)
        if self._websub is not None:
            watch(self._websub.start())
            stack.push_async_callback(self._websub.stop)
            schedule.every(HUBS_EVERY, self._websub.look, "hubs")
        stack.push_async_callback(self._poller.stop)
        schedule.every(LOOK_EVERY, self._poller.look, "look at feeds")

    def take(self, settings: Settings) -> None:
        """feeds.yaml has changed: labels mean something else from now on."""
        self._settings = settings
        self._poller.take_mapping(self.mapping())

    def mapping(self) -> LabelMap:
        """What labels mean now."""
        return label_map(self._settings, self._meanings)

    async def look_at_meanings(self) -> None:
        """Take what admins have said in the chat about labels."""
        with suppress(StoreError):
            meanings = await self._store.read(lambda tx: tx.label_meanings())
            if meanings != self._meanings:
                self._meanings = meanings
                self._poller.take_mapping(self.mapping())

    def errands(self, back_up: Callable[[], Copy]) -> Errands:
        """What admins may send for."""
        return Errands(self._store, self._fetcher, self._sandbox, self.mapping, back_up, clock.now)
