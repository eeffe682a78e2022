"""Transcripts of the newsroom: more than one person, time that passes, and a portal that changes its mind.

* orang 2                                the second person's phone: what has appeared there since the last look
* lewat 10 detik                         time passes (detik, menit, jam)
* kirim foto: Judul ⏎ Isi                a photo with its caption, which may be missing
* portal mengubah judul 5: Judul baru    the portal changes the headline of story 5 of tests/support/town.py
* portal menarik 5                       the portal takes the story down
* konsep lama tentang kiriman 1: …       an unfinished follow-up about broadcast 1 that an earlier version let begin
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final, Protocol

from bot.chat.message import Message
from bot.chat.newsroom.card import called
from bot.chat.push import Aim, Draft
from bot.chat.turn import Board, Person, Reply
from bot.delivery.content import Note
from bot.flow.notice import Notice
from bot.flow.spread import announce
from bot.flow.tell_staff import StaffTeller
from bot.ports import DeclaredFeed, Feed, Tx
from tests.support.alone import Alone
from tests.support.newsroom import MemoryNewsroom
from tests.support.town import NOW, STORIES, TEXTS, board, item
from tests.support.transcript import FOLDER, Driver, Screen, Transcript, play, transcripts

TEAM_FOLDER: Final = FOLDER / "redaksi"
_WAIT: Final = re.compile(r"\* lewat (?P<count>\d+) (?P<unit>detik|menit|jam)")
_TURN: Final = re.compile(r"\* orang (?P<number>\d)")
_RETITLED: Final = re.compile(r"\* portal mengubah judul (?P<number>\d+): (?P<title>.+)")
_TAKEN_DOWN: Final = re.compile(r"\* portal menarik (?P<number>\d+)")
_LEFT: Final = re.compile(r"\* konsep lama tentang kiriman (?P<number>\d+): (?P<text>.+)")
Acts = Mapping[str, Callable[[Tx], None]]
_NEW_LINE: Final = " ⏎ "
_PHOTO: Final = re.compile(r"\* kirim foto(?:: (?P<caption>.+))?")
_UNITS: Final = {"detik": timedelta(seconds=1), "menit": timedelta(minutes=1), "jam": timedelta(hours=1)}


class TeamDriver(Driver, Protocol):
    """Several people in front of one channel."""

    async def wait(self, span: timedelta) -> None:
        """Time passes; what is due leaves, and editors' screens are looked at."""

    async def turn_to(self, number: int) -> None:
        """Look at the phone of another person (from 1)."""

    async def change(self, work: Callable[[Tx], None]) -> None:
        """Something happens elsewhere."""

    async def send_photo(self, caption: str) -> None:
        """Send a photo."""


def team_transcripts(folder: Path = TEAM_FOLDER) -> list[Transcript]:
    """The newsroom's conversations."""
    return transcripts(folder)


def takes_photos(transcript: Transcript) -> bool:
    """Whether photos are sent, which is nothing for a terminal."""
    return any(_PHOTO.fullmatch(step.act) for step in transcript.steps)


def takes_two(transcript: Transcript) -> bool:
    """Whether a second person takes part."""
    return any(_TURN.fullmatch(step.act) for step in transcript.steps)


async def play_team(transcript: Transcript, driver: TeamDriver, channel: str, further: Acts | None = None) -> None:
    """Play one of the newsroom's conversations; `further` names more that can happen."""

    async def also(line: str) -> bool:
        if found := _PHOTO.fullmatch(line):
            await driver.send_photo((found["caption"] or "").replace(_NEW_LINE, "\n"))
            return True
        if _NEW_LINE in line:
            await driver.say(line.removeprefix("> ").replace(_NEW_LINE, "\n"))
            return True
        if found := _WAIT.fullmatch(line):
            await driver.wait(int(found["count"]) * _UNITS[found["unit"]])
        elif found := _TURN.fullmatch(line):
            await driver.turn_to(int(found["number"]))
        elif found := _RETITLED.fullmatch(line):
            number, title = int(found["number"]), found["title"]
            await driver.change(lambda tx: retitle(tx, number, title, channel))
        elif found := _LEFT.fullmatch(line):
            about, text = int(found["number"]), found["text"]
            await driver.change(lambda tx: leave_behind(tx, about, text))
        elif further is not None and line in further:
            await driver.change(further[line])
            return True
        elif found := _TAKEN_DOWN.fullmatch(line):
            number = int(found["number"])
            await driver.change(lambda tx: take_down(tx, number, channel))
        return found is not None

    await play(_on(channel, transcript), driver, also)


