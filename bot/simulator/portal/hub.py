"""A WebSub hub beside the portal: takes subscriptions, asks back, fetches what has changed and delivers it signed."""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from bot.simulator.portal.cms import Cms

PATH = "/hub/"


@dataclass(slots=True)
class Subscription:
    """Who is told of which topic."""

    callback: str
    topic: str
    secret: str
    lease: int  # seconds


@dataclass(slots=True)
class Hub:
    """One hub for one portal; `start` it after the portal has its address, `stop` it before."""

    portal: Cms
    method: str = "sha256"  # of the signature
    lease: int | None = None  # seconds that it grants; None: what was asked for
    answers: int = 202  # to a subscription
    forges: bool = False  # sign with another secret
    thin: bool = False  # deliver a mere note that something has changed
    asks_back_first: bool = False  # before the subscription is answered
    subscriptions: dict[str, Subscription] = field(default_factory=dict)  # by callback
    asked: list[dict[str, str]] = field(default_factory=list)  # every subscription form
    confirmed: list[tuple[int, bool]] = field(default_factory=list)  # status of each confirmation, challenge echoed
    delivered: list[int] = field(default_factory=list)  # status of each delivery
    _session: aiohttp.ClientSession | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def routes(self) -> list[web.RouteDef]:
        """Where subscribers ask."""
        return [web.post(PATH, self._subscribe)]

    def start(self) -> None:
        """Be named by the portal's feeds and told of its changes."""
        self._session = aiohttp.ClientSession()
        self.portal.hub = self.portal.base_url + PATH
        self.portal.watch(self.ping)

    async def stop(self) -> None:
        """Finish what is under way."""
        await self.quiet()
        if self._session is not None:
            await self._session.close()

    async def quiet(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def ping(self) -> None:
        """Something has changed at the portal."""
        for subscription in self.subscriptions.values():
            self._begin(self._deliver(subscription))

    async def _subscribe(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form)
        if self.answers != 202:  # noqa: PLR2004 — accepted
            return web.Response(status=self.answers)
        if self.asks_back_first:
            await self._ask_back(form)
        else:
            self._begin(self._ask_back(form))
        return web.Response(status=202)

    async def _ask_back(self, form: dict[str, str]) -> None:
        lease = int(form.get("hub.lease_seconds", "864000")) if self.lease is None else self.lease
        status, echoed = await self.ask(form["hub.callback"], form["hub.mode"], form["hub.topic"], lease)
        if status == 200 and echoed:  # noqa: PLR2004
            secret, topic = form.get("hub.secret", ""), form["hub.topic"]
            self.subscriptions[form["hub.callback"]] = Subscription(form["hub.callback"], topic, secret, lease)

    async def ask(self, callback: str, mode: str, topic: str, lease: int = 864_000) -> tuple[int, bool]:
        """Ask a callback whether this was meant: its status, and whether it gave the challenge back."""
        assert self._session is not None
        challenge = secrets.token_hex(16)
        query = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": challenge, "hub.lease_seconds": str(lease)}
        async with self._session.get(callback, params=query) as answer:
            outcome = answer.status, await answer.text() == challenge
        self.confirmed.append(outcome)
        return outcome

    async def _deliver(self, subscription: Subscription) -> None:
        assert self._session is not None
        async with self._session.get(subscription.topic) as answer:
            body, kind = await answer.read(), answer.headers["Content-Type"]
        await self.send(subscription, b"" if self.thin else body, kind)

    async def send(self, subscription: Subscription, body: bytes, kind: str = "application/rss+xml") -> int:
        """Deliver these bytes; the callback's status."""
        assert self._session is not None
        secret = "another secret" if self.forges else subscription.secret
        digest = hmac.new(secret.encode(), body, getattr(hashlib, self.method)).hexdigest()
        headers = {"Content-Type": kind, "X-Hub-Signature": f"{self.method}={digest}"}
        async with self._session.post(subscription.callback, data=body, headers=headers) as answer:
            self.delivered.append(answer.status)
            return answer.status

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
