"""Webhooks between their arrival and their handling: taken apart, each thing in them counted once and handled once.

A post is taken apart in one transaction: statuses are settled there, and what people said or did gets a row of its own
in the inbox, in its order. Those rows are handled one after the other, by the desk where somebody waits for an answer.
"""

import asyncio
import json
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import structlog

from bot.channels.whatsapp import outcome as meaning
from bot.channels.whatsapp.events import Event, Fault, Item, Moved, Other, Said, Status, Wish, kept, read, walk
from bot.channels.whatsapp.floods import Floods
from bot.channels.whatsapp.numbers import chosen
from bot.channels.whatsapp.receive import POSTS
from bot.channels.whatsapp.send import NAME
from bot.channels.whatsapp.statuses import news, of_the_account, of_the_template, receipt
from bot.channels.whatsapp.told import TemplateTold
from bot.chat.turn import Incoming, Press, Text
from bot.delivery.outcome import Outcome
from bot.delivery.receipts import Receipt
from bot.delivery.templates import TemplateNews
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


@dataclass(slots=True)
class Post:
    """One post, read."""

    id: int
    events: list[tuple[Item, Event]] = field(default_factory=list)
    error: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether it shows that what is told of our number comes here: not what is of another, or of the account."""
        return any(item.number is not None for item, _ in self.events)


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
            except StoreError as error:
                log.error("webhooks wait for the store", channel=NAME, reason=error.reason)  # noqa: TRY400
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
            now = self._now()
            words = await self._store.write(lambda tx, posts=posts, now=now: self._take_apart(tx, posts, now))  # type: ignore[misc]
            for outcome, who, at in words:
                if outcome.account:
                    self._stopped(outcome)
                else:
                    self._told(outcome, who, at)
            self._tell(posts)
            await self._handle_waiting()

    def _take_apart(self, tx: Tx, posts: Iterable[Post], now: datetime) -> list[tuple[Outcome, str, datetime]]:
        floods = Floods(self._desk.leaves_unheard)
        return take_apart(tx, posts, now, self._learn, self._halter, floods)

    def _tell(self, posts: Iterable[Post]) -> None:
        """What concerns the account, and what nobody foresaw, for whoever reads the log."""
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


def read_post(post_id: int, body: str, number_id: str) -> Post:
    """What a post says to our number; what is no JSON says nothing, and is kept."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return Post(post_id, error="not JSON")
    ours = (item for item in walk(payload) if item.number in (None, number_id))
    return Post(post_id, [(item, read(item)) for item in ours])


def take_apart(
    tx: Tx, posts: Iterable[Post], now: datetime, learn: Learn, halter: Halter, floods: Floods
) -> list[tuple[Outcome, str, datetime]]:  # fmt: skip
    """Statuses are settled; whatever people did waits in a row of its own, once however often it was brought.

    Returns what is told of the account for the first time: outcome, recipient, moment.
    """
    receipts: list[Receipt] = []
    rows: list[str] = []
    templates: list[TemplateNews] = []
    strangers: set[int] = set()  # posts that name somebody who was forgotten: the last answer has receipts too
    for post in posts:
        if not tx.handled(POSTS, post.id, now, post.error):
            continue
        for item, event in post.events:
            if isinstance(event, Status):
                receipts.append(receipt(event, now))
                if tx.is_nobodys(receipts[-1]):
                    strangers.add(post.id)
                templates += of_the_template(tx, event, now)
            elif isinstance(event, TemplateTold):
                templates.append(news(event, now))
            elif isinstance(event, Said | Moved | Wish) and _is_heard(tx, event, now, floods):
                rows.append(json.dumps(dated(item, event, tx.came(POSTS, post.id)).kept()))
    if templates:  # first, so that what is planned anew takes another one
        learn(tx, templates)
    halted = tx.halts()
    halter.told(tx, receipts, now)
    words = list(of_the_account(tx, receipts, now))
    tx.take_receipts(receipts, now)
    halter.look(tx, halted)
    tx.blank_updates(POSTS, strangers)
    tx.receive(NAME, list(enumerate(rows, (tx.last_update(NAME) or 0) + 1)), now)
    return words


def dated(item: Item, event: Said | Moved | Wish, came: datetime | None) -> Item:
    """What does not say when it was said was said when it came, at the latest, not when it is handled."""
    if event.at is not None or came is None:
        return item
    return item._replace(body={**item.body, "timestamp": str(int(came.timestamp()))})


def _is_heard(tx: Tx, event: Said | Moved | Wish, now: datetime, floods: Floods) -> bool:
    """Whether this was not brought before, and is not one too many."""
    return tx.first_sight(event.id, "message", now) and not floods.leaves_unheard(tx, event)


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


def describe(fault: BaseException) -> str:
    """What broke and where, without the exception's words: they may hold what a person wrote."""
    frames = traceback.extract_tb(fault.__traceback__)
    where = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return type(fault).__name__ + where
