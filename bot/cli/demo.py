"""`kentongan demo`: the real program beside a local Telegram, WhatsApp and portal, and a page with three phones."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import typer

from bot.errors import OperationError
from bot.simulator.demo import Demo

PORT = 8024
LOG = "program.log"
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "VIRTUAL_ENV", "SYSTEMROOT")


def demo(
    script: Annotated[bool, typer.Option("--script", help="Play it to the end by itself, and check it.")] = False,
    port: Annotated[int | None, typer.Option(help=f"The page's port; {PORT}, or any free one.")] = None,
) -> None:
    """Show everything on this machine: no token, no connection to the outside.

    A page with two residents' phones and a newsroom: tap, type, publish. The program that answers is the real one,
    over the same HTTP as in production. Ctrl-C ends it and leaves nothing behind.

    Example: kentongan demo --script
    """
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_play(script, port))


async def _play(script: bool, port: int | None) -> None:
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, told.set)
    town = Demo(tell=lambda line: print(line, flush=True), whatsapp=True)
    with tempfile.TemporaryDirectory(prefix="kentongan-demo-") as folder:
        await _open(town, port)
        try:
            async with _program(town, Path(folder)) as program:
                hiring = asyncio.create_task(_hire(town, Path(folder) / "first-admin"))
                await _until_over(town, program, told, Path(folder), script=script)
                hiring.cancel()
        finally:
            await town.stop()


async def _open(town: Demo, port: int | None) -> None:
    try:
        await town.start(PORT if port is None else port)
    except OSError as error:
        if port is not None:
            raise OperationError(f"port {port} is taken ({error.strerror}); try --port 0") from error
        await town.start(0)


async def _hire(town: Demo, invitation: Path) -> None:
    """The newsroom takes up the invitation that a first start leaves beside the database."""
    while not invitation.is_file():  # noqa: ASYNC110, ASYNC240 — only the file tells
        await asyncio.sleep(0.1)
    town.hire(invitation.read_text(encoding="utf-8").strip().removeprefix("/start undang-"))  # noqa: ASYNC240


async def _until_over(
    town: Demo, program: asyncio.subprocess.Process, told: asyncio.Event, folder: Path, *, script: bool
) -> None:  # fmt: skip
    acts = [asyncio.create_task(town.script() if script else town.direct())]
    ends = [asyncio.create_task(program.wait()), asyncio.create_task(told.wait())]
    if not script:
        print(
            "Open the address in a browser. Stories arrive by themselves; tap, type, publish. Ctrl-C ends.", flush=True
        )
    await asyncio.wait([*acts, *ends], return_when=asyncio.FIRST_COMPLETED)
    for task in (*acts, *ends):
        if not task.done():
            task.cancel()
    if program.returncode is not None:
        log = (folder / LOG).read_text(encoding="utf-8", errors="replace")[-4000:]
        raise OperationError(f"{log}\nthe program ended by itself with status {program.returncode}; its log is above")
    report = acts[0].result() if acts[0].done() and not acts[0].cancelled() else None
    if script and report is not None and not report.ok:
        raise OperationError("the demo did not do what it should; the lines above say where")


def _free_port() -> int:
    """A port for the program's webhooks: whoever calls it must know it before it runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def _program(town: Demo, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The real program, told by its environment that this town is the world; stopped as a service manager would."""
    (folder / "feeds.yaml").write_text(town.feeds_yaml(), encoding="utf-8")
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    listen = f"127.0.0.1:{_free_port()}"
    environment |= {
        **town.environment(),
        "DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
        "FEEDS_FILE": str(folder / "feeds.yaml"),
        "LISTEN": listen,
    }
    with (folder / LOG).open("wb") as log:
        command = (sys.executable, "-m", "bot", "run")
        program = await asyncio.create_subprocess_exec(
            *command, env=environment, cwd=folder, start_new_session=True, stdout=log, stderr=log
        )
    connecting = asyncio.create_task(town.connect(listen))
    try:
        yield program
    finally:
        connecting.cancel()
        if program.returncode is None:
            program.terminate()
            try:
                async with asyncio.timeout(12):
                    await program.wait()
            except TimeoutError:
                program.kill()
                await program.wait()
