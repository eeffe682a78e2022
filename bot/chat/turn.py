"""The values of a conversation: who talks, what came in, what is known, and what follows from it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.chat.message import Message
from bot.chat.office import OfficeAct, OfficeAnswer, OfficeAsk
from bot.chat.push import Act, LookedIn, LookIn
from bot.chat.texts import Texts
from bot.chat.wishes import Wish, WishAnswer, WishAsk
from bot.news.item import Story


class Role(StrEnum):
    """What a person may do; looked up anew on every action."""

    RESIDENT = "resident"
    EDITOR = "editor"
    ADMIN = "admin"


class Status(StrEnum):
    """Where a person stands with us."""

    NEW = "new"  # never subscribed
    ACTIVE = "active"
    STOPPED = "stopped"  # left on their own word
    GONE = "gone"  # the platform says they cannot be reached


@dataclass(frozen=True, slots=True)
class Person:
    """Who is talking, as the store knows them at this moment."""

    channel: str
    address: str
    status: Status = Status.NEW
    role: Role = Role.RESIDENT
    language: str = "id"
    categories: frozenset[str] = frozenset()
    follows_all: bool = False  # all categories, also later ones
    quiet: tuple[int, int] | None = None  # from, to: minutes of the local day; None is off
    draft: frozenset[str] | None = None  # a newcomer's ticks that are not yet confirmed
    mode: str = "instant"  # instant | morning | evening | both
    urgent: bool = True  # urgent alerts come in quiet hours too
    paused_until: datetime | None = None
    words: tuple[str, ...] = ()  # followed words, folded
    step: str = ""  # what their next text is taken for (bot.chat.steps)
    step_at: datetime | None = None  # since when
    last_admin: bool = False  # there is no admin beside them
    group: bool = False  # a group or a channel; who speaks is one of many
    manages: bool | None = True  # in a group: who speaks is its administrator; None: that could not be found out


@dataclass(frozen=True, slots=True)
class Place:
    """How far a reader has come in the list of their stories: the last one shown, and how many that made."""

    story_id: int
    shown: int


# What came in -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Command:
    """A command by its canonical name (`start`, `topics`, …) and what stood behind it."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """A button's action; `message_id` is the message it stood under."""

    action: str
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Words that are no command of the platform; below a photo they are its caption."""

    text: str
    photo: str = ""  # as Telegram calls it
    attached: bool = False  # they stand below something: a photo, a video, a file
    ours: bool = False  # a message of our own that was passed on to us


@dataclass(frozen=True, slots=True)
class Blocked:
    """The platform says that this person or group has shut us out (or, with `back`, let us in, again or at last)."""

    back: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """The platform has given this chat another address; it follows from itself."""

    address: str


@dataclass(frozen=True, slots=True)
class StoriesFound:
    """The answer to FindStories or FindSaved."""

    stories: tuple[Story, ...]
    saved: bool = False
    after: Place | None = None  # the question's own


@dataclass(frozen=True, slots=True)
class StoryFound:
    """The answer to FindStory; None when there is no such story (any more)."""

    story: Story | None
    purpose: str = ""
    words: tuple[str, ...] = ()  # the followed words that stand in it, folded


@dataclass(frozen=True, slots=True)
class InvitationChecked:
    """The answer to RedeemInvitation: the role now held, or why not (`unknown`, `expired`, `used`, `too_many`)."""

    role: Role | None
    reason: str = ""


Answer = StoriesFound | StoryFound | InvitationChecked | WishAnswer | LookedIn | OfficeAnswer
Incoming = Command | Press | Text | Blocked | Moved | Answer


# What follows -------------------------------------------------------------------------------------------------------


class Mode(StrEnum):
    """How a reply reaches the screen."""

    NEW = "new"  # a message of its own
    REPLACE = "replace"  # in place of the message whose button was pressed
    TOAST = "toast"  # a passing line; the screen stays


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer to the person who wrote."""

    message: Message
    mode: Mode = Mode.NEW


@dataclass(frozen=True, slots=True)
class Follow:
    """From now on this person follows exactly these categories (consent given with these words)."""

    categories: frozenset[str]
    follows_all: bool
    wording: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Remember (or with None forget) ticks that are not yet confirmed."""

    categories: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Stop:
    """Send nothing any more; `gone` when it was the platform that told us."""

    gone: bool = False


@dataclass(frozen=True, slots=True)
class SetLanguage:
    """Talk and send in this language."""

    language: str


@dataclass(frozen=True, slots=True)
class Save:
    """Keep a story for later; `keep=False` lets it go."""

    story_id: int
    keep: bool = True


Change = Follow | Draft | Stop | SetLanguage | Save | Wish | Act | OfficeAct | Moved


@dataclass(frozen=True, slots=True)
class FindStories:
    """The newest stories of these categories (None: of all)."""

    categories: frozenset[str] | None
    limit: int = 5
    after: Place | None = None  # comes back with the answer


@dataclass(frozen=True, slots=True)
class FindSaved:
    """The stories that this person kept, newest first."""

    limit: int = 10


@dataclass(frozen=True, slots=True)
class FindStory:
    """One story by its id; `purpose` comes back with the answer."""

    story_id: int
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class RedeemInvitation:
    """Try a one-time code; the store counts wrong tries."""

    code: str


Ask = FindStories | FindSaved | FindStory | RedeemInvitation | WishAsk | LookIn | OfficeAsk


@dataclass(frozen=True, slots=True)
class Turn:
    """What one incoming event leads to."""

    replies: tuple[Reply, ...] = ()
    changes: tuple[Change, ...] = ()
    asks: tuple[Ask, ...] = ()


# What is known ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Category:
    """What a resident can follow."""

    id: str
    names: dict[str, str]  # language -> name
    weekly: int | None = None  # stories a week, measured; None while unknown

    def name(self, language: str) -> str:
        """The name in this language, else in the portal's, else the id."""
        return self.names.get(language) or next(iter(self.names.values()), self.id)


@dataclass(frozen=True, slots=True)
class Board:
    """Everything a conversation may look at, frozen at one moment."""

    portal: str  # the portal's name
    host: str  # how its address is shown: target-24jam.com
    area: str  # where it reports from, "" when not said
    timezone: ZoneInfo
    categories: tuple[Category, ...]
    texts: Texts
    now: datetime
    address: str | None = None  # the bot's public link without payload: https://t.me/name
    quiet: tuple[int, int] | None = None  # what a new subscriber gets
    out_of_reach: bool = False  # the portal's feeds fail, so its news comes late
    by_id: dict[str, Category] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the categories once."""
        object.__setattr__(self, "by_id", {c.id: c for c in self.categories})
