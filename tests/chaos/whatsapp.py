"""SIGKILL again and again while alerts go out on WhatsApp and statuses come in.

What a kill leaves in doubt is settled by its statuses; what none tells of, after so many seconds in which others came,
is sent once more. So nobody is lost and everybody has one copy, which no channel without receipts can promise.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import storage
from bot.channels.whatsapp.send import NAME
from bot.delivery.content import Level, Note
from bot.delivery.templates import TemplateNews
from bot.flow import newsroom
from bot.ports import Store, Subscription, Tx
from tests.chaos.book import Book
from tests.chaos.judge import ALERT, Fate, Verdict, fates, judge_stops
from tests.chaos.phones import Send
from tests.chaos.program import Program
from tests.chaos.trial import free_port, temporary
from tests.chaos.whatsapp_outside import DESCRIBED, NUMBER_ID, SECRET, TOKEN, VERIFY, phone

KILLS, READERS, RATE, LISTENED = 30, 4_000, 400, 120.0
PLENTY = {"WHATSAPP_BUDGET_MONTH": "1000000", "WHATSAPP_PORTFOLIO_LIMIT": "unlimited"}
EMPTY = 0.9  # seconds after a start: the program sends nothing in its first
LATER = (0.2, 1.5)  # seconds after the first send of a life
UNHEARD_OF, SETTLES_WITHIN = 30.0, 120.0  # seconds
ONCE_MORE = "SELECT count(*) FROM delivery WHERE doubts > 0"
# Whoever stopped meanwhile is not sent once more what may have arrived: that stays unknown.
UNKNOWN = "SELECT count(*) FROM delivery WHERE state = 'unknown' AND code IS NOT 'stopped'"
FEEDS = """\
portal: {name: Kabar Uji, url: "https://kabar.example", language: id, timezone: Asia/Jakarta}
defaults: {quiet: off}
categories:
  - {id: daerah, name: {id: Daerah, en: Regional}, labels: [DAERAH]}
