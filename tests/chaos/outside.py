"""The world outside in a process of its own: the strict simulator, with a tally that keeps a whole trial.

`python -m tests.chaos.outside` takes the options of `python -m bot.simulator`. Beside the simulator's own routes it has
GET /chaos/sends?after=N: what has been done or refused since the N-th request, each as [seconds, chat, what, done,
status]. Seconds are the machine's monotonic ones, `what` is the mark of a broadcast ("Siaga 03") or a word below.
"""

import asyncio
import json
import re
import signal
import sys
from typing import Any

from aiohttp import web

from bot.simulator.__main__ import arguments, build
from bot.simulator.server import Simulator
from bot.simulator.telegram.ledger import Ledger
from bot.simulator.telegram.model import Entry

MARK = re.compile(r"\b(?:Siaga|Kabar) \d\d\b")
GOODBYE = "Anda sudah berhenti"
STOPPED, OTHER = "stopped", "other"
SENDS = frozenset({"sendmessage", "editmessagetext"})


class Tally(Ledger):
    """A ledger that keeps of each send only what a trial is judged by."""

    def __init__(self) -> None:
        super().__init__(keep=1)
        self.sends: list[tuple[float, int, str, bool, int]] = []

    def add(self, entry: Entry) -> None:
        """Keep and count a request."""
        super().add(entry)
        if entry.method in SENDS:
            what = what_is_said(str(entry.params.get("text", "")))
            self.sends.append((entry.at, entry.chat_id or 0, what, entry.ok, entry.status))


def what_is_said(text: str) -> str:
    """The mark of a broadcast, the goodbye, or something else."""
    mark = MARK.search(text)
    if mark is not None:
        return mark.group()
    return STOPPED if GOODBYE in text else OTHER


def with_tally(simulator: Simulator) -> Simulator:
    """The simulator with a tally in the place of its ledger, and the route that reads it."""
    tally = Tally()
    telegram = simulator.telegram
    telegram._ledger = telegram._http.ledger = tally

    async def sends(request: web.Request) -> web.Response:
        after = int(request.query.get("after", 0))
        return web.Response(text=json.dumps(tally.sends[after:]), content_type="application/json")

    simulator._extra.append(web.get("/chaos/sends", sends))
    return simulator


async def serve(options: Any) -> None:
    """Serve until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    simulator = with_tally(build(options))
    sys.stdout.write(await simulator.start() + "\n")
    sys.stdout.flush()
    await stop.wait()
    await simulator.stop()


if __name__ == "__main__":
    import uvloop

    uvloop.run(serve(arguments()))
