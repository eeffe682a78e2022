"""A person with WhatsApp: real desk, store, outbox, channel and webhook, the strict simulator at the other end of HTTP.

What a transcript expects is first put into WhatsApp's form: one thing to tap a line, and a passing line is a message.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby, takewhile
from pathlib import Path

import storage
from bot.app import label_map, new_session
from bot.app.whatsapp import SETTLING, compose_for
from bot.channels.whatsapp import PATH, WhatsAppParts
from bot.channels.whatsapp.receive import POSTS
from bot.channels.whatsapp.send import NAME
from bot.chat.texts import Texts
from bot.delivery.budget import Budget
from bot.delivery.pace import ChatRate
from bot.flow.deliver import Deliverer
from bot.flow.desk import Desk
from bot.flow.facts import Facts
from bot.flow.halts import Halter, TellHalted
from bot.flow.means import Means, TellSpent, Terms
from bot.flow.patience import Patience
from bot.flow.screens import refresh
from bot.flow.templates import TellTemplates
from bot.ports import Store, Tx
from bot.settings import load
from bot.settings.ratecard import read_rate_card
from bot.simulator.clock import HandClock
from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.telegram import Telegram
from bot.simulator.whatsapp import Choice, Limits, Shown, WhatsApp
from bot.web.server import WebServer
from tests.support.at_console import REPOSITORY, settle_town, tell_story
from tests.support.newsroom import condition
from tests.support.portal_behind import errands
from tests.support.town import NOW, TEXTS
from tests.support.transcript import Screen, Step, Transcript, same

PERSON, COLLEAGUE = "6281200000077", "6281200000078"
TOKEN, SECRET, VERIFY = "wa-canary-token", "wa-canary-secret", "wa-canary-verify"
NUMBER_ID = "1122334455667"
NO_BUDGET = Budget()
SHARE = frozenset({"Bagikan", "Share"})
SAVED, LANGUAGE = frozenset({"Simpanan", "Saved"}), frozenset({"Bahasa", "Language"})
MARKED = ("Sudah diralat redaksi", "Corrected by")
_NUMBERED = re.compile(r"\d+\. .+")
_LINK = re.compile(r"(?P<label>.+): https?://\S+")
_ADDRESS = re.compile(r"https?://\S+")


# The transcript's side ----------------------------------------------------------------------------------------------


def for_whatsapp(transcript: Transcript) -> Transcript:
    """The conversation as it looks here."""
    return replace(transcript, steps=[Step(s.act, s.line, _left(s.expected)) for s in transcript.steps])


def _left(expected: list[str]) -> list[str]:
    """What is not an earlier message that is marked as corrected: here nothing that was sent can be changed."""
    screens = [list(lines) for divides, lines in groupby(expected, lambda line: line == "--") if not divides]
    kept = [screen for screen in screens if not any(line.startswith(MARKED) for line in screen)]
    lines: list[str] = []
    for screen in kept:
        lines += ["--"] * bool(lines) + list(_degraded(screen))
    return lines


def _degraded(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if line.startswith("[") and line.endswith("]"):
            labels = line[1:-1].split(" | ")
            in_menu = len(labels) > 1 and labels[0] in SAVED  # a list takes ten rows: the language is a word away
            yield from (f"[{label}]" for label in labels if label not in SHARE and not (in_menu and label in LANGUAGE))
        elif line.startswith("(") and line.endswith(")"):
            yield line[1:-1]
        elif not _ADDRESS.fullmatch(line):
            yield line


def screen_of(shown: Shown, hints: frozenset[str]) -> Screen:
    """A message as a transcript writes it: without marks, numbers and bare addresses."""
    lines = shown.text.replace("*", "").replace("_", "").split("\n")
    numbered = numbered_in(lines, hints)
    if numbered:
        del lines[-len(numbered) - 3 :]
    links = [found["label"] for line in lines if (found := _LINK.fullmatch(line))]
    kept = [line for line in lines if not _LINK.fullmatch(line) and not _ADDRESS.fullmatch(line)]
    labels = [*links, *([label_of(choice) for choice in shown.choices] or numbered)]
    return Screen("\n".join(kept).strip("\n"), tuple((label,) for label in labels))


def numbered_in(lines: list[str], hints: frozenset[str]) -> list[str]:
    """What stands behind 1., 2., … over the line that says how to answer."""
    if not lines or lines[-1] not in hints:
        return []
    above = takewhile(_NUMBERED.fullmatch, reversed(lines[:-2]))
    return [line.split(". ", 1)[1] for line in above][::-1]


def label_of(choice: Choice) -> str:
    """The whole label of what can be tapped."""
    return choice.label


def hints_of(texts: Texts) -> frozenset[str]:
    """What stands under numbers."""
    return frozenset(texts.t(code, key) for code in texts.catalogs for key in ("typed.one", "typed.several"))


# The person's side --------------------------------------------------------------------------------------------------


@dataclass
class AtWhatsApp:
    """One person who types and taps in WhatsApp."""

    whatsapp: WhatsApp
    store: Store
    parts: WhatsAppParts
    deliverer: Deliverer
    clock: HandClock
    hook: str
    language: str = "id"  # WhatsApp tells nobody's, so whoever wants another than the portal's has chosen it
    without: frozenset[str] = frozenset()
    apart: float = 0.0  # seconds that pass before a story is told: what comes within five minutes joins
    desk: Desk | None = None
    facts: Facts | None = None
    _pressed: bool = False  # since the last look
    _person: str = PERSON  # whose phone is looked at
    _seen: dict[str, int] = field(default_factory=dict)

    async def say(self, text: str) -> None:
        """Type and send."""
        await self.store.write(self._choose_language)
        self.whatsapp.say(self._person, text)
        await self.rested()

    async def press(self, label: str) -> None:
        """Tap the newest thing with this label."""
        if label in LANGUAGE:  # not among the ten rows of the menu
            await self.say(label)
            return
        for shown in reversed(self.whatsapp.shown(self._person)):
            for choice in shown.choices:
                if same(label_of(choice), label):
                    self._pressed = True
                    self.whatsapp.press(self._person, shown.message_id, choice.id)
                    await self.rested()
                    return
            numbered = numbered_in(shown.text.split("\n"), hints_of(TEXTS))
            if not shown.choices and any(same(one, label) for one in numbered):
                number = next(n for n, one in enumerate(numbered, 1) if same(one, label))
                await self.say(str(number))
                return
        raise AssertionError(f"nothing to tap that says {label!r}")

    async def publish(self, number: int) -> None:
        """The story is told and goes out to whoever follows its topics."""
        self.clock.turn(self.apart)
        await self.store.write(lambda tx: tell_story(tx, number, NAME, self.clock.now()))
        self.deliverer.wake()
        await self.rested()

    async def wait(self, span: timedelta) -> None:
        """Time passes; what is due leaves, and editors' screens are looked at."""
        self.clock.turn(span.total_seconds())
        self.deliverer.wake()
        await self.rested()
        assert self.facts is not None
        board = self.facts.board(self.clock.now())
        await self.change(lambda tx: refresh(tx, board, self.clock.now()))

    async def change(self, work: Callable[[Tx], object]) -> None:
        """Something happens elsewhere."""
        await self.store.write(work)
        self.deliverer.wake()
        await self.rested()

    async def turn_to(self, number: int) -> None:
        """Look at the phone of the first person or of another."""
        self._person = (PERSON, COLLEAGUE)[number - 1]

    async def send_photo(self, caption: str) -> None:
        """Send a photo."""
        self.whatsapp.send(self._person, "image", {"caption": caption, "id": "1", "mime_type": "image/jpeg"})
        await self.rested()

    async def shown(self) -> list[Screen]:
        """What has appeared since the last call."""
        # What answers and what is sent to readers leave side by side; the answer is looked at first.
        arrived = sorted(self.arrived(), key=lambda shown: self._pressed and shown.reply_to is not None)
        self._pressed = False
        return [screen_of(shown, hints_of(TEXTS)) for shown in arrived]

    def arrived(self) -> list[Shown]:
        """The business's messages since the last call."""
        whole = self.whatsapp.shown(self._person)
        new, self._seen[self._person] = whole[self._seen.get(self._person, 0) :], len(whole)
        return [shown for shown in new if shown.from_business]

    def _choose_language(self, tx: Tx) -> None:
        if tx.person(NAME, self._person, "").language == "":
            tx.set_language(NAME, self._person, self.language)

    async def rested(self, within: float = 30.0) -> None:
        """Everything that was said has been handled, and everything that followed has been sent."""
        async with asyncio.timeout(within):
            while self._busy() or not await self.store.read(self._at_rest):  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    def _busy(self) -> bool:
        return bool(self.whatsapp.webhook.pending) or (self.desk is not None and self.desk.under_way > 0)

    def _at_rest(self, tx: Tx) -> bool:
        counts, now = tx.stats(self.clock.now()), self.clock.now()
        waiting = tx.waiting_updates(POSTS, 1) or tx.waiting_updates(NAME, 1)
        due = tx.next_due(NAME, now)
        under_way = "started" in counts["deliveries"]["by_state"] or (due is not None and due <= now)
        return not waiting and not counts["replies"] and not under_way and not self._runs(tx, now)

    @staticmethod
    def _runs(tx: Tx, now: datetime) -> bool:
        """Whether a broadcast goes on, other than those that wait for their time or for somebody to write."""
        running = [sent for sent in tx.broadcasts(100, "running") if sent.kind != "digest" and sent.not_before <= now]
        reports = [tx.report(sent.id) for sent in running]
        return any(not any(channel.waiting for channel in report) for report in reports)


