"""The phones on the page: what their owners do, what the newsroom does, and telling the page about it."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from math import inf
from typing import Any

from bot.simulator.phones import screen
from bot.simulator.phones.board import Board
from bot.simulator.phones.cast import REDAKSI, RESIDENTS, Owner
from bot.simulator.phones.onlooker import Following, look
from bot.simulator.phones.stream import Stream
from bot.simulator.portal import Portal, Post
from bot.simulator.stories import CATEGORIES
from bot.simulator.telegram import Event, Shown, Telegram

Json = dict[str, Any]
MESSAGES = 80  # a phone on the page shows at most so many, the newest
TOGETHER = 0.03  # seconds: changes that come this close are told to the page at once
ASKING = re.compile(r"(?i)terbaru|latest|simpan|save|cari|search")  # words and button data that bring known stories
ASKED = 3.0  # seconds after such a question in which a known story is the answer to it, not a second copy


class Phones:
    """Three owners' phones over one Telegram, and the desk of one portal."""

    def __init__(self, telegram: Telegram, portal: Portal, owners: Sequence[Owner] = (*RESIDENTS, REDAKSI)) -> None:
        self.telegram = telegram
        self.portal = portal
        self.owners = {owner.user_id: owner for owner in owners}
        self.stream = Stream()
        self.following = {user_id: Following() for user_id in self.owners}
        self.board = Board(tuple(self.owners))
        self.touched: set[int] = set()  # owners whom a person at the page has played
        self._began = telegram.clock.monotonic()
        self._asked: dict[int, float] = {}  # owner -> when they last asked for stories
        self._told: dict[int, dict[int, Json]] = {user_id: {} for user_id in self.owners}
        self._heads: dict[int, Json] = {}
        self._told_lines: list[Json] = []
        self._soon: asyncio.TimerHandle | None = None
        self._watchers: list[Callable[[], None]] = []
        for owner in owners:
            telegram.add_user(owner.user_id, owner.name)
        self._deaf: Callable[[], None] = telegram.listen(self._saw)

    # What people do -------------------------------------------------------------------------------------------------

    def say(self, user_id: int, text: str) -> None:
        """The owner types."""
        self._note(user_id, text)
        self.telegram.say(user_id, text)

    def press(self, user_id: int, message_id: int, data: str) -> None:
        """The owner taps a button that carries data."""
        self._note(user_id, data)
        self.telegram.press(user_id, message_id, data)

    def tap(self, user_id: int, label: str) -> None:
        """The owner taps the button with this label."""
        self._note(user_id, label)
        self.telegram.tap(user_id, label)

    def publish(self, title: str, body_html: str, categories: Sequence[str], *, age: timedelta | None = None) -> int:
        """The newsroom publishes (category slugs); with `age` it is a story of the past. The post's id."""
        published = self.now() - age if age else None
        at = self.telegram.clock.monotonic()
        post_id = self.portal.publish(title, body_html, categories, published=published)
        self.board.published(self.post(post_id), at, self.following, past=age is not None)
        self._changed()
        return post_id

    def edit(self, post_id: int, title: str) -> None:
        """The newsroom changes a title."""
        self.portal.edit(post_id, title=title)
        self.board.retitled(post_id)
        self._changed()

    def withdraw(self, post_id: int) -> None:
        """The newsroom takes a story offline."""
        self.portal.withdraw(post_id)
        self._changed()

    # What there is to see -------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The wall's time."""
        return self.telegram.clock.now()

    def post(self, post_id: int) -> Post:
        """A post by its id; LookupError when there is none."""
        for post in self.portal.posts:
            if post.id == post_id:
                return post
        raise LookupError(post_id)

    def state(self) -> Json:
        """Everything that a fresh page needs."""
        return {
            "portal": self.portal.name,
            "address": self.portal.base_url,
            "bot": self.telegram.username,
            "elapsed": round(self.telegram.clock.monotonic() - self._began, 1),
            "categories": [{"slug": c.slug, "name": {"id": c.name_id, "en": c.name_en}} for c in CATEGORIES],
            "phones": [self._phone(owner) for owner in self.owners.values()],
            "stories": self.board.lines(self._began),
        }

    def follow(self, last_id: str = "") -> AsyncGenerator[bytes, None]:
        """Events for one page that has seen everything up to this id; "" for a fresh one."""
        self._tell()
        missed = self.stream.missed(last_id)
        return self.stream.listen([self.stream.whole(self.state())] if missed is None else missed)

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back after each visible change; returns what ends it."""
        self._watchers.append(callback)
        return lambda: self._watchers.remove(callback)

    def close(self) -> None:
        """Let go of the Telegram and of every open page."""
        self._deaf()
        self._deaf = _nothing
        if self._soon is not None:
            self._soon.cancel()
        self.stream.close()

    # Inside ---------------------------------------------------------------------------------------------------------

    def _note(self, owner: int, what: str) -> None:
        if ASKING.search(what):
            self._asked[owner] = self.telegram.clock.monotonic()

    def _saw(self, event: Event) -> None:
        owner = event.chat_id
        if owner not in self.owners:
            return
        if event.kind in ("message", "edit"):
            shown = next((s for s in self.telegram.shown(owner) if s.message_id == event.message_id), None)
            if shown is not None:
                self._read(owner, shown, new=event.kind == "message")
        elif event.kind == "toast" and event.text:
            self.stream.publish("toast", {"phone": owner, "text": event.text})
        self._changed()

    def _read(self, owner: int, shown: Shown, *, new: bool) -> None:
        """Take from a message what it says: which story it brings, or what its reader follows now."""
        posts = screen.told(shown, self.portal.posts)
        if not posts:
            self.following[owner] = look(shown, self.following[owner])
        elif new and len(posts) == 1 and shown.reply_to is None:  # what replies to a story is about it, no second copy
            at = self.telegram.clock.monotonic()
            asked = at - self._asked.get(owner, -inf) < ASKED
            self.board.arrived(min(posts), owner, shown.message_id, at, asked=asked)

    def _changed(self) -> None:
        for callback in list(self._watchers):
            callback()
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(TOGETHER, self._tell)

    def _tell(self) -> None:
        """Tell the pages what is different from what they were told."""
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        for owner in self.owners.values():
            phone = self._phone(owner)
            after = {message["id"]: message for message in phone.pop("messages")}
            before, self._told[owner.user_id] = self._told[owner.user_id], after
            changed = [message for number, message in after.items() if before.get(number) != message]
            gone = [number for number in before if number not in after]
            if changed or gone or self._heads.get(owner.user_id) != phone:
                self._heads[owner.user_id] = phone
                self.stream.publish("phone", {**phone, "messages": changed, "gone": gone})
        lines, known = self.board.lines(self._began), {line["id"]: line for line in self._told_lines}
        self._told_lines = lines
        for line in reversed(lines):
            if known.get(line["id"]) != line:
                self.stream.publish("story", line)

    def _phone(self, owner: Owner) -> Json:
        following = self.following[owner.user_id]
        topics = [c.slug for c in CATEGORIES if c.id in following.topics]
        chat = self.telegram.shown(owner.user_id)
        texts = {shown.message_id: shown.text for shown in chat}
        messages = [self._message(owner.user_id, shown, texts) for shown in chat[-MESSAGES:]]
        return {
            "id": owner.user_id, "name": owner.name, "part": owner.part, "state": following.state, "topics": topics,
            "commands": [command["command"] for command in self.telegram.menu(owner.user_id)], "messages": messages,
        }  # fmt: skip

    def _message(self, owner: int, shown: Shown, texts: Mapping[int, str]) -> Json:
        seconds = self.board.under_way(owner, shown.message_id)
        return {**screen.message(shown, self.portal.posts, texts), "seconds": seconds}


def _nothing() -> None:
    """What ends a listening that has ended."""
