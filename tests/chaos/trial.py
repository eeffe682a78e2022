"""One trial: the world outside, a program with its readers, and what is said to them."""

import asyncio
import json
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import storage
from bot.delivery.content import Level, Note
from bot.flow import newsroom
from bot.simulator.stories import body, samples
from tests.chaos.book import Book
from tests.chaos.phones import Phones, Send, phones
from tests.chaos.program import Program, command
from tests.support.world import feeds_yaml

TOKEN = "123456789:" + "k" * 35
STORY, ALERT = "story", "alert"
SETTLES_WITHIN = 300.0  # seconds


@dataclass
class Trial:
    """What a scenario acts on."""

    folder: Path
    phones: Phones
    program: Program
    book: Book
    readers: range
    broadcasts: dict[str, str] = field(default_factory=dict)  # mark -> story or alert
    reached: dict[str, set[int]] = field(default_factory=dict)  # mark -> chats

    def tell_story(self) -> str:
        """The portal publishes an article that everybody is told; its mark."""
        number = len(self.broadcasts) + 1
        mark, sample = f"Kabar {number:02d}", samples()[number % len(samples())]
        self._say(mark, STORY)
        text = body(sample, datetime.now(UTC))  # noqa: TID251 — the portal's own clock
        self.phones.publish(f"{mark}: {sample.title}", text, [*{*sample.slugs, "daerah"}])
        return mark

    def sound_alert(self, categories: tuple[str, ...] = (), level: Level = Level.IMPORTANT) -> str:
        """An editor's command beside the program writes an alert; its mark."""
        mark = f"Siaga {len(self.broadcasts) + 1:02d}"
        self._say(mark, ALERT)
        note = Note(f"{mark}: air Sungai Pikatan naik, jauhi bantaran sampai besok pagi.", "Sungai naik", level=level)
        asyncio.run(_alert(self.program.environment["DATABASE_URL"], note, categories))
        return mark

    def _say(self, mark: str, kind: str) -> None:
        self.broadcasts[mark] = kind
        self.reached[mark] = set()

    def look(self) -> list[Send]:
        """What has arrived on phones since the last look."""
        new = self.phones.look()
        for send in new:
            if send.done and send.what in self.reached:
                self.reached[send.what].add(send.chat)
        return new

    def left(self) -> int:
        """Messages that have still to reach somebody, of all broadcasts; those of whom nobody knows are among them."""
        return len(self.broadcasts) * len(self.readers) - sum(len(chats) for chats in self.reached.values())

    def wait(self, true: Callable[[], Any], within: float, what: str) -> float:
        """Look until it is true; seconds that took."""
        began = time.monotonic()
        while not true():
            if time.monotonic() - began > within:
                raise TimeoutError(f"not within {within} s: {what}")
            time.sleep(0.02)
            self.look()
        return time.monotonic() - began

    def wait_for(self, sends: int, within: float = 60.0) -> float:
        """Look until so many more sends have arrived."""
        wanted = len(self.phones.sends) + sends
        return self.wait(lambda: len(self.phones.sends) >= wanted, within, f"{sends} more sends")

    def settle(self, within: float = SETTLES_WITHIN) -> float:
        """Wait until all that was said is over; seconds that took."""
        began = time.monotonic()
        while not self.book.is_settled() or not self._all_polled():
            if time.monotonic() - began > within:
                raise TimeoutError(f"not settled within {within} s")
            time.sleep(0.25)
            self.look()
        self.look()
        return time.monotonic() - began

    def _all_polled(self) -> bool:
        return self.book.marks() >= self.broadcasts.keys()


async def _alert(url: str, note: Note, categories: tuple[str, ...]) -> None:
    """One transaction of a connection of its own, which is closed before anything is killed."""
    now = datetime.now(UTC)  # noqa: TID251 — an editor's own clock
    store = storage.open_store(url, now=now)
    try:
        await store.write(lambda tx: newsroom.alert(tx, note, categories, ["telegram"], "trial", now))
    finally:
        store.close()


@contextmanager
def trial(
    readers: int, rate: int, *, folder: Path | None = None, disk: Path | None = None, latency: float = 0.03,
    jitter: float = 0.03, seed: int = 0, retry_after: int = 5,
) -> Iterator[Trial]:  # fmt: skip
    """Everything in place and running: an old article is known, so many readers want everything.

    The database lies in `disk` when given. Whatever happens, the two processes are gone afterwards.
    """
    with temporary() if folder is None else nullcontext(folder) as own, phones(
        users=readers, rate=rate, latency=latency, jitter=jitter, seed=seed, token=TOKEN, history=5,
        **{"retry-after": retry_after},
    ) as outside:  # fmt: skip
        place = (disk or own) / "kentongan.db"
        program = Program(own, environment(own, outside.url, place, rate))
        made = Trial(own, outside, program, Book(place), range(1, readers + 1))
        try:
            outside.publish("Pasar pagi pindah ke halaman kelurahan", "<p>Sejak lama.</p>", ["daerah"])
            program.start()
            program.wait_until_ready()
            import_readers(made, made.readers)
            made.wait(lambda: made.book.count("story") > 0, 60, "the first poll")
            yield made
        finally:
            program.end()


@contextmanager
def temporary() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="kentongan-chaos-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def environment(folder: Path, url: str, database: Path, rate: int) -> dict[str, str]:
    """The program's variables, with a feeds.yaml that they name."""
    feeds = folder / "feeds.yaml"
    feeds.write_text(feeds_yaml(url, {"/feed/": ""}, "1s"))
    return {
        "DATABASE_URL": f"sqlite:///{database}", "FEEDS_FILE": str(feeds), "LISTEN": f"127.0.0.1:{free_port()}",
        "TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": url, "TELEGRAM_RATE": str(rate),
        "FETCH_ALLOW_PRIVATE": "true", "LOG_FORMAT": "json",
    }  # fmt: skip


def import_readers(made: Trial, chats: range) -> None:
    """A third follow one category, the others all; none has quiet hours or a daily limit."""
    file = made.folder / "readers.jsonl"
    with file.open("w") as lines:
        for chat in chats:
            lines.write(json.dumps(reader(chat, "daerah" if chat % 3 == 0 else "semua")) + "\n")
    command(made.folder, made.program.environment, "subscribers", "import", str(file))


def reader(chat: int, category: str) -> dict[str, Any]:
    """A line of an import."""
    since = "2026-01-31T09:00:00+07:00"
    return {"channel": "telegram", "address": str(chat), "categories": [category], "consent_at": since}


def free_port() -> int:
    """A port that nobody listens on now; the same for all starts of a program."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
