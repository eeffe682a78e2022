"""What a platform makes us hold back: marketing, everything that is pushed, or everything, until it takes it again.

Held back is as little as what was refused allows. If marketing was (stories, digests, templates of that category),
everything else goes on; if it was anything else that is pushed, or nobody pays, answers go on; if it was an answer,
nothing does. Once an hour one message tries again: when it arrives, the halt is over.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from bot.delivery.content import BroadcastKind
from bot.delivery.tariff import Category

PROBE_EVERY: Final = timedelta(hours=1)
PAYMENT: Final = "payment"
CODES: Final = frozenset({"spam_limit", "marketing_limited", "policy", "locked", PAYMENT})
HALTED: Final = "halted"  # why something waits


class Scope(StrEnum):
    """What is held back."""

    MARKETING = "marketing"
    PUSHES = "pushes"
    ALL = "all"


class Halt(NamedTuple):
    """Why, since when, and when one message may try again."""

    scope: Scope
    code: str
    since: datetime
    probe_at: datetime


def is_marketing(kind: BroadcastKind, category: str) -> bool:
    """News of topics is marketing, in an open window too; everything else as it is billed."""
    return category == Category.MARKETING or kind in {BroadcastKind.STORY, BroadcastKind.DIGEST}


def scope_of(code: str, kind: BroadcastKind | None, category: str = "") -> Scope:
    """What is held back after the platform has refused this; None: an answer."""
    if kind is None:
        return Scope.ALL
    return Scope.MARKETING if code != PAYMENT and is_marketing(kind, category) else Scope.PUSHES


def concerns(scope: Scope, kind: BroadcastKind, category: str) -> bool:
    """Whether such a message is held back."""
    return scope is not Scope.MARKETING or is_marketing(kind, category)
