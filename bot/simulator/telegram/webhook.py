"""Webhook delivery: updates go to the program's address one after another until it answers 2xx."""

import asyncio
import re
from contextlib import suppress
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

import aiohttp

from bot.simulator.clock import Clock
from bot.simulator.telegram.answers import ApiError, Described, bad_request
from bot.simulator.telegram.model import Json
from bot.simulator.telegram.params import Params
from bot.simulator.telegram.updates import Updates

_SECRET = re.compile(r"[A-Za-z0-9_-]*")
_MAX_SECRET = 256
_MAX_RETRY_AFTER = 3600
_PUBLIC_PORTS = (443, 80, 88, 8443)
_SUCCESS = range(200, 300)


class Webhook:
    """The program's address and the task that posts to it."""

    def __init__(self, updates: Updates, clock: Clock) -> None:
        self.updates = updates
        self.clock = clock
        self.backoff = (1.0, 120.0)  # seconds after the first failure, at most
        self.answer_within = 60.0  # seconds
        self.url = ""
        self.secret = ""
        self.max_connections = 40
        self.last_error = ""
        self.last_error_at: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    async def set(self, params: Params) -> Described:
        """setWebhook; an empty address deletes it."""
        url = params.text("url")
        if not url:
            return await self.delete(params)
        _check_url(url)
        secret = _checked_secret(params.text("secret_token"))
        if params.flag("drop_pending_updates"):
            self.updates.clear()
        self.updates.allow(params)
        if (url, secret) == (self.url, self.secret):
            return Described(result=True, description="Webhook is already set")
        self.updates.interrupt("terminated by setWebhook request")
        await self.close()
        self.url, self.secret, self.last_error, self.last_error_at = url, secret, "", None
        self.max_connections = params.integer("max_connections") or 40
        self.resume()
        return Described(result=True, description="Webhook was set")

    async def delete(self, params: Params) -> Described:
        """DeleteWebhook."""
        if params.flag("drop_pending_updates"):
            self.updates.clear()
        was_set, self.url, self.secret = self.url, "", ""
        await self.close()
        return Described(result=True, description="Webhook was deleted" if was_set else "Webhook is already deleted")

    def info(self) -> Json:
        """GetWebhookInfo."""
        result: Json = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": self.updates.count(),
        }
        if self.last_error_at is not None:
            result |= {"last_error_date": int(self.last_error_at.timestamp()), "last_error_message": self.last_error}
        if self.url:
            result |= {"max_connections": self.max_connections, "ip_address": "127.0.0.1"}
        if self.updates.allowed is not None:
            result["allowed_updates"] = sorted(self.updates.allowed)
        return result

    def refuse_polling(self) -> None:
        """GetUpdates and a webhook exclude each other."""
        if self.url:
            what = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise ApiError(409, f"Conflict: {what}")

    def resume(self) -> None:
        """Post to the address that is set, if one is."""
        if self.url and self._task is None:
            self._task = asyncio.create_task(self._deliver())

    async def close(self) -> None:
        """Stop posting; the address stays set."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _deliver(self) -> None:
        delay = self.backoff[0]
        timeout = aiohttp.ClientTimeout(self.answer_within)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                await self.updates.arrived()
                update = self.updates.first()
                if update is None:
                    continue
                retry_after = await self._post(session, update)
                if retry_after is None:
                    self.updates.done(update["update_id"])
                    delay = self.backoff[0]
                else:
                    await asyncio.sleep(retry_after or delay)
                    delay = min(delay * 2, self.backoff[1])

    async def _post(self, session: aiohttp.ClientSession, update: Json) -> float | None:
        """None when it was taken, else the seconds that the answer asks us to wait (0: it does not say)."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret} if self.secret else {}
        try:
            async with session.post(self.url, json=update, headers=headers) as answer:
                await answer.read()
                if answer.status in _SUCCESS:
                    return None
                self._failed(f"Wrong response from the webhook: {answer.status} {answer.reason}")
                return _seconds(answer.headers.get("Retry-After", ""))
        except TimeoutError:
            self._failed("Read timeout expired")
        except aiohttp.ClientConnectorError:
            self._failed("Connection refused")
        except aiohttp.ClientError:
            self._failed("Webhook connection closed")
        return 0.0

    def _failed(self, what: str) -> None:
        self.last_error, self.last_error_at = what, self.clock.now()


def _seconds(retry_after: str) -> float:
    return float(min(int(retry_after), _MAX_RETRY_AFTER)) if retry_after.isdigit() else 0.0


def _check_url(url: str) -> None:
    """Only loopback addresses: the simulator speaks to nobody else."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise bad_request("invalid webhook URL specified")
    try:
        loopback = parts.hostname == "localhost" or ip_address(parts.hostname).is_loopback
    except ValueError:
        loopback = False
    if loopback:
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in _PUBLIC_PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    raise bad_request("bad webhook: Failed to resolve host: Name or service not known")


def _checked_secret(secret: str) -> str:
    if len(secret) > _MAX_SECRET:
        raise bad_request("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    return secret
