"""All checks in the order in which they are shown."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # pysqlite3 where it is installed

from bot import clock
from bot.cli.doctor.machine import check_database, check_disk, check_port, check_python, check_sqlite, check_stops
from bot.cli.doctor.money import check_money
from bot.cli.doctor.outside import ClockWatch, check_clock, check_feed, check_token
from bot.cli.doctor.report import Check
from bot.cli.doctor.webhook import check_webhook
from bot.errors import FetchError, SettingsError
from bot.ports import Fetch, Parse
from bot.settings import Settings


async def run_checks(
    settings: Settings | SettingsError, *, fetch: Fetch | None = None, parse: Parse | None = None,
    get_me: Callable[[], Awaitable[str]] | None = None, ours: Callable[[], Awaitable[bool]] | None = None,
    database: Path | None = None, look: Callable[[], None] | None = None, sqlite_version: str = sqlite3.sqlite_version,
    stops: Callable[[], str] | None = None, now: Callable[[], datetime] = clock.now,
) -> list[Check]:  # fmt: skip
    """Look at everything that is given: what is None is not asked.

    `get_me` gives the bot's name or raises; `ours` says whether the program that holds LISTEN is this one; `database`
    is the file of DATABASE_URL, `look` raises StoreError when it cannot be used, `stops` says why stops.log cannot.
    With faulty settings only the machine is looked at.
    """
    machine = [check_python(), check_sqlite(sqlite_version)]
    if isinstance(settings, SettingsError):
        return [*map(settings_fault, settings.faults), *machine, check_clock(now(), [])]
    disk = [await asyncio.to_thread(check_disk, database)] if database else []
    file = [await asyncio.to_thread(check_database, look)] if look else []
    file += [await asyncio.to_thread(check_stops, stops)] if stops else []
    port = await check_port(settings.listen, ours)
    token = await check_token(settings, get_me)
    feeds, skews = await read_feeds(settings, fetch, parse, now) if fetch else ([], [])
    money = [*check_webhook(settings), *check_money(settings, now())]
    return [settings_fine(settings), token, *money, *feeds, *machine, *disk, *file, port, check_clock(now(), skews)]


def settings_fault(fault: str) -> Check:
    """A fault of the settings: what stands behind its semicolon is the fix."""
    detail, _, fix = fault.rpartition("; ")
    if not detail:
        return Check("settings", False, fault, "Correct it as it says.")
    return Check("settings", False, detail, f"{fix[:1].upper()}{fix[1:]}.")


def settings_fine(settings: Settings) -> Check:
    """The settings in a few numbers."""
    detail = f"{settings.feeds_file}: {len(settings.categories)} categories, {len(settings.feeds)} feeds"
    return Check("settings", True, detail)


async def read_feeds(
    settings: Settings, fetch: Fetch, parse: Parse | None, now: Callable[[], datetime]
) -> tuple[list[Check], list[float]]:
    """Every feed at once (the fetcher spares each host), and how the servers' clocks differ from ours."""
    watch = ClockWatch(fetch, now)
    checks, _ = await asyncio.gather(
        asyncio.gather(*(check_feed(feed, watch, parse) for feed in settings.feeds)), look_at_portal(settings, watch)
    )
    return checks, watch.skews


async def look_at_portal(settings: Settings, fetch: Fetch) -> None:
    """Only for its clock: a portal whose pages are closed to us may still have good feeds."""
    try:
        await fetch(settings.portal.url)
    except FetchError:
        return
