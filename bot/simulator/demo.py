"""The demo: a small town with a Telegram, a portal with a past, three phones, and a hand that keeps news coming.

It knows nothing of the program. Whoever starts the program beside it gives it `environment()` and `feeds_yaml()`.
"""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count

from bot.simulator.phones import BUDI_ON_WHATSAPP, REDAKSI, RESIDENTS, Owner, Phones, routes
from bot.simulator.portal import Portal
from bot.simulator.script import MOMENT, Report, Script
from bot.simulator.server import Simulator
from bot.simulator.stories import BY_ID, CATEGORIES, HOST, NEWSROOM, Sample, body, samples
from bot.simulator.telegram import Limits, NotPossible, Telegram
from bot.simulator.waiting import read_since, until
from bot.simulator.whatsapp import Delivery, WhatsApp
from bot.simulator.whatsapp import NotPossible as NotPossibleThere

TOKEN = "7000000001:KENTONGAN-DEMO-TOKEN-OPENS-NOTHING0"  # noqa: S105 — no Telegram but ours knows it
WHATSAPP = {
    "WHATSAPP_ACCESS_TOKEN": "KENTONGAN-DEMO-WHATSAPP-TOKEN", "WHATSAPP_PHONE_NUMBER_ID": "1122334455667",
    "WHATSAPP_APP_SECRET": "kentongan-demo-app-secret", "WHATSAPP_VERIFY_TOKEN": "kentongan-demo-verify",
}  # fmt: skip
PAST = 12  # stories that were there before
FIRST = 14  # the sample that comes first: one that a resident of the demo follows
ENOUGH = 300  # stories after which the newsroom publishes only by hand, so that a forgotten demo comes to rest
POLL = 2  # seconds between two looks at a feed


