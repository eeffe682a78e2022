"""Updates between their arrival and their handling: stored first, handled once, in their order within a chat.

Chats take turns and several are handled at a time, so nobody waits for what another sends by the thousand. What one
person sends beyond what they could ever be answered, or while we answer them no more, is marked as handled when it is
stored; that they stop never is, nor what staff decide about something that leaves (`bot.flow.patience.is_decision`).
"""

import asyncio
import json
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import structlog
from telegram import Update

from bot.channels.telegram.handlers import DESK, DONE, FAULTS, AnyApplication
from bot.channels.telegram.kept import kept
from bot.channels.telegram.send import NAME
from bot.channels.telegram.turns import Origin, Turns, Waiting, origin, said
from bot.errors import StoreError
from bot.flow.desk import Desk, Sender
from bot.flow.leaving import is_stop
from bot.flow.patience import is_decision
from bot.ports import Store, Tx

log = structlog.get_logger(__name__)

AT_ONCE = 32  # updates under way: one that asks Telegram who somebody is holds up nobody
STORE_PAUSE = 1.0  # seconds between two tries while the store refuses
MOST_WAITING = 200_000  # that are read from the store when the program starts
MOST_OF_ONE = 60  # updates of one sender that wait: nobody is answered so often (bot/flow/patience.py)
FLOOD = "flood"  # why an update was not looked at

Json = dict[str, Any]


class Inbox:
    """Keeps raw updates in the store and gives them to the application's handlers."""

    def __init__(self, store: Store, application: AnyApplication, now: Callable[[], datetime]) -> None:
        self._store, self._application, self._now = store, application, now
        self._turns = Turns()
        self._under_way: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._finishing = False
        self._store_fault = ""
        self._fault: BaseException | None = None  # of ours

    async def keep(self, updates: Sequence[Json]) -> None:
        """Store updates, what somebody did whole; when this returns, they cannot be lost any more."""
        rows = [(origin(u), (int(u["update_id"]), _written(u)), u) for u in updates]
        waiting = {where: self._turns.count(where) for where, _, _ in rows}
        now = self._now()

        def store(tx: Tx) -> list[tuple[Origin, Waiting]]:
            """The new ones that are to be handled; the others of a flood are marked at once."""
            counts, fresh = Counter(waiting), []
            for where, row, update in rows:
                if not tx.receive(NAME, [row], now):
                    continue  # brought before
                if self._is_too_much(tx, where, counts[where], update):
                    tx.handled(NAME, row[0], now, FLOOD)
                else:
                    counts[where] += 1
                    fresh.append((where, row))
            return fresh

        self._turns.add(await self._store.write(store))
        self._news.set()

    def _is_too_much(self, tx: Tx, where: Origin, waiting: int, update: Json) -> bool:
        """Whether it is left unheard: so many of theirs wait already, or they are not answered for now."""
        if waiting < MOST_OF_ONE and not self._is_unheard(where):
            return False
        text = said(update)
        if text is None or is_stop(text):
            return False
        private = where.chat == where.sender
        return not (private and "callback_query" in update and is_decision(tx, NAME, str(where.sender), text))

    def _is_unheard(self, where: Origin) -> bool:
        desk: Desk | None = self._application.bot_data.get(DESK)
        return desk is not None and where.sender > 0 and desk.leaves_unheard(Sender(NAME, str(where.sender)))

    async def last_update(self) -> int | None:
        """The highest update id that was ever kept."""
        return await self._store.read(lambda tx: tx.last_update(NAME))

    async def run(self) -> None:
        """Handle what an earlier life left, then what comes, until `finish`."""
        try:
            await self._run()
        finally:
            for task in self._under_way:
                task.cancel()  # what it has not committed waits in the store

    async def _run(self) -> None:
        await self._remember()
        while True:
            self._news.clear()
            if self._fault is not None:
                raise self._fault
            self._begin()
            if self._store_fault:
                log.error("updates wait for the store", channel=NAME, reason=self._store_fault)
                self._store_fault = ""
                if self._finishing:
                    break
                await self._rest(STORE_PAUSE)
                continue
            if self._finishing and not self._under_way:
                break
            await self._news.wait()
        if self._under_way:
            await asyncio.wait(self._under_way)

    def finish(self) -> None:
        """Handle what is stored, then end."""
        self._finishing = True
        self._news.set()

    async def _remember(self) -> None:
        """What is stored and not handled, from whichever life."""
        while True:
            try:
                left = await self._store.read(lambda tx: tx.waiting_updates(NAME, MOST_WAITING))
            except StoreError as error:
                log.error("updates wait for the store", channel=NAME, reason=error.reason)  # noqa: TRY400 — one line is enough
                if self._finishing:
                    return
                await self._rest(STORE_PAUSE)
            else:
                self._turns.add((_origin_of(body), (update_id, body)) for update_id, body in left)
                return

    async def _rest(self, seconds: float) -> None:
        """Until the time has passed or the end has come."""
        timer = asyncio.get_running_loop().call_later(seconds, self._news.set)
        self._news.clear()
        while not self._finishing and not self._news.is_set():
            await self._news.wait()
        timer.cancel()

    def _begin(self) -> None:
        """As many as there are places, each of another chat."""
        while not self._store_fault and len(self._under_way) < AT_ONCE and (taken := self._turns.take()) is not None:
            task = asyncio.create_task(self._handle(*taken))
            self._under_way.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._fault = self._fault or fault
        self._news.set()

    async def _handle(self, where: Origin, waiting: Waiting) -> None:
        """One update; whatever it does, it is marked, so that a poisonous one never blocks the rest.

        Only a refusal of the store leaves it waiting: then nothing was done.
        """
        update_id, body = waiting
        try:
            fault = await self._process(update_id, body)
            if isinstance(fault, StoreError):
                raise fault
            told = "" if fault is None else describe(fault)
            if told:
                log.error("an update could not be handled", channel=NAME, update_id=update_id, error=told)
            if not self._is_done(update_id):
                now = self._now()
                await self._store.write(lambda tx: tx.handled(NAME, update_id, now, told))
        except StoreError as error:
            self._store_fault = error.reason
            self._turns.back(where, waiting)
        else:
            self._turns.done(where, update_id)

    def _is_done(self, update_id: int) -> bool:
        """Whether the desk has marked it in the transaction in which it handled it."""
        done: set[int] = self._application.bot_data[DONE]
        if update_id not in done:
            return False
        done.discard(update_id)
        return True

    async def _process(self, update_id: int, body: str) -> BaseException | None:
        try:
            update = Update.de_json(json.loads(body), self._application.bot)
            await self._application.process_update(update)
        except Exception as error:  # noqa: BLE001 — an update of a form that nobody foresaw
            return error
        faults: dict[int, BaseException] = self._application.bot_data[FAULTS]
        return faults.pop(update_id, None)


def _written(update: Json) -> str:
    """As it is kept; half a character, which nothing can write down, becomes a question mark."""
    return json.dumps(kept(update), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace").decode()


def _origin_of(body: str) -> Origin:
    try:
        update = json.loads(body)
    except ValueError:
        return Origin(0, 0)
    return origin(update) if isinstance(update, dict) else Origin(0, 0)


def describe(fault: BaseException) -> str:
    """What broke and where, without the exception's words: they may hold what a person wrote."""
    frames = traceback.extract_tb(fault.__traceback__)
    where = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return type(fault).__name__ + where
