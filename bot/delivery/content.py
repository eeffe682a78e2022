"""What a broadcast says, before it is put into the words of a language and the form of a channel."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.news.item import Story


class BroadcastKind(StrEnum):
    """The things that are said to an audience."""

    STORY = "story"
    DIGEST = "digest"
    ALERT = "alert"
    FOLLOW_UP = "follow_up"  # news about something told before: a reply to it
    MARK = "mark"  # the message that was wrong is edited: its corrected text, and that it was corrected
    CORRECTION = "correction"  # what was wrong and what is right: a reply to it
    WITHDRAWAL = "withdrawal"  # the message becomes a stub, or goes away
    TEST = "test"  # to the newsroom only


class Level(StrEnum):
    """How urgent an alert is."""

    ORDINARY = "biasa"
    IMPORTANT = "penting"  # keeps quiet hours
    URGENT = "darurat"  # overrides them


class Act(StrEnum):
    """What is done on the phone."""

    SEND = "send"
    REPLY = "reply"  # below the message it is about; on its own where that one is gone
    EDIT = "edit"
    DELETE = "delete"  # where the platform allows it, else the message becomes the stub


@dataclass(frozen=True, slots=True)
class Note:
    """What editors wrote: the text of an alert, a follow-up, a correction or the reason of a withdrawal."""

    text: str
    title: str = ""
    link: str = ""
    level: Level = Level.ORDINARY
    place: str = ""
    unverified: bool = False  # still being checked by the newsroom: said so
    wrong: str = ""  # of a correction: what stood there before; `text` is what is right
    photo: str = ""  # above the text, as Telegram calls it; other channels show the text alone


@dataclass(frozen=True, slots=True)
class Content:
    """One thing to say. Which fields are there depends on `kind`."""

    kind: BroadcastKind
    at: datetime  # when it was made
    story: Story | None = None  # of a story; of what is about a story: in its present, corrected form
    note: Note | None = None  # of everything that editors wrote
    original: Note | None = None  # of what is about an alert: the alert in its present, corrected form
    stories: tuple[Story, ...] = ()  # of a digest: the newest, in the order in which they are shown
    more: int = 0  # of a digest: how many further ones there are
    template: str = ""  # the key of the template that says it (bot.delivery.templates), "" where anything may be said
    follows: str | None = None  # of what is about a follow-up: the title of what that one goes on from


def note_to_json(note: Note) -> str:
    """The form in which the store keeps a note."""
    return json.dumps(asdict(note), ensure_ascii=False, separators=(",", ":"))


def note_from_json(text: str) -> Note:
    """The note of `note_to_json`; fields of a later version are passed over."""
    fields: dict[str, Any] = json.loads(text)
    known = {name: value for name, value in fields.items() if name in Note.__dataclass_fields__}
    return Note(**known | {"level": Level(known.get("level", Level.ORDINARY))})
