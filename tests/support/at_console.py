"""A person at the console: real desk, real store, the outbox's own claim; only the terminal is a string."""

import asyncio
import io
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import storage
from bot.app import label_map
from bot.channels.console import Console
from bot.chat.broadcasts import broadcast_message
from bot.delivery.content import Content
from bot.delivery.outcome import Outcome
from bot.delivery.pace import Chats
from bot.delivery.settle import settle_delivery, settle_reply
from bot.flow.claim import Batch, Claim, Finished
from bot.flow.desk import Desk, hash_code
from bot.flow.facts import Facts
from bot.flow.screens import refresh
from bot.flow.spread import announce
from bot.news import identity
from bot.news.following import category_of
from bot.news.keywords import Keywords
from bot.ports import Store, To, Tx
from bot.settings import load
from tests.support.newsroom import condition
from tests.support.portal_behind import errands
from tests.support.town import INVITATIONS, NOW, STORIES, TEXTS, item
from tests.support.transcript import Screen, same

_NUMBERED = re.compile(r"\[(\d+)\] (.+)")
_LINK = re.compile(r" <https?://[^>]+>")
_OPENS = re.compile(r"(.+): https?://\S+")
REPOSITORY = Path(__file__).parents[2]


class Paper(io.StringIO):
    """A terminal that remembers each print by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.prints: list[str] = []

    def write(self, text: str) -> int:
        """One print of the channel is one write."""
        self.prints.append(text.strip("\n"))
        return super().write(text)


class AtConsole:
    """One person who types into a terminal."""

    without = frozenset({"Bagikan", "Share"})

    def __init__(self, store: Store, epoch: int, language: str = "id") -> None:
        settings = load(
            {"FEEDS_FILE": str(REPOSITORY / "feeds.yaml"), "DATABASE_URL": "sqlite:///unused.db"}, dotenv=None
        )
        self._store, self._paper = store, Paper()
        self._facts = Facts(settings, TEXTS)
        self.now = NOW
        desk = self._desk = Desk(
            store, self._facts, lambda: self.now, lambda _: None, lambda: {"console": 100.0}, condition=condition,
            errands=errands(store, label_map(settings)),
        )  # fmt: skip
        self.console = Console(store, desk, io.StringIO(), self._paper, lambda: self.now, language)
        self._claim = Claim(self.console, Chats(), settings.portal.timezone, epoch)
        self._numbers: dict[str, str] = {}

    async def say(self, text: str) -> None:
        """Type a line."""
        await self.console.take(text)
        while self._desk.under_way:  # noqa: ASYNC110 — only the desk knows
            await asyncio.sleep(0.002)
        await self._drain()

    async def press(self, label: str) -> None:
        """Type the number that stands before the label on the last screen with buttons."""
        found = [number for shown, number in self._numbers.items() if same(shown, label)]
        assert found, f"no button {label!r} among {list(self._numbers)}"
        await self.say(found[0])

    async def publish(self, number: int) -> None:
        """The story is told and goes out to whoever follows its topics."""
        await self._store.write(lambda tx: tell_story(tx, number, "console"))
        await self._drain()

    async def wait(self, span: timedelta) -> None:
        """Time passes; what is due leaves, and editors' screens are looked at."""
        self.now += span
        await self._drain()
        await self._store.write(lambda tx: refresh(tx, self._facts.board(self.now), self.now))
        await self._drain()

    async def send_photo(self, caption: str) -> None:
        """There are no photos at a console."""
        raise AssertionError(caption)

    async def turn_to(self, number: int) -> None:
        """There is one person at a console."""
        assert number == 1

    async def change(self, work: Callable[[Tx], None]) -> None:
        """Something happens elsewhere."""
        await self._store.write(work)
        await self._drain()

    async def shown(self) -> list[Screen]:
        """What has been printed since the last call."""
        prints, self._paper.prints = self._paper.prints, []
        return [self._read(text) for text in prints]

    async def _drain(self) -> None:
        """Send all that is due, as the deliverer's ticks do."""
        finished = Finished()
        for _ in range(50):
            batch = await self._store.write(partial(self._next, finished))
            if not (batch or batch.more):
                break
            finished = await self._send(batch)
        for text in self._paper.prints:
            numbered = {label: number for number, label in _buttons(text)}
            self._numbers = numbered or self._numbers

    def _next(self, finished: Finished, tx: Tx) -> Batch:
        return self._claim.run(tx, finished, 50, (), self.now, 0.0)

    async def _send(self, batch: Batch) -> Finished:
        finished = Finished()
        for reply in batch.replies:
            finished.replies.append((reply, settle_reply(reply, await self.console.reply(reply), self.now)))
        for delivery in batch.deliveries:
            outcome = await self._tell(batch.contents[delivery.says], delivery.language)
            finished.deliveries.append((delivery, settle_delivery(delivery, outcome, self.now)))
        return finished

    async def _tell(self, content: Content, language: str) -> Outcome:
        message = broadcast_message(content, language, self._facts.board(self.now))
        return await self.console.deliver(self.console.prepare(message), To("console"))

    def _read(self, text: str) -> Screen:
        if text.startswith("(") and text.endswith(")"):
            return Screen(text[1:-1], passing=True)
        lines = text.split("\n")
        first = next((n for n, line in enumerate(lines) if _labels(line)), len(lines))
        rows = tuple(_labels(line) for line in lines[first:])
        return Screen(_LINK.sub("", "\n".join(lines[:first])), rows)


def _buttons(text: str) -> list[tuple[str, str]]:
    parts = (part for line in text.split("\n") for part in line.split("   "))
    return [(found[1], found[2]) for part in parts if (found := _NUMBERED.fullmatch(part))]


def _labels(line: str) -> tuple[str, ...]:
    """The labels of a row of buttons; empty for a line of text."""
    found = [(_NUMBERED.fullmatch(part) or [None, None, None])[2] for part in line.split("   ")]
    if opens := _OPENS.fullmatch(line):
        return (opens[1],)
    return tuple(label for label in found if label is not None)


@asynccontextmanager
async def at_console(folder: Path, language: str = "id") -> AsyncIterator[AtConsole]:
    """A person at a console whose store holds the town."""
    store = storage.open_store(f"sqlite:///{folder / 'kentongan.db'}", now=NOW)
    try:
        yield AtConsole(store, await store.write(settle_town), language)
    finally:
        store.close()


def tell_story(tx: Tx, number: int, channel: str, now: datetime = NOW) -> None:
    """A story of the town is told to the followers of its topics, and of the words in it."""
    story = STORIES[number]
    followed = Keywords(word for word, by_anyone in tx.changed_words(0)[1] if by_anyone)
    words = [category_of(word) for word in followed.match(f"{story.title}\n{story.summary}")]
    tx.add_categories(number, words)
    announce(tx, number, (*story.categories, *words), [channel], now)


def settle_town(tx: Tx) -> int:
    for story in STORIES.values():
        assert tx.add_story(item(story), story.published, story.categories, NOW) == story.id
        tx.add_keys(story.id, identity.keys(item(story), "target-24jam.com"), NOW)
    for code, role in INVITATIONS.items():
        tx.add_invitation(hash_code(code), role, NOW, NOW + timedelta(hours=24))
    return tx.begin_epoch(NOW).epoch
