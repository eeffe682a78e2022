"""Conversations as text files that an editor can read and correct, played on any channel.

    # Pelanggan baru memilih satu topik       a title; below it may stand `@ bahasa en` or `@ tombol lama`
    > /start                                  the person types
    Selamat datang di Target 24 Jam. …        what then stands on the screen, word for word
    [Berita Utama | Hukum & Kriminal]         a row of buttons
    > ketuk Daerah                            the person taps a button (English: `> tap Regional`)
    (Pilih sedikitnya satu topik.)            a passing line
    --                                        between two messages
    * terbit 7                                story 7 of tests/support/town.py is sent to its readers

A line with nothing but `…` stands for any number of lines.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

FOLDER: Final = Path(__file__).parent.parent / "chat" / "transcripts"
_TAP: Final = re.compile(r"> (?:ketuk|tap) (?P<label>.+)")
_PUBLISH: Final = re.compile(r"\* terbit (?P<number>\d+)")
_TICK: Final = "✅ "
PHOTO: Final = "‹foto›"  # where a photo stands above the text
Also = Callable[[str], Awaitable[bool]]  # does a line if it knows it


@dataclass(frozen=True, slots=True)
class Screen:
    """One message as it appears: its plain text and the labels of its buttons."""

    text: str
    rows: tuple[tuple[str, ...], ...] = ()
    passing: bool = False  # a toast

    def lines(self) -> list[str]:
        """As a transcript writes it."""
        if self.passing:
            return [f"({self.text})"]
        return [*self.text.split("\n"), *(f"[{' | '.join(row)}]" for row in self.rows)]


class Driver(Protocol):
    """A person in front of one channel."""

    without: frozenset[str]  # labels of buttons that this channel leaves out

    async def say(self, text: str) -> None:
        """Type and send."""

    async def press(self, label: str) -> None:
        """Tap the newest button with this label."""

    async def publish(self, number: int) -> None:
        """Story `number` of the town is sent to its readers."""

    async def shown(self) -> list[Screen]:
        """What has appeared since the last call, in order; a screen that was replaced appears anew."""


@dataclass(slots=True)
class Step:
    """One thing that happens, and the lines that it leads to."""

    act: str
    line: int
    expected: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Transcript:
    """One conversation."""

    name: str
    title: str = ""
    language: str = "id"
    old_buttons: bool = False  # taps a button that is no longer on the last screen: not every channel has it still
    steps: list[Step] = field(default_factory=list)


def transcripts(folder: Path = FOLDER) -> list[Transcript]:
    """All conversations of the folder, by name."""
    return [read(path.stem, path.read_text("utf-8")) for path in sorted(folder.glob("*.txt"))]


def read(name: str, text: str) -> Transcript:
    """Read one file; ValueError names a line that stands where none can stand."""
    made = Transcript(name)
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(("> ", "* ")):
            made.steps.append(Step(line.rstrip(), number))
        elif made.steps:
            made.steps[-1].expected.append(line.rstrip())
        elif line.startswith("# "):
            made.title = line[2:].strip()
        elif line.startswith("@ bahasa "):
            made.language = line.removeprefix("@ bahasa ").strip()
        elif line.strip() == "@ tombol lama":
            made.old_buttons = True
        elif line.strip():
            raise ValueError(f"{name}, line {number}: nothing has been said yet: {line!r}")
    return made


async def play(transcript: Transcript, driver: Driver, also: "Also | None" = None) -> None:
    """Say and tap everything; the first screen that differs from the file is an AssertionError.

    `also` takes the lines of a transcript that knows more than one person's conversation does.
    """
    for step in transcript.steps:
        if also is None or not await also(step.act):
            await act(step.act, driver)
        shown = written(await driver.shown())
        expected = list(_without(step.expected, driver.without))
        place = f"{transcript.name}.txt, line {step.line}: {step.act}"
        assert matches(shown, expected), "\n".join([place, "expected:", *expected, "", "shown:", *shown])


async def act(line: str, driver: Driver) -> None:
    """Do what one line of a transcript says."""
    if tap := _TAP.fullmatch(line):
        await driver.press(tap["label"])
    elif publish := _PUBLISH.fullmatch(line):
        await driver.publish(int(publish["number"]))
    else:
        await driver.say(line.removeprefix("> "))


def written(screens: Iterable[Screen]) -> list[str]:
    """Screens as the lines of a transcript."""
    lines: list[str] = []
    for number, screen in enumerate(screens):
        lines += ["--"] * bool(number) + screen.lines()
    return lines


def matches(shown: list[str], expected: list[str]) -> bool:
    """Whether the lines are the expected ones; `…` alone stands for any lines."""
    pattern = "".join("(?:.*\n)*" if line == "…" else re.escape(line) + "\n" for line in _trimmed(expected))
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _trimmed(shown))) is not None


def same(shown: str, label: str) -> bool:
    """Whether a button with this label is meant: chosen ones carry a tick before it."""
    return shown.removeprefix(_TICK) == label.removeprefix(_TICK)


def _trimmed(lines: list[str]) -> list[str]:
    ends = [n for n, line in enumerate(lines) if line.strip()]
    return [line.rstrip() for line in lines[: ends[-1] + 1]] if ends else []


def _without(lines: Iterable[str], labels: frozenset[str]) -> Iterator[str]:
    """The expected lines for a channel that leaves some buttons out."""
    for line in lines:
        if not (labels and line.startswith("[") and line.endswith("]")):
            yield line
            continue
        kept = [label for label in line[1:-1].split(" | ") if label not in labels]
        if kept:
            yield f"[{' | '.join(kept)}]"
