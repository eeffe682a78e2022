"""The values of the admins' conversation: what they may look at, what they ask for, what follows from their acts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.news.item import Story

# What is known --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FeedSeen:
    """A feed as the admins' screens show it."""

    id: int
    url: str
    title: str = ""
    categories: tuple[str, ...] = ()
    declared: bool = True  # feeds.yaml has it
    paused: bool = False  # feeds.yaml pauses it, or has it no more
    halted: bool = False  # an admin paused it
    gone: bool = False  # it answered 410
    failures: int = 0
    error: str = ""  # `reason: what happened`
    checked_at: datetime | None = None
    ok_at: datetime | None = None
    next_check: datetime | None = None
    weekly: float | None = None
    held: int = 0  # stories that wait for a yes
    why_held: str = ""  # many | old
    moved_to: str = ""

    @property
    def asked(self) -> bool:
        """Whether it is looked at at all."""
        return not (self.paused or self.halted or self.gone)


@dataclass(frozen=True, slots=True)
class Offer:
    """A feed that was found and may be added; kept for some days, so that a button can name it."""

    id: int
    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """An editor or an admin."""

    channel: str
    address: str
    role: str  # bot.chat.turn.Role
    since: datetime
    id: int  # of the subscriber
    name: str = ""  # as their platform calls them
    away: str = ""  # why nothing reaches them: "stopped", "gone" (bot.chat.turn.Status)


@dataclass(frozen=True, slots=True)
class Deed:
    """A line of the audit log."""

    at: datetime
    who: str  # a name where we know one
    act: str
    detail: str = ""
    role: str = ""  # theirs when they did it; "" of the program and the server's operator


@dataclass(frozen=True, slots=True)
class Copy:
    """The newest backup."""

    at: datetime
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class Health:
    """How the program is, for whoever asks in the chat."""

    faults: Mapping[str, str] = field(default_factory=dict)  # part -> what is wrong, as /healthz says
    standing_still: str = ""
    failing: int = 0  # feeds
    gone: int = 0
    held: int = 0  # stories
    paused: int = 0  # broadcasts that stand still by themselves
    waiting: int = 0  # updates that are not handled
    unanswered: int = 0  # answers that wait for their turn
    halts: tuple[tuple[str, str], ...] = ()  # what WhatsApp makes us hold back (bot.delivery.halts.Scope), and why
    free: int | None = None  # bytes of the database's disk; None: not known
    total: int | None = None
    copy: Copy | None = None
    since: datetime | None = None  # when the program began


@dataclass(frozen=True, slots=True)
class Day:
    """What was sent on one day."""

    on: date
    sent: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers for /statistik."""

    active: int  # subscribers
    stopped: int
    followers: tuple[tuple[str, int], ...]  # category -> subscribers who get it, those of all included
    days: tuple[Day, ...]  # oldest first, none left out
    words: int = 0  # followed words
    stories: int = 0  # of the last seven days
    everything: int = 0  # subscribers who follow all


@dataclass(frozen=True, slots=True)
class Office:
    """Everything that one act of an admin may look at, frozen in its transaction; what it does not need is empty."""

    key: bytes = field(repr=False)  # seals buttons (bot.chat.push_seal)
    feeds: tuple[FeedSeen, ...] = ()
    feed: FeedSeen | None = None  # that the button names
    offer: Offer | None = None  # likewise
    unmapped: tuple[tuple[str, int], ...] = ()  # label, how often; the most frequent first
    team: tuple[Member, ...] = ()
    deeds: tuple[Deed, ...] = ()
    more: bool = False  # deeds before these
    health: Health | None = None
    figures: Figures | None = None
    copy: Copy | None = None
    invitation: str = ""  # a code that was made just now


# What is asked, and what comes back -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Enquire:
    """An admin acted: look up what it is about. `action` is the name of a command, a button's action, or a screen."""

    action: str
    text: str = ""
    pressed: bool = False


@dataclass(frozen=True, slots=True)
class Enquired:
    """The answer to Enquire."""

    asked: Enquire
    office: Office


# Errands are run outside of any transaction, by the world's own time; what comes back is an event of its own.


@dataclass(frozen=True, slots=True)
class LookFor:
    """Find the feeds of this address."""

    address: str


@dataclass(frozen=True, slots=True)
class TryFeed:
    """Read this address now, changing nothing; `offer` where it is not a feed of ours yet."""

    url: str
    feed_id: int = 0
    offer: int = 0


@dataclass(frozen=True, slots=True)
class BackUp:
    """Make a backup."""


@dataclass(frozen=True, slots=True)
class Draw:
    """Make a picture of these figures; names of categories are in the reader's language."""

    figures: Figures
    title: str
    followers: str
    sends: str
    sent: str
    failed: str
    names: tuple[tuple[str, str], ...]  # of topics


@dataclass(frozen=True, slots=True)
class Looked:
    """The answer to LookFor: what was found, or why nothing was."""

    asked: LookFor
    key: bytes = field(repr=False)
    offers: tuple[Offer, ...] = ()
    fault: str = ""  # `reason: what happened`


@dataclass(frozen=True, slots=True)
class Tried:
    """The answer to TryFeed: the newest stories as residents would see them, or why there are none."""

    asked: TryFeed
    key: bytes = field(repr=False)
    title: str = ""
    items: int = 0
    stories: tuple[Story, ...] = ()
    unmapped: tuple[str, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """The answer to BackUp."""

    copy: Copy | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The answer to Draw: a PNG; None when it could not be made."""

    picture: bytes | None = field(repr=False)
    title: str = ""


Errand = LookFor | TryFeed | BackUp | Draw
Brought = Looked | Tried | BackedUp | Drawn
OfficeAsk = Enquire | LookFor | TryFeed | BackUp | Draw
OfficeAnswer = Enquired | Looked | Tried | BackedUp | Drawn

# What follows ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HaltFeed:
    """Ask a feed no more, or again."""

    feed_id: int
    halted: bool


@dataclass(frozen=True, slots=True)
class RetryFeed:
    """Ask a feed at once."""

    feed_id: int


@dataclass(frozen=True, slots=True)
class AddFeed:
    """Take up an offer."""

    offer_id: int


@dataclass(frozen=True, slots=True)
class RemoveFeed:
    """Forget a feed."""

    feed_id: int


@dataclass(frozen=True, slots=True)
class SetFeedTopics:
    """The topics that are added to all that this feed brings."""

    feed_id: int
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """Tell the stories that are held back, or let them be."""

    feed_id: int
    tell: bool


@dataclass(frozen=True, slots=True)
class EndHalts:
    """WhatsApp takes everything again: what was held back goes on."""


@dataclass(frozen=True, slots=True)
class MapLabel:
    """From now on this label means the category; "" that it means none, and need not be asked about again."""

    label: str
    category: str


@dataclass(frozen=True, slots=True)
class Revoke:
    """Somebody is of the team no more."""

    member: Member


OfficeAct = HaltFeed | RetryFeed | AddFeed | RemoveFeed | SetFeedTopics | Release | MapLabel | Revoke | EndHalts
