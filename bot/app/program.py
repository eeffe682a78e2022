"""The running program: built part by part, stopped in the opposite order."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import structlog

from bot import catalogs, clock
from bot.app.condition import Condition
from bot.app.database import database_path, hold_database, open_store
from bot.app.ending import Ending, cancelled
from bot.app.feeds_file import FeedsFile
from bot.app.first_admin import invite_first_admin
from bot.app.live import Live
from bot.app.memory import spare_the_collector
from bot.app.news_desk import NewsDesk
from bot.app.senders import Senders
from bot.app.templates import halter_of
from bot.app.whatsapp import SETTLING, compose_for, keep_currency, stats_of, terms_of, whatsapp_parts
from bot.app.world import new_session
from bot.channels.console import Console
from bot.channels.console.send import NAME as CONSOLE
from bot.channels.telegram import TelegramParts
from bot.channels.telegram.send import NAME as TELEGRAM
from bot.channels.whatsapp import WhatsAppParts
from bot.channels.whatsapp.render import marked
from bot.channels.whatsapp.send import NAME as WHATSAPP
from bot.chat.message import Message
from bot.errors import StoreError
from bot.flow.cost import Costs
from bot.flow.desk import Desk
from bot.flow.facts import Facts
from bot.flow.forms import Compose
from bot.flow.means import Means
from bot.flow.patience import Patience
from bot.flow.progress import Progress
from bot.flow.screens import Screens
from bot.flow.settling import AT_ONCE, Settling
from bot.flow.tell_staff import StaffTeller
from bot.flow.tidy import tidy
from bot.ports import Channel, Recovery
from bot.schedule import Schedule
from bot.settings import Settings
from bot.web.health import health_route
from bot.web.server import WebServer

log = structlog.get_logger(__name__)

LISTEN_EVERY = 0.2  # seconds between two looks at whether another program has written
RELOAD_EVERY = 5.0  # seconds between two looks at feeds.yaml, and at whether broadcasts stand still
SCREENS_EVERY = 1.0  # seconds between two looks at which screens of editors are due
LIVE_EVERY = 5.0  # seconds between two notes of how sending goes, for `stats`
CONDITION_EVERY = 30.0  # seconds; what is wrong at two looks in a row is told to admins
TEMPLATES_EVERY = 2.0  # seconds between two looks at whether it is time to ask how WhatsApp's templates stand
TIDY_EVERY = 3600.0
UPDATES_KEPT = timedelta(days=2)  # the platform drops its own after one
LAST_SENDS = 5.0  # seconds for what is in flight when we are told to stop: less than ten in all, with everything else
STANDING_STILL = "standing still ({}): nothing is sent until `kentongan resume`"


class App:
    """The running program: built by `start`, stopped in the opposite order, ended by the first part that breaks."""

    def __init__(self, settings: Settings, *, console: bool = False, held: float | None = None) -> None:
        """`held` is the clock's second since which the caller holds the database; None: the app does so itself."""
        self._settings = settings
        self._held = held
        self._with_console = console
        self._stack = contextlib.AsyncExitStack()
        self._ending = Ending()
        self.ready = asyncio.Event()
        self._senders = Senders()
        self._live = Live(self._senders.deliverers)
        self._faults: dict[str, Callable[[], str]] = {}
        self._standing_still = ""
        self._menus: Callable[[], Awaitable[None]] | None = None
        self._look_at_templates: Callable[[], Awaitable[None]] | None = None
        self._feeds_file = FeedsFile(settings.feeds_file)
        self._started = clock.now()

    @property
    def settings(self) -> Settings:
        """The settings that are in force."""
        return self._settings

    async def stats(self) -> dict[str, Any]:
        """What `kentongan stats` prints."""
        return await self._store.read(lambda tx: stats_of(tx, self._settings, clock.now()))

    def watch(self, broadcast_id: int) -> AsyncIterator[Progress]:
        """How far a broadcast has come, each time something of it is written, until it is over."""
        return self._senders.watch(self._store, broadcast_id)

    def ask_to_stop(self) -> None:
        """Finish what is in flight and end; what SIGTERM does."""
        self._ending.ask()

    async def run(self) -> None:
        """Start, work until told to stop, stop; raises the fault of a part that broke."""
        async with self._stack:
            await self._start()
            spare_the_collector()
            self.ready.set()
            await self._ending.come()
            log.info("stopping")
        log.info("stopped")
        self._ending.confess()

    async def _start(self) -> None:
        if self._held is None:
            self._stack.enter_context(hold_database(self._settings))
        # From here on nobody else sends; what is read now is read in the empty second.
        self._opened = time.monotonic() if self._held is None else self._held
        recovery = await self._open_store()
        self._session = await self._stack.enter_async_context(new_session())
        self._make_desk()
        telegram, whatsapp = self._telegram(), self._whatsapp()
        both = [parts for parts in (telegram, whatsapp) if parts is not None]
        await self._make_news_desk([parts.channel.name for parts in both])
        routes = [health_route(self._health), *self._news.routes(), *(r for parts in both for r in parts.routes())]
        server = await self._start_web(routes)  # before Telegram is told to call; a taken port costs nothing yet
        if telegram is not None:
            await self._start_telegram(telegram, recovery.epoch)
        if whatsapp is not None:
            await self._start_whatsapp(whatsapp, recovery.epoch)
        if self._with_console:
            await self._start_console(recovery.epoch)
        self._start_schedule()
        self._stack.push_async_callback(server.stop)  # what comes in ends first
        await self._note_live()
        await invite_first_admin(self._store, database_path(self._settings).with_name("first-admin"), clock.now())
        log.info("running", epoch=recovery.epoch, unknown=recovery.unknown, channels=[*self._senders.deliverers])

    async def _open_store(self) -> Recovery:
        self._facts = Facts(self._settings, catalogs.load())
        self._store = open_store(self._settings, migrate=True)
        self._stack.callback(self._store.close)
        now = clock.now()
        recovery = await self._store.write(lambda tx: tx.begin_epoch(now))
        await self._store.write(lambda tx: tx.declare_feeds(self._settings.feeds))
        await self._look_whether_it_stands()
        return recovery

    def _make_desk(self) -> None:
        self._desk = Desk(
            self._store, self._facts, clock.now, self._senders.wake, lambda: self._senders.rates, patience=Patience()
        )  # fmt: skip
        self._stack.push_async_callback(self._desk.close)
        terms = terms_of(self._settings)
        if terms is not None:
            portal = self._settings.portal
            self._desk.costs = Costs(WHATSAPP, terms, portal.timezone, portal.language)
            self._desk.forms = {TELEGRAM: Message.plain, WHATSAPP: lambda message: marked(message.text)}

    # Channels -------------------------------------------------------------------------------------------------------

    def _telegram(self) -> TelegramParts | None:
        settings = self._settings.telegram
        if settings is None:
            return None
        return TelegramParts(
            token=settings.token, api_url=settings.api_url, mode=settings.mode, rate=settings.rate,
            paid_broadcasts=settings.paid_broadcasts, public_url=self._settings.public_url,
            session=self._session, store=self._store, desk=self._desk, texts=self._facts.texts, now=clock.now,
        )  # fmt: skip

    async def _start_telegram(self, parts: TelegramParts, epoch: int) -> None:
        self._deliver(parts.channel, epoch)
        await parts.start()
        self._stack.push_async_callback(parts.stop)
        self._ending.watch(parts.task)
        self._facts.address = lambda: parts.address
        self._faults["telegram updates"] = lambda: parts.fault
        self._menus = parts.look_at_menus

    def _whatsapp(self) -> WhatsAppParts | None:
        self._halter = halter_of(self._settings, self._facts.texts)
        return whatsapp_parts(
            self._settings, self._session, self._store, self._desk, self._facts.texts, self._senders.wake, self._halter,
            lambda *told: self._senders.deliverers[WHATSAPP].told(*told),  # noqa: PLW0108 — made later
        )  # fmt: skip

    async def _start_whatsapp(self, parts: WhatsAppParts, epoch: int) -> None:
        await parts.templates.declare()
        self._look_at_templates = parts.templates.look
        terms, zone = terms_of(self._settings), self._settings.portal.timezone
        await keep_currency(self._store, terms)
        means = None if terms is None else Means(terms, zone, self._staff.spent, self._halter)
        self._deliver(parts.channel, epoch, SETTLING, compose_for(parts.channel, self._facts, clock.now), means)
        parts.start()
        self._stack.push_async_callback(parts.stop)
        for task in parts.tasks:
            self._ending.watch(task)

    async def _start_console(self, epoch: int) -> None:
        console = Console(self._store, self._desk, sys.stdin, sys.stdout, clock.now)
        self._deliver(console, epoch)
        task = asyncio.create_task(console.receive(), name="console")
        self._stack.push_async_callback(cancelled, task)
        self._ending.watch(task, ends_the_program=True)

    def _deliver(
        self, channel: Channel, epoch: int, settling: Settling = AT_ONCE, compose: Compose | None = None,
        means: Means | None = None,
    ) -> None:  # fmt: skip
        deliverer = self._senders.add(
            channel, self._store, self._facts, self._staff, epoch, self._opened, settling, compose, means
        )  # fmt: skip
        self._faults[channel.name] = lambda: deliverer.fault
        self._ending.watch(deliverer.start())
        self._stack.push_async_callback(deliverer.stop, LAST_SENDS)

    # Feeds and what returns -----------------------------------------------------------------------------------------

    async def _make_news_desk(self, channels: list[str]) -> None:
        channels += [CONSOLE] if self._with_console else []
        self._staff = StaffTeller(self._facts.texts, channels, clock.now)
        self._news = NewsDesk(
            self._settings, self._session, self._store, channels, wake=self._senders.wake_all, tell=self._staff
        )  # fmt: skip
        await self._news.look_at_meanings()
        self._condition = Condition(self._settings, self._store, self._faults, self._staff, self._started)
        self._desk.condition, self._desk.errands = self._condition, self._news.errands(self._condition.back_up)

    def _start_schedule(self) -> None:
        schedule = Schedule()
        self._news.start(schedule, self._stack, self._ending.watch)
        schedule.every(LISTEN_EVERY, self._listen, "other programs")
        schedule.every(RELOAD_EVERY, self._reload, "feeds.yaml")
        schedule.every(RELOAD_EVERY, self._look_whether_it_stands, "standing still")
        schedule.every(LIVE_EVERY, self._note_live, "how sending goes")
        screens = Screens(self._store, self._facts, clock.now, self._senders.wake)
        schedule.every(SCREENS_EVERY, screens.look, "editors' screens")
        schedule.every(RELOAD_EVERY, self._news.look_at_meanings, "labels that admins have mapped")
        schedule.every(CONDITION_EVERY, self._condition.look, "what admins must be told")
        if self._look_at_templates is not None:
            schedule.every(TEMPLATES_EVERY, self._look_at_templates, "WhatsApp's templates")
        if self._menus is not None:
            schedule.every(RELOAD_EVERY, self._menus, "staff's menus")
        schedule.every(TIDY_EVERY, self._tidy, "tidy")
        schedule.start()
        self._stack.callback(schedule.stop)

    async def _reload(self) -> None:
        """Take a changed feeds.yaml."""
        settings = self._feeds_file.changed()
        if settings is None:
            return
        await self._store.write(lambda tx: tx.declare_feeds(settings.feeds))
        self._feeds_file.taken()  # only now: a store that refuses is told again with the next look
        self._settings = self._facts.settings = settings
        self._news.take(settings)
        log.info("feeds.yaml taken", feeds=len(settings.feeds), categories=len(settings.categories))

    async def _listen(self) -> None:
        """A command beside us may have written an alert: it must not wait until the outbox looks of its own accord."""
        with contextlib.suppress(StoreError):
            if await self._store.changed_elsewhere():
                self._senders.wake_all()

    async def _look_whether_it_stands(self) -> None:
        """After a restore nothing is sent to audiences: whoever forgets to let it go on is told by /healthz."""
        with contextlib.suppress(StoreError):
            why = await self._store.read(lambda tx: tx.standing_still())
            self._standing_still = STANDING_STILL.format(why) if why else ""

    async def _note_live(self) -> None:
        await self._live.note(self._store)

    async def _tidy(self) -> None:
        now = clock.now()
        await self._store.write(lambda tx: tx.forget_updates(now - UPDATES_KEPT))
        await tidy(self._store, now)

    # The rest -------------------------------------------------------------------------------------------------------

    async def _start_web(self, routes: list[Any]) -> WebServer:
        server = WebServer(self._settings.listen, routes)
        await server.start()
        self._stack.push_async_callback(server.stop)  # also when another part cannot start; stopping twice is harmless
        log.info("listening", address="http://{}:{}".format(*server.address))
        return server

    def _health(self) -> dict[str, Any]:
        faults = self._condition.faults()
        return {
            "ok": not faults,
            "faults": faults,
            "standing_still": self._standing_still,  # somebody wanted it: no reason to start this program anew
            "since": self._started.isoformat(timespec="seconds"),
            "channels": self._live.health(),
        }
