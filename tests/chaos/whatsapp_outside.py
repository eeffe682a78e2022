"""WhatsApp in a process of its own: the strict simulator with a crowd whose windows are open (or not), and a tally.

`python -m tests.chaos.whatsapp_outside READERS RATE SEED [CLOSED]` prints its address. POST /chaos/subscribe brings
webhooks to an address from then on, /chaos/say lets a person type, /chaos/read lets one look at their chat. GET
/chaos/sends?after=N is what has arrived on phones since the N-th message, /chaos/stats how limits and webhooks stand.
"""

import asyncio
import json
import signal
import sys
import time
from typing import Any

import uvloop
from aiohttp import web

from bot.channels.whatsapp.templates.model import Template as Described
from bot.channels.whatsapp.templates.written import read_folder
from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.telegram import Telegram
from bot.simulator.whatsapp import Delivery, Event, Limits, Template, WhatsApp
from tests.chaos.outside import what_is_said

TOKEN, SECRET, VERIFY, NUMBER_ID = "wa-chaos-token", "wa-chaos-secret", "wa-chaos-verify", "1122334455667"


DESCRIBED = read_folder().templates


def approved(template: Described) -> Template:
    """A template of ours as Meta has approved it."""
    return Template(
        template.name, template.language, template.category.value, template.body, header=template.header,
        footer=template.footer, quick_replies=tuple(button.text for button in template.buttons),
    )  # fmt: skip


def phone(reader: int) -> str:
    """The number of one of the crowd."""
    return str(6_281_200_000_000 + reader)


class Outside:
    """The platform and what is asked of it."""

    def __init__(self, readers: int, rate: int, seed: int, closed: int = 0) -> None:
        how = Delivery(batch=20, repeated=0.05, shuffled=True, delivered=0.9, backoff=(0.1, 0.4), answer_within=5)
        limits = Limits(account_per_second=rate, portfolio=readers)
        self.whatsapp = WhatsApp(
            TOKEN, SECRET, number_id=NUMBER_ID, limits=limits, delivery=how, seed=seed, ledger_keep=0,
            history_keep=8,
        )  # fmt: skip
        for n in range(readers):
            person = self.whatsapp.add_person(phone(n), f"Warga {n}")
            if not closed:
                self.whatsapp._world.open_window(person)
        for template in DESCRIBED:
            self.whatsapp.approve(approved(template))
        self.whatsapp.set_latency(0.02)
        self.sends: list[tuple[float, int, str, bool, int]] = []
        self.whatsapp.listen(self._hear)

    def _hear(self, event: Event) -> None:
        if event.kind == "message" and self.whatsapp.shown(event.phone)[-1].from_business:
            self.sends.append((time.monotonic(), int(event.phone), what_is_said(event.text), True, 200))

    def routes(self) -> list[web.RouteDef]:
        """The Graph API and what a trial asks."""
        return [
            *self.whatsapp.routes(),
            web.get("/chaos/sends", self._sends),
            web.get("/chaos/stats", self._stats),
            web.post("/chaos/{act}", self._act),
        ]

    async def _sends(self, request: web.Request) -> web.Response:
        return _json(self.sends[int(request.query["after"]) :])

    async def _stats(self, _: web.Request) -> web.Response:
        whatsapp = self.whatsapp
        told = [events for status, events in whatsapp.webhook.posts if status == 200]
        return _json({
            "limit_hits": whatsapp.limit_hits, "outside": whatsapp.outside, "pending": whatsapp.webhook.pending,
            "posts": len(told), "events": sum(told), "refused": len(whatsapp.webhook.posts) - len(told),
            "peak": whatsapp.peak(),
            "templates": sum(n for bill, n in whatsapp.bills.items() if bill.billable and bill.category != "service"),
            "refused_codes": {code: n for code, n in whatsapp.counts.items() if code},
        })  # fmt: skip

    async def _act(self, request: web.Request) -> web.Response:
        given = await request.json()
        match request.match_info["act"]:
            case "subscribe":
                await self.whatsapp.subscribe(given["url"], VERIFY)
            case "say":
                self.whatsapp.say(given["phone"], given["text"])
            case "read":
                self.whatsapp.read(given["phone"])
        return _json({})


def _json(value: Any) -> web.Response:
    return web.Response(text=json.dumps(value), content_type="application/json")


async def serve(readers: int, rate: int, seed: int, closed: int = 0) -> None:
    """Serve until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    outside = Outside(readers, rate, seed, closed)
    simulator = Simulator(Telegram("1:x"), Portal(name="Kabar Uji", categories={}), extra_routes=outside.routes())
    sys.stdout.write(await simulator.start() + "\n")
    sys.stdout.flush()
    await stop.wait()
    await outside.whatsapp.close()
    await simulator.stop()


if __name__ == "__main__":
    uvloop.run(serve(*map(int, sys.argv[1:5])))
