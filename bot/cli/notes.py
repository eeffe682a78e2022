"""What an operator writes to readers, checked: every fault of a command line is told at once."""

import re
import sys
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot import catalogs
from bot.chat.broadcasts import LONGEST_PLACE, broadcast_message
from bot.chat.fit import LONGEST_TEXT, units
from bot.chat.message import Message
from bot.chat.stories import LONGEST_TITLE, LONGEST_URL
from bot.chat.turn import Board
from bot.delivery.content import Content, Level, Note
from bot.errors import UsageError
from bot.flow.facts import Facts
from bot.settings import Settings
from bot.settings.words import web_address

STDIN: Final = "-"
_STAND_IN: Final = "xx"  # a text of which only the surroundings are measured


class Faults(list[str]):
    """What is wrong with a command line, in the order of its options."""

    def raise_any(self) -> None:
        """UsageError with all of them, if there are any."""
        if self:
            raise UsageError("\n".join([*self, "nothing was sent"]))


def read_text(text: str, option: str, faults: Faults) -> str:
    """The text of an option; `-` is standard input."""
    if text == STDIN:
        text = sys.stdin.buffer.read(1 << 20).decode("utf-8", "replace")
    text = text.strip()
    if not text:
        faults.append(f"{option} is empty: write what readers shall read")
    return text


def read_line(text: str, option: str, longest: int, faults: Faults) -> str:
    """One line, with single blanks, of at most so many units."""
    line = " ".join(text.split())
    if units(line) > longest:
        faults.append(f"{option} is {units(line)} characters long: at most {longest} are shown whole")
    return line


def read_link(link: str, faults: Faults) -> str:
    """A web address that a button can carry, or nothing."""
    if not link:
        return ""
    try:
        web_address(link)
    except ValueError as error:
        faults.append(f"--link {error}")
    if len(link) > LONGEST_URL:
        faults.append(f"--link is {len(link)} characters long: phones take {LONGEST_URL}")
    return link


def read_level(word: str, faults: Faults) -> Level:
    """How urgent it is."""
    try:
        return Level(word.casefold())
    except ValueError:
        faults.append(f"--level is biasa, penting or darurat, not {word!r}")
        return Level.ORDINARY


def read_categories(words: str | None, settings: Settings, faults: Faults) -> tuple[str, ...]:
    """The categories whose followers are meant; none: everybody, which only leaving the option out says."""
    if words is None:
        return ()
    named = tuple(dict.fromkeys(word for word in re.split(r"[,\s]+", words) if word))
    known = [category.id for category in settings.categories]
    if not named:
        faults.append("--categories names none: leave it out to reach everybody")
    if unknown := [word for word in named if word not in known]:
        faults.append(f"--categories: {', '.join(unknown)} is not known; there are {', '.join(known)}")
    return named


def read_note(
    text: str, faults: Faults, *, title: str = "", link: str = "", level: str = Level.ORDINARY, place: str = "",
    unverified: bool = False,
) -> Note:  # fmt: skip
    """What editors write, read from the options of these names."""
    return Note(
        read_text(text, "--text", faults), read_line(title, "--title", LONGEST_TITLE, faults), read_link(link, faults),
        read_level(level, faults), read_line(place, "--place", LONGEST_PLACE, faults), unverified,
    )  # fmt: skip


def board_of(settings: Settings, now: datetime) -> Board:
    """What messages are composed with, as the program does it."""
    return Facts(settings, catalogs.load()).board(now)


def composed(content: Content, board: Board, settings: Settings) -> Message:
    """The message in the portal's own language."""
    return broadcast_message(content, settings.portal.language, board)


def check_length(content: Content, board: Board, option: str, faults: Faults) -> None:
    """A fault where the text does not fit whole into one message, in whichever language it is set."""
    note = content.note or Note("")
    around = replace(content, note=replace(note, text=_STAND_IN))
    used = max(_length(around, language, board) for language in board.texts.catalogs) - len(_STAND_IN)
    room, length = LONGEST_TEXT - used, units(note.text)
    if length > room:
        faults.append(f"{option} is {length} characters long: beside its heading {max(0, room)} fit into one message")


def _length(content: Content, language: str, board: Board) -> int:
    return units(broadcast_message(content, language, board).plain())