feeds: []
"""


class Phones:
    """WhatsApp's process from here."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sends: list[Send] = []
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=60)

    def look(self) -> list[Send]:
        """What has arrived since the last look."""
        new = [Send(*row) for row in self.ask("GET", f"/chaos/sends?after={len(self.sends)}")]
        self.sends += new
        return new

    def ask(self, verb: str, path: str, **body: Any) -> Any:
        """One request."""
        self._connection.request(verb, path, json.dumps(body), {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        read = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {read[:200]!r}")
        return json.loads(read)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@dataclass
class Course:
    """A trial: the world outside, the program, and what has been said."""

    phones: Phones
    program: Program
    book: Book
    readers: list[int]
    dice: Random
    listened: float
    broadcasts: dict[str, str] = field(default_factory=dict)  # mark -> kind
    stopped: list[int] = field(default_factory=list)
    reached: Counter[str] = field(default_factory=Counter)
    starts: int = 0
    started: float = 0.0

    def start(self) -> None:
        """Begin a life."""
        self.started = self.program.start()
        self.starts += 1

    def look(self) -> list[Send]:
        """What has arrived; somebody reads, so that there are always statuses under way."""
        new = self.phones.look()
        self.reached.update(send.what for send in new)
        self.phones.ask("POST", "/chaos/read", phone=str(self.dice.choice(self.readers)))
        return new

    def supply(self) -> None:
        """Let there be an alert to send."""
        if sum(self.reached[mark] for mark in self.broadcasts) > (len(self.broadcasts) - 0.5) * len(self.readers):
            mark = f"Siaga {len(self.broadcasts) + 1:02d}"
            self.broadcasts[mark] = ALERT
            asyncio.run(alert(self.program.environment["DATABASE_URL"], mark))

    def live_and_die(self) -> None:
        """Until some moment of sending; somebody asks to stop meanwhile."""
        self.wait(self._is_sending, UNHEARD_OF)
        end = time.monotonic() + self.dice.uniform(*LATER)
        self.stop_somebody()
        while time.monotonic() < end:
            self.supply()
            self.look()
            time.sleep(0.01)
        self.program.kill()

    def _is_sending(self) -> bool:
        self.supply()
        return any(send.at > self.started + EMPTY and send.what in self.broadcasts for send in self.look())

    def stop_somebody(self) -> None:
        """One reader asks for no more."""
        self.stopped.append(leaving := self.dice.choice([r for r in self.readers if r not in self.stopped]))
        self.phones.ask("POST", "/chaos/say", phone=str(leaving), text="BERHENTI")

    def wait(self, true: Callable[[], Any], within: float) -> float:
        """Until it is true; seconds that took."""
        began = time.monotonic()
        while not true():
            if time.monotonic() - began > within:
                raise TimeoutError(f"not within {within} s: {self.program.log.read_text()[-2000:]}")
            time.sleep(0.02)
        return time.monotonic() - began

    def settle(self) -> float:
        """Until nothing is under way and nothing in doubt, with statuses coming in all the time."""
        took = self.wait(self._is_settled, self.listened + SETTLES_WITHIN)
        self.look()
        return took

    def _is_settled(self) -> bool:
        self.look()
        time.sleep(0.1)
        return self.book.is_settled() and self.book.ask(UNKNOWN) == 0

    @property
    def hook(self) -> str:
        """Where webhooks go."""
        return f"http://{self.program.environment['LISTEN']}/whatsapp"


def run(
    kills: int = KILLS, readers: int = READERS, seed: int = 0, *, rate: int = RATE, listened: float = LISTENED,
    folder: Path | None = None,
) -> Verdict:  # fmt: skip
    """Kill so often, let it settle, judge."""
    with course(readers, rate, seed, listened, folder) as made:
        made.supply()
        for _ in range(kills):
            made.live_and_die()
            made.start()
        settling = made.settle()
        stats = made.phones.ask("GET", "/chaos/stats")
        status = made.program.stop()
        verdict = Verdict({"kills, readers, alerts": f"{kills}, {readers}, {len(made.broadcasts)}"})
        verdict.must(status == 0, f"SIGTERM ended it with status {status}")
        judge(verdict, made, stats)
        verdict.figures["seconds to settle after the last kill"] = round(settling, 1)
    return verdict


def judge(verdict: Verdict, made: Course, stats: dict[str, Any]) -> None:
    """Lost 0, copies 1, no doubt left, within the limits."""
    found = fates(made.broadcasts, made.readers, made.phones.sends, made.book.rows())
    wanted = [f for f in found if f.chat not in made.stopped]
    copies = Counter(len(f.arrivals) for f in found)
    once_more = made.book.ask(ONCE_MORE)
    verdict.figures["readers of alerts, arrived"] = f"{len(wanted)}, {sum(bool(f.arrivals) for f in wanted)}"
    verdict.figures["copies"] = dict(sorted(copies.items()))
    verdict.figures["sent once more, for no status came"] = once_more
    verdict.figures["left in doubt by kills"] = sum(int(line["unknown"]) for line in made.program.logged("running"))
    verdict.figures["webhooks: posts, events, refused while dead"] = [stats[n] for n in ("posts", "events", "refused")]
    lost = [f for f in wanted if not f.arrivals]
    many = [f for f in found if len(f.arrivals) > 1]
    lies = [f for f in found if bool(f.arrivals) != (f.state == "sent")]
    verdict.must(not lost, f"lost: {_some(lost)}")
    verdict.must(not many, f"more than one copy: {_some(many)}")
    verdict.must(not [f for f in lies if f.chat not in made.stopped], f"the book lies: {_some(lies)}")
    verdict.must(stats["limit_hits"] == [0, 0], f"limits were hit: {stats['limit_hits']}")
    verdict.must(stats["outside"] == 0, f"{stats['outside']} messages outside of a window")
    judge_stops(verdict, made.stopped, made.phones.sends, made.book.statuses())
    integrity = made.book.integrity()
    verdict.must(integrity == "ok", f"integrity check: {integrity}")


def _some(found: list[Fate]) -> str:
    return f"{len(found)}: " + "; ".join(f"{f.what} for {f.chat}: {f.state}, {len(f.arrivals)}" for f in found[:5])


@contextmanager
def course(
    readers: int, rate: int, seed: int, listened: float, folder: Path | None, *, closed: bool = False
) -> Iterator[Course]:  # fmt: skip
    """Everything in place and running; whatever happens, the two processes are gone afterwards."""
    given = (readers, rate, seed, int(closed))
    with temporary() if folder is None else nullcontext(folder) as own, outside(*given) as phones:
        database = own / "kentongan.db"
        variables = environment(own, phones.url, database, rate) | (PLENTY if closed else {})
        program = Program(own, variables, ["tests.chaos.patient", str(listened)])
        numbers = [int(phone(n)) for n in range(readers)]
        asyncio.run(_settle(f"sqlite:///{database}", numbers, closed=closed))
        made = Course(phones, program, Book(database), numbers, Random(seed), listened)
        try:
            made.start()
            program.wait_until_ready()
            phones.ask("POST", "/chaos/subscribe", url=made.hook)
            yield made
        finally:
            program.end()


@contextmanager
def outside(*options: int) -> Iterator[Phones]:
    """WhatsApp in a process of its own."""
    command = [sys.executable, "-m", "tests.chaos.whatsapp_outside", *map(str, options)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    made = Phones(process.stdout.readline().strip())
    try:
        yield made
    finally:
        made.close()
        process.kill()
        process.wait()
        process.stdout.close()


def environment(folder: Path, url: str, database: Path, rate: int) -> dict[str, str]:
    """The program's variables."""
    feeds = folder / "feeds.yaml"
    feeds.write_text(FEEDS)
    return {
        "DATABASE_URL": f"sqlite:///{database}", "FEEDS_FILE": str(feeds), "LISTEN": f"127.0.0.1:{free_port()}",
        "WHATSAPP_API_URL": url, "WHATSAPP_ACCESS_TOKEN": TOKEN, "WHATSAPP_PHONE_NUMBER_ID": NUMBER_ID,
        "WHATSAPP_APP_SECRET": SECRET, "WHATSAPP_VERIFY_TOKEN": VERIFY, "WHATSAPP_RATE": str(rate),
        "LOG_FORMAT": "json", "PYTHONPATH": str(Path(__file__).parents[2]),
    }  # fmt: skip


async def _settle(url: str, numbers: list[int], *, closed: bool) -> None:
    """Readers who have all just written, or who never have: to them only what is approved may be sent."""
    now = datetime.now(UTC)  # noqa: TID251 — the world's own clock
    rows = [Subscription(NAME, str(number), ("daerah",), consent_at=now) for number in numbers]

    def enter(tx: Tx) -> None:
        tx.import_subscribers(rows, now)
        tx.declare_templates([template.declared for template in DESCRIBED])
        tx.template_news([TemplateNews(t.name, t.language, now, "APPROVED", t.category) for t in DESCRIBED])
        for row in [] if closed else rows:
            tx.open_window(row.address, now, now)

    async with _opened(url) as store:
        await store.write(enter)


async def alert(url: str, mark: str) -> None:
    """Publish it, beside the program."""
    note = Note(f"{mark}: air Sungai Pikatan naik, jauhi bantaran.", "Sungai naik", level=Level.IMPORTANT)
    async with _opened(url) as store:
        now = datetime.now(UTC)  # noqa: TID251 — an editor's own clock
        await store.write(lambda tx: newsroom.alert(tx, note, (), [NAME], "trial", now))


class _opened:  # noqa: N801 — used as a function is
    """A store of our own, closed before anything is killed."""

    def __init__(self, url: str) -> None:
        self._store = storage.open_store(url, now=datetime.now(UTC), migrate=True)  # noqa: TID251 — likewise

    async def __aenter__(self) -> Store:
        return self._store

    async def __aexit__(self, *_: object) -> None:
        self._store.close()
