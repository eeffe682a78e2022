"""What stands behind `/start` in a link: topics to follow at once, or an invitation."""

import re
from dataclasses import dataclass
from typing import Final

from bot.chat.choice import ALL, Choice, everything
from bot.chat.turn import Board

_PAYLOAD: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
INVITATION: Final = "undang-"


@dataclass(frozen=True, slots=True)
class Link:
    """A payload as we understand it; all of it empty when we do not."""

    choice: Choice
    unknown: tuple[str, ...] = ()  # topics that the board does not have
    invitation: str | None = None  # a one-time code, "" when it cannot be one


def read_link(payload: str, board: Board) -> Link:
    """Read a payload: at most 64 of [A-Za-z0-9_-]; typed words (`MULAI daerah hukrim`) may stand apart."""
    if payload[: len(INVITATION)].casefold() == INVITATION:
        code = payload[len(INVITATION) :]
        return Link(Choice(frozenset()), invitation=code if _PAYLOAD.fullmatch(code) else "")
    joined = "-".join(payload.replace(",", " ").split())
    if not _PAYLOAD.fullmatch(joined):
        return Link(Choice(frozenset()))
    parts = [part for part in joined.lower().split("-") if part]
    known = frozenset(board.by_id)
    choice = everything(board) if ALL in parts else Choice(known.intersection(parts))
    return Link(choice, tuple(dict.fromkeys(p for p in parts if p != ALL and p not in known)))
