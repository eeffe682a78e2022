"""The values of the newsroom's conversation: drafts, what an editor may look at, and what follows from their acts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.chat.message import Message
from bot.delivery.content import BroadcastKind, Level, Note
from bot.delivery.cost import Cost
from bot.delivery.plan import Status
from bot.news.item import Story


class Aim(StrEnum):
    """What a draft will become."""

    ALERT = "alert"
    FOLLOW_UP = "follow_up"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    MOVE = "move"  # another time for a scheduled broadcast


class Stage(StrEnum):
    """Where a draft stands."""

    OPEN = "open"
    WAITING = "waiting"  # for a colleague's approval
    SENT = "sent"
    CLOSED = "closed"  # cancelled by its author


class Step(StrEnum):
    """What the author's next text is taken for."""

    NOTHING = ""
    TEXT = "text"
    TIME = "time"
    WRONG = "wrong"
    RIGHT = "right"
    REASON = "reason"
    PHOTO = "photo"
    PLACE = "place"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Draft:
    """Something that an editor is about to say; every change raises its version, and makes older buttons void."""

    id: int
    version: int
    channel: str  # the author's
    address: str
    aim: Aim = Aim.ALERT
    stage: Stage = Stage.OPEN
    step: Step = Step.NOTHING
    note: Note = field(default_factory=lambda: Note(""))
    story_id: int | None = None
    categories: tuple[str, ...] = ()  # topics and words whose followers get it; none: everybody
    channels: tuple[str, ...] = ()  # on which it goes out; none: on all
    at: datetime | None = None  # None: at once
    about: int | None = None  # the broadcast that it is about
    broadcast_id: int | None = None  # what it has become
    total: int = 0  # readers, when it was sent
    asked_hash: str = ""  # of what a colleague was asked to approve
    asked_at: datetime | None = None
    screen: str = ""  # the author's message that shows it, as the platform calls it; "" when not known


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff whom messages reach."""

    channel: str
    address: str
    thread: str | None
    language: str
    role: str  # bot.chat.turn.Role
    name: str = ""
    later: bool = False  # only once they have written: on WhatsApp nothing may be said to them before


@dataclass(frozen=True, slots=True)
class Told:
    """A broadcast as the newsroom's screens show it; counts are of all channels together."""

    id: int
    kind: BroadcastKind
    level: Level
    status: Status
    title: str
    at: datetime  # when it began, or begins
    note: Note | None = None
    story: Story | None = None
    categories: tuple[str, ...] = ()
    done_at: datetime | None = None
    made_by: str = ""
    reason: str = ""  # why it stands still
    total: int = 0  # readers when it was sent; 0: not known
    sent: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)  # by code
    unknown: int = 0
    digested: int = 0
    waiting: int = 0  # queued for a time
    p50: float | None = None  # seconds from publication to arrival
    p95: float | None = None
    channels: tuple[tuple[str, int, int], ...] = ()  # name, sent, not reached
    held: bool = False  # the rest stands still until a colleague has decided about a correction

    @property
    def link(self) -> str:
        """The address that it leads to."""
        return self.story.link if self.story else self.note.link if self.note else ""

    @property
    def lost(self) -> int:
        """Readers who did not get it."""
        return sum(self.failed.values())


@dataclass(frozen=True, slots=True)
class Room:
    """Everything that the newsroom's conversation may look at, frozen in the transaction of one event."""

    key: bytes = field(repr=False)  # seals buttons (bot.chat.push_seal)
    next_draft: int  # the id of a draft that is begun now
    draft: Draft | None = None  # that the button names; else the person's own unfinished one
    colleagues: tuple[Colleague, ...] = ()  # whom messages reach
    editors: int = 0  # on the team beside who acts, whether messages reach them or not
    permission: str = ""  # an admin's reason why an only editor may sound an urgent alert alone
    audience: Mapping[str, int] = field(default_factory=dict)  # of the draft, by channel
    rates: Mapping[str, float] = field(default_factory=dict)  # messages a second, by channel
    costs: Mapping[str, Cost] = field(default_factory=dict)  # of the draft, by channel; only of those that bill
    forms: Mapping[str, Callable[[Message], str]] = field(default_factory=dict)  # how channels write what is shown here
    today: int = 0  # alerts and follow-ups of the local day on which the draft would leave
    lately: tuple[Told, ...] = ()  # told within the last 24 hours, without the draft's own
    stories: tuple[Story, ...] = ()  # the newest
    story: Story | None = None  # that the text or the button names
    before: str = ""  # what the portal called that story before
    told: Told | None = None  # the broadcast that the button or the draft names
    behind: Draft | None = None  # the draft that has become it
    my_name: str = ""  # what the team calls who acts
    recent: tuple[Told, ...] = ()  # a page of what was told, or what the words behind the command mean
    page: int = 0  # of these, from 0
    more: bool = False  # there are others behind them
    scheduled: tuple[Told, ...] = ()


# What is asked, and what follows --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LookIn:
    """An editor acted: look up what it is about. `action` is a button's, or the name of a command."""

    action: str
    text: str = ""
    screen: str = ""  # the message whose button was pressed
    pressed: bool = False  # a button led here
    photo: str = ""  # that came with the words, as Telegram calls it
    ours: bool = False  # the words are a message of our own that was passed on


@dataclass(frozen=True, slots=True)
class LookedIn:
    """The answer to LookIn."""

    asked: LookIn
    room: Room


@dataclass(frozen=True, slots=True)
class Keep:
    """Write the draft as it is now; `act` names what was done in the audit log, "" where another act says it there."""

    draft: Draft
    act: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Send:
    """The draft leaves, not before `begins` where its kind can wait; `screens` are told how it goes.

    `added` is what a correction adds to a text in which its wrong words do not stand (bot.chat.righted).
    """

    draft: Draft
    begins: datetime
    screens: tuple[tuple[Colleague, str], ...]  # who, and the message that is edited
    detail: str = ""
    added: str = ""


@dataclass(frozen=True, slots=True)
class Steer:
    """Do something to a broadcast: `pause`, `resume`, `cancel`, `hold` (cancel before it began), `again`."""

    broadcast_id: int
    act: str


@dataclass(frozen=True, slots=True)
class Move:
    """A scheduled broadcast begins then."""

    broadcast_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Show:
    """A message to another member of staff; `screen` is the one of theirs that it replaces."""

    to: Colleague
    message: Message
    screen: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """This screen of the person tells how the broadcast goes."""

    broadcast_id: int
    screen: str


@dataclass(frozen=True, slots=True)
class Permit:
    """An only editor may sound urgent alerts alone, for this reason; an empty one takes it back."""

    reason: str


@dataclass(frozen=True, slots=True)
class Did:
    """Something that changes nothing else, for the audit log."""

    act: str
    detail: str


Act = Keep | Send | Steer | Move | Show | Watch | Permit | Did
