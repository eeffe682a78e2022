"""Transcripts of a group: its administrator speaks; `anggota` is an ordinary member.

> anggota: /berhenti          the member types
> anggota ketuk Topik         the member taps
> anonim: /start daerah       an administrator types in the group's own name
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

from bot.chat.turn import Board, Person
from bot.chat.words import understand
from bot.simulator.telegram import Telegram
from tests.support.alone import Alone
from tests.support.at_telegram import PERSON, AtTelegram, at_telegram
from tests.support.transcript import FOLDER, Driver, Transcript, play, transcripts

GROUP_FOLDER: Final = FOLDER / "grup"
GROUP: Final = -500
MEMBER: Final = PERSON + 1
_TYPED: Final = re.compile(r"> (?P<who>anggota|anonim): (?P<text>.+)")
_TAPPED: Final = re.compile(r"> anggota ketuk (?P<label>.+)")


class GroupDriver(Driver, Protocol):
    """A group in front of one channel."""

    def speaks(self, who: str) -> None:
        """Who acts next: `` the administrator, `anggota`, `anonim`."""


def group_transcripts(folder: Path = GROUP_FOLDER) -> list[Transcript]:
    """The groups' conversations."""
    return transcripts(folder)


async def play_group(transcript: Transcript, driver: GroupDriver) -> None:
    """Play one of the groups' conversations."""

    async def also(line: str) -> bool:
        if typed := _TYPED.fullmatch(line):
            driver.speaks(typed["who"])
            await driver.say(typed["text"])
        elif tapped := _TAPPED.fullmatch(line):
            driver.speaks("anggota")
            await driver.press(tapped["label"])
        driver.speaks("")
        return bool(typed or tapped)

    await play(transcript, driver, also)


class GroupAlone(Alone):
    """A group that talks straight to `answer`."""

    def __init__(self, language: str = "id", at: Board | None = None) -> None:
        super().__init__(language, Person("telegram", str(GROUP), language=language, group=True), at)

    async def say(self, text: str) -> None:
        """Type and send: of what is said in groups the bot hears commands."""
        command = understand(text) if text.startswith("/") else None
        if command is not None:
            self.meet(command)

    def speaks(self, who: str) -> None:
        """Who acts next."""
        self.person = replace(self.person, manages=who != "anggota")


class GroupAtTelegram(AtTelegram):
    """A group in Telegram, seen from its administrator's phone."""

    chat = GROUP

    def speaks(self, who: str) -> None:
        """Who acts next."""
        self._person = MEMBER if who == "anggota" else PERSON
        self.anonymous = who == "anonim"


@asynccontextmanager
async def group_at_telegram(folder: Path, token: str, language: str = "id") -> AsyncIterator[GroupAtTelegram]:
    """A group with an administrator and a member in front of a program whose store holds the town."""
    async with at_telegram(folder, token, language, GroupAtTelegram, found_group) as person:
        assert isinstance(person, GroupAtTelegram)
        yield person


def found_group(telegram: Telegram) -> None:
    """Both are in it, and the bot."""
    telegram.add_group(GROUP, "RT 05")
    telegram.join(PERSON, GROUP, admin=True)
    telegram.join(MEMBER, GROUP)
