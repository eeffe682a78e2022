"""Posts taken apart: statuses are settled, and what people said or did gets a row of its own, once however often."""

import json
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.channels.whatsapp.events import Event, Item, Moved, Other, Said, Status, Wish, read, walk
from bot.channels.whatsapp.floods import Floods
from bot.channels.whatsapp.receive import POSTS
from bot.channels.whatsapp.send import NAME
from bot.channels.whatsapp.statuses import news, of_the_account, of_the_template, receipt
from bot.channels.whatsapp.told import TemplateTold
from bot.delivery.outcome import Outcome
from bot.delivery.receipts import Receipt
from bot.delivery.templates import TemplateNews
from bot.flow.halts import Halter
from bot.flow.templates import Learn
from bot.ports import Tx

Words = list[tuple[Outcome, str, datetime]]  # told of the account for the first time: what, to whom it was sent, when
NO_JSON: Final = "not JSON"


# Reading ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Post:
    """One post, read."""

    id: int
    events: list[tuple[Item, Event]] = field(default_factory=list)
    error: str = ""  # the first thing in it that could not be handled

    @property
    def is_ours(self) -> bool:
        """Whether it shows that what is told of our number comes here: not what is of another, or of the account."""
        return any(item.number is not None for item, _ in self.events)

    def broke(self, fault: BaseException) -> None:
        """Something of it could not be handled."""
        self.error = self.error or describe(fault)


def read_post(post_id: int, body: str, number_id: str) -> Post:
    """What a post says to our number; what is no JSON says nothing, and is kept."""
    post = Post(post_id)
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return Post(post_id, error=NO_JSON)
    try:
        for item in walk(payload):
            if item.number in (None, number_id):
                post.events.append((item, _read(post, item)))
    except Exception as error:  # noqa: BLE001 — of a form that nobody foresaw: what stands before it is heard
        post.broke(error)
    return post


def _read(post: Post, item: Item) -> Event:
    try:
        return read(item)
    except Exception as error:  # noqa: BLE001 — what stands beside it is heard
        post.broke(error)
        return Other(item.field)


def describe(fault: BaseException) -> str:
    """What broke and where, without the exception's words: they may hold what a person wrote."""
    frames = traceback.extract_tb(fault.__traceback__)
    where = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return type(fault).__name__ + where


# Taking apart -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Apart:
    """What one or several transactions make of posts."""

    now: datetime
    learn: Learn
    halter: Halter
    floods: Floods
    strangers: set[int] = field(default_factory=set)  # posts that name somebody who was forgotten

    def take(self, tx: Tx, posts: Iterable[Post]) -> Words:
        """All of these posts, those that are handled already left out."""
        waiting = [post for post in posts if tx.handled(POSTS, post.id, self.now, post.error)]
        words = self.take_events(tx, [(post.id, *pair) for post in waiting for pair in post.events])
        tx.blank_updates(POSTS, self.strangers)
        return words

    def end(self, tx: Tx, post: Post) -> None:
        """A post of which everything was tried by itself."""
        if tx.handled(POSTS, post.id, self.now, post.error):
            tx.blank_updates(POSTS, self.strangers)

    def take_events(self, tx: Tx, events: Iterable[tuple[int, Item, Event]]) -> Words:
        """What these posts (by their id) tell; told again, it does nothing."""
        receipts: list[Receipt] = []
        rows: list[str] = []
        templates: list[TemplateNews] = []
        for post_id, item, event in events:
            if isinstance(event, Status):
                receipts.append(receipt(event, self.now))
                if tx.is_nobodys(receipts[-1]):  # the last answer to whoever was forgotten has receipts too
                    self.strangers.add(post_id)
                templates += of_the_template(tx, event, self.now)
            elif isinstance(event, TemplateTold):
                templates.append(news(event, self.now))
            elif isinstance(event, Said | Moved | Wish) and self._is_heard(tx, post_id, event):
                rows.append(json.dumps(dated(item, event, tx.came(POSTS, post_id)).kept()))
        if templates:  # first, so that what is planned anew takes another one
            self.learn(tx, templates)
        words = self._settle(tx, receipts)
        tx.receive(NAME, list(enumerate(rows, (tx.last_update(NAME) or 0) + 1)), self.now)
        return words

    def _settle(self, tx: Tx, receipts: list[Receipt]) -> Words:
        halted = tx.halts()
        self.halter.told(tx, receipts, self.now)
        words = list(of_the_account(tx, receipts, self.now))
        tx.take_receipts(receipts, self.now)
        self.halter.look(tx, halted)
        return words

    def _is_heard(self, tx: Tx, post_id: int, event: Said | Moved | Wish) -> bool:
        """Whether this was not brought before, and is not one too many."""
        key = event.id
        if isinstance(event, Wish) and event.at is None:
            # Nothing tells it from the same wish of last week. A post brought again stops once more at most, which is
            # better than a stop unheard.
            key = f"{event.id} in post {post_id}"
        return tx.first_sight(key, "message", self.now) and not self.floods.leaves_unheard(tx, event)


def dated(item: Item, event: Said | Moved | Wish, came: datetime | None) -> Item:
    """What does not say when it was said was said when it came, at the latest, not when it is handled."""
    if event.at is not None or came is None:
        return item
    return item._replace(body={**item.body, "timestamp": str(int(came.timestamp()))})
