"""Webhooks between their arrival and their handling: taken apart, each thing in them counted once and handled once.

A post is taken apart in one transaction: statuses are settled there, and what people said or did gets a row of its own
in the inbox, in its order. Those rows are handled one after the other, by the desk where somebody waits for an answer.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import structlog

from bot.channels.whatsapp import outcome as meaning
from bot.channels.whatsapp.apart import Apart, Post, Words, describe, read_post
from bot.channels.whatsapp.events import Event, Fault, Moved, Other, Said, Status, Wish, kept, read
from bot.channels.whatsapp.floods import Floods
from bot.channels.whatsapp.numbers import chosen
from bot.channels.whatsapp.receive import POSTS
from bot.channels.whatsapp.send import NAME
from bot.channels.whatsapp.told import TemplateTold
from bot.chat.turn import Incoming, Press, Text
from bot.delivery.outcome import Outcome
from bot.errors import StoreError
from bot.flow.desk import Desk, Sender
from bot.flow.halts import Halter
from bot.flow.templates import Learn, TemplateLearner
from bot.ports import Store, Tx

log = structlog.get_logger(__name__)

PAGE: Final = 50  # posts taken apart at once, rows read at once
GATHER: Final = 0.025  # seconds in which what streams in is gathered; a lone post is worked on at once
STORE_PAUSE: Final = 1.0  # seconds between two tries while the store refuses
STOP: Final = "stop"
GiveRest = Callable[[Tx, str, Incoming | None, datetime], None]  # of what their templates had no room for
Told = Callable[[Outcome, str, datetime], None]  # what a status says of the account's pace: to whom, and when


class Inbox:
    """Takes posts apart and hands what people said to the desk."""

    def __init__(
        self, store: Store, desk: Desk, number_id: str, now: Callable[[], datetime],
        *, heard: Callable[[], None], stopped: Callable[[Outcome], None], learn: Learn | None = None,
        halter: Halter | None = None, told: Told = lambda *_: None, give_rest: GiveRest = lambda *_: None,
    ) -> None:  # fmt: skip
        """`heard`: posts about our number come in; `stopped`: a status says that the account may not send.

        `learn`: of templates; `told`: a status says that it sent too fast.
        """
        self._told, self._give_rest = told, give_rest
        self._learn, self._halter = learn or TemplateLearner(), halter or Halter()
        self._store, self._desk, self._number_id, self._now = store, desk, number_id, now
        self._heard, self._stopped = heard, stopped
        self._news = asyncio.Event()
        self._finishing = False

    def wake(self) -> None:
        """Something has been stored."""
        self._news.set()

    async def run(self) -> None:
        """Handle what an earlier life left, then what comes, until `finish`."""
        while True:
            self._news.clear()
            try:
                await self._open_posts()
                await self._handle_waiting()
            except Exception as error:  # noqa: BLE001 — not even a fault of ours silences everybody for good
                reason = error.reason if isinstance(error, StoreError) else describe(error)
                log.error("webhooks wait for the store", channel=NAME, reason=reason)  # noqa: TRY400
                if self._finishing:
                    return
                await self._rest(STORE_PAUSE)
                continue
            if self._finishing:
                return
            began = asyncio.get_running_loop().time()
            await self._news.wait()
            if asyncio.get_running_loop().time() - began < GATHER:  # a stream: commits are for many posts
                await asyncio.sleep(GATHER)

    def finish(self) -> None:
        """Handle what is stored, then end."""
        self._finishing = True
        self._news.set()

    async def _rest(self, seconds: float) -> None:
        timer = asyncio.get_running_loop().call_later(seconds, self._news.set)
        await self._news.wait()
        timer.cancel()

    # Posts ----------------------------------------------------------------------------------------------------------

    async def _open_posts(self) -> None:
        while waiting := await self._store.read(lambda tx: tx.waiting_updates(POSTS, PAGE)):
            posts = [read_post(post_id, body, self._number_id) for post_id, body in waiting]
            if any(post.is_ours for post in posts):
                self._heard()
            await self._take(posts)
            self._tell(posts)
            await self._handle_waiting()

    async def _take(self, posts: Sequence[Post]) -> None:
        """All in one transaction; if that breaks, each post in its own, and of one that breaks alone each event.

        Only a refusal of the store is passed on: then what is not taken yet keeps waiting.
        """
        try:
            await self._write(self._apart(), lambda apart, tx: apart.take(tx, posts))
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 — of a form that nobody foresaw: it takes nothing else with it
            log.warning("webhooks are taken one by one", channel=NAME, posts=len(posts), error=describe(error))
            for post in posts if len(posts) > 1 else ():
                await self._take([post])
            if len(posts) == 1:
                await self._take_by_event(posts[0])

    async def _take_by_event(self, post: Post) -> None:
        """Each event in a transaction of its own; the post waits until all were tried, in case we are killed."""
        apart = self._apart()
        for item, event in post.events:
            events = [(post.id, item, event)]
            try:
                await self._write(apart, lambda apart, tx, events=events: apart.take_events(tx, events))  # type: ignore[misc]
            except StoreError:
                raise
            except Exception as error:  # noqa: BLE001 — what stands beside it is heard
                post.broke(error)
        await self._store.write(lambda tx: apart.end(tx, post))

    def _apart(self) -> Apart:
        return Apart(self._now(), self._learn, self._halter, Floods(self._desk.leaves_unheard))

    async def _write(self, apart: Apart, work: Callable[[Apart, Tx], Words]) -> None:
        for outcome, who, at in await self._store.write(lambda tx: work(apart, tx)):
            if outcome.account:
                self._stopped(outcome)
            else:
                self._told(outcome, who, at)

    def _tell(self, posts: Iterable[Post]) -> None:
        """What concerns the account, and what nobody foresaw, for whoever reads the log."""
        for post in posts:
            if post.error:
                log.error("a webhook could not be handled whole", channel=NAME, update_id=post.id, error=post.error)
        for item, event in (pair for post in posts for pair in post.events):
            if isinstance(event, Status) and event.fault is not None:
                self._judge(event.fault)
            elif isinstance(event, TemplateTold):
                log.info("WhatsApp tells of a template", channel=NAME, name=event.name, language=event.language,
                         status=event.status, category=event.category, quality=event.quality)  # fmt: skip
            elif isinstance(event, Other):
                log.info("WhatsApp tells", channel=NAME, what=event.what, told=str(item.body.get("event", "")))

    def _judge(self, fault: Fault) -> None:
        outcome = meaning.of_failure(fault)
        if outcome.account:
            log.error("WhatsApp refuses our account", channel=NAME, code=fault.code, text=fault.text)
        elif fault.code not in meaning.TABLE:
            log.warning("a status with an error that nobody knows", channel=NAME, code=fault.code, text=fault.text)

    # People ---------------------------------------------------------------------------------------------------------

    async def _handle_waiting(self) -> None:
        while waiting := await self._store.read(lambda tx: tx.waiting_updates(NAME, PAGE)):
            for update_id, body in waiting:
                await self._handle(update_id, body)

    async def _handle(self, update_id: int, body: str) -> None:
        """One row; whatever it does, it is marked, so that a poisonous one never blocks the rest.

        Only a refusal of the store is passed on: then nothing was done, and the row keeps waiting.
        """
        told = ""
        try:
            await self._act(update_id, read(kept(json.loads(body))))
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 — a message of a form that nobody foresaw
            told = describe(error)
            log.error("a message could not be handled", channel=NAME, update_id=update_id, error=told)  # noqa: TRY400
        now = self._now()
        await self._store.write(lambda tx: tx.handled(NAME, update_id, now, told))

    async def _act(self, update_id: int, event: Event) -> None:
        now = self._now()
        match event:
            case Said():
                address, incoming = await self._store.write(lambda tx: self._meet(tx, event, now))
                if incoming is not None:
                    await self._desk.handle(update_id, Sender(NAME, address, name=event.name), incoming)
            case Moved(_, old, new, at):
                await self._once(update_id, now, lambda tx: tx.whatsapp_moved(old, new, at or now))
            case Wish(_, who, value, at) if value == STOP:
                await self._once(update_id, now, lambda tx: tx.whatsapp_stopped(who, at or now, now))

    def _meet(self, tx: Tx, said: Said, now: datetime) -> tuple[str, Incoming | None]:
        address, incoming = meet(tx, said, now)
        if said.opens:
            self._give_rest(tx, address, incoming, now)
        return address, incoming

    async def _once(self, update_id: int, now: datetime, work: Callable[[Tx], Any]) -> None:
        def guarded(tx: Tx) -> None:
            if tx.handled(NAME, update_id, now):
                work(tx)

        await self._store.write(guarded)


def meet(tx: Tx, said: Said, now: datetime) -> tuple[str, Incoming | None]:
    """Who this is, with their window open; and what they said, numbers under our last screen understood."""
    address = tx.whatsapp_address(*said.who, said.at)
    if said.at is not None and tx.stopped_after(address, said.at):
        return address, None  # brought late: what was said before the last BERHENTI takes nothing of it back
    if said.opens:
        tx.open_window(address, said.at or now, now)
    incoming = said.incoming
    if isinstance(incoming, Text) and (action := chosen(incoming.text, tx.options_of(address))):
        incoming = Press(action)
    return address, incoming
