"""The simulator by itself, for benchmarks and for tests that kill the program: `python -m bot.simulator`."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Coroutine, Sequence
from typing import Any

from bot.simulator.control import Control
from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.telegram import Limits, Network, Telegram

CATEGORIES = {
    "berita-utama": "BERITA UTAMA", "hukrim": "HUKRIM", "kesehatan": "KESEHATAN", "daerah": "DAERAH",
    "budaya": "BUDAYA", "investigasi": "INVESTIGASI",
}  # fmt: skip


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.simulator", description=__doc__)
    add = parser.add_argument
    add("--port", type=int, default=0, help="0: any free one; the base URL is the first line of output")
    add("--token", default="110201543:simulator", help="the bot's token (default: %(default)s)")
    add("--users", type=int, default=0, help="private users with the ids 1 to N exist (made when first needed)")
    add("--rate", type=int, default=30, help="messages a second that the account may send; 0: no limits at all")
    add("--retry-after", type=int, default=5, help="seconds told with a 429")
    add("--latency", type=float, default=0.0, help="seconds that a request is under way")
    add("--jitter", type=float, default=0.0, help="up to so many seconds more")
    add("--seed", type=int, default=0)
    add("--ledger", type=int, default=10_000, help="how many requests the ledger keeps; 0: it only counts")
    add("--history", type=int, default=50, help="how many messages a chat keeps; 0: none")
    return parser.parse_args(given)


def build(options: argparse.Namespace) -> Simulator:
    """The simulator that the command line asks for."""
    limits = Limits(options.rate, retry_after=options.retry_after) if options.rate else Limits.off()
    telegram = Telegram(
        options.token, limits=limits, network=Network(options.latency, options.jitter), seed=options.seed,
        ledger_keep=options.ledger, history_keep=options.history, crowd=options.users,
    )  # fmt: skip
    portal = Portal(name="Kabar Uji", categories=CATEGORIES)
    return Simulator(telegram, portal, Control(telegram, portal).routes())


async def run(options: argparse.Namespace) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    simulator = build(options)
    sys.stdout.write(await simulator.start(port=options.port) + "\n")
    sys.stdout.flush()
    await stop.wait()
    await simulator.stop()


def _run_fast(main: Coroutine[Any, Any, None]) -> None:
    try:
        import uvloop  # noqa: PLC0415 — not on every platform, and nothing depends on it
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)


if __name__ == "__main__":
    _run_fast(run(arguments()))