class Demo:
    """Builds the simulator with its page, and directs what happens in it."""

    def __init__(
        self, *, pace: float = 6.7, patience: float = 8.0, moment: float = 1.2, tell: Callable[[str], None] = print,
        limits: Limits | None = None, whatsapp: bool = False,
    ) -> None:  # fmt: skip
        """In seconds: `pace` between stories, `patience` until the residents begin alone, `moment` between taps.

        The pace is no multiple of the poll, or every story would wait equally long for the next look at its feed.
        With `whatsapp` the second resident lives there.
        """
        self.telegram = Telegram(
            TOKEN, username="kentongan_demo_bot", limits=limits, ledger_keep=2000, history_keep=200
        )
        self.portal = Portal(name=NEWSROOM, categories={category.slug: category.label for category in CATEGORIES})
        self.whatsapp = _whatsapp() if whatsapp else None
        self.residents = (RESIDENTS[0], BUDI_ON_WHATSAPP) if whatsapp else RESIDENTS
        self.phones = Phones(self.telegram, self.portal, (*self.residents, REDAKSI), self.whatsapp)
        there = self.whatsapp.routes() if self.whatsapp is not None else []
        self.simulator = Simulator(self.telegram, self.portal, [*routes(self.phones), *there])
        self._pace, self._patience, self._moment = pace, patience, moment
        self._tell = tell

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> str:
        """Open the page, tell its address before anything else, and publish the past; the base URL."""
        url = await self.simulator.start(host, port)
        self._tell(f"{url}/")
        self._publish_the_past()
        return url

    async def stop(self) -> None:
        """Close the page and the port."""
        self.phones.close()
        if self.whatsapp is not None:
            await self.whatsapp.close()
        await self.simulator.stop()

    def environment(self) -> dict[str, str]:
        """What the program's environment needs to live in this town (FEEDS_FILE and DATABASE_URL are the caller's)."""
        there = {} if self.whatsapp is None else {**WHATSAPP, "WHATSAPP_API_URL": self.simulator.base_url}
        return {
            "TELEGRAM_API_URL": self.simulator.base_url,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_MODE": "polling",
            "FETCH_ALLOW_PRIVATE": "true",
            **there,
        }

    async def connect(self, listen: str) -> None:
        """Bring WhatsApp's webhooks to the program at this address (`host:port`), as soon as it is there."""
        while self.whatsapp is not None:
            try:
                await self.whatsapp.subscribe(f"http://{listen}/whatsapp", WHATSAPP["WHATSAPP_VERIFY_TOKEN"])
            except (NotPossibleThere, OSError):
                await asyncio.sleep(0.1)
            else:
                return

    def feeds_yaml(self) -> str:
        """The program's feeds.yaml for this town's portal."""
        return "\n".join(self._yaml_lines()) + "\n"

    def hire(self, code: str) -> None:
        """The newsroom's phone takes up an invitation to the team (as `kentongan invite` prints it)."""
        self.phones.say(REDAKSI.user_id, f"/start undang-{code}")

    async def direct(self) -> None:
        """Keep the town alive: residents who begin by themselves, and a story every few seconds; until cancelled."""
        # The program's first look at a feed sends nothing; what comes out before it would never arrive.
        await until(self.phones, lambda: read_since(self.portal, 0.0))
        async with asyncio.TaskGroup() as group:
            group.create_task(self._residents())
            group.create_task(self._news())

    async def script(self, deadline: float = 20.0, promise: float = POLL + 1.0, moment: float = MOMENT) -> Report:
        """Play the whole thing without a person, telling each step; `promise`: publication to arrival, in seconds."""
        return await Script(self.phones, self._tell, deadline, promise, moment).play()

    # The past and the news --------------------------------------------------------------------------------------------

    def _publish_the_past(self) -> None:
        for n, sample in enumerate(samples()[:PAST]):
            self._publish(sample, age=timedelta(hours=3 * (PAST - n)))

    def _publish(self, sample: Sample, title: str = "", age: timedelta | None = None) -> int:
        html = body(sample, self.phones.now() - (age or timedelta()))
        return self.phones.publish(title or sample.title, html, sample.slugs, age=age)

    async def _news(self) -> None:
        for _, (sample, title) in zip(range(ENOUGH), _coming(), strict=False):
            self._publish(sample, title)
            await asyncio.sleep(self._pace)

    # The residents ----------------------------------------------------------------------------------------------------

    async def _residents(self) -> None:
        """Whoever nobody plays begins by themselves, so that also a mere onlooker sees a story arrive."""
        await asyncio.sleep(self._patience)
        await asyncio.gather(*(self._begin(owner) for owner in (*self.residents, REDAKSI)))

    async def _begin(self, owner: Owner) -> None:
        everything = len(owner.topics) == len(CATEGORIES)
        topics = ["Pilih semua"] if everything else [BY_ID[topic].name_id for topic in owner.topics]
        hello = "MULAI" if owner.phone else "/start"
        for label in ("", *topics, "Selesai"):
            if owner.user_id in self.phones.touched:
                return
            try:
                self.phones.tap(owner.user_id, label) if label else self.phones.say(owner.user_id, hello)
            except (
                NotPossible,
                NotPossibleThere,
            ):  # the program answers in other words than we expect: leave the phone to the onlooker
                return
            await asyncio.sleep(self._moment)

    # feeds.yaml -------------------------------------------------------------------------------------------------------

    def _yaml_lines(self) -> Iterator[str]:
        yield "portal:"
        yield f"  name: {NEWSROOM}"
        yield f"  url: https://{HOST}"
        yield "  area: Mojokerto"
        yield "  language: id"
        yield "  timezone: Asia/Jakarta"
        yield 'defaults: {quiet: "off"}'
        yield "categories:"
        for category in CATEGORIES:
            yield f"  - id: {category.id}"
            yield f"    name: {{id: {category.name_id}, en: {category.name_en}}}"
            yield f"    labels: [{category.label}]"
        yield "feeds:"
        yield f"  - {{url: {self.simulator.base_url}/feed/, every: {POLL}s}}"
        for category in CATEGORIES:
            yield f"  - url: {self.simulator.base_url}/category/{category.slug}/feed/"
            yield f"    every: {POLL}s"
            yield f"    categories: [{category.id}]"


def _whatsapp() -> WhatsApp:
    secret, number = WHATSAPP["WHATSAPP_APP_SECRET"], WHATSAPP["WHATSAPP_PHONE_NUMBER_ID"]
    how = Delivery(batch=5)
    return WhatsApp(
        WHATSAPP["WHATSAPP_ACCESS_TOKEN"], secret, number_id=number, delivery=how, ledger_keep=2000, history_keep=200
    )  # fmt: skip


def _coming() -> Iterator[tuple[Sample, str]]:
    """Samples with titles, without end: first those that nobody has seen, then new rounds with titles of their own."""
    fresh = [*samples()[FIRST:], *samples()[PAST:FIRST]]
    yield from ((sample, sample.title) for sample in fresh)
    for turn in count(2):
        yield from ((sample, f"{sample.title} (bagian {turn})") for sample in samples())
