"""The outside of the measurement of statuses, in a process of its own: a bare Graph API, and webhooks that tell of it.

It prints its address, waits for one JSON line that says where the program's webhook is, answers every message at once,
and tells of each that it was sent, delivered and read: signed, in batches, some of them twice, at a steady pace. It
ends with a JSON line of what was told and how long the answers took.
"""

import asyncio
import hashlib
import hmac
import json
import random
import re
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final, cast

import aiohttp
import uvloop

SECRET, VERIFY, NUMBER_ID = "whatsapp-bench-secret", "whatsapp-bench-verify", "1122334455667"
BUSINESS: Final = "102290129340398"
TWICE: Final = 0.02  # of the posts come once more
STEP: Final = 0.005  # seconds between two looks at what is due
_TO: Final = re.compile(rb'"to":"(\d+)"')
_TAG: Final = re.compile(rb'"biz_opaque_callback_data":"([^"]+)"')
_ANSWER: Final = b'{"messaging_product":"whatsapp","contacts":[{"input":"%b","wa_id":"%b"}],"messages":[{"id":"%b"}]}'
_PRICED: Final = ',"pricing":{"billable":true,"pricing_model":"PMP","type":"regular","category":"service"}'
WORDS: Final = {"sent": _PRICED, "delivered": _PRICED, "read": ""}
_STATUS: Final = (
    '{{"id":"{id}","status":"{word}","timestamp":"{at}","recipient_id":"{to}",'
    '"biz_opaque_callback_data":"{tag}"{priced}}}'
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to happen."""

    hook: str
    rate: float  # statuses a second
    seconds: float
    batch: tuple[int, int]  # statuses of one post: at least, at most


@dataclass
class Told:
    """What waits to be told, and what has been."""

    waiting: deque[tuple[str, str, str]] = field(default_factory=deque)  # message id, recipient, tag
    later: deque[str] = field(default_factory=deque)  # statuses, in any order
    messages: int = 0
    statuses: int = 0
    posts: int = 0
    refused: int = 0
    took: list[float] = field(default_factory=list)


class Answering(asyncio.Protocol):
    """Takes messages as fast as they come."""

    def __init__(self, told: Told) -> None:
        self._told, self._buffer = told, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class is no subclass of it

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            start = self._buffer.find(b"Content-Length: ")
            length = int(self._buffer[start + 16 :].split(b"\r\n", 1)[0])
            if len(self._buffer) < end + 4 + length:
                return
            self._answer(self._buffer[end + 4 : end + 4 + length])
            self._buffer = self._buffer[end + 4 + length :]

    def _answer(self, request: bytes) -> None:
        self._told.messages += 1
        to, tag = cast("re.Match[bytes]", _TO.search(request))[1], cast("re.Match[bytes]", _TAG.search(request))[1]
        message_id = b"wamid.BENCH%015d" % self._told.messages
        self._told.waiting.append((message_id.decode(), to.decode(), tag.decode()))
        body = _ANSWER % (to, to, message_id)
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )


class Teller:
    """Posts statuses to the program."""

    def __init__(self, told: Told, plan: Plan, session: aiohttp.ClientSession) -> None:
        self._told, self._plan, self._session = told, plan, session
        self._dice = random.Random(7)
        self._under_way: set[asyncio.Task[None]] = set()

    async def tell(self) -> float:
        """At the pace of the plan for as long as it says; the seconds that were used."""
        began, due, wanted = time.monotonic(), 0.0, 0.0
        last = began
        size = self._dice.randint(*self._plan.batch)
        while (now := time.monotonic()) - began < self._plan.seconds:
            due, last = due + (now - last) * self._plan.rate, now
            wanted = max(wanted, due)
            while due >= size and self._ready(size):
                due -= size
                self._post(size)
                size = self._dice.randint(*self._plan.batch)
            due = min(due, self._plan.rate)  # what the program has not sent cannot be told: no burst afterwards
            await asyncio.sleep(STEP)
        return time.monotonic() - began

    async def tell_the_rest(self) -> None:
        """Until all is told and answered."""
        while self._under_way or self._ready(1):
            if self._ready(1) and len(self._under_way) < 4:
                self._post(20)
            await asyncio.sleep(STEP)

    def _ready(self, size: int) -> bool:
        told = self._told
        while told.waiting and len(told.later) < 2_000:
            message_id, to, tag = told.waiting.popleft()
            at = int(time.time())  # noqa: TID251 — Meta's own clock
            told.later.extend(
                _STATUS.format(id=message_id, word=word, at=at, to=to, tag=tag, priced=price)
                for word, price in WORDS.items()
            )
        return len(told.later) >= size

    def _post(self, size: int) -> None:
        statuses = [self._told.later.popleft() for _ in range(min(size, len(self._told.later)))]
        self._dice.shuffle(statuses)
        metadata = f'{{"display_phone_number":"62321555000","phone_number_id":"{NUMBER_ID}"}}'
        value = f'{{"messaging_product":"whatsapp","metadata":{metadata},"statuses":[{",".join(statuses)}]}}'
        body = (
            f'{{"object":"whatsapp_business_account","entry":[{{"id":"{BUSINESS}",'
            f'"changes":[{{"field":"messages","value":{value}}}]}}]}}'
        ).encode()
        self._told.statuses += len(statuses)
        for _ in range(1 + (self._dice.random() < TWICE)):
            task = asyncio.create_task(self._send(body))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _send(self, body: bytes) -> None:
        signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": signature, "Content-Type": "application/json"}
        began = time.perf_counter()
        async with self._session.post(self._plan.hook, data=body, headers=headers) as answer:
            await answer.read()
        self._told.took.append(time.perf_counter() - began)
        self._told.posts += 1
        self._told.refused += answer.status != 200


async def serve() -> None:
    """Answer messages until standard input closes; tell what the plan says."""
    loop = asyncio.get_running_loop()
    told = Told()
    server = await loop.create_server(lambda: Answering(told), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    line = await loop.run_in_executor(None, sys.stdin.readline)
    plan = Plan(**json.loads(line))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        teller = Teller(told, plan, session)
        seconds = await teller.tell()
        print(json.dumps(figures(told, seconds)), flush=True)
        await loop.run_in_executor(None, sys.stdin.readline)  # the program has sent everything
        await teller.tell_the_rest()
    print(json.dumps({"messages": told.messages, "statuses": told.statuses}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def figures(told: Told, seconds: float) -> dict[str, Any]:
    """What was told at the steady pace, and how soon it was answered."""
    took = sorted(told.took)
    return {
        "statuses_a_second": round(told.statuses / seconds),
        "messages_a_second": round(told.messages / seconds),
        "posts": told.posts,
        "refused": told.refused,
        "answer_p50_ms": round(took[len(took) // 2] * 1000, 1),
        "answer_p95_ms": round(took[len(took) * 95 // 100] * 1000, 1),
        "answer_most_ms": round(took[-1] * 1000, 1),
    }


if __name__ == "__main__":
    uvloop.run(serve())
