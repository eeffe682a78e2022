"""The outside of a conversation's measurement, in a process of its own: the strict Telegram, and people who write.

It prints its address, waits for one JSON line that says who shall write how often, and prints one JSON line of what was
answered. A message counts as answered when the first thing appears on its writer's phone; seconds are from the moment
at which Telegram has the message to that one.
"""

import asyncio
import itertools
import json
import re
import sys
import time
from collections import defaultdict, deque
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import uvloop

from bot.simulator.control import Control
from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.telegram import Event, Limits, NotPossible, Telegram

TOKEN: Final = "123456789:" + "c" * 35
STEP: Final = 0.01  # seconds between two looks at who is to write
DRAIN: Final = 10.0  # seconds that late answers are waited for
ALERT: Final = "Jembatan ditutup"
# What people do one after the other; `>` before a label is a tap.
STEPS: Final = (
    "/start", ">Daerah", ">Selesai", "menu", "cari", "terbaru", "topik", ">Hukum", "jeda", ">1 hari", "lanjut",
)  # fmt: skip
_NUMBERED: Final = re.compile(r"kata(\d+)x")
FLOOD: Final = ("halo", "/start", "menu", "/terbaru")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to happen."""

    seconds: float = 20.0
    rate: float = 200.0  # messages a second, all people together
    abuser: int = 0  # messages that one person sends meanwhile, as fast as they can
    alert_to: int = 0  # readers of an alert that another process sends meanwhile
    burst: int = 1  # searches that a person sends at once, numbered
    drain: float = DRAIN


@dataclass
class People:
    """Everybody who writes; they are the first of the crowd."""

    telegram: Telegram
    count: int
    asked: dict[int, float] = field(default_factory=dict)
    waited: list[float] = field(default_factory=list)
    alerts: list[float] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # of searches
    answers: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    sent: int = 0
    given_up: int = 0
    burst: int = 1
    seen: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # the last number that was answered
    disordered: int = 0  # answers that came before an earlier one

    def __post_init__(self) -> None:
        """Nobody has done anything yet."""
        self._next = deque((person, itertools.cycle(STEPS)) for person in range(1, self.count + 1))

    def hear(self, event: Event) -> None:
        """Something appears on a phone."""
        if event.kind not in {"message", "edit", "toast"} or not event.text:
            return
        at = self.asked.pop(event.chat_id, None)
        if at is not None:
            self.waited.append(time.perf_counter() - at)
        if event.kind == "message" and ALERT in event.text:
            self.alerts.append(time.perf_counter())
        self.answers[event.chat_id] += 1
        found = _NUMBERED.search(event.text)
        if found is not None and not event.text.startswith("cari "):
            self.disordered += int(found[1]) <= self.seen[event.chat_id]
            self.seen[event.chat_id] = int(found[1])

    def one_writes(self) -> None:
        """The person who wrote longest ago does what comes next for them."""
        person, steps = self._next.popleft()
        self._next.append((person, steps))
        step = next(steps)
        if self.asked.pop(person, None) is not None:  # still without an answer: they wait no longer, and nor do we
            self.given_up += 1
        try:
            self._act(person, step)
        except NotPossible:  # the button is not there: its message was not answered
            self._act(person, "menu")
        self.asked[person] = time.perf_counter()
        self.sent += 1

    def _act(self, person: int, step: str) -> None:
        if step.startswith(">"):
            self.telegram.tap(person, step[1:])
        elif step == "cari":
            for _ in range(self.burst):
                self.numbers[person] += 1
                self.telegram.say(person, f"cari kata{self.numbers[person]}x")
        else:
            self.telegram.say(person, step)

    def give_up(self) -> int:
        """How many were never answered."""
        return len(self.asked) + self.given_up


async def live(people: People, plan: Plan) -> dict[str, Any]:
    """Let it happen; what was seen."""
    people.burst = plan.burst
    began, due = time.perf_counter(), 0
    abuser = people.count + 1
    abused = 0
    used = time.process_time()
    while (now := time.perf_counter() - began) < plan.seconds:
        due = int(now * plan.rate)
        while people.sent < due:
            people.one_writes()
        while abused < min(plan.abuser, plan.abuser * now / plan.seconds):
            people.telegram.say(abuser, FLOOD[abused % len(FLOOD)])
            abused += 1
        await asyncio.sleep(STEP)
    took, used = time.perf_counter() - began, time.process_time() - used
    await _drained(people, plan)
    waited = sorted(people.waited)
    return {
        "messages": people.sent, "a_second": round(people.sent / took, 1), "unanswered": people.give_up(),
        "disordered": people.disordered,
        "p50_ms": _ms(waited, 0.5), "p95_ms": _ms(waited, 0.95), "p99_ms": _ms(waited, 0.99),
        "floods": people.telegram.floods, "peak": people.telegram.peak(), "town_cpu": round(used / took, 2),
        "abuser_sent": abused, "abuser_answers": people.answers[abuser] - abused,
        "alerts": len(people.alerts), "alert_at": people.alerts,
    }  # fmt: skip


async def _drained(people: People, plan: Plan) -> None:
    deadline = time.perf_counter() + plan.drain
    while (people.asked or len(people.alerts) < plan.alert_to) and time.perf_counter() < deadline:
        await asyncio.sleep(STEP)


def _ms(waited: list[float], share: float) -> float | None:
    return round(1000 * waited[min(len(waited) - 1, int(len(waited) * share))], 1) if waited else None


async def serve(rate: int, count: int, readers: int) -> None:
    """`python -m bench.town RATE PEOPLE READERS`."""
    telegram = Telegram(
        TOKEN, limits=Limits(rate) if rate else Limits.off(), ledger_keep=0, history_keep=6, crowd=count + 1 + readers
    )
    for person in range(1, count + 2):
        telegram.add_user(person, f"Warga {person}")
    people = People(telegram, count)
    telegram.listen(people.hear)
    portal = Portal(name="Kabar Uji", categories={})
    simulator = Simulator(telegram, portal, Control(telegram, portal).routes())
    print(await simulator.start(), flush=True)
    loop = asyncio.get_running_loop()
    line = await loop.run_in_executor(None, sys.stdin.readline)
    if line:
        print(json.dumps(await live(people, Plan(**json.loads(line)))), flush=True)
        await loop.run_in_executor(None, sys.stdin.readline)
    await simulator.stop()


def ask(plan: Plan) -> str:
    """The line that tells the town what shall happen."""
    return json.dumps(asdict(plan)) + "\n"


if __name__ == "__main__":
    uvloop.run(serve(*map(int, sys.argv[1:4])))
