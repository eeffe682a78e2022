"""The values of what residents wish beside their topics: times, words, search, their data, talk with the newsroom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from bot.chat.fit import cut
from bot.news.item import Story

_QUOTED: Final = 160  # units


class ContactKind(StrEnum):
    """What somebody writes to the newsroom for."""

    MESSAGE = "message"
    REPORT = "report"  # something that we sent is wrong


@dataclass(frozen=True, slots=True)
class Contact:
    """What a resident wrote to the newsroom; editors see this, and never who it was."""

    id: int
    kind: ContactKind
    text: str
    at: datetime
    story: Story | None = None  # what it is about
    answers: int = 0


def quoted(text: str) -> str:
    """A letter as the screens after it quote it: on one line, and not more than its beginning."""
    return cut(" ".join(text.split()), _QUOTED)


# What changes -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SetTimes:
    """When this person wants to be written to: all three at once."""

    mode: str  # instant | morning | evening | both
    quiet: tuple[int, int] | None  # minutes of the local day; None is off
    paused_until: datetime | None


@dataclass(frozen=True, slots=True)
class SetUrgent:
    """Whether urgent alerts come in quiet hours too."""

    urgent: bool


@dataclass(frozen=True, slots=True)
class FollowWord:
    """Follow this word, or with `follow=False` no longer."""

    word: str
    follow: bool = True


@dataclass(frozen=True, slots=True)
class SetStep:
    """What this person's next text is taken for; "" for nothing but what it says."""

    step: str


@dataclass(frozen=True, slots=True)
class Erase:
    """Forget everything about this person."""


Wish = SetTimes | SetUrgent | FollowWord | SetStep | Erase


# What is asked, and what comes back ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FindMatches:
    """Stories with these words, after the first `shown` of them."""

    query: str
    shown: int = 0
    limit: int = 5
    again: bool = False  # the search was asked for: without a find it goes on


@dataclass(frozen=True, slots=True)
class MatchesFound:
    """The answer: the stories, and whether there are more after them."""

    asked: FindMatches
    stories: tuple[Story, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class FindReason:
    """Why this person got a story; None: whatever they got last."""

    story_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReasonFound:
    """The answer: what it was, and whose followers it was for."""

    kind: str = ""  # bot.delivery.content.BroadcastKind; "" when there was nothing
    title: str = ""
    audience: tuple[str, ...] = ()  # categories, followed words among them (bot.news.following)


@dataclass(frozen=True, slots=True)
class FindData:
    """Everything that is stored about this person; `whole` to take it away, else to look at it."""

    whole: bool = False


@dataclass(frozen=True, slots=True)
class DataFound:
    """The answer: rows by table, as they are stored."""

    asked: FindData
    tables: Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class TellNewsroom:
    """Put this before the editors."""

    kind: ContactKind
    text: str
    story_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewsroomTold:
    """The answer: "" when it lies before them, `kept` until one writes, `too_many` today, `nobody` to read it."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class FindContact:
    """What a resident wrote, for an editor who wants to answer."""

    contact_id: int


@dataclass(frozen=True, slots=True)
class ContactFound:
    """The answer; None when it is gone, and its writer with it."""

    contact: Contact | None


@dataclass(frozen=True, slots=True)
class AnswerContact:
    """Bring an editor's answer to whoever wrote."""

    contact_id: int
    text: str


@dataclass(frozen=True, slots=True)
class ContactAnswered:
    """The answer: False when they have stopped, or asked to be forgotten; `later`: once they write again."""

    brought: bool
    later: bool = False


WishAsk = FindMatches | FindReason | FindData | TellNewsroom | FindContact | AnswerContact
WishAnswer = MatchesFound | ReasonFound | DataFound | NewsroomTold | ContactFound | ContactAnswered
