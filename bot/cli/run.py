"""`kentongan run`: the program itself."""

import asyncio
import os
import signal
import sys
import time
from typing import Annotated, Literal

import typer

from bot import app as composition
from bot import logs
from bot.errors import UsageError
from bot.settings import Settings, load, missing_token_help

LogLevel = Literal["debug", "info", "warning", "error"]


def run(
    console: Annotated[bool, typer.Option("--console", help="Chat in this terminal.")] = False,
    log_level: Annotated[LogLevel, typer.Option(help="How much is logged.")] = "info",
) -> None:
    """Poll the feeds, send what is new, answer who writes; SIGTERM or Ctrl-C ends it within ten seconds.

    Example: kentongan run

    With --console it is a terminal chat that needs no token: kentongan run --console
    """
    settings = load(os.environ)
    if settings.telegram is None and settings.whatsapp is None and not console:
        raise UsageError(missing_token_help())
    # In a terminal chat the terminal belongs to the conversation: the log speaks up only when something is wrong.
    level = "warning" if console and log_level == "info" else log_level
    logs.configure(settings.log_format or ("console" if sys.stderr.isatty() else "json"), level, settings.secrets())
    run_loop(settings, console)


def run_loop(settings: Settings, console: bool) -> None:
    """Start the app on the fastest loop there is and stop it on a signal; raises what made it fail."""
    # Held first and loaded then: the second in which nothing may be sent is not waited for twice.
    with composition.hold_database(settings), asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_until_told(settings, console, time.monotonic()))


async def _until_told(settings: Settings, console: bool, held: float) -> None:
    app = composition.App(settings, console=console, held=held)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, app.ask_to_stop)
    await app.run()


def _loop_factory() -> "type[asyncio.AbstractEventLoop] | None":
    try:
        import uvloop  # noqa: PLC0415 — it does not exist on Windows
    except ImportError:  # Windows
        return None
    return uvloop.Loop
