"""How updates reach us: by asking (a loop of our own on getUpdates) or by Telegram's call (a webhook).

python-telegram-bot's Updater tells Telegram that updates are received before anything has happened to them. Here they
are in the store before the next offset is asked, or before the 200 is answered.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.handlers import ALLOWED_UPDATES
from bot.channels.telegram.inbox import Inbox, Json
from bot.channels.telegram.outcome import classify, seconds
from bot.channels.telegram.send import NAME
from bot.channels.telegram.transport import AiohttpRequest
from bot.channels.webhook import read_at_most
from bot.delivery.settle import pause
from bot.errors import StoreError

log = structlog.get_logger(__name__)

LONG_POLL = 50  # seconds; the most that Telegram allows
LARGEST = 2**20  # bytes of one update by webhook
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 — the header's name
RETRY_AFTER = {"Retry-After": "5"}
NEW_TOKEN = "Telegram does not accept the token; get a valid one from @BotFather and start again"  # noqa: S105 — advice


class UpdatePoller:
    """Asks for updates for ever, and confirms only what is stored."""

    def __init__(
        self,
        api: AiohttpRequest,
        base_url: str,
        inbox: Inbox,
        *,
        long_poll: int = LONG_POLL,
        rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._api, self._url, self._inbox = api, f"{base_url}/getUpdates", inbox
        self._long_poll, self._rest = long_poll, rest
        self.fault = ""

    async def run(self) -> None:
        """Until cancelled, or until Telegram refuses the token."""
        offset: int | None = None
        failures = 0
        while True:
            try:
                if offset is None and (last := await self._inbox.last_update()) is not None:
                    offset = last + 1
                offset = await self._ask(offset)
            except InvalidToken:
                self.fault = "unauthorized"
                log.error(NEW_TOKEN, channel=NAME)  # noqa: TRY400 — one line is enough
                return
            except (TelegramError, StoreError) as error:
                failures += 1
                self.fault = self._report(error)
                await self._rest(seconds(error.retry_after) if isinstance(error, RetryAfter) else pause(failures))
            else:
                failures, self.fault = 0, ""

    async def _ask(self, offset: int | None) -> int | None:
        """One long poll; what came is stored when this returns the offset to ask for next."""
        asked: Json = {"timeout": self._long_poll, "allowed_updates": ALLOWED_UPDATES}
        if offset is not None:
            asked["offset"] = offset
        usual = self._api.read_timeout or 0
        updates: list[Json] = await self._api.call(self._url, asked, read_timeout=self._long_poll + usual)
        if not updates:
            return offset
        await self._inbox.keep(updates)
        return max(int(update["update_id"]) for update in updates) + 1

    @staticmethod
    def _report(error: TelegramError | StoreError) -> str:
        if isinstance(error, Conflict):
            log.error(
                "another program asks for this bot's updates: stop it, or give this one its own bot", channel=NAME
            )
            return "conflict"
        code = error.reason if isinstance(error, StoreError) else classify(error).code
        log.warning("asking for updates failed", channel=NAME, code=code)
        return code


def webhook_secret(token: str) -> str:
    """What Telegram must show when it calls: derived from the token, so that there is nothing more to configure."""
    return hmac.new(token.encode(), b"kentongan: secret of the Telegram webhook", hashlib.sha256).hexdigest()


class Webhook:
    """Takes updates by Telegram's call: they are in the store before the 200."""

    def __init__(self, secret: str, inbox: Inbox) -> None:
        self._secret, self._inbox = secret.encode(), inbox

    async def handle(self, request: web.Request) -> web.Response:
        """POST /telegram."""
        shown = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(shown, self._secret):
            return web.Response(status=401, text="wrong secret")
        body = await read_at_most(request, LARGEST)
        if body is None:
            return web.Response(status=413, text="too large")
        update = parse_update(body)
        if update is None:
            return web.Response(status=400, text="not an update")
        return await self._kept(update)

    async def _kept(self, update: Json) -> web.Response:
        try:
            await self._inbox.keep([update])
        except Exception as error:  # noqa: BLE001 — whatever it is, Telegram must bring the update again
            # The exception's words may hold what a person wrote.
            log.error("an update could not be stored", channel=NAME, error=type(error).__name__)  # noqa: TRY400
            return web.Response(status=500, text="not stored", headers=RETRY_AFTER)
        return web.Response(text="ok")


def parse_update(body: bytes) -> Json | None:
    """The update, or None when this is something else."""
    try:
        update = json.loads(body)
    except ValueError:
        return None
    known = isinstance(update, dict) and type(update.get("update_id")) is int
    return update if known else None
