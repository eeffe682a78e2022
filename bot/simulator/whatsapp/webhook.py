"""Webhooks: signed, in batches, and as unreliable as the real ones: repeated, out of order, late."""

import asyncio
import hashlib
import hmac
import json
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from random import Random
from urllib.parse import urlencode, urlsplit

import aiohttp

from bot.simulator.whatsapp.model import Json, NotPossible

_SUCCESS = range(200, 300)
_LISTS = ("messages", "statuses", "user_preferences")


@dataclass(slots=True)
class Delivery:
    """How events reach the program; shares are of events, by seeded chance."""

    batch: int = 1  # events of one POST, at most
    repeated: float = 0.0  # share of POSTs that come once more
    shuffled: bool = False  # what waits goes out in any order
    delay: float = 0.0  # seconds that a POST waits, at most
    delivered: float = 1.0  # share of messages whose `delivered` is told
    backoff: tuple[float, float] = (0.2, 30.0)  # seconds after the first refusal, at most
    answer_within: float = 10.0
    paused: bool = False  # nothing goes out; what happens meanwhile waits


@dataclass(slots=True)
class Change:
    """One event on its way."""

    field: str
    value: Json
    at: datetime | None = None  # of what is about the account: such a change has an entry of its own, with its time


class Webhook:
    """The program's address, what waits for it, and the task that posts."""

    def __init__(self, app_secret: str, business_id: str, metadata: Json, chance: Random, how: Delivery) -> None:
        self.how = how
        self.url = ""
        self.posts: list[tuple[int, int]] = []  # status answered, events in it
        self._secret, self._business_id, self._metadata = app_secret.encode(), business_id, metadata
        self._chance = chance
        self._waiting: deque[Change] = deque()
        self._under_way = 0
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._repeats: set[asyncio.Task[None]] = set()

    @property
    def pending(self) -> int:
        """Events that the program has not taken yet."""
        return len(self._waiting) + self._under_way

    def add(self, field: str, value: Json, at: datetime | None = None) -> None:
        """Something has happened; with `at` it is about the account, and no number of it."""
        self._waiting.append(Change(field, value, at))
        self._news.set()

    def go_on(self) -> None:
        """Look anew at `how`."""
        self._news.set()

    async def subscribe(self, url: str, verify_token: str) -> None:
        """Challenge the program, then post to it from now on; NotPossible when it does not answer as it must."""
        _require_loopback(url)
        challenge = str(self._chance.getrandbits(32))
        asked = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        async with aiohttp.ClientSession() as session, session.get(f"{url}?{urlencode(asked)}") as answer:
            if answer.status not in _SUCCESS or await answer.text() != challenge:
                raise NotPossible(f"the callback URL could not be validated: {answer.status}")
        self.url = url
        if self._task is None:
            self._task = asyncio.create_task(self._deliver())

    async def close(self) -> None:
        """Stop posting."""
        tasks = [*self._repeats, *([self._task] if self._task else [])]
        self._task = None
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def sign(self, body: bytes) -> str:
        """The header that proves a body to be ours."""
        return "sha256=" + hmac.new(self._secret, body, hashlib.sha256).hexdigest()

    def payload(self, changes: Iterable[Change]) -> Json:
        """One POST: neighbours of one kind share a value, as the real ones do."""
        merged: list[Json] = []
        entries: list[Json] = []
        for change in changes:
            if change.at is not None:
                about = [{"field": change.field, "value": change.value}]
                entries.append({"id": self._business_id, "time": int(change.at.timestamp()), "changes": about})
                continue
            value = {"messaging_product": "whatsapp", "metadata": self._metadata, **change.value}
            if not (merged and merged[-1]["field"] == change.field and _join(merged[-1]["value"], value)):
                merged.append({"field": change.field, "value": value})
        if merged:
            entries.insert(0, {"id": self._business_id, "changes": merged})
        return {"object": "whatsapp_business_account", "entry": entries}

    async def _deliver(self) -> None:
        timeout = aiohttp.ClientTimeout(self.how.answer_within)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                while not self._waiting or self.how.paused:
                    self._news.clear()
                    await self._news.wait()
                await self._next(session)

    async def arrival(self) -> None:
        """Until something waits."""
        while not self._waiting:
            self._news.clear()
            await self._news.wait()

    def collect(self) -> list[tuple[bytes, str]]:
        """All that waits, as bodies with their signatures: for a world whose webhook is no address."""
        bodies: list[bytes] = []
        while self._waiting:
            bodies.append(self._batch())
            if self._chance.random() < self.how.repeated:
                bodies.append(bodies[-1])
        self._under_way = 0
        return [(body, self.sign(body)) for body in bodies]

    def _batch(self) -> bytes:
        """The body of the next POST."""
        if self.how.shuffled:
            waiting = list(self._waiting)
            self._chance.shuffle(waiting)
            self._waiting = deque(waiting)
        batch = [self._waiting.popleft() for _ in range(min(self.how.batch, len(self._waiting)))]
        self._under_way = len(batch)
        return json.dumps(self.payload(batch), separators=(",", ":")).encode()

    async def _next(self, session: aiohttp.ClientSession) -> None:
        if self.how.delay:
            await asyncio.sleep(self._chance.random() * self.how.delay)
        body, events = self._batch(), self._under_way
        pause = self.how.backoff[0]
        while not await self._post(session, body, events):
            await asyncio.sleep(pause)
            pause = min(pause * 2, self.how.backoff[1])
        self._under_way = 0
        if self._chance.random() < self.how.repeated:
            await self._post(session, body, events)

    async def _post(self, session: aiohttp.ClientSession, body: bytes, events: int) -> bool:
        headers = {"X-Hub-Signature-256": self.sign(body), "Content-Type": "application/json"}
        status = 0
        with suppress(aiohttp.ClientError, TimeoutError):
            async with session.post(self.url, data=body, headers=headers) as answer:
                await answer.read()
                status = answer.status
        self.posts.append((status, events))
        return status in _SUCCESS


def _join(into: Json, value: Json) -> bool:
    """Add the events of one value to another of the same kind."""
    for name in _LISTS:
        if name in into and name in value:
            into[name] = [*into[name], *value[name]]
            if "contacts" in value:
                into["contacts"] = [*into.get("contacts", []), *value["contacts"]]
            return True
    return False


def _require_loopback(url: str) -> None:
    """The simulator speaks to nobody else."""
    host = urlsplit(url).hostname or ""
    try:
        local = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise NotPossible("the simulator posts to loopback addresses only")
