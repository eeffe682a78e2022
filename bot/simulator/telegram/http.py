"""The HTTP face of the simulated Telegram: requests in, Bot API answers (or scripted misfortune) out."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from bot.simulator.clock import Clock
from bot.simulator.telegram.answers import ApiError, encode_error, encode_result
from bot.simulator.telegram.api import COUNTED, Method
from bot.simulator.telegram.faults import Fault, Faults
from bot.simulator.telegram.ledger import Ledger
from bot.simulator.telegram.meter import Meter
from bot.simulator.telegram.misfortune import BEFORE_WORK, SILENT, page, refusal
from bot.simulator.telegram.model import Entry, NotPossible
from bot.simulator.telegram.network import Network
from bot.simulator.telegram.params import Params
from bot.simulator.telegram.world import SUPERGROUPS_BELOW

_JSON = {"Content-Type": "application/json"}


@dataclass(slots=True)
class Call:
    """One request on its way through."""

    at: float
    method: str
    params: Params
    fault: Fault | None = None
    status: int = 0
    ok: bool = False
    message_id: int | None = None
    retry_after: int | None = None

    @property
    def chat_id(self) -> int | None:
        """The chat that it names."""
        return self.params.integer("chat_id") if self.params.has("chat_id") else None


class HttpFace:
    """/bot{token}/{method}, GET and POST."""

    def __init__(
        self, token: str, methods: Mapping[str, Method], meter: Meter, ledger: Ledger, faults: Faults,
        network: Network, chance: Random, clock: Clock, migrate: Callable[[int], int],
    ) -> None:  # fmt: skip
        self.token = token
        self.methods = methods
        self.meter = meter
        self.ledger = ledger
        self.faults = faults
        self.network = network
        self.chance = chance
        self.clock = clock
        self.migrate = migrate
        self._closing = asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        """The two routes of the Bot API."""
        return [web.route(verb, "/bot{token}/{method}", self.handle) for verb in ("GET", "POST")]

    def close(self) -> None:
        """Let hanging requests go."""
        self._closing.set()
        self._closing = asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        try:
            method = self._method(request)
            params = Params(await _values(request))
        except ApiError as error:
            return web.Response(status=error.status, body=encode_error(error), headers=_JSON)
        call = Call(self.clock.monotonic(), request.match_info["method"].lower(), params)
        there, back = self.network.delays(self.chance)
        if there:
            await asyncio.sleep(there)
        body = await self._work(call, method)
        if back:
            await asyncio.sleep(back)
        return await self._answer(request, call, body)

    def _method(self, request: web.Request) -> Method:
        token = request.match_info["token"]
        if token != self.token:
            known = ":" in token and not token.startswith("0")
            raise ApiError(401, "Unauthorized" if known else "Unauthorized: invalid token specified")
        method = self.methods.get(request.match_info["method"].lower())
        if method is None:
            raise ApiError(404, "Not Found: method not found")
        return method

    async def _work(self, call: Call, method: Method) -> bytes:
        """Do what is asked, unless a fault comes instead; the body of the answer."""
        if call.method in COUNTED:
            self.meter.arrived()
        if self.faults.rules:
            call.fault = self.faults.strike(call.method, call.chat_id)
        try:
            body = b"" if call.fault in BEFORE_WORK else await self._do(call, method)
        except ApiError as error:
            call.status, body = error.status, encode_error(error)
            call.retry_after = error.parameters.get("retry_after")
        if call.fault in SILENT:
            call.status = page(call.fault)[0]
        self._write_down(call)
        return body

    async def _do(self, call: Call, method: Method) -> bytes:
        if call.fault is not None and call.fault not in SILENT:
            raise refusal(call.fault, self._migrated(call))
        result = method(call.params)
        if isinstance(result, Awaitable):
            result = await result
        call.status, call.ok = 200, True
        made = result.get("message_id") if isinstance(result, dict) else None
        call.message_id = made or call.params.integer("message_id") or None
        return encode_result(result)

    def _migrated(self, call: Call) -> int:
        """Where the chat of a fault MIGRATE has gone: a group really moves."""
        chat_id = call.chat_id or 0
        if call.fault is not Fault.MIGRATE:
            return 0
        try:
            return self.migrate(chat_id)
        except NotPossible:
            return SUPERGROUPS_BELOW - abs(chat_id)

    def _write_down(self, call: Call) -> None:
        if self.ledger.keep == 0:
            self.ledger.count(call.method, call.status)
            return
        fault = call.fault.name if call.fault else None
        entry = Entry(
            call.at, self.clock.now(), call.method, call.chat_id, call.message_id, call.status, call.ok,
            dict(call.params.values), fault,
        )  # fmt: skip
        self.ledger.add(entry)

    async def _answer(self, request: web.Request, call: Call, body: bytes) -> web.StreamResponse:
        if call.fault in SILENT:
            return await self._misfortune(request, call.fault, body)
        headers = _JSON if call.retry_after is None else {**_JSON, "Retry-After": str(call.retry_after)}
        return web.Response(status=call.status, body=body, headers=headers)

    async def _misfortune(self, request: web.Request, fault: Fault, body: bytes) -> web.StreamResponse:
        """No whole Bot API answer: silence, a closed connection, half an answer, or a proxy's page."""
        if fault in {Fault.HANG, Fault.ACCEPT_THEN_HANG}:
            await self._closing.wait()
        if fault is Fault.HALF_ANSWER:
            half = web.StreamResponse(headers={**_JSON, "Content-Length": str(len(body))})
            await half.prepare(request)
            await half.write(body[: len(body) // 2])
            _hang_up(request)
            return half
        status, html = page(fault)
        if status == 0:
            _hang_up(request)
            return web.Response()
        return web.Response(status=status, body=html, headers={"Content-Type": "text/html", "Server": "nginx"})


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()


async def _values(request: web.Request) -> Mapping[str, Any]:
    """The parameters: query, then body (JSON, form or multipart)."""
    values: dict[str, Any] = dict(request.query) if request.query_string else {}
    if request.method == "GET" or not request.can_read_body:
        return values
    if request.content_type == "multipart/form-data":
        for name, value in (await request.post()).items():
            values[name] = value.file.read() if isinstance(value, web.FileField) else value
        return values
    body = await request.read()
    if request.content_type == "application/json":
        return values | _from_json(body)
    return values | dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


def _from_json(body: bytes) -> dict[str, Any]:
    try:
        values = json.loads(body or b"{}")
        if b"\\ud" in body.lower():  # half a surrogate pair is no character
            json.dumps(values, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise ApiError(400, "Bad Request: can't parse JSON object")
    return values
