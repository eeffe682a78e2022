"""Updates between their arrival and their handling: stored first, then handled one after the other, each once."""

import asyncio
import json
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import structlog
from telegram import Update

from bot.channels.telegram.handlers import FAULTS, AnyApplication
from bot.channels.telegram.send import NAME
from bot.errors import StoreError
from bot.ports import Store

log = structlog.get_logger(__name__)

PAGE = 100  # updates read from the store at once
STORE_PAUSE = 1.0  # seconds between two tries while the store refuses

Json = dict[str, Any]


class Inbox:
    """Keeps raw updates in the store and gives them to the application's handlers, in their order."""

    def __init__(self, store: Store, application: AnyApplication, now: Callable[[], datetime]) -> None:
        self._store, self._application, self._now = store, application, now
        self._news = asyncio.Event()
        self._finishing = False

    async def keep(self, updates: Sequence[Json]) -> None:
        """Store updates as they came; when this returns, they cannot be lost any more."""
        rows = [(u["update_id"], json.dumps(u, ensure_ascii=False, separators=(",", ":"))) for u in updates]
        now = self._now()
        await self._store.write(lambda tx: tx.receive(NAME, rows, now))
        self._news.set()

    async def last_update(self) -> int | None:
        """The highest update id that was ever kept."""
        return await self._store.read(lambda tx: tx.last_update(NAME))

    async def run(self) -> None:
        """Handle what an earlier life left, then what comes, until `finish`."""
        while True:
            self._news.clear()
            try:
                await self._handle_waiting()
            except StoreError as error:
                log.error("updates wait for the store", channel=NAME, reason=error.reason)  # noqa: TRY400 — one line is enough
                if self._finishing:
                    return
                await self._rest(STORE_PAUSE)
                continue
            if self._finishing:
                return
            await self._news.wait()

    def finish(self) -> None:
        """Handle what is stored, then end."""
        self._finishing = True
        self._news.set()

    async def _rest(self, seconds: float) -> None:
        timer = asyncio.get_running_loop().call_later(seconds, self._news.set)
        await self._news.wait()
        timer.cancel()

    async def _handle_waiting(self) -> None:
        while waiting := await self._store.read(lambda tx: tx.waiting_updates(NAME, PAGE)):
            for update_id, body in waiting:
                await self._handle(update_id, body)

    async def _handle(self, update_id: int, body: str) -> None:
        """One update; whatever it does, it is marked, so that a poisonous one never blocks the rest.

        Only a refusal of the store is passed on: then nothing was done, and the update keeps waiting.
        """
        fault = await self._process(update_id, body)
        if isinstance(fault, StoreError):
            raise fault
        told = "" if fault is None else describe(fault)
        if told:
            log.error("an update could not be handled", channel=NAME, update_id=update_id, error=told)
        now = self._now()
        await self._store.write(lambda tx: tx.handled(NAME, update_id, now, told))

    async def _process(self, update_id: int, body: str) -> BaseException | None:
        try:
            update = Update.de_json(json.loads(body), self._application.bot)
            await self._application.process_update(update)
        except Exception as error:  # noqa: BLE001 — an update of a form that nobody foresaw
            return error
        faults: dict[int, BaseException] = self._application.bot_data[FAULTS]
        return faults.pop(update_id, None)


def describe(fault: BaseException) -> str:
    """What broke and where, without the exception's words: they may hold what a person wrote."""
    frames = traceback.extract_tb(fault.__traceback__)
    where = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return type(fault).__name__ + where
