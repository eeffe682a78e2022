"""The composition root: the one place that builds and stops all parts, and the only one that opens a store."""

import asyncio
import contextlib
import gc
import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import structlog

import storage
from bot import catalogs, clock
from bot.channels.console import Console
from bot.channels.telegram import TelegramParts, bot_name
from bot.chat.broadcasts import broadcast_message
from bot.chat.turn import Role
from bot.delivery.content import Content
from bot.errors import OperationError, SettingsError, StoreError
from bot.fetch import Fetcher
from bot.flow.deliver import Deliverer
from bot.flow.desk import Desk, hash_code
from bot.flow.facts import Facts
from bot.flow.poll import Poller
from bot.news.category import LabelMap
from bot.ports import Channel, Fetch, Parse, Store
from bot.sandbox import Sandbox
from bot.schedule import Schedule
from bot.settings import Settings, load
from bot.web.health import health_route
from bot.web.server import WebServer

log = structlog.get_logger(__name__)

LOOK_EVERY = 0.5  # seconds between two looks at what is due
LISTEN_EVERY = 0.2  # seconds between two looks at whether another program has written
RELOAD_EVERY = 5.0  # seconds between two looks at feeds.yaml
TIDY_EVERY = 3600.0
UPDATES_KEPT = timedelta(days=2)  # the platform drops its own after one
FIRST_ADMIN_LIVES = timedelta(hours=24)
LAST_SENDS = 5.0  # seconds for what is in flight when we are told to stop: less than ten in all, with everything else


def open_store(settings: Settings, *, migrate: bool = False, read_only: bool = False) -> Store:
    """The database of these settings; for reading only it must be there (StoreError `missing`)."""
    return storage.open_store(settings.database_url, now=clock.now(), migrate=migrate, read_only=read_only)


def hold_database(settings: Settings) -> contextlib.AbstractContextManager[object]:
    """Be the one program of this database, or raise AlreadyRunning."""
    return storage.lock_database(settings.database_url, now=clock.now())


def running(settings: Settings) -> str:
    """The program that runs on this database (`pid 12 since …`), "" when none does."""
    return storage.lock_holder(settings.database_url)


def migrate(settings: Settings) -> list[str]:
    """Apply what is missing; the names of the migrations applied."""
    return storage.migrate(settings.database_url, now=clock.now())


Restored = storage.Restored  # what a restore did, for the command that tells it


def back_up(
    settings: Settings, file: Path | None, *, keep: int | None, progress: Callable[[int, int], None]
) -> storage.Backup:  # fmt: skip
    """A checked copy of the database, also beside a running program; progress is told in pages, done and in all."""
    return storage.back_up(settings.database_url, file, now=clock.now(), keep=keep, progress=progress)


def restoration(settings: Settings, file: Path) -> storage.Restoration:
    """A backup on its way into the database's place; hold the database meanwhile."""
    return storage.restoration(settings.database_url, file, now=clock.now())


def resume_sending(settings: Settings) -> bool:
    """Let broadcasts leave again after a restore; False when nothing kept them."""
    return storage.resume_sending(settings.database_url)


def stops_fault(settings: Settings) -> str:
    """Why stops cannot be noted outside of the database, "" when they can."""
    return storage.stops_log(settings.database_url).find_fault()


def database_path(settings: Settings) -> Path:
    """The database's file."""
    return storage.database_path(settings.database_url)


def look_at_database(settings: Settings) -> None:
    """Raise StoreError when there is none (`missing`) or when it cannot be used; nothing is changed."""
    storage.look_at(settings.database_url)


def sqlite_version() -> str:
    """The version of SQLite that the store uses."""
    return storage.sqlite_version()


def label_map(settings: Settings) -> LabelMap:
    """What the feeds' labels mean."""
    return LabelMap([(c.id, (*c.labels, *c.names.values())) for c in settings.categories])


def new_session() -> aiohttp.ClientSession:
    """The program's one HTTP session: feeds, and all of Telegram but the lane to many (`channels/telegram/lane.py`).

    Idle connections are let go early: a request on one that the server is just closing is a send that nobody knows of.
    """
    connector = aiohttp.TCPConnector(limit=0, limit_per_host=0, ttl_dns_cache=60, keepalive_timeout=15)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)


