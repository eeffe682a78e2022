"""What is true in a world of dice, kept beside the program and without asking it: people, things said, attempts."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from bot.delivery.content import Act, BroadcastKind, Content, Level, Note
from bot.delivery.plan import Delivery

ALL = "semua"
START = -1


@dataclass
class Person:
    """A reader, whatever address they have. `history` is what they followed from which transaction on."""

    number: int
    address: str
    topics: frozenset[str]
    mode: str = "instant"
    quiet: tuple[int, int] | None = None
    limit: int | None = None
    paused_until: datetime | None = None
    active: bool = True
    blocked: bool = False
    allergic: bool = False  # the platform takes no message for this chat
    former: list[str] = field(default_factory=list)
    history: list[tuple[int, frozenset[str]]] = field(default_factory=list)
    pauses: list[datetime] = field(default_factory=list)
    limit_changed: bool = False
    wishes_changed: int = START  # the transaction in which their hours were last changed

    def follows(self, topics: frozenset[str]) -> bool:
        """Whether they follow any of these, or all."""
        return self.active and bool(self.topics & (topics | {ALL}))

    def keeps(self, topic: str, since: int) -> bool:
        """Whether they have followed this one without a break since that transaction."""
        before = [topics for at, topics in self.history if at < since]
        after = [topics for at, topics in self.history if at >= since]
        return bool(before) and topic in before[-1] and all(topic in topics for topics in after)

    def note(self, seq: int) -> None:
        """Their topics have changed in this transaction."""
        self.history.append((seq, self.topics if self.active else frozenset()))


@dataclass
class Thing:
    """One broadcast as the newsroom knows it."""

    id: int
    kind: BroadcastKind
    made: int  # the transaction
    at: datetime
    expires: datetime
    key: str  # how it is recognised on a phone
    story_id: int | None = None
    topics: dict[str, int] = field(default_factory=dict)  # topic -> the transaction that told its followers
    level: Level = Level.ORDINARY
    original: "Thing | None" = None
    erase: bool = False
    texts: list[tuple[int, str]] = field(default_factory=list)  # from which transaction on it says what
    statuses: list[tuple[int, str]] = field(default_factory=list)
    gained: set[str] = field(default_factory=set)  # categories that the story got later
    again: list[int] = field(default_factory=list)  # transactions in which the missed were queued once more

    def text_at(self, seq: int) -> str:
        """What it said then."""
        return [text for at, text in self.texts if at < seq][-1]

    def status_at(self, seq: int) -> str:
        """Its status then, as the newsroom set it."""
        return next((status for at, status in reversed(self.statuses) if at < seq), "running")

    def __str__(self) -> str:
        about = f" about #{self.original.id}" if self.original is not None else ""
        acts = [f"{seq} {status}" for seq, status in self.statuses] + [f"{seq} again" for seq in self.again]
        return (
            f"#{self.id} {self.kind}{about} in transaction {self.made}, {self.at:%d %H:%M:%S}: {self.key} "
            f"{self.topics or ''} {acts or ''} {self.texts[1:] or ''}"
        )

    @property
    def was_paused(self) -> bool:
        """Whether the newsroom has kept it back for a while."""
        return any(status == "paused" for _, status in self.statuses)

    @property
    def status(self) -> str:
        """Its status now."""
        return self.statuses[-1][1] if self.statuses else "running"


@dataclass
class Message:
    """A message on a phone."""

    id: str
    chat: str
    attempt: "Attempt"
    text: str
    stories: dict[int, str]  # of a digest and of a story: what it says about which
    state: str = "shown"  # shown | stub | deleted
    changed: int = START  # the transaction that made the latest of what has changed it


@dataclass(eq=False)
class Attempt:
    """One delivery that a tick has started, and what became of it."""

    seq: int
    wall: datetime  # the tick's `now`
    process: int
    delivery: Delivery
    thing: Thing
    person: Person
    left: float | None = None
    fate: str = "claimed"  # claimed | flying | heard | written | doubt | crashed | held
    outcome: str = ""
    message: Message | None = None

    def __str__(self) -> str:
        d, where = self.delivery, self.message and f"{self.message.id} in {self.message.chat} {self.message.state}"
        return (
            f"  {self.seq}: process {self.process}, {self.wall:%d %H:%M:%S.%f}, {d.kind} #{d.broadcast_id} ({d.act}, "
            f"attempt {d.attempt}) to person {self.person.number} at {d.address}: left {self.left}, {self.fate} "
            f"{self.outcome}, message {where}, stories {self.stories}"
        )

    @property
    def under_way(self) -> bool:
        """Whether the program may still hear of it."""
        return self.fate in {"claimed", "flying", "heard"}

    @property
    def doubtful(self) -> bool:
        """Whether nobody can know if it has arrived."""
        return self.fate in {"doubt", "crashed"}

    @property
    def stories(self) -> tuple[int, ...]:
        """What it tells."""
        if self.thing.kind is BroadcastKind.STORY and self.thing.story_id is not None:
            return (self.thing.story_id,)
        return self.delivery.stories


@dataclass
class Truth:
    """All of it. `seq` numbers the transactions, whoever made them."""

    seq: int = 0
    people: list[Person] = field(default_factory=list)
    things: dict[int, Thing] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    by_address: dict[str, Person] = field(default_factory=dict)
    of_story: dict[int, Thing] = field(default_factory=dict)
    of_pair: dict[tuple[int, int], list[Attempt]] = field(default_factory=lambda: defaultdict(list))  # person, thing
    of_person: dict[int, list[Attempt]] = field(default_factory=lambda: defaultdict(list))
    complaints: list[str] = field(default_factory=list)

    def add(self, attempt: Attempt) -> None:
        """A tick has started it."""
        self.attempts.append(attempt)
        self.of_pair[attempt.person.number, attempt.thing.id].append(attempt)
        self.of_person[attempt.person.number].append(attempt)

    def complain(self, text: str) -> None:
        """Something is wrong."""
        if len(self.complaints) < 50:
            self.complaints.append(text)


def key_of(content: Content) -> tuple[BroadcastKind, str]:
    """How what is said is recognised, whatever it says by now."""
    match content.kind:
        case BroadcastKind.STORY:
            assert content.story is not None
            return content.kind, f"story {content.story.id}"
        case BroadcastKind.DIGEST:
            return content.kind, ",".join(str(story.id) for story in content.stories)
    assert content.note is not None
    return content.kind, content.note.link or content.note.text


def words_of(content: Content) -> str:
    """What it says, as a truth about a text would be written."""
    if content.kind in {BroadcastKind.STORY, BroadcastKind.MARK} and content.story is not None:
        return f"{content.story.title}|{content.story.summary}"
    note = content.original if content.kind is BroadcastKind.MARK else content.note
    return said(note) if note is not None else ""


def said(note: Note) -> str:
    """The words of a note."""
    return f"{note.title}|{note.text}"


def is_message(act: Act) -> bool:
    """Whether the phone rings."""
    return act in {Act.SEND, Act.REPLY}
