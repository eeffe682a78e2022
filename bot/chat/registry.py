"""What can be pressed: for each verb of a button what it leads to and who may do it; nothing is allowed unsaid."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from bot.chat.push_seal import ADMINS as OFFICE
from bot.chat.push_seal import PREFIX as NEWSROOM
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
    open: bool = False  # it stands under what goes to many, the same for all; it acts on the presser's own data alone


def bare(
    roles: frozenset[Role], run: Callable[[Scene], Turn], group: InGroup = InGroup.MANAGERS, *, open_: bool = False
) -> Handler:
    """A verb with nothing behind it."""
    return Handler(roles, lambda scene, rest: None if rest else run(scene), group, open_)


def is_duty(action: str, actions: Mapping[str, Handler]) -> bool:
    """Whether only staff press it: a duty, as the answer to a letter, does not go away with the screens after it."""
    handler = actions.get(action.partition(":")[0])
    return handler is not None and Role.RESIDENT not in handler.roles


def needs_seal(action: str, actions: Mapping[str, Handler]) -> bool:
    """Whether a button with this action is for the one chat that was shown it; those of staff have their own seals."""
    handler = actions.get(action.partition(":")[0])
    return not action.startswith((NEWSROOM, OFFICE)) and action != "" and (handler is None or not handler.open)
