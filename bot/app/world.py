"""Fetching, reading and the bot's name: what the program and its commands ask of the world."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

import aiohttp

from bot.channels.telegram import bot_name
from bot.fetch import Fetcher
from bot.news.category import LabelMap
from bot.ports import Fetch, Parse
from bot.sandbox import Sandbox
from bot.settings import Settings


def label_map(settings: Settings, meanings: Mapping[str, str] | None = None) -> LabelMap:
    """What the feeds' labels mean: as feeds.yaml says, and (label -> category) as admins said in the chat."""
    said = [(category, label) for label, category in (meanings or {}).items()]
    return LabelMap(
        [
            (c.id, (*c.labels, *c.names.values(), *(label for category, label in said if category == c.id)))
            for c in settings.categories
        ]
    )


def new_session() -> aiohttp.ClientSession:
    """The program's one HTTP session: feeds, and all of Telegram but the lane to many (`channels/lane/posts.py`).

    Idle connections are let go early: a request on one that the server is just closing is a send that nobody knows of.
    """
    connector = aiohttp.TCPConnector(limit=0, limit_per_host=0, ttl_dns_cache=60, keepalive_timeout=15)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)


@dataclass(frozen=True, slots=True)
class Outside:
    """What a command may ask of the world, as the program itself would."""

    fetch: Fetch
    parse: Parse
    bot_name: Callable[[], Awaitable[str]]


@contextlib.asynccontextmanager
async def outside(settings: Settings) -> AsyncIterator[Outside]:
    """Fetching, parsing and the bot's name for a command."""
    sandbox = Sandbox()
    async with new_session() as session:
        try:
            yield Outside(
                Fetcher(session, allow_private=settings.fetch_allow_private),
                sandbox,
                lambda: _bot_name(settings, session),
            )
        finally:
            await sandbox.close()


async def _bot_name(settings: Settings, session: aiohttp.ClientSession) -> str:
    assert settings.telegram is not None
    return await bot_name(settings.telegram.token, settings.telegram.api_url, session)
