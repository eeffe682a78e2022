"""What can be pressed: for each verb of a button what it leads to and who may do it; nothing is allowed unsaid."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from bot.chat.scene import Scene
from bot.chat.turn import Role, Turn

Run = Callable[[Scene, str], Turn | None]  # None: there is no such subject (any more)


class InGroup(Enum):
    """Who may press it where many read along; everything else in a group is for its administrators."""

    MANAGERS = "managers"
    MEMBERS = "members"  # it only shows, and shows the same to all
    THEMSELVES = "themselves"  # it is about the presser's own data, never about the group's
    NOBODY = "nobody"  # it belongs into a chat of one's own


@dataclass(frozen=True, slots=True)
class Handler:
    """One verb: who may press it, and what follows from what stands behind it."""

    roles: frozenset[Role]
    run: Run
    group: InGroup = InGroup.MANAGERS


def bare(roles: frozenset[Role], run: Callable[[Scene], Turn], group: InGroup = InGroup.MANAGERS) -> Handler:
    """A verb with nothing behind it."""
    return Handler(roles, lambda scene, rest: None if rest else run(scene), group)
