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
from bot.simulator.phones.lines import Line, TelegramLine, WhatsAppLine
from bot.simulator.phones.onlooker import Following, look
from bot.simulator.phones.stream import Stream
from bot.simulator.portal import Portal, Post
from bot.simulator.stories import CATEGORIES
from bot.simulator.telegram import Event, Shown, Telegram
from bot.simulator.whatsapp import Event as WhatsAppEvent
from bot.simulator.whatsapp import WhatsApp

Json = dict[str, Any]
MESSAGES = 80  # a phone on the page shows at most so many, the newest
TOGETHER = 0.03  # seconds: changes that come this close are told to the page at once
ASKING = re.compile(r"(?i)terbaru|latest|simpan|save|cari|search")  # words and button data that bring known stories
GLANCE = 0.8  # seconds until somebody has read what came on WhatsApp
TYPED = ("menu", "topik", "terbaru", "bantuan", "berhenti")  # where no menu offers them
ASKED = 3.0  # seconds after such a question in which a known story is the answer to it, not a second copy


class Phones:
    """Three owners' phones over one Telegram and one WhatsApp, and the desk of one portal."""

    def __init__(
        self, telegram: Telegram, portal: Portal, owners: Sequence[Owner] = (*RESIDENTS, REDAKSI),
        whatsapp: WhatsApp | None = None,
    ) -> None:  # fmt: skip
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
        self._lines: dict[int, Line] = {}
        self._on_whatsapp = {owner.phone: owner.user_id for owner in owners if owner.phone}
        for owner in owners:
            self._connect(owner, whatsapp)
        self._deaf = [telegram.listen(self._saw)]
        self._whatsapp = whatsapp
        if whatsapp is not None:
            self._deaf.append(whatsapp.listen(self._saw_on_whatsapp))

    # What people do -------------------------------------------------------------------------------------------------

    def say(self, user_id: int, text: str) -> None:
        """The owner types."""
        self._note(user_id, text)
        self._lines[user_id].say(text)

    def press(self, user_id: int, message_id: int, data: str) -> None:
        """The owner taps a button that carries data."""
        self._note(user_id, data)
        self._lines[user_id].press(message_id, data)

    def tap(self, user_id: int, label: str) -> None:
        """The owner taps the button with this label."""
        self._note(user_id, label)
        self._lines[user_id].tap(label)

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

    def shown(self, user_id: int) -> list[Shown]:
        """What an owner's chat shows, oldest first."""
        return self._lines[user_id].shown()

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
        while self._deaf:
            self._deaf.pop()()
        if self._soon is not None:
            self._soon.cancel()
        self.stream.close()

    # Inside ---------------------------------------------------------------------------------------------------------

    def _connect(self, owner: Owner, whatsapp: WhatsApp | None) -> None:
        if owner.phone and whatsapp is not None:
            whatsapp.add_person(owner.phone, owner.name)
            self._lines[owner.user_id] = WhatsAppLine(whatsapp, owner.phone, TYPED)
        else:
            self.telegram.add_user(owner.user_id, owner.name)
            self._lines[owner.user_id] = TelegramLine(self.telegram, owner.user_id)

    def _note(self, owner: int, what: str) -> None:
        if ASKING.search(what):
            self._asked[owner] = self.telegram.clock.monotonic()

    def _saw(self, event: Event) -> None:
        owner = event.chat_id
        if owner not in self.owners:
            return
        if event.kind in ("message", "edit"):
            self._take(owner, event.message_id, new=event.kind == "message")
        elif event.kind == "toast" and event.text:
            self.stream.publish("toast", {"phone": owner, "text": event.text})
        self._changed()

    def _saw_on_whatsapp(self, event: WhatsAppEvent) -> None:
        owner = self._on_whatsapp.get(event.phone)
        if owner is None:
            return
        line = self._lines[owner]
        if event.kind == "message" and event.message_id is not None and isinstance(line, WhatsAppLine):
            self._take(owner, line.number(event.message_id), new=True)
            asyncio.get_running_loop().call_later(GLANCE, self._glance, event.phone)
        self._changed()

    def _glance(self, phone: str) -> None:
        """Who sees the page has read the message: its sender is told."""
        if self._whatsapp is not None and self._deaf:
            self._whatsapp.read(phone)
            self._changed()

    def _take(self, owner: int, message_id: int | None, *, new: bool) -> None:
        shown = next((s for s in self.shown(owner) if s.message_id == message_id), None)
        if shown is not None:
            self._read(owner, shown, new=new)

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
        chat = self.shown(owner.user_id)
        texts = {shown.message_id: shown.text for shown in chat}
        messages = [self._message(owner.user_id, shown, texts) for shown in chat[-MESSAGES:]]
        return {
            "id": owner.user_id, "name": owner.name, "part": owner.part, "state": following.state, "topics": topics,
            "commands": self._lines[owner.user_id].commands(), "channel": owner.channel, "messages": messages,
        }  # fmt: skip

    def _message(self, owner: int, shown: Shown, texts: Mapping[int, str]) -> Json:
        seconds = self.board.under_way(owner, shown.message_id)
        look = self._lines[owner].look(shown.message_id)
        return {**screen.message(shown, self.portal.posts, texts), "seconds": seconds, **look}
