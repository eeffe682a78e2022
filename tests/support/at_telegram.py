"""A person with a phone: real desk, store, outbox and channel, the strict simulator at the other end of HTTP."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import storage
from bot.app import label_map, new_session
from bot.channels.telegram import TelegramParts
from bot.chat.broadcasts import broadcast_message
from bot.delivery.content import Content
from bot.delivery.pace import ChatRate
from bot.flow.deliver import Deliverer
from bot.flow.desk import Desk
from bot.flow.facts import Facts
from bot.flow.screens import refresh
from bot.ports import Store, Tx
from bot.settings import load
from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.telegram import Event, Limits, Telegram
from tests.support.at_console import REPOSITORY, settle_town, tell_story
from tests.support.newsroom import condition
from tests.support.portal_behind import errands
from tests.support.town import NOW, TEXTS
from tests.support.transcript import PHOTO, Screen, same

PERSON = 77
VISIBLE = frozenset({"message", "edit", "toast"})


@dataclass
class Clock:
    """The moment at which all of it stands."""

    now: datetime = NOW


class AtTelegram:
    """One person who types and taps in Telegram."""

    without: frozenset[str] = frozenset()
    chat: int | None = None  # where they speak, when not in a chat of their own
    anonymous = False  # whether they speak in the chat's name

    def __init__(self, telegram: Telegram, store: Store, wake: Callable[[], None], facts: Facts, clock: Clock) -> None:
        self._telegram, self._store, self._wake, self._facts, self._clock = telegram, store, wake, facts, clock
        self._person, self._pressed = PERSON, 0
        self._ever: list[tuple[str, int, str]] = []  # every button that was shown
        self._events: dict[int, list[Event]] = defaultdict(list)
        self._acts = 0
        self.busy: Callable[[], bool] = lambda: False  # whether what was said is being handled
        telegram.listen(self._hear)

    async def say(self, text: str) -> None:
        """Type and send."""
        self._telegram.say(self._person, text, chat_id=self.chat, anonymous=self.anonymous)
        await self._answered()

    async def send_photo(self, caption: str) -> None:
        """Send a photo."""
        self._telegram.say(self._person, caption, photo=True)
        await self._answered()

    async def press(self, label: str) -> None:
        """Tap the newest button with this label."""
        for shown in reversed(self._telegram.shown(self.chat or self._person)):
            for button in (b for row in shown.buttons for b in row):
                if same(button.label, label):
                    self._pressed = shown.message_id
                    self._telegram.press(self._person, shown.message_id, button.data or "", chat_id=self.chat)
                    await self._answered()
                    return
        for shown_label, message_id, data in reversed(self._ever):  # a phone that has not heard of the edit yet
            if same(shown_label, label):
                self._telegram.press(self._person, message_id, data)
                await self._answered()
                return
        raise AssertionError(f"no button {label!r}")

    async def publish(self, number: int) -> None:
        """The story is told and goes out to whoever follows its topics."""
        await self._store.write(lambda tx: tell_story(tx, number, "telegram"))
        self._wake()
        await self._rested()

    async def wait(self, span: timedelta) -> None:
        """Time passes; what is due leaves, and editors' screens are looked at."""
        self._clock.now += span
        self._wake()
        await self._rested()
        await self.change(lambda tx: refresh(tx, self._facts.board(self._clock.now), self._clock.now))

    async def change(self, work: Callable[[Tx], object]) -> None:
        """Something happens elsewhere."""
        await self._store.write(work)
        self._wake()
        await self._rested()

    async def turn_to(self, number: int) -> None:
        """Look at the phone of the first person or of another."""
        self._person = PERSON + number - 1

    async def shown(self) -> list[Screen]:
        """What has appeared since the last call, as it stood at the end."""
        # What answers a press and what is sent to readers leave side by side; the answer is looked at first.
        events = sorted(
            self._events.pop(self.chat or self._person, []),
            key=lambda e: e.kind != "toast" and self._pressed not in {0, e.message_id},
        )
        self._pressed = 0
        now_shown = {shown.message_id: shown for shown in self._telegram.shown(self.chat or self._person)}
        screens = []
        for event in events:
            if event.kind == "toast":
                screens.append(Screen(event.text, passing=True))
            elif (message := now_shown.get(event.message_id or 0)) is not None and message.from_bot:
                rows = tuple(tuple(button.label for button in row) for row in message.buttons)
                self._ever += [(b.label, message.message_id, b.data or "") for row in message.buttons for b in row]
                photo = f"{PHOTO}\n" if message.photo in self._photos() else ""
                screens.append(Screen(photo + message.text, rows))
        return screens

    def _photos(self) -> set[str]:
        """Photos that editors have sent; pictures of ours are no part of a conversation's words."""
        chats = (PERSON, PERSON + 1)
        return {m.photo for chat in chats for m in self._telegram.shown(chat) if m.photo and not m.from_bot}

    def _hear(self, event: Event) -> None:
        if event.kind in VISIBLE and (event.kind != "toast" or event.text):
            passing = event.kind == "toast" and self.chat is not None  # on the phone of whoever pressed
            self._events[self.chat if passing and self.chat is not None else event.chat_id].append(event)

    async def _answered(self) -> None:
        """Our update has been handled, and everything that followed from it has been sent."""
        self._acts += 1
        await self._until(lambda counts: counts["inbox"]["handled"] >= self._acts and not self.busy())
        await self._rested()

    async def _rested(self) -> None:
        await self._until(
            lambda counts: not counts["replies"] and not {"queued", "started"} & set(counts["deliveries"]["by_state"])
            and counts["broadcasts"].get("running", 0) <= counts["scheduled"]
        )  # fmt: skip

    def _counts(self, tx: Tx) -> dict[str, Any]:
        """What is under way, and how much of it waits for a later time."""
        return tx.stats(self._clock.now) | {"scheduled": len(tx.scheduled(self._clock.now, 100))}

    async def _until(self, true: Callable[[dict[str, Any]], bool]) -> None:
        async with asyncio.timeout(10):
            while not true(await self._store.read(self._counts)):  # noqa: ASYNC110 — only the store knows
                await asyncio.sleep(0.005)