@asynccontextmanager
async def at_whatsapp(
    folder: Path, *, limits: Limits | None = None, start: datetime = NOW, unpaced: bool = True,
    budget: Budget = NO_BUDGET, portfolio: int | None = None, tell: TellSpent = lambda *_: None,
    tell_templates: TellTemplates = lambda *_: None, tell_halted: TellHalted = lambda *_: None,
    patience: Patience | None = None,
) -> AsyncIterator[AtWhatsApp]:  # fmt: skip
    """A person with WhatsApp in front of a program whose store holds the town; one clock for both, turned by hand.

    `budget` is in the units of the example's rate card.
    """
    clock, halter = HandClock(start), Halter(tell_halted)
    whatsapp = WhatsApp(TOKEN, SECRET, number_id=NUMBER_ID, limits=limits or Limits.off(), clock=clock)
    whatsapp.add_person(PERSON, "Warga")
    whatsapp.add_person(COLLEAGUE, "Rekan")
    simulator = Simulator(
        Telegram("1:x"), Portal(name="Target 24 Jam", categories={}), extra_routes=whatsapp.routes()
    )  # fmt: skip
    url = await simulator.start()
    store = storage.open_store(f"sqlite:///{folder / 'kentongan.db'}", now=start)
    settings = load({"FEEDS_FILE": str(REPOSITORY / "feeds.yaml"), "DATABASE_URL": "sqlite:///unused.db"}, dotenv=None)
    facts = Facts(settings, TEXTS)
    async with new_session() as session:
        desk = Desk(
            store, facts, clock.now, lambda _: deliverer.wake(), lambda: {NAME: 1000.0}, condition=condition,
            errands=errands(store, label_map(settings)), patience=patience,
        )  # fmt: skip
        parts = WhatsAppParts(
            access_token=TOKEN, number_id=NUMBER_ID, app_secret=SECRET, verify_token=VERIFY, api_url=url,
            session=session, store=store, desk=desk, texts=TEXTS, now=clock.now, wake=lambda: deliverer.wake(),  # noqa: PLW0108 — made below
            rate=1000, account_id=whatsapp.business_id, tell=tell_templates, halter=halter,
            told=lambda *told: deliverer.told(*told),  # noqa: PLW0108 — made below
        )  # fmt: skip
        if unpaced:
            parts.channel.chat_rate = lambda address: ChatRate()  # type: ignore[method-assign]  # noqa: ARG005

        epoch = await store.write(settle_town)
        deliverer = Deliverer(
            store, parts.channel, compose_for(parts.channel, facts, clock.now), settings.portal.timezone, epoch,
            clock.now, opened=time.monotonic() - 10, settling=SETTLING,
            means=Means(Terms(read_rate_card().card, budget, portfolio), settings.portal.timezone, tell, halter),
        )  # fmt: skip
        server = WebServer(("127.0.0.1", 0), parts.routes())
        await server.start()
        deliverer.start()
        parts.start()
        hook = "http://{}:{}{}".format(*server.address, PATH)
        await whatsapp.subscribe(hook, VERIFY)
        try:
            yield AtWhatsApp(whatsapp, store, parts, deliverer, clock, hook, desk=desk, facts=facts)
        finally:
            whatsapp.webhook.how.paused = True
            await whatsapp.close()
            await server.stop()
            await parts.stop()
            await deliverer.stop(2)
            store.close()
            await simulator.stop()
