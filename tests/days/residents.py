"""Readers as they are: some read everything, some nothing; they write, tap, stop, come back, block."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from zoneinfo import ZoneInfo

from bot.channels.whatsapp.send import NAME
from bot.ports import Subscription
from bot.simulator.whatsapp import Event, NotPossible, Shown
from tests.days.town import Town

WORDS = ("menu", "terbaru", "cari air bersih", "bantuan", "topik", "halo", "cari jalan", "simpanan", "2", "berita lain")
STOPS = ("BERHENTI", "berhenti", "stop", "Stop", "unsubscribe")
LEAVES = frozenset({"Berhenti", "Berhenti berlangganan"})
MODES = ("instant",) * 6 + ("morning", "evening", "both", "both")
TOPICS = ("utama", "hukrim", "kesehatan", "daerah", "budaya", "investigasi")
NIGHT = (22, 5)  # local hours in which people sleep


@dataclass(frozen=True)
class Kind:
    """A sort of reader: shares of messages, and acts a day."""

    reads: float
    taps: float  # of the messages that they read and that have something to tap
    writes: float
    stops: float = 0.004
    blocks: float = 0.002


KINDS = {
    "devoted": (Kind(0.98, 0.30, 1.2), 0.15), "usual": (Kind(0.7, 0.08, 0.25), 0.45),
    "silent": (Kind(0.15, 0.01, 0.02), 0.3), "leaving": (Kind(0.6, 0.05, 0.2, stops=0.5, blocks=0.1), 0.1),
}  # fmt: skip


@dataclass
class Resident:
    """One reader; `gone_since` is when they last asked for no more, in the loop's seconds."""

    phone: str
    kind: Kind
    gone_since: float | None = None
    blocked: bool = False


@dataclass
class Residents:
    """Everybody, and their hands."""

    town: Town
    dice: Random
    zone: ZoneInfo
    people: dict[str, Resident] = field(default_factory=dict)
    acts: dict[str, int] = field(default_factory=dict)

    async def settle(self, count: int) -> None:
        """So many have WhatsApp, and consented on the portal's page; nobody has written yet."""
        kinds, weights = zip(*KINDS.values(), strict=True)
        rows = []
        for n in range(count):
            phone = f"6281{n:09d}"
            self.people[phone] = Resident(phone, self.dice.choices(kinds, weights)[0])
            self.town.whatsapp.add_person(phone, f"Warga {n}")
            rows.append(self._subscription(phone))
        now = self.town.clock.now()
        await self.town.store.write(lambda tx: tx.import_subscribers(rows, now))
        self.town.whatsapp.listen(self._hear)

    def _subscription(self, phone: str) -> Subscription:
        dice = self.dice
        topics = ("*",) if dice.random() < 0.2 else tuple(dice.sample(TOPICS, dice.randint(1, 4)))
        quiet = (21 * 60, 5 * 60) if dice.random() < 0.7 else None
        return Subscription(
            NAME, phone, topics, mode=dice.choice(MODES), quiet=quiet,
            consent_at=self.town.clock.now(),
        )  # fmt: skip

    async def live(self) -> None:
        """Until cancelled: everybody acts at moments of their own."""
        async with asyncio.TaskGroup() as group:
            for resident in self.people.values():
                group.create_task(self._live(resident))

    async def _live(self, resident: Resident) -> None:
        kind = resident.kind
        acts = {"write": kind.writes, "stop": kind.stops, "prefer": kind.stops / 4, "block": kind.blocks}
        a_day = sum(acts.values())
        while True:
            await asyncio.sleep(self.dice.expovariate(a_day) * 86_400)
            await self._wake_up()
            act = self.dice.choices([*acts], [*acts.values()])[0]
            self._do(resident, act)

    async def _wake_up(self) -> None:
        hour = self.town.clock.now().astimezone(self.zone).hour
        if hour >= NIGHT[0] or hour < NIGHT[1]:
            await asyncio.sleep(((NIGHT[1] - hour) % 24 + self.dice.random() * 3) * 3600)

    def _do(self, resident: Resident, act: str) -> None:
        phone, whatsapp = resident.phone, self.town.whatsapp
        if resident.blocked:
            resident.blocked = False
            whatsapp.block(phone, blocked=False)
        elif resident.gone_since is not None:
            if self.dice.random() < 0.5:  # some come back
                self._come_back(resident)
        elif act == "write":
            self._count(act)
            whatsapp.say(phone, self.dice.choice(WORDS))
        elif act == "block":
            self._count(act)
            resident.blocked = True
            whatsapp.block(phone)
        else:
            self._leave(resident, act)

    def _leave(self, resident: Resident, act: str) -> None:
        self._count(act)
        if act == "prefer":
            self.town.whatsapp.stop_marketing(resident.phone)
        else:
            self.town.whatsapp.say(resident.phone, self.dice.choice(STOPS))
        resident.gone_since = self._time()

    def _come_back(self, resident: Resident) -> None:
        self._count("come back")
        resident.gone_since = None
        if self.town.whatsapp.person(resident.phone).stopped:
            self.town.whatsapp.resume_marketing(resident.phone)
        self.town.whatsapp.say(resident.phone, "MULAI daerah hukrim")

    # What comes ------------------------------------------------------------------------------------------------------

    def _hear(self, event: Event) -> None:
        """The phone rings; perhaps somebody looks at it, later."""
        resident = self.people.get(event.phone)
        if event.kind != "message" or resident is None or self.dice.random() >= resident.kind.reads:
            return
        newest = self.town.whatsapp.shown(event.phone)[-1]
        if newest.from_business:
            asyncio.get_running_loop().call_later(self.dice.expovariate(1 / 1800), self._look, resident, newest)

    def _look(self, resident: Resident, shown: Shown) -> None:
        if resident.blocked or not self._awake():
            return
        self.town.whatsapp.read(resident.phone)
        choices = [*self._worth_tapping(shown)]
        if resident.gone_since is None and choices and self.dice.random() < resident.kind.taps:
            self._count("tap")
            try:
                self.town.whatsapp.press(resident.phone, shown.message_id, self.dice.choice(choices))
            except NotPossible:
                return  # the message has scrolled away

    def _worth_tapping(self, shown: Shown) -> Iterator[str]:
        return (choice.id for choice in shown.choices if choice.id and choice.title not in LEAVES)

    def _awake(self) -> bool:
        return NIGHT[1] <= self.town.clock.now().astimezone(self.zone).hour < NIGHT[0]

    def _count(self, act: str) -> None:
        self.acts[act] = self.acts.get(act, 0) + 1

    def _time(self) -> float:
        return asyncio.get_running_loop().time()