@asynccontextmanager
async def at_telegram(
    folder: Path, token: str, language: str = "id", kind: type[AtTelegram] = AtTelegram,
    found: Callable[[Telegram], object] = lambda _: None,
) -> AsyncIterator[AtTelegram]:  # fmt: skip
    """A person with Telegram in front of a program whose store holds the town; `found` may found groups first."""
    telegram = Telegram(token, limits=Limits.off())
    telegram.add_user(PERSON, "Warga", language)
    telegram.add_user(PERSON + 1, "Rekan", language)
    found(telegram)
    clock = Clock()
    simulator = Simulator(telegram, Portal(name="Target 24 Jam", categories={}))
    url = await simulator.start()
    store = storage.open_store(f"sqlite:///{folder / 'kentongan.db'}", now=NOW)
    settings = load({"FEEDS_FILE": str(REPOSITORY / "feeds.yaml"), "DATABASE_URL": "sqlite:///unused.db"}, dotenv=None)
    facts = Facts(settings, TEXTS)
    async with new_session() as session:
        desk = Desk(
            store,
            facts,
            lambda: clock.now,
            lambda _: deliverer.wake(),
            lambda: {"telegram": 1000.0},
            condition=condition,
            errands=errands(store, label_map(settings)),
        )
        parts = TelegramParts(
            token=token,
            api_url=url,
            session=session,
            store=store,
            desk=desk,
            texts=TEXTS,
            rate=1000,
            now=lambda: clock.now,
        )
        # Time stands still here, so the chat's own pace would hold the second answer for ever.
        parts.channel.chat_rate = lambda address: ChatRate()  # type: ignore[method-assign]  # noqa: ARG005

        def compose(content: Content, language: str) -> object:
            return parts.channel.prepare(broadcast_message(content, language, facts.board(clock.now)))

        epoch = await store.write(settle_town)
        deliverer = Deliverer(
            store, parts.channel, compose, settings.portal.timezone, epoch, lambda: clock.now, _late_clock()
        )  # fmt: skip
        deliverer.start()
        await parts.start()
        try:
            person = kind(telegram, store, deliverer.wake, facts, clock)
            person.busy = lambda: desk.under_way > 0
            yield person
        finally:
            await parts.stop()
            await deliverer.stop(2)
            store.close()
            await simulator.stop()


def _late_clock() -> Callable[[], float]:
    """A clock whose first look was ten seconds ago: the empty first second after a start has passed."""
    looks = iter([time.monotonic() - 10])
    return lambda: next(looks, time.monotonic())
