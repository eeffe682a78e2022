"""The values of the simulated WhatsApp: people with phones, what a chat shows, what the ledger keeps."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]


class NotPossible(Exception):  # noqa: N818 — the sentence is "that is not possible"
    """A person tried what a real phone does not allow, such as tapping a button that is not there."""


@dataclass(slots=True)
class Person:
    """Somebody with a phone; the business knows them by number, by business-scoped id, or by both."""

    phone: str
    name: str
    user_id: str
    hidden: bool = False  # uses a username: the number is not told
    reachable: bool = True  # False: no WhatsApp on this number (any more)
    blocked: bool = False
    stopped: bool = False  # wants no marketing messages from this business
    window_until: datetime | None = None
    came_at: datetime | None = None  # by an advertisement, and not answered yet
    free_until: datetime | None = None  # what they are sent costs nothing


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to tap: a reply button, a row of a list, a quick reply, or an address."""

    title: str
    id: str = ""
    description: str = ""  # below a row's title: the rest of a title that was cut, or more about it
    url: str = ""

    @property
    def label(self) -> str:
        """The whole of the title: where it was cut, its description says it."""
        begins = self.title.removesuffix("…")
        return self.description if self.description.startswith(begins) else self.title


@dataclass(slots=True)
class Shown:
    """A message as the chat shows it."""

    message_id: str
    phone: str
    from_business: bool
    kind: str  # text | button | list | cta_url | template | image
    text: str
    at: datetime
    choices: tuple[Choice, ...] = ()
    opens_with: str = ""  # what stands on the button that opens a list
    header: str = ""
    footer: str = ""
    reply_to: str | None = None
    preview: bool = False
    category: str = ""  # as it is billed: service | marketing | utility
    statuses: list[str] = field(default_factory=list)
    tag: str | None = None  # biz_opaque_callback_data
    pricing: Json | None = None  # as its statuses tell it; None: it did not arrive


@dataclass(frozen=True, slots=True)
class Entry:
    """One request in the ledger."""

    at: float  # monotonic seconds of arrival
    wall: datetime
    to: str
    status: int  # the HTTP status answered; 0: the connection was closed without an answer
    code: int  # of the error told, or of the `failed` that follows; 0: none
    body: Json
    message_id: str | None = None
    open: bool = True  # the recipient's window was open
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A visible change, for pages that show phones."""

    kind: str  # message | status | press
    phone: str
    message_id: str | None = None
    text: str = ""
