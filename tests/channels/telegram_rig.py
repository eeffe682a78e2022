"""Telegram's incoming half on real parts: the simulator, a store in a file, the desk, the application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot import catalogs
from bot.channels.telegram.handlers import AnyApplication, add_handlers
from bot.channels.telegram.inbox import Inbox
from bot.channels.telegram.parts import TelegramParts, build_application
from bot.channels.telegram.transport import AiohttpRequest
from bot.channels.telegram.wire import Timeouts
from bot.chat.message import from_json
from bot.chat.turn import Person
from bot.delivery.plan import QueuedReply
from bot.flow.desk import Desk
from bot.flow.facts import Facts
from bot.ports import Store
from bot.settings import load
from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.telegram import Limits, Telegram
from storage import open_store

TOKEN = "123456:rig-canary"
NOW = datetime(2024, 2, 28, 6, 40, tzinfo=UTC)
SARI, BUDI = 101, 102
FEEDS = """\
portal: {name: Target 24 Jam, url: "https://target-24jam.com", area: Mojokerto, language: id, timezone: Asia/Jakarta}
defaults: {quiet: off}
categories:
  - {id: daerah, name: {id: Daerah, en: Regional}, labels: [DAERAH]}
  - {id: hukrim, name: {id: Hukum & Kriminal, en: Law & Crime}, labels: [HUKRIM]}
feeds:
  - url: https://target-24jam.com/feed/
"""

Json = dict[str, Any]


@dataclass
class Rig:
    """Both sides, and what stands between them."""

    telegram: Telegram
    base: str
    store: Store
    desk: Desk
    facts: Facts
    session: aiohttp.ClientSession
    woken: list[str] = field(default_factory=list)

    def parts(self, **options: Any) -> TelegramParts:
        """The facade, as the composition root builds it."""
        given: Json = {
            "token": TOKEN, "session": self.session, "store": self.store, "desk": self.desk,
            "texts": self.facts.texts, "api_url": self.base, "now": lambda: NOW,
        }  # fmt: skip
        return TelegramParts(**(given | options))

    async def waiting(self) -> list[int]:
        """Ids of the updates that are stored and not handled."""
        return [update_id for update_id, _ in await self.store.read(lambda tx: tx.waiting_updates("telegram", 100))]

    async def person(self, user_id: int) -> Person:
        """How the store knows them."""
        return await self.store.read(lambda tx: tx.person("telegram", str(user_id)))

    async def answers(self) -> list[QueuedReply]:
        """The queued answers, the oldest of each chat; taken, so that the next call gives the next."""
        return await self.store.write(lambda tx: tx.claim_replies("telegram", 1, NOW, 100))

    async def last_update(self) -> int | None:
        """The highest id kept."""
        return await self.store.read(lambda tx: tx.last_update("telegram"))


def words_of(reply: QueuedReply) -> str:
    """What an answer says."""
    return from_json(reply.message).plain()


@asynccontextmanager
async def rig(folder: Path, desk_class: type[Desk] = Desk, api: web.Application | None = None) -> AsyncIterator[Rig]:
    """A world for one test; with `api` that application is Telegram instead of the simulator."""
    (folder / "feeds.yaml").write_text(FEEDS)
    settings = load({"FEEDS_FILE": str(folder / "feeds.yaml")}, dotenv=None)
    store = open_store(f"sqlite:///{folder / 'kentongan.db'}", now=NOW, migrate=True)
    await store.write(lambda tx: tx.begin_epoch(NOW))
    telegram = Telegram(TOKEN, limits=Limits.off())
    telegram.add_user(SARI, "Sari")
    telegram.add_user(BUDI, "Budi", "en")
    woken: list[str] = []
    facts = Facts(settings, catalogs.load())
    desk = desk_class(store, facts, lambda: NOW, woken.append, lambda: {"telegram": 1000.0})
    simulator = Simulator(telegram, Portal(name="P", categories={}))
    base = await simulator.start()
    runner = web.AppRunner(api or web.Application(), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    if api is not None:
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession() as session:
        yield Rig(telegram, base, store, desk, facts, session, woken)
    await runner.cleanup()
    await simulator.stop()
    store.close()


@dataclass
class Ears:
    """The application with its handlers and an inbox: one update at a time, handled before `hear` returns."""

    rig: Rig
    application: AnyApplication

    async def hear(self, *updates: Json) -> None:
        """Keep these updates and handle what waits."""
        inbox = Inbox(self.rig.store, self.application, lambda: NOW)
        await inbox.keep(updates)
        inbox.finish()
        await inbox.run()


@asynccontextmanager
async def ears(made: Rig) -> AsyncIterator[Ears]:
    """The application, connected to the simulator."""
    api = AiohttpRequest(made.session, Timeouts(read=2))
    application = build_application(TOKEN, made.base, api)
    add_handlers(application, made.desk)
    await application.initialize()
    yield Ears(made, application)
    await application.shutdown()


# Updates as Telegram writes them ------------------------------------------------------------------------------------


def user(user_id: int = SARI, **more: Any) -> Json:
    return {"id": user_id, "is_bot": False, "first_name": "Sari", "language_code": "id"} | more


def message(text: str | None = None, *, chat: Json | None = None, sender: Json | None = None, **more: Any) -> Json:
    """A message, by default Sari's in her private chat, with the entity of a leading command."""
    made: Json = {
        "message_id": 9, "date": 1709102400, "chat": chat or {"id": SARI, "type": "private", "first_name": "Sari"},
        "from": sender or user(),
    }  # fmt: skip
    if text is not None:
        made["text"] = text
        if text.startswith("/"):
            made["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    return made | more


def press(data: str | None, *, chat: Json | None = None, **more: Any) -> Json:
    """A callback query of Sari on a message of the bot."""
    bot = {"id": 123456, "is_bot": True, "first_name": "Kentongan"}
    made: Json = {"id": "777", "from": user(), "chat_instance": "1", "message": message("Menu", chat=chat, sender=bot)}
    return made | ({"data": data} if data is not None else {}) | more


def member(status: str, chat: Json | None = None) -> Json:
    """Our own membership has changed to `status`."""
    bot = {"id": 123456, "is_bot": True, "first_name": "Kentongan"}
    new = {"status": status, "user": bot} | ({"until_date": 0} if status == "kicked" else {})
    old = (
        {"status": "member", "user": bot} if status == "kicked" else {"status": "kicked", "user": bot, "until_date": 0}
    )
    return {
        "chat": chat or {"id": SARI, "type": "private", "first_name": "Sari"}, "from": user(), "date": 1709102400,
        "old_chat_member": old, "new_chat_member": new,
    }  # fmt: skip


def update(update_id: int, **what: Json) -> Json:
    """One update."""
    return {"update_id": update_id, **what}
