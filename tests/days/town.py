"""A program with WhatsApp alone, part by part as it is built for real, over a strict simulator; all on virtual time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

import storage
from bot.app.whatsapp import SETTLING, compose_for
from bot.channels.whatsapp.doubts import DoubtSweeper
from bot.channels.whatsapp.inbox import Inbox
from bot.channels.whatsapp.receive import Letterbox
from bot.channels.whatsapp.send import NAME, WhatsAppChannel
from bot.channels.whatsapp.signature import Signature
from bot.channels.whatsapp.templates.model import Template as Described
from bot.channels.whatsapp.templates.written import read_folder
from bot.delivery.budget import Budget
from bot.delivery.templates import TemplateNews
from bot.flow.cost import Costs
from bot.flow.deliver import Deliverer
from bot.flow.desk import Desk
from bot.flow.facts import Facts
from bot.flow.means import Means, Terms
from bot.flow.patience import Patience
from bot.ports import Store, Tx
from bot.settings import Settings, load
from bot.settings.ratecard import read_rate_card
from bot.simulator.whatsapp import Limits, Template, WhatsApp
from tests.days.platform import Posts, Wire, webhooks
from tests.days.virtual import LoopClock
from tests.support.at_console import REPOSITORY
from tests.support.town import TEXTS

TOKEN, SECRET, VERIFY, NUMBER_ID = "wa-days-token", "wa-days-secret", "wa-days-verify", "1122334455667"
RATE = 80.0  # messages a second, as a number begins with
WARM = 10.0  # seconds for which the program has been up


@dataclass
class Town:
    """What the days are played with."""

    whatsapp: WhatsApp
    store: Store
    deliverer: Deliverer
    clock: LoopClock
    settings: Settings
    terms: Terms
    costs: Costs

    async def at_rest(self) -> bool:
        """Whether nothing is under way: no webhook, no answer, no delivery that is due."""
        now = self.clock.now()
        if self.whatsapp.webhook.pending or self.deliverer.in_flight:
            return False

        def look(tx: Tx) -> bool:
            due = tx.next_due(NAME, now)
            waiting = tx.waiting_updates("whatsapp-posts", 1) or tx.waiting_updates(NAME, 1)
            return not waiting and not tx.stats(now)["replies"] and (due is None or due > now)

        return await self.store.read(look)


@asynccontextmanager
async def town(
    folder: Path, start: datetime, dice: Random, budget: Budget, portfolio: int, limits: Limits | None = None
) -> AsyncIterator[Town]:  # fmt: skip
    """Everything runs; `portfolio` is what the platform grants and what the program was told."""
    clock = LoopClock(start)
    whatsapp = WhatsApp(
        TOKEN, SECRET, number_id=NUMBER_ID, limits=limits or Limits(portfolio=portfolio), delivery=webhooks(),
        seed=dice.getrandbits(32), clock=clock, ledger_keep=1000, history_keep=30,
    )  # fmt: skip
    store = storage.open_store(f"sqlite:///{folder / 'days.db'}", now=start, migrate=True)
    described = read_folder(fallback=TEXTS.fallback).templates
    epoch = await store.write(lambda tx: _begin(tx, described, start))
    for template in described:
        whatsapp.approve(approved(template))
    settings = load({"FEEDS_FILE": str(REPOSITORY / "feeds.yaml"), "DATABASE_URL": "sqlite:///unused.db"}, dotenv=None)
    facts, zone = Facts(settings, TEXTS), settings.portal.timezone
    terms = Terms(read_rate_card().card, budget, portfolio)
    costs = Costs(NAME, terms, zone, settings.portal.language)
    desk = Desk(store, facts, clock.now, lambda _: deliverer.wake(), patience=Patience(), costs=costs)
    channel = WhatsAppChannel(Wire(whatsapp, dice), store, TEXTS, rate=RATE, templates=described)
    deliverer = Deliverer(
        store, channel, compose_for(channel, facts, clock.now), zone, epoch, clock.now, clock.monotonic,
        opened=clock.monotonic() - WARM, settling=SETTLING, means=Means(terms, zone),
    )  # fmt: skip
    doubts = DoubtSweeper(store, clock.now, clock.monotonic, lambda: deliverer.wake())  # noqa: PLW0108 — made above, bound late
    inbox = Inbox(
        store, desk, NUMBER_ID, clock.now, heard=doubts.heard, stopped=channel.stop, told=deliverer.told
    )  # fmt: skip
    posts = Posts(whatsapp, Signature(SECRET, VERIFY), Waking(store, clock, inbox), dice)
    tasks = [asyncio.create_task(work) for work in (inbox.run(), doubts.run(), posts.bring())]
    tasks.append(deliverer.start())
    try:
        yield Town(whatsapp, store, deliverer, clock, settings, terms, costs)
        for task in tasks:
            assert not task.done(), task.exception()
    finally:
        await deliverer.stop(2)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await desk.close()
        store.close()


class Waking(Letterbox):
    """A letterbox that tells the inbox, as the web server's route does."""

    def __init__(self, store: Store, clock: LoopClock, inbox: Inbox) -> None:
        super().__init__(store, clock.now)
        self._inbox = inbox

    async def keep(self, body: bytes) -> None:
        await super().keep(body)
        self._inbox.wake()


def approved(template: Described) -> Template:
    """A template of ours as Meta has approved it."""
    return Template(
        template.name, template.language, template.category.value, template.body, header=template.header,
        footer=template.footer, quick_replies=tuple(button.text for button in template.buttons),
    )  # fmt: skip


def _begin(tx: Tx, described: tuple[Described, ...], now: datetime) -> int:
    tx.declare_templates([template.declared for template in described])
    news = [TemplateNews(t.name, t.language, now, "APPROVED", t.category.value) for t in described]
    tx.template_news(news)
    return tx.begin_epoch(now).epoch