def spare_the_collector() -> None:
    """What is loaded by now stays for good: the cyclic collector need not look at it again after every few messages.

    Measured by `python -m bench message`: a fifth of the CPU of a message went into walking modules and catalogs.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@dataclass(frozen=True, slots=True)
class Outside:
    """What a command may ask of the world, as the program itself would."""

    fetch: Fetch
    parse: Parse
    bot_name: Callable[[], Awaitable[str]]


@contextlib.asynccontextmanager
async def outside(settings: Settings) -> AsyncIterator[Outside]:
    """Fetching, parsing and the bot's name for a command."""
    sandbox = Sandbox()
    async with new_session() as session:
        try:
            yield Outside(
                Fetcher(session, allow_private=settings.fetch_allow_private),
                sandbox,
                lambda: _bot_name(settings, session),
            )
        finally:
            await sandbox.close()


async def _bot_name(settings: Settings, session: aiohttp.ClientSession) -> str:
    assert settings.telegram is not None
    return await bot_name(settings.telegram.token, settings.telegram.api_url, session)


class App:
    """The running program: built by `start`, stopped in the opposite order, ended by the first part that breaks."""

    def __init__(self, settings: Settings, *, console: bool = False) -> None:
        self._settings = settings
        self._with_console = console
        self._facts = Facts(settings, catalogs.load())
        self._stack = contextlib.AsyncExitStack()
        self._told = asyncio.Event()
        self.ready = asyncio.Event()
        self._deliverers: dict[str, Deliverer] = {}
        self._faults: dict[str, Callable[[], str]] = {}
        self._feeds_file_seen = _stamp(settings.feeds_file)
        self._started = clock.now()
        self._poller: Poller | None = None
        self.failure: BaseException | None = None

    @property
    def settings(self) -> Settings:
        """The settings that are in force."""
        return self._settings

    async def stats(self) -> dict[str, Any]:
        """What `kentongan stats` prints."""
        return await self._store.read(lambda tx: tx.stats(clock.now()))

    def ask_to_stop(self) -> None:
        """Finish what is in flight and end; what SIGTERM does."""
        self._told.set()

    async def run(self) -> None:
        """Start, work until told to stop, stop; raises the fault of a part that broke."""
        async with self._stack:
            await self._start()
            spare_the_collector()
            self.ready.set()
            await self._told.wait()
            log.info("stopping")
        log.info("stopped")
        if self.failure is not None:
            raise self.failure

    async def _start(self) -> None:
        self._stack.enter_context(hold_database(self._settings))
        self._store = open_store(self._settings, migrate=True)
        self._stack.callback(self._store.close)
        now = clock.now()
        recovery = await self._store.write(lambda tx: tx.begin_epoch(now))
        await self._store.write(lambda tx: tx.declare_feeds(self._settings.feeds))
        self._session = await self._stack.enter_async_context(new_session())
        self._desk = Desk(self._store, self._facts, clock.now, self._wake)
        routes = [health_route(self._health)]
        telegram = self._telegram()
        if telegram is not None:
            routes += telegram.routes()
        server = await self._start_web(routes)  # before Telegram is told to call; a taken port costs nothing yet
        if telegram is not None:
            await self._start_telegram(telegram, recovery.epoch)
        if self._with_console:
            await self._start_console(recovery.epoch)
        await self._start_polling()
        self._stack.push_async_callback(server.stop)  # what comes in ends first
        await self._invite_first_admin()
        log.info("running", epoch=recovery.epoch, unknown=recovery.unknown, channels=[*self._deliverers])

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
        self._watch(parts.task)
        self._facts.address = lambda: parts.address
        self._faults["telegram updates"] = lambda: parts.fault

    async def _start_console(self, epoch: int) -> None:
        console = Console(self._store, self._desk, sys.stdin, sys.stdout, clock.now)
        self._deliver(console, epoch)
        task = asyncio.create_task(console.receive(), name="console")
        self._stack.push_async_callback(_cancel, task)
        self._watch(task, ends_the_program=True)

    def _deliver(self, channel: Channel, epoch: int) -> None:
        def compose(content: Content, language: str) -> object:
            return channel.prepare(broadcast_message(content, language, self._facts.board(clock.now())))

        zone = self._settings.portal.timezone
        deliverer = Deliverer(self._store, channel, compose, zone, epoch, clock.now)
        self._deliverers[channel.name] = deliverer
        self._faults[channel.name] = lambda: deliverer.fault
        self._watch(deliverer.start())
        self._stack.push_async_callback(deliverer.stop, LAST_SENDS)

    def _wake(self, channel: str) -> None:
        if channel in self._deliverers:
            self._deliverers[channel].wake()

    def _wake_all(self) -> None:
        for deliverer in self._deliverers.values():
            deliverer.wake()

    # Feeds ----------------------------------------------------------------------------------------------------------

    async def _start_polling(self) -> None:
        sandbox = Sandbox()
        self._stack.push_async_callback(sandbox.close)
        fetcher = Fetcher(self._session, allow_private=self._settings.fetch_allow_private)
        self._poller = Poller(
            self._store, fetcher, sandbox, label_map(self._settings), tuple(self._deliverers), clock.now, self._wake_all
        )  # fmt: skip
        self._stack.push_async_callback(self._poller.stop)
        schedule = Schedule()
        schedule.every(LOOK_EVERY, self._poller.look, "look at feeds")
        schedule.every(LISTEN_EVERY, self._listen, "other programs")
        schedule.every(RELOAD_EVERY, self._reload, "feeds.yaml")
        schedule.every(TIDY_EVERY, self._tidy, "tidy")
        schedule.start()
        self._stack.callback(schedule.stop)

    async def _reload(self) -> None:
        """Take a changed feeds.yaml; a wrong one is named in the log and the old one stays in force."""
        stamp = _stamp(self._settings.feeds_file)
        if stamp == self._feeds_file_seen:
            return
        try:
            settings = load(os.environ, feeds_file=self._settings.feeds_file)
        except SettingsError as error:
            self._feeds_file_seen = stamp
            log.warning("feeds.yaml is wrong; the one before it stays in force", faults=error.faults)
            return
        await self._store.write(lambda tx: tx.declare_feeds(settings.feeds))
        self._feeds_file_seen = stamp  # only now: a store that refuses is told again with the next look
        self._settings = self._facts.settings = settings
        if self._poller is not None:
            self._poller.take_mapping(label_map(settings))
        log.info("feeds.yaml taken", feeds=len(settings.feeds), categories=len(settings.categories))

    async def _listen(self) -> None:
        """A command beside us may have written an alert: it must not wait until the outbox looks of its own accord."""
        with contextlib.suppress(StoreError):
            if await self._store.changed_elsewhere():
                self._wake_all()

    async def _tidy(self) -> None:
        now = clock.now()
        await self._store.write(lambda tx: tx.forget_updates(now - UPDATES_KEPT))

    # The rest -------------------------------------------------------------------------------------------------------

    async def _start_web(self, routes: list[Any]) -> WebServer:
        server = WebServer(self._settings.listen, routes)
        await server.start()
        self._stack.push_async_callback(server.stop)  # also when another part cannot start; stopping twice is harmless
        log.info("listening", address="http://{}:{}".format(*server.address))
        return server

    def _health(self) -> dict[str, Any]:
        faults = {name: word for name, fault in self._faults.items() if (word := fault())}
        return {
            "ok": not faults,
            "faults": faults,
            "since": self._started.isoformat(timespec="seconds"),
            "channels": {
                name: {"in_flight": d.in_flight, "in_flight_limit": d.limit} for name, d in self._deliverers.items()
            },
        }

    async def _invite_first_admin(self) -> None:
        """With no admin yet, a one-time code goes to a file and to standard error, never to the log."""
        if await self._store.read(lambda tx: tx.has_admin()):
            return
        code, now = secrets.token_urlsafe(16), clock.now()
        await self._store.write(
            lambda tx: tx.add_invitation(hash_code(code), Role.ADMIN, now, now + FIRST_ADMIN_LIVES)
        )  # fmt: skip
        place = database_path(self._settings).with_name("first-admin")
        _write_private(place, f"/start undang-{code}\n")
        sys.stderr.write(
            f"No admin yet. Within 24 hours send this to the bot: /start undang-{code} (also in {place})\n"
        )

    def _watch(self, task: asyncio.Task[Any], *, ends_the_program: bool = False) -> None:
        """A part that breaks ends the program with its fault: a service manager starts it anew, nothing is lost."""

        def ended(done: asyncio.Task[Any]) -> None:
            if not done.cancelled() and (fault := done.exception()) is not None:
                self.failure = self.failure or fault
                log.error("a part broke", part=done.get_name(), exc_info=fault)
                self._told.set()
            elif ends_the_program:
                self._told.set()

        task.add_done_callback(ended)


async def _cancel(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.wait({task})


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _write_private(place: Path, text: str) -> None:
    try:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
    except OSError as error:
        raise OperationError(
            f"{place} cannot be written ({error.strerror}); remove it, or let the user that runs this write it"
        ) from error
