"""All of WhatsApp together: built, run and stopped."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime

import aiohttp
from aiohttp import web

from bot.channels.whatsapp.client import Client
from bot.channels.whatsapp.doubts import DoubtSweeper
from bot.channels.whatsapp.inbox import Inbox, Told
from bot.channels.whatsapp.receive import Letterbox, Webhook
from bot.channels.whatsapp.rest import Rest
from bot.channels.whatsapp.send import NAME, WhatsAppChannel
from bot.channels.whatsapp.signature import Signature
from bot.channels.whatsapp.templates.graph import TemplatesApi
from bot.channels.whatsapp.templates.model import Template
from bot.channels.whatsapp.templates.watch import TemplateWatch
from bot.channels.whatsapp.templates.written import read_folder
from bot.chat.texts import Texts
from bot.flow.desk import Desk
from bot.flow.halts import Halter
from bot.flow.templates import TellTemplates, TemplateLearner
from bot.ports import Store

PATH = "/whatsapp"
LAST_UPDATES = 2.0  # seconds that a stop gives to what is stored but not handled


class WhatsAppParts:
    """One business number: its channel, its inbox, its webhook."""

    def __init__(
        self, *, access_token: str, number_id: str, app_secret: str, verify_token: str, session: aiohttp.ClientSession,
        store: Store, desk: Desk, texts: Texts, now: Callable[[], datetime], wake: Callable[[], None],
        api_url: str | None = None, rate: float = 80.0, clock: Callable[[], float] = time.monotonic,
        account_id: str | None = None, templates: Sequence[Template] | None = None,
        tell: TellTemplates = lambda *_: None, halter: Halter | None = None, told: Told = lambda *_: None,
    ) -> None:  # fmt: skip
        """`wake` lets the outbox look at once: something has become due; `tell`: admins should know of templates.

        `told`: of a message that the platform had taken, it says afterwards that the account was too fast.
        """
        described = read_folder(fallback=texts.fallback).templates if templates is None else templates
        learn = TemplateLearner(tell)
        api = TemplatesApi(session, access_token, account_id, api_url) if account_id is not None else None
        self.templates = TemplateWatch(store, described, learn, api, now, clock, fallback=texts.fallback)
        self._client = Client(session, access_token, number_id, api_url)
        self.channel = WhatsAppChannel(
            self._client, store, texts, rate=rate, templates=described, template_refused=self.templates.refused
        )  # fmt: skip
        self.doubts = DoubtSweeper(store, now, clock, wake)
        self._inbox = Inbox(
            store, desk, number_id, now, heard=self.doubts.heard, stopped=self.channel.stop, learn=learn,
            halter=halter, told=told, give_rest=Rest(described, desk.board).give,
        )  # fmt: skip
        self._webhook = Webhook(Signature(app_secret, verify_token), Letterbox(store, now), self._inbox.wake)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """What runs in the background; a fault of ours ends one."""
        return self._tasks

    def routes(self) -> list[web.RouteDef]:
        """What the web server must serve for us."""
        return [web.get(PATH, self._webhook.challenge), web.post(PATH, self._webhook.take)]

    def start(self) -> None:
        """Begin in the background, with what an earlier life left."""
        self._tasks = [
            asyncio.create_task(self._inbox.run(), name=f"{NAME} inbox"),
            asyncio.create_task(self.doubts.run(), name=f"{NAME} doubts"),
        ]

    async def stop(self) -> None:
        """Handle what is stored; what is left waits in the store for the next start."""
        inbox, doubts = self._tasks
        doubts.cancel()
        self._inbox.finish()
        await asyncio.wait({inbox}, timeout=LAST_UPDATES)
        inbox.cancel()
        await asyncio.wait({inbox, doubts})
        await self._client.close()
