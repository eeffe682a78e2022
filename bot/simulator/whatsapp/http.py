"""The HTTP face: Bearer token, JSON in, Graph API answers (or scripted misfortune) out."""

import asyncio
import hmac
import json
from dataclasses import dataclass

from aiohttp import web

from bot.simulator.clock import Clock
from bot.simulator.whatsapp.api import Messages
from bot.simulator.whatsapp.errors import CloudError
from bot.simulator.whatsapp.faults import DONE_FIRST, Fault, Faults
from bot.simulator.whatsapp.meter import Meter
from bot.simulator.whatsapp.model import Entry, Json
from bot.simulator.whatsapp.shape import Shape, parsed
from bot.simulator.whatsapp.world import World

_JSON = {"Content-Type": "application/json"}
_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


@dataclass(slots=True)
class Call:
    """One request on its way through."""

    at: float
    body: Json
    to: str = ""
    status: int = 200
    code: int = 0
    message_id: str | None = None
    open: bool = True
    fault: Fault | None = None


class HttpFace:
    """POST /{version}/{number}/messages."""

    def __init__(
        self, token: str, number_id: str, messages: Messages, meter: Meter, faults: Faults, world: World,
        clock: Clock, ledger_keep: int | None,
    ) -> None:  # fmt: skip
        self.ledger: list[Entry] = []
        self.counts: dict[int, int] = {}  # error code (0: none) -> answers
        self.latency = 0.0  # seconds before the work
        self._token, self._number_id = token, number_id
        self._messages, self._meter, self._faults, self._world = messages, meter, faults, world
        self._clock, self._keep = clock, ledger_keep
        self._closing = asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        """With a version in front, as it should be, and without, as old clients ask."""
        return [
            web.post(r"/{version:v\d+\.\d+}/{number:\d+}/messages", self.handle),
            web.post(r"/{number:\d+}/messages", self.handle),
        ]

    def open(self) -> None:
        """Requests are answered from now on."""
        self._closing.clear()

    def close(self) -> None:
        """Let go of requests that were left hanging."""
        self._closing.set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request, whatever becomes of it."""
        raw = await request.read()
        if self.latency:
            await asyncio.sleep(self.latency)
        call, answer = self._called(raw, request)
        return await self._answered(request, call, answer)

    def take(self, raw: bytes) -> tuple[int, bytes] | None:
        """The same for a body that comes without a wire, from whoever has the token; None: no answer comes."""
        call, answer = self._called(raw)
        unanswered = call.fault is not None and not call.fault.code and call.fault is not Fault.BAD_GATEWAY
        return None if unanswered else (call.status, answer)

    def _called(self, raw: bytes, request: web.Request | None = None) -> tuple[Call, bytes]:
        call = Call(self._clock.monotonic(), {})
        try:
            if request is not None:
                self._authorize(request)
            answer = self._work(raw, call)
        except CloudError as error:
            call.status, call.code = error.status, error.code
            answer = error.body()
        self._write_down(call)
        return call, answer

    def _work(self, raw: bytes, call: Call) -> bytes:
        call.body = parsed(raw)
        body = Shape(call.body, "")
        if body.has("status"):
            return json.dumps(self._messages.mark_read(body)).encode()
        self._meter.arrived()
        call.to = str(call.body.get("to") or call.body.get("recipient") or "")
        person = self._world.find(call.to)
        call.open = person is not None and self._world.is_open(person)
        call.fault = fault = self._faults.strike(call.to) if self._faults.rules else None
        later = CloudError(fault.code) if fault is not None and fault.name == "FAILED" else None
        if fault is not None and fault.name == "ERROR":
            raise CloudError(fault.code)
        if fault is not None and later is None and fault not in DONE_FIRST:
            call.status = 502 if fault is Fault.BAD_GATEWAY else 0
            return _PAGE
        made, shown, failed = self._messages.send(body, later)
        call.message_id, call.code = shown.message_id, failed.code if failed else 0
        return json.dumps(made, separators=(",", ":")).encode()

    def _authorize(self, request: web.Request) -> None:
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not hmac.compare_digest(shown.encode(), self._token.encode()):
            raise CloudError(190)
        if request.match_info["number"] != self._number_id:
            raise CloudError(100, "There is no such phone number id, or you may not use it.")

    def _write_down(self, call: Call) -> None:
        self.counts[call.code] = self.counts.get(call.code, 0) + 1
        if self._keep == 0:
            return
        fault = call.fault.name if call.fault else None
        wall = self._clock.now()
        self.ledger.append(
            Entry(call.at, wall, call.to, call.status, call.code, call.body, call.message_id, call.open, fault)
        )
        if self._keep is not None and len(self.ledger) > self._keep:
            del self.ledger[0]

    async def _answered(self, request: web.Request, call: Call, answer: bytes) -> web.StreamResponse:
        fault = call.fault
        if fault in {Fault.HANG, Fault.ACCEPT_THEN_HANG}:
            await self._closing.wait()
        if fault in {Fault.HANG, Fault.ACCEPT_THEN_HANG, Fault.DROP, Fault.ACCEPT_THEN_DROP}:
            _hang_up(request)
            return web.Response()
        if fault is Fault.HALF_ANSWER:
            half = web.StreamResponse(headers={**_JSON, "Content-Length": str(len(answer))})
            await half.prepare(request)
            await half.write(answer[: len(answer) // 2])
            _hang_up(request)
            return half
        kind = {"Content-Type": "text/html"} if fault is Fault.BAD_GATEWAY else _JSON
        return web.Response(status=call.status, body=answer, headers=kind)


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()
