"""Message templates: what a platform lets be said to people who have not written lately, and how each one stands.

A use is what a template is for. Several templates may serve one use in one language (versions, variants); the one that
may be sent now is looked up in the store, which keeps what the platform has told of each.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from bot.delivery.content import BroadcastKind, Level

MOST_HEADLINES: Final = 3


class Use(StrEnum):
    """What templates are for."""

    DIGEST_1 = "digest_1"
    DIGEST_2 = "digest_2"
    DIGEST_3 = "digest_3"
    ALERT = "alert"
    ALERT_IMPORTANT = "alert_important"
    ALERT_URGENT = "alert_urgent"
    CORRECTION = "correction"

    @property
    def headlines(self) -> int:
        """How many headlines it shows; 0 for what is no digest."""
        return int(self.value[-1]) if self.value.startswith("digest") else 0


DIGESTS: Final = (Use.DIGEST_1, Use.DIGEST_2, Use.DIGEST_3)
# A level whose own template may not be sent goes out with the ordinary one: dearer, and less urgent in its words.
_ALERTS: Final = {
    Level.ORDINARY: (Use.ALERT,),
    Level.IMPORTANT: (Use.ALERT_IMPORTANT, Use.ALERT),
    Level.URGENT: (Use.ALERT_URGENT, Use.ALERT_IMPORTANT, Use.ALERT),
}


def uses(kind: BroadcastKind, *, headlines: int = 1, level: Level = Level.ORDINARY) -> tuple[Use, ...]:
    """The uses that can say this, the best first; none for what must wait for an open window."""
    match kind:
        case BroadcastKind.STORY | BroadcastKind.DIGEST:
            return DIGESTS[: max(0, headlines)][::-1]
        case BroadcastKind.ALERT:
            return _ALERTS[level]
        case BroadcastKind.CORRECTION:
            return (Use.CORRECTION,)
    return ()


def instead_of(use: str) -> tuple[Use, ...]:
    """The use itself, and those that can stand in for it, the best first."""
    alerts = _ALERTS[Level.URGENT]
    if use not in set(Use):
        return ()
    found = Use(use)
    if found in alerts:
        return alerts[alerts.index(found) :]
    return DIGESTS[: found.headlines][::-1] or (found,)


class DeclaredTemplate(NamedTuple):
    """A template that a file of ours describes."""

    name: str
    language: str
    use: str
    category: str  # marketing | utility: what it may be sent as, and what it costs


class TemplateNews(NamedTuple):
    """What the platform tells of one template; None: nothing about that."""

    name: str
    language: str
    at: datetime
    status: str | None = None  # the platform's word: APPROVED, PENDING, REJECTED, PAUSED, DISABLED, …
    category: str | None = None
    quality: str | None = None  # GREEN | YELLOW | RED | UNKNOWN
    reason: str | None = None


class KnownTemplate(NamedTuple):
    """One template as it stands; empty words: not told yet."""

    name: str
    language: str
    use: str | None  # None: no file describes it (any more)
    wanted: str  # the category of its file
    status: str
    category: str
    quality: str
    reason: str

    @property
    def key(self) -> str:
        """How it is named elsewhere."""
        return template_key(self.name, self.language)

    @property
    def usable(self) -> bool:
        """Whether it may be sent, as what we take it for."""
        return self.use is not None and self.status in SENDABLE and self.category in {"", self.wanted}


class TemplateChange(NamedTuple):
    """A template that may be sent no more, or again; `instead` is what is sent in its place, None: nothing."""

    known: KnownTemplate
    instead: str | None = None


MISSING: Final = "MISSING"  # our word: the account has no such template
# Codes of outcomes that are about the template alone, and how it stands then: another one may do.
REFUSALS: Final = {"template_paused": "PAUSED", "template_disabled": "DISABLED", "template_unknown": MISSING}
SENDABLE: Final = frozenset({"APPROVED", "FLAGGED"})  # FLAGGED: readers complain, and it may be paused soon


def template_key(name: str, language: str) -> str:
    """A template's name and language in one word."""
    return f"{name}/{language}"


def split_key(key: str) -> tuple[str, str]:
    """Name and language again."""
    name, _, language = key.partition("/")
    return name, language
