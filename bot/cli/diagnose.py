"""`kentongan doctor`: what is missing, and one fix a line."""

import asyncio
import os
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path

from bot import app as composition
from bot import logs
from bot.cli.common import Json, errors, health_url, print_json
from bot.cli.doctor import Check, as_data, failed, render, run_checks
from bot.errors import OperationError, SettingsError, StoreError
from bot.settings import Settings, load


def doctor(json: Json = False) -> None:
    """Check settings, token, feeds, SQLite, database, disk, port and clock; each fault comes with what to do about it.

    Nothing is sent and nothing is changed. Exit status 1 when something must be mended.

    Example: kentongan doctor
    """
    checks = asyncio.run(_examine())
    if json:
        print_json(as_data(checks))
    else:
        print(render(checks))
    if failed(checks):
        raise OperationError("something must be mended: the lines marked above say what")


async def _examine() -> list[Check]:
    try:
        settings = load(os.environ)
    except SettingsError as error:
        return await run_checks(error)
    logs.configure("console", "error", settings.secrets())
    async with composition.outside(settings) as outside:
        with errors.status("looking …"):
            return await run_checks(
                settings, fetch=outside.fetch, parse=outside.parse,
                get_me=outside.bot_name if settings.telegram else None,
                ours=lambda: asyncio.to_thread(_answers_for_us, settings),
                database=_file(settings), look=partial(composition.look_at_database, settings),
                stops=partial(composition.stops_fault, settings) if _file(settings) else None,
                sqlite_version=composition.sqlite_version(),
            )  # fmt: skip


def _file(settings: Settings) -> Path | None:
    """The database's file; None where the settings name none, which is then told by another check."""
    try:
        return composition.database_path(settings)
    except StoreError:
        return None


def _answers_for_us(settings: Settings) -> bool:
    """Whether what listens at our address speaks our health's language."""
    try:
        with urllib.request.urlopen(health_url(settings), timeout=3) as answer:  # noqa: S310 — always http, our own address
            return b'"channels"' in answer.read(4096)
    except urllib.error.HTTPError as error:
        return b'"channels"' in error.read(4096)  # running, though not well
    except OSError:
        return False