def _on(channel: str, transcript: Transcript) -> Transcript:
    """As it reads on this channel: cards name it."""
    steps = [replace(s, expected=[line.replace("Telegram", called(channel)) for line in s.expected])
             for s in transcript.steps]  # fmt: skip
    return replace(transcript, steps=steps)


def retitle(tx: Tx, number: int, title: str, channel: str) -> None:
    """As a poll does it."""
    was = STORIES[number]
    tx.add_revision(number, replace(item(was), title=title), NOW)
    _tell(tx, Notice("revised", _feed(tx), was.title, story=tx.stories([number])[number]), channel)


def take_down(tx: Tx, number: int, channel: str) -> None:
    """As a look at the portal's page does it."""
    tx.withdraw(number, NOW)
    _tell(tx, Notice("withdrawn", _feed(tx), story=tx.stories([number])[number]), channel)


def leave_behind(tx: Tx, about: int, text: str) -> None:
    """As it stands in the database of whoever began it before today's rules."""
    (author,) = tx.staff()
    tx.keep_draft(
        Draft(tx.next_draft(), 1, author.channel, author.address, Aim.FOLLOW_UP, note=Note(text), about=about), NOW
    )  # fmt: skip


def _feed(tx: Tx) -> Feed:
    tx.declare_feeds([DeclaredFeed("https://target-24jam.com/feed/")])
    return tx.feeds()[0]


def _tell(tx: Tx, notice: Notice, channel: str) -> None:
    StaffTeller(TEXTS, [channel], lambda: NOW)(tx, notice)


# Alone ----------------------------------------------------------------------------------------------------------------


class TeamAlone:
    """Several people who talk straight to `answer`, around the real flow on a database in memory."""

    without: frozenset[str] = frozenset()

    def __init__(self, language: str = "id", at: Board | None = None) -> None:
        self._board = at or board()
        self.newsroom = MemoryNewsroom(self._board)
        self._members = {n: Member(language, n, self._board, self.newsroom) for n in (1, 2)}
        self._turn = 1

    @property
    def person(self) -> Alone:
        """Whoever's turn it is."""
        return self._members[self._turn]

    async def say(self, text: str) -> None:
        """Type and send."""
        await self.person.say(text)
        self.settle()

    async def press(self, label: str) -> None:
        """Tap the newest button with this label."""
        await self.person.press(label)
        self.settle()

    async def send_photo(self, caption: str) -> None:
        """Send a photo."""
        await self.person.send_photo(caption)
        self.settle()

    async def publish(self, number: int) -> None:
        """The story is told and goes out to whoever follows its topics."""
        announce(self.newsroom.tx, number, STORIES[number].categories, ["telegram"], self._board.now)
        self.settle()

    async def wait(self, span: timedelta) -> None:
        """Time passes; what is due leaves, and editors' screens are looked at."""
        self._board = replace(self._board, now=self._board.now + span)
        self.newsroom.board = self._board
        for member in self._members.values():
            member.board = self._board
        self.settle()
        self.newsroom.refresh(self._board.now)
        self.settle()

    async def turn_to(self, number: int) -> None:
        """Look at the phone of another person."""
        self._turn = number

    async def change(self, work: Callable[[Tx], None]) -> None:
        """Something happens elsewhere."""
        work(self.newsroom.tx)
        self.settle()

    async def shown(self) -> list[Screen]:
        """What has appeared since the last look at this phone."""
        return await self.person.shown()

    def members(self) -> list[Alone]:
        """Everybody."""
        return list(self._members.values())

    def messages(self) -> list[Message]:
        """Every message that any of them has ever seen."""
        return [message for member in self._members.values() for message in member.messages]

    def settle(self) -> None:
        """Everything that waits to leave leaves."""
        for member in self._members.values():
            self.newsroom.meet(member.person)
        for address, reply in self.newsroom.leaving(self._board.now):
            self._members[int(address)].arrives(reply)


class Member(Alone):
    """One of several people who share a newsroom."""

    def __init__(self, language: str, number: int, at: Board, newsroom: MemoryNewsroom) -> None:
        super().__init__(language, Person("telegram", str(number), language=language), at)
        self._newsroom = newsroom

    def arrives(self, reply: Reply) -> None:
        """Something comes that is no answer of the conversation."""
        self._see(reply)
