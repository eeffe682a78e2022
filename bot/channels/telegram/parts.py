"""All of Telegram together: built, connected, run and stopped."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import aiohttp
import structlog
from aiohttp import web
from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.ext import ApplicationBuilder

from bot import clock
from bot.channels.telegram.commands import StaffMenus, register_commands
from bot.channels.telegram.handlers import ALLOWED_UPDATES, AnyApplication, add_handlers
from bot.channels.telegram.inbox import Inbox
from bot.channels.telegram.outcome import classify, seconds
from bot.channels.telegram.receive import LONG_POLL, NEW_TOKEN, UpdatePoller, Webhook, webhook_secret
from bot.channels.telegram.send import NAME, TelegramChannel
from bot.channels.telegram.transport import AiohttpRequest
from bot.chat.texts import Texts
from bot.delivery.settle import pause
from bot.errors import UsageError
from bot.flow.desk import Desk
from bot.ports import Store

log = structlog.get_logger(__name__)

API_URL = "https://api.telegram.org"
PATH = "/telegram"
FIRST_TRY = 10.0  # seconds that a start waits for Telegram before it goes on without
LAST_UPDATES = 2.0  # seconds that a stop gives to what is stored but not handled


class TelegramParts:
    """One bot: its channel, its inbox, and the way updates come."""

    def __init__(
        self, *, token: str, session: aiohttp.ClientSession, store: Store, desk: Desk, texts: Texts,
        api_url: str | None = None, mode: str = "polling", rate: float = 30.0, paid_broadcasts: bool = False,
        public_url: str | None = None, now: Callable[[], datetime] = clock.now, long_poll: int = LONG_POLL,
    ) -> None:  # fmt: skip
        if mode == "webhook" and not public_url:
            raise UsageError("TELEGRAM_MODE=webhook needs PUBLIC_URL: how Telegram reaches this server")
        self._mode, self._public_url, self._texts = mode, (public_url or "").rstrip("/"), texts
        self._api = AiohttpRequest(session)
        self._application = build_application(token, (api_url or API_URL).rstrip("/"), self._api)
        add_handlers(self._application, desk)
        base_url = self._application.bot.base_url
        self.channel = TelegramChannel(
            self._application.bot, self._api.wire, rate=rate, paid_broadcasts=paid_broadcasts
        )  # fmt: skip
        self._inbox = Inbox(store, self._application, now)
        self._menus = StaffMenus(self._application.bot, texts, store)
        self._poller = UpdatePoller(self._api, base_url, self._inbox, long_poll=long_poll)
        self._secret = webhook_secret(token)
        self._webhook_url = f"{base_url}/setWebhook"
        self._fault = ""
        self._tried = asyncio.Event()
        self._polling: asyncio.Task[None] | None = None
        self._running = False
        self._task: asyncio.Task[None] | None = None

    @property
    def task(self) -> asyncio.Task[None]:
        """What runs in the background; it ends by `stop`, when Telegram refuses the token, or with a fault of ours."""
        assert self._task is not None, "not started"
        return self._task

    @property
    def fault(self) -> str:
        """What keeps updates from coming, in a stable word; "" when nothing does."""
        return self._fault or self._poller.fault

    @property
    def address(self) -> str | None:
        """The bot's public link, once Telegram has told its name."""
        return self._application.bot.link if self._running else None

    async def look_at_menus(self) -> None:
        """Staff see the commands of their roles, as these are now."""
        if self._running:
            await self._menus.look()

    def routes(self) -> list[web.RouteDef]:
        """What the web server must serve for us."""
        return [web.post(PATH, Webhook(self._secret, self._inbox).handle)] if self._mode == "webhook" else []

    async def start(self) -> None:
        """Begin in the background; waits until Telegram has answered once, but not for ever."""
        self._task = asyncio.create_task(self._run(), name=NAME)
        waiting = asyncio.create_task(self._tried.wait())
        await asyncio.wait({self._task, waiting}, timeout=FIRST_TRY, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()

    async def stop(self) -> None:
        """Take no more updates, handle those that are stored; what is left waits in the store for the next start."""
        if self._polling is not None:
            self._polling.cancel()
        self._inbox.finish()
        if self._running:
            await asyncio.wait({self.task}, timeout=LAST_UPDATES)
        self.task.cancel()
        await asyncio.wait({self.task})
        await self._application.shutdown()
        await self._api.shutdown()  # the application does that only once it has been connected

    async def _run(self) -> None:
        if not await self._connected():
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(self._inbox.run(), name="telegram inbox")
            if self._mode == "polling":
                self._polling = group.create_task(self._poller.run(), name="telegram polling")
            self._running = True
            self._tried.set()
            await register_commands(self._application.bot, self._texts)

    async def _connected(self) -> bool:
        """Try until Telegram answers; False when it refuses the token."""
        failures = 0
        while True:
            try:
                await self._introduce()
            except InvalidToken:
                self._fault = "unauthorized"
                log.error(NEW_TOKEN, channel=NAME)  # noqa: TRY400 — the exception quotes the token
                return False
            except TelegramError as error:
                failures += 1
                self._fault = classify(error).code
                log.warning("Telegram cannot be reached yet", channel=NAME, code=self._fault)
                self._tried.set()
                await asyncio.sleep(seconds(error.retry_after) if isinstance(error, RetryAfter) else pause(failures))
            else:
                self._fault = ""
                return True

    async def _introduce(self) -> None:
        """Learn the bot's name, and say how updates shall come."""
        await self._application.initialize()
        if self._mode == "polling":
            await self._application.bot.delete_webhook()
            return
        # Not by the Bot's own method: it would log the secret at debug level.
        await self._api.call(
            self._webhook_url,
            {"url": self._public_url + PATH, "secret_token": self._secret, "allowed_updates": ALLOWED_UPDATES},
        )


def build_application(token: str, api_url: str, api: AiohttpRequest) -> AnyApplication:
    """python-telegram-bot's Application without its own clock and its own way of receiving."""
    return (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{api_url}/bot")
        .base_file_url(f"{api_url}/file/bot")
        .request(api)
        .get_updates_request(api)
        .updater(None)
        .job_queue(None)
        .build()
    )


async def bot_name(token: str, api_url: str | None, session: aiohttp.ClientSession) -> str:
    """The name of the bot whose token this is; raises what python-telegram-bot raises."""
    application = build_application(token, (api_url or API_URL).rstrip("/"), AiohttpRequest(session))
    return (await application.bot.get_me()).username or ""
