"""WhatsApp's simulator on a free port, a hand that calls it, and a program's webhook that only listens."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from bot.simulator.clock import HandClock
from bot.simulator.whatsapp import Limits, WhatsApp

TOKEN, SECRET, VERIFY = "wa-token", "wa-secret", "wa-verify"
SARI, BUDI = "6281200000001", "6281200000002"
Json = dict[str, Any]


@dataclass
class Ear:
    """A webhook that keeps what it is told; `refuse` answers the next ones with 500."""

    bodies: list[Json] = field(default_factory=list)
    signed: list[bool] = field(default_factory=list)
    refuse: int = 0

    async def challenge(self, request: web.Request) -> web.Response:
        known = request.query.get("hub.verify_token") == VERIFY
        return web.Response(status=200 if known else 403, text=request.query["hub.challenge"])

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        expected = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        self.signed.append(request.headers["X-Hub-Signature-256"] == expected)
        if self.refuse:
            self.refuse -= 1
            return web.Response(status=500)
        self.bodies.append(json.loads(body))
        return web.Response()

    def events(self, name: str) -> list[Json]:
        """All messages, statuses, … in the order in which they came."""
        values = [c["value"] for b in self.bodies for e in b["entry"] for c in e["changes"]]
        return [event for value in values for event in value.get(name, [])]


@dataclass
class Wire:
    """Calls as a program makes them."""

    whatsapp: WhatsApp
    clock: HandClock
    session: aiohttp.ClientSession
    base: str
    ear: Ear
    hook: str

    async def send(
        self, body: object, *, token: str = TOKEN, number: str | None = None, to: str | None = SARI
    ) -> tuple[int, Json]:  # fmt: skip
        """Post a message (a dict is completed with the envelope); status and answer."""
        if isinstance(body, dict) and to is not None:
            body = {"messaging_product": "whatsapp", "to": to, **body}
        url = f"{self.base}/v26.0/{number or self.whatsapp.number_id}/messages"
        async with self.session.post(url, json=body, headers={"Authorization": f"Bearer {token}"}) as answer:
            return answer.status, await answer.json()

    async def code(self, body: object, **how: Any) -> int:
        """The error's code, 0 for a success."""
        _, answer = await self.send(body, **how)
        return int(answer["error"]["code"]) if "error" in answer else 0


@asynccontextmanager
async def whatsapp_wire(limits: Limits | None = None) -> AsyncIterator[Wire]:
    """Everything on loopback; Sari has written, so her window is open; Budi never has."""
    clock = HandClock()
    whatsapp = WhatsApp(TOKEN, SECRET, clock=clock, limits=limits)
    whatsapp.add_person(SARI, "Sari")
    whatsapp.add_person(BUDI, "Budi")
    ear = Ear()
    app = web.Application()
    app.add_routes([*whatsapp.routes(), web.get("/hook", ear.challenge), web.post("/hook", ear.take)])
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    whatsapp.say(SARI, "halo")
    async with aiohttp.ClientSession() as session:
        yield Wire(whatsapp, clock, session, base, ear, f"{base}/hook")
    await whatsapp.close()
    await runner.cleanup()


def text(body: str = "halo") -> Json:
    return {"type": "text", "text": {"body": body}}


def buttons(*choices: tuple[str, str], body: str = "Pilih") -> Json:
    made = [{"type": "reply", "reply": {"id": i, "title": title}} for i, title in choices]
    return {
        "type": "interactive",
        "interactive": {"type": "button", "body": {"text": body}, "action": {"buttons": made}},
    }


def listed(*rows: Json, body: str = "Pilih", button: str = "Menu", sections: int = 1) -> Json:
    action = {"button": button, "sections": [{"rows": list(rows)}] * sections}
    return {"type": "interactive", "interactive": {"type": "list", "body": {"text": body}, "action": action}}


def link(url: str = "https://target-24jam.com/1/", label: str = "Baca", body: str = "Berita") -> Json:
    action = {"name": "cta_url", "parameters": {"display_text": label, "url": url}}
    return {"type": "interactive", "interactive": {"type": "cta_url", "body": {"text": body}, "action": action}}


def template(name: str = "kabar", *values: str, language: str = "id") -> Json:
    body = {"type": "body", "parameters": [{"type": "text", "text": v} for v in values]}
    return {"type": "template", "template": {"name": name, "language": {"code": language}, "components": [body]}}
