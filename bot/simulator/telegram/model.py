"""The values of the simulated Telegram: people, chats, what a phone shows, what the ledger keeps."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]


class NotPossible(Exception):  # noqa: N818 — the sentence is "that is not possible"
    """A person tried what a real phone does not allow, such as writing to a bot that they have blocked."""


@dataclass(slots=True)
class User:
    """A person with a phone (or the bot itself)."""

    id: int
    first_name: str
    language_code: str = "id"
    is_bot: bool = False
    started: bool = True  # a bot cannot write to someone who has never written to it
    blocked: bool = False  # this person has blocked the bot
    deactivated: bool = False  # this person has deleted their account


@dataclass(slots=True)
class Chat:
    """A private chat, a group, a supergroup or a channel."""

    id: int
    kind: str  # private | group | supergroup | channel
    title: str = ""
    forum: bool = False
    migrated_to: int | None = None  # a group that became a supergroup
    member: bool = True  # the bot is in it
    owner: int = 0
    admins: set[int] = field(default_factory=set)
    members: set[int] = field(default_factory=set)
    banned: set[int] = field(default_factory=set)
    threads: dict[int, bool] = field(default_factory=dict)  # forum topics: open?


@dataclass(slots=True)
class Message:
    """One message as the server keeps it."""

    id: int
    chat_id: int
    sender: User
    date: datetime
    text: str
    entities: tuple[Json, ...] = ()
    markup: Json | None = None
    preview: Json | None = None  # link_preview_options
    edited: datetime | None = None
    thread_id: int | None = None
    reply_to: int | None = None
    photo: str | None = None  # its file id; then `text` is the caption
    sender_chat: int | None = None  # an anonymous administrator writes as the group


@dataclass(frozen=True, slots=True)
class Button:
    """One button under a message: it carries data or opens an address."""

    label: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as the phone shows it now."""

    message_id: int
    from_bot: bool
    text: str  # plain
    html: str  # the text with its entities as safe HTML
    entities: tuple[Json, ...]
    buttons: tuple[tuple[Button, ...], ...]
    edited: bool
    date: datetime
    sender: str  # first name
    preview_url: str | None = None  # the address whose preview card is shown
    thread_id: int | None = None
    reply_to: int | None = None
    photo: str | None = None  # a file id or an address


@dataclass(frozen=True, slots=True)
class Entry:
    """One request in the ledger."""

    at: float  # monotonic seconds of arrival
    wall: datetime
    method: str
    chat_id: int | None
    message_id: int | None
    status: int  # the HTTP status answered; 0: the connection was closed without an answer
    ok: bool  # the work was done (also when the answer was dropped)
    params: Json
    fault: str | None = None  # the scripted fault that struck


@dataclass(frozen=True, slots=True)
class Event:
    """A visible change, for pages that show phones."""

    kind: str  # message | edit | delete | toast | opened | blocked | unblocked | update
    chat_id: int
    message_id: int | None = None
    text: str = ""
