"""One small Protocol for each outside thing, and the values that cross there.

The store is reached through whole-transaction functions: `await store.write(work)` runs `work(tx)` in the one writer
thread inside BEGIN IMMEDIATE … COMMIT; `await store.read(work)` runs it on a reading connection. `work` is a plain
function: it may decide, it must not wait. All times are aware datetimes; the store keeps UTC milliseconds.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo

from bot.chat.message import Message
from bot.chat.office import Deed, Figures, Member, Offer
from bot.chat.push import Draft
from bot.chat.turn import Person, Role
from bot.chat.turn import Status as SubscriberStatus
from bot.chat.wishes import Contact, ContactKind
from bot.delivery.content import Act, BroadcastKind, Content, Level, Note
from bot.delivery.digest import Owing, Telling
from bot.delivery.outcome import Outcome
from bot.delivery.pace import ChatRate
from bot.delivery.plan import Broadcast, Delivery, QueuedReply, Rank, Reader, Settled, Status
from bot.delivery.receipts import Receipt, Tag
from bot.news.changes import Form, SameStory
from bot.news.duplicates import Likely, Source, Suppression, Undone
from bot.news.item import Document, Item, Story
from bot.news.moves import FeedMoves
from bot.news.shingles import Sketch
from bot.news.withdrawal import Shown

T = TypeVar("T")

# Feeds and stories --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeclaredFeed:
    """A feed as feeds.yaml (or an admin) declares it."""

    url: str
    every: float | None = None  # seconds; None: as the feed's volume and hints say
    categories: tuple[str, ...] = ()  # added to what the items' own labels say
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed and what we know of it."""

    id: int
    url: str
    every: float | None
    categories: tuple[str, ...]
    origin: str  # file | chat
    paused: bool = False
    title: str = ""
    etag: str | None = None
    last_modified: str | None = None
    imported_at: datetime | None = None  # the first successful poll; None: the next one sends nothing
    checked_at: datetime | None = None
    ok_at: datetime | None = None
    next_check: datetime | None = None  # None: now
    failures: int = 0
    error: str = ""  # the last failure in one line, "" when healthy
    moves: FeedMoves = field(default_factory=FeedMoves)  # where to ask instead of `url`, which stays its name
    unconditional_at: datetime | None = None  # the last document that was read without conditions
    ttl: float | None = None  # seconds, as the document asks
    volume: float | None = None  # stories a week, fading over two weeks; None: never read
    api_forbidden_until: datetime | None = None
    gap_since: datetime | None = None  # stories since then may be missing: catch up again
    gone: datetime | None = None  # when it answered 410; not asked any more
    pushed: bool = False  # a hub delivers its stories
    halted: bool = False  # an admin paused it; `paused` is what feeds.yaml says

    @property
    def asked(self) -> bool:
        """Whether it is looked at at all."""
        return not (self.paused or self.halted or self.gone)


@dataclass(frozen=True, slots=True)
class FeedCheck:
    """What a poll found out about the feed itself; None leaves a field as it was."""

    at: datetime
    next_check: datetime
    error: str = ""  # "" is a success: failures go back to 0
    etag: str | None = None
    last_modified: str | None = None
    title: str | None = None
    imported: bool = False  # a document was read (a 304 is a success but no import)
    unconditional: bool = False  # ... and no condition was asked
    ttl: float | None = None  # seconds; 0: the document asks for nothing
    volume: float | None = None
    moves: FeedMoves | None = None
    gone: bool = False  # 410: asked no more until somebody wakes it


@dataclass(frozen=True, slots=True)
class HeldFlood:
    """Stories that were recorded and not told, because they came as a flood; an admin decides."""

    feed_id: int
    url: str
    at: datetime
    why: str  # many | old
    stories: tuple[int, ...]  # ids, in the order of publication


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub that a feed names (WebSub), and how we stand with it."""

    feed_id: int
    hub: str
    topic: str
    token: str = field(repr=False)  # the unguessable end of the callback's address
    secret: str = field(repr=False)  # signs what the hub delivers
    callback: str = field(default="", repr=False)  # the address that the hub was last told, "" when never
    asked_at: datetime | None = None  # None: nothing is asked, so nothing is confirmed
    refusals: int = 0  # in a row
    lease_until: datetime | None = None


class FeedsTx(Protocol):
    """What transactions say about feeds."""

    def declare_feeds(self, feeds: Sequence[DeclaredFeed]) -> None:
        """Make the feeds of origin `file` equal to these; one declared no more is kept, paused, with its history."""

    def add_feed(self, feed: DeclaredFeed) -> bool:
        """A feed of an admin's; one that feeds.yaml declared once is theirs from now on; False when it is in use."""

    def halt_feed(self, feed_id: int, halted: bool) -> None:
        """An admin wants it asked no more (or again, and then at once)."""

    def remove_feed(self, feed_id: int) -> bool:
        """Forget a feed; its stories stay. False for one that feeds.yaml declares."""

    def feeds(self) -> list[Feed]:
        """All feeds, by id."""

    def feed(self, feed_id: int) -> Feed | None:
        """One feed as it stands now."""

    def due_feeds(self, now: datetime) -> list[Feed]:
        """Feeds that are neither paused nor gone and whose next check has come, the longest waiting first."""

    def feed_checked(self, feed_id: int, check: FeedCheck) -> None:
        """Write down a poll's result (success: failures 0; fault: failures + 1)."""

    def ask_soon(self, feed_id: int) -> None:
        """The feed is due now, also when it was gone."""

    def remember_gap(self, feed_id: int, since: datetime | None) -> None:
        """Stories since then may be missing from this feed (None: no more)."""

    def forbid_api(self, feed_id: int, until: datetime) -> None:
        """The portal's interface for programs refuses us: not asked before then."""

    def hold_flood(self, feed_id: int, why: str, story_ids: Sequence[int], now: datetime) -> None:
        """Keep these stories from being told until an admin decides; they join what is already held."""

    def held_floods(self) -> list[HeldFlood]:
        """What waits for an admin's yes, the oldest first."""

    def release_flood(self, feed_id: int, tell: bool) -> list[Story]:
        """Hold the feed's flood no longer; the stories to tell now, in order (none unless `tell`)."""

    def hub_named(self, feed_id: int, hub: str, topic: str, token: str, secret: str, now: datetime) -> None:
        """The feed names this hub; a known one with the same topic is left as it stands."""

    def due_hubs(self, base: str, now: datetime) -> list[Hub]:
        """Hubs of feeds in use that should be asked (again) now, also those that know us by another address."""

    def hub_asked(self, feed_id: int, callback: str, next_ask: datetime, now: datetime, error: str = "") -> None:
        """A subscription was asked for, or (`error`) could not be."""

    def hub_granted(self, feed_id: int, lease_until: datetime, next_ask: datetime) -> None:
        """The hub has confirmed what we asked for."""

    def hub_of(self, token: str) -> Hub | None:
        """The hub whose callback ends so."""

    def hub_delivers(self, feed_id: int, at: datetime | None) -> None:
        """The hub has delivered then; None: it has missed a story and is relied on no more."""


class StoriesTx(Protocol):
    """What transactions say about stories."""

    def known_keys(self, keys: Collection[str]) -> dict[str, int]:
        """Those of the identity keys that are known, with their story's id."""

    def stories(self, ids: Collection[int]) -> dict[int, Story]:
        """Stories by id."""

    def seen_in_feed(self, feed_id: int, story_ids: Collection[int]) -> set[int]:
        """Those of the stories that this feed has shown before."""

    def add_story(self, item: Item, published: datetime, categories: Collection[str], now: datetime) -> int:
        """Record a new story with its first revision and its search text; its id."""

    def add_keys(self, story_id: int, keys: Collection[str], now: datetime) -> None:
        """Further identity keys of a story (known ones stay where they are)."""

    def mark_seen(self, feed_id: int, story_ids: Collection[int], now: datetime) -> None:
        """This feed shows these stories now."""

    def add_categories(self, story_id: int, categories: Collection[str]) -> None:
        """The story stands in these categories too."""

    def story_audience(self, story_id: int) -> tuple[str, ...]:
        """All categories whose followers the story is for: those that are shown, and the followed words in it."""

    def portal_titles(self, ids: Collection[int]) -> dict[int, str]:
        """What the portal called these stories last: an editor's correction may have changed what we call them."""

    def was_titled(self, story_id: int, title: str) -> bool:
        """Whether the portal has called the story so before."""

    def add_revision(self, story_id: int, item: Item, now: datetime) -> None:
        """The portal changed the story: keep the old form, show the new one from now on."""

    def latest(self, categories: Collection[str] | None, limit: int, offset: int = 0) -> list[Story]:
        """The newest stories in any of these categories (None: of all), by publication."""

    def weekly_volume(self, now: datetime) -> dict[str, int]:
        """Stories of the last 28 days a category, divided by the weeks for which we have watched (at least one)."""

    def count_unmapped(self, labels: Collection[str], now: datetime) -> None:
        """Feed labels that no category means: counted, for admins."""

    def unmapped(self) -> list[tuple[str, int]]:
        """The unmapped labels with their counts, most frequent first."""


class LikenessTx(Protocol):
    """What transactions say about texts that are alike, and about copies of a story."""

    def likely_same(self, sketch: Sketch, portal: str, published: datetime, but: Collection[int] = ()) -> Likely:
        """What is like a story that is about to be recorded: the one that it repeats, and what belongs to it."""

    def index_story(
        self, story_id: int, sketch: Sketch, portal: str, published: datetime, likely: Likely | None = None
    ) -> None:  # fmt: skip
        """Let the story be found from now on, and keep what is related to it."""

    def related(self, story_id: int, limit: int) -> list[Story]:
        """Stories that belong to this one, the most alike first."""

    def forms(self, ids: Collection[int]) -> dict[int, Form]:
        """What is known of the newest forms of these stories."""

    def copies(self, keys: Collection[str]) -> set[str]:
        """Those of the identity keys that came with a copy of a story."""

    def suppress(self, intent: SameStory, feed_id: int, now: datetime) -> int:
        """Keep the copy with its keys, name its portal, give its categories to the story; the suppression's id."""

    def sources(self, story_id: int) -> list[Source]:
        """Who published the story, the first first; empty while only one portal has."""

    def suppressions(self, limit: int, offset: int = 0) -> list[Suppression]:
        """What was suppressed, the newest first, the undone ones too."""

    def undo_suppression(self, suppression_id: int, now: datetime) -> Undone | None:
        """Make a story of its own out of a suppressed item, to be told now; None when there is nothing to undo."""


class WithdrawalsTx(Protocol):
    """What transactions say about stories that portals take back."""

    def shown_lately(self, feed_id: int, since: datetime) -> list[Shown]:
        """What this feed has shown of the stories published since then, without those withdrawn."""

    def looked_for(self, story_id: int, now: datetime) -> None:
        """The story's page was asked for; it is there, or could not say."""

    def withdraw(self, story_id: int, now: datetime) -> bool:
        """The portal has taken the story down; False when that is known."""

    def came_back(self, story_ids: Collection[int]) -> int:
        """Feeds show these stories: those that were withdrawn are so no more; how many."""

    def withdrawn(self, since: datetime) -> list[Story]:
        """The stories taken down since then, to be offered to editors, the latest first."""


class SearchTx(Protocol):
    """What transactions say about the archive."""

    def search(self, words: str, limit: int, offset: int = 0) -> list[Story]:
        """Stories with all of these words, the best and newest first; with any of them where none has all."""


# People -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscriber as imports and exports write them (docs/design.md)."""

    channel: str
    address: str
    categories: tuple[str, ...]  # ("semua",) for all, also later ones
    mode: str = "instant"
    quiet: tuple[int, int] | None = None
    language: str = "id"
    consent_at: datetime | None = None
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class StaffMember:
    """An editor or admin, and where they are reached."""

    channel: str
    address: str
    thread: str | None
    language: str
    role: Role
    status: SubscriberStatus


class PeopleTx(Protocol):
    """What transactions say about people."""

    def person(self, channel: str, address: str, language: str = "id") -> Person:
        """Who this is; a stranger is NEW and gets `language`."""

    def follow(
        self, channel: str, address: str, categories: Collection[str], follows_all: bool, wording: str,
        quiet: tuple[int, int] | None, language: str, now: datetime, thread: str | None = None,
        daily_limit: int | None = None,
    ) -> None:  # fmt: skip
        """Subscribe or change topics; consent, `quiet` and limit are kept when someone joins or comes back."""

    def stop(self, channel: str, address: str, gone: bool, now: datetime) -> None:
        """Unsubscribe: status stopped (or gone), topics dropped, queued deliveries and drafts dropped."""

    def set_times(
        self, channel: str, address: str, mode: str, quiet: tuple[int, int] | None, paused_until: datetime | None,
        now: datetime,
    ) -> None:  # fmt: skip
        """When this person wants to be written to; what they are owed is looked at again at once."""

    def set_language(self, channel: str, address: str, language: str) -> None:
        """Also for a stranger: it is remembered."""

    def set_draft(self, channel: str, address: str, categories: Collection[str] | None) -> None:
        """Ticks that are not yet confirmed; None forgets them."""

    def save_story(self, channel: str, address: str, story_id: int, keep: bool, now: datetime) -> None:
        """Keep or let go a story for this person."""

    def saved(self, channel: str, address: str, limit: int) -> list[Story]:
        """The kept stories, newest first."""

    def add_invitation(self, code_hash: str, role: Role, now: datetime, expires_at: datetime) -> None:
        """A one-time code, kept hashed."""

    def redeem_invitation(self, channel: str, address: str, code_hash: str, now: datetime) -> tuple[Role | None, str]:
        """The role now held (never lowered), or None and why: unknown, expired, used, too_many (5 wrong in 24 h)."""

    def has_admin(self) -> bool:
        """Whether anyone holds the role admin."""

    def staff(self) -> list[StaffMember]:
        """All editors and admins, in the order in which they came."""

    def import_subscribers(self, rows: Sequence[Subscription], now: datetime) -> int:
        """Idempotent upsert of one chunk; brings back nobody who stopped after their consent; how many rows are new."""

    def subscribers(self, after: int, limit: int) -> list[tuple[int, Subscription]]:
        """Active subscribers by id, a page at a time."""


class WordsTx(Protocol):
    """What transactions say about followed words (bot.news.keywords): an audience like that of a category."""

    def follow_word(self, channel: str, address: str, word: str) -> bool:
        """An active subscriber follows this word too; False when they did already, or are no subscriber."""

    def unfollow_word(self, channel: str, address: str, word: str, now: datetime) -> bool:
        """They follow it no longer, and what waited for them because of it is dropped; False when they did not."""

    def words_of(self, channel: str, address: str) -> list[str]:
        """The words that this person follows, folded, sorted."""

    def changed_words(self, after: int) -> tuple[int, list[tuple[str, bool]]]:
        """What has changed after this number (0: everything): the newest number, and words with whether any follows."""


@dataclass(frozen=True, slots=True)
class ContactFrom:
    """What a resident wrote to the newsroom, and where an answer goes: editors never see that."""

    contact: Contact
    channel: str
    address: str
    thread: str | None
    language: str  # "" when never chosen
    status: SubscriberStatus


class WishesTx(Protocol):
    """What transactions say about residents' wishes beside their topics."""

    def set_urgent(self, channel: str, address: str, urgent: bool) -> None:
        """Whether urgent alerts come in quiet hours too."""

    def set_step(self, channel: str, address: str, step: str, now: datetime) -> None:
        """What this person's next text is taken for; "" forgets it, and makes nobody known."""

    def last_received(self, channel: str, address: str) -> tuple[str, int | None, tuple[str, ...]] | None:
        """The last thing that reached this person: its kind, its story, whose followers it was for."""

    def words_in(self, story_id: int) -> tuple[str, ...]:
        """The followed words, as categories, that stand in a story."""

    def add_contact(
        self, channel: str, address: str, kind: ContactKind, text: str, story_id: int | None, now: datetime
    ) -> int:  # fmt: skip
        """Keep what somebody wrote to the newsroom; its id."""

    def contacts_since(self, channel: str, address: str, since: datetime) -> int:
        """How often this person has written to the newsroom since then."""

    def contact(self, contact_id: int) -> ContactFrom | None:
        """What somebody wrote, and where an answer would go; None when they asked to be forgotten."""

    def contact_answered(self, contact_id: int) -> None:
        """An editor has answered."""

    def data_of(self, channel: str, address: str) -> dict[str, list[dict[str, Any]]]:
        """Every row that any table has of this address, by table, as it is stored."""

    def erase(self, channel: str, address: str, now: datetime) -> None:
        """Forget this address in every table and in the log; noted, hashed, so that no backup brings it back."""


class TeamTx(Protocol):
    """What transactions say about the team and its office."""

    def team(self) -> list[Member]:
        """All editors and admins, admins first, in the order in which they came."""

    def name_member(self, channel: str, address: str, name: str) -> None:
        """What somebody of the team is called; nothing of people who hold no role is kept."""

    def revoke(self, subscriber: int) -> bool:
        """They hold no role any more; False when they held none."""

    def deeds(self, limit: int, offset: int = 0) -> list[Deed]:
        """Acts of the audit log, the newest first; those of the team under their names."""

    def offer_feed(self, url: str, title: str, now: datetime) -> Offer:
        """Keep a feed that was found, so that a button can name it; those of last week are forgotten."""

    def offer(self, offer_id: int) -> Offer | None:
        """A feed that is on offer."""

    def set_feed_topics(self, feed_id: int, categories: tuple[str, ...]) -> bool:
        """What is added to all that this feed brings; False for one that feeds.yaml declares."""

    def map_label(self, label: str, category: str, now: datetime) -> None:
        """From now on the label means this category; "" that it means none."""

    def label_meanings(self) -> dict[str, str]:
        """What labels were said to mean in the chat; "" for those that mean nothing."""

    def figures(self, now: datetime, timezone: ZoneInfo, days: int) -> Figures:
        """Numbers of all channels together; the days are the portal's, the last one today."""

    def standing_broadcasts(self) -> int:
        """How many broadcasts are paused."""

    def waiting_count(self) -> int:
        """How many updates are not handled yet."""

    def move_chat(self, channel: str, address: str, to: str) -> None:
        """The platform says that a chat has a new address; what is queued for it goes there."""


# Outbox -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a start found of the epoch before it."""

    epoch: int
    unknown: int  # deliveries that nobody knows about
    again: int  # replies, alerts and corrections that will be tried once more


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """A queued delivery whose time has come, with what decides whether it may leave."""

    delivery: Delivery
    broadcast: Broadcast
    reader: Reader
    begun: bool = False  # it was started before: the reader's day has counted it


class OutboxTx(Protocol):
    """What a tick's transaction says about broadcasts and deliveries."""

    def begin_epoch(self, now: datetime) -> Recovery:
        """A new epoch; `started` rows of dead ones become unknown, or queued again (promise 4: alerts, replies)."""

    def require_epoch(self, epoch: int) -> None:
        """StoreError (`stale_epoch`) when another process has begun an epoch after this one."""

    def standing_still(self) -> str:
        """Why nothing at all is sent to audiences (`restored`, …); empty when it is."""

    def version(self) -> int:
        """How many corrections have been made: texts begun before the newest may be wrong."""

    def open_passes(self, channel: str, now: datetime) -> list[Broadcast]:
        """The earliest unfinished pass of each running broadcast: by rank, then age; of stories also late ones."""

    def open_round(self, channel: str, broadcast: Broadcast) -> Broadcast | None:
        """The pass over another broadcast's readers, ready to go on; None while that one must settle first."""

    def readers(self, channel: str, broadcast: Broadcast, limit: int) -> list[Reader]:
        """The next active readers after the pass's cursor, by id, without those who have a delivery of it.

        Those who follow all are always among them. Fewer than `limit` means that the pass has come to its end.
        """

    def start_deliveries(self, deliveries: Sequence[Delivery], epoch: int, now: datetime) -> None:
        """Rows are born `started`, or a queued one becomes `started` with its attempt."""

    def queue_deliveries(self, broadcast: Broadcast, readers: Sequence[tuple[Reader, datetime]], now: datetime) -> None:
        """Rows are born `queued(next_at)`: the reader's chat is on hold or asleep."""

    def move_pass(self, channel: str, broadcast: Broadcast, last_id: int, done: bool) -> None:
        """Move the cursor (in the transaction that starts the deliveries)."""

    def is_due(self, channel: str, rank: Rank, now: datetime) -> bool:
        """Whether a queued delivery of this class waits for nothing any more."""

    def due_deliveries(self, channel: str, now: datetime, limit: int, rank: Rank) -> list[DueDelivery]:
        """Queued deliveries whose time has come, `attempt` already raised; consent, status, expiry are read again."""

    def postpone(self, delivery: Delivery, until: datetime) -> None:
        """A queued delivery waits longer."""

    def give_to_digest(self, delivery: Delivery, at: datetime) -> None:
        """A queued story goes into the reader's digest instead."""

    def give_up(self, delivery: Delivery, code: str, now: datetime) -> None:
        """A queued delivery fails with this reason."""

    def count_today(self, subscribers: Sequence[int], day: int) -> None:
        """These readers got one more story on this local day (as an ordinal)."""

    def contents(self, broadcasts: Collection[int]) -> dict[int, Content]:
        """What these broadcasts (no digests) say, in its present form."""

    def settle(self, channel: str, finished: Sequence[tuple[Delivery, Settled]], epoch: int, now: datetime) -> None:
        """Write finished attempts (only rows `started` in this epoch); the gone are unsubscribed, the moved moved."""

    def close_broadcasts(self, now: datetime) -> list[int]:
        """Broadcasts that have just completed (all passes done, nothing queued or started) or expired; their ids."""

    def next_due(self, channel: str, now: datetime) -> datetime | None:
        """When the earliest queued delivery, reply or digest of this channel is due; None when nothing waits."""


class DigestsTx(Protocol):
    """What transactions say about digests: a timer a reader, what is owed is derived."""

    def owe_digests(self, readers: Sequence[tuple[int, datetime]]) -> None:
        """These subscribers are owed something: their digest is due then, or earlier if it already was."""

    def move_digests(self, readers: Sequence[tuple[int, datetime]]) -> None:
        """Their digests are due then instead."""

    def digests_due(self, channel: str, now: datetime, limit: int, slot: str) -> list[tuple[Reader, datetime]]:
        """Active readers whose digest is due, with the time it was due at; `had` is set where this slot's was sent."""

    def tellings(self, channel: str, now: datetime) -> list[Telling]:
        """What was told to followers in the last week, newest first."""

    def owings(
        self, channel: str, subscribers: Sequence[int], tellings: Sequence[Telling], now: datetime
    ) -> dict[int, Owing]:
        """What decides about the debts to these subscribers."""

    def digest_broadcast(self, slot: str, now: datetime, expires_at: datetime) -> int:
        """The broadcast of this hour's digests; its id."""

    def digests_settled(self, subscribers: Sequence[int]) -> None:
        """Everything told until now is settled with these."""


class RepliesTx(Protocol):
    """What transactions say about answers to people who wrote."""

    def add_reply(
        self, channel: str, address: str, thread: str | None, message: str, mode: str, now: datetime,
        target: str | None = None, callback: str | None = None,
    ) -> None:  # fmt: skip
        """Queue an answer to a person who wrote."""

    def claim_replies(self, channel: str, epoch: int, now: datetime, limit: int) -> list[QueuedReply]:
        """The oldest due answers, at most one a chat so that their order holds; born `started`."""

    def settle_replies(self, channel: str, finished: Sequence[tuple[QueuedReply, Settled]], now: datetime) -> None:
        """Write finished answers; sent and failed ones leave the table, a hold is kept for the chat."""


# Newsroom -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sent:
    """A broadcast as the newsroom sees it."""

    id: int
    kind: BroadcastKind
    rank: Rank
    level: Level
    status: Status
    story_id: int | None
    original_id: int | None
    note: Note | None
    title: str
    categories: tuple[str, ...]
    channels: tuple[str, ...]
    created_at: datetime
    not_before: datetime
    expires_at: datetime
    done_at: datetime | None = None
    reason: str = ""
    made_by: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """How far a broadcast has come on one channel."""

    channel: str
    sent: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)  # by code, without what went into digests
    unknown: int = 0
    recalled: int = 0
    digested: int = 0  # went into the reader's digest instead
    under_way: int = 0  # started
    waiting: int = 0  # queued for a time
    p50: float | None = None  # seconds from publication to arrival, at most 8 % too long
    p95: float | None = None


class NewsroomTx(Protocol):
    """What transactions say about broadcasts as a whole: made, stopped, reported."""

    def add_broadcast(
        self, kind: str, rank: Rank, story_id: int | None, categories: Collection[str], channels: Collection[str],
        now: datetime, expires_at: datetime, *, note: Note | None = None, not_before: datetime | None = None,
        made_by: str = "",
    ) -> int:  # fmt: skip
        """A broadcast with its first pass on each channel, snapshot taken; its id. A story is told once."""

    def add_about(
        self, kind: str, rank: Rank, original: int, sources: Sequence[int], now: datetime, expires_at: datetime, *,
        note: Note, version: int = 0, erase: bool = False, made_by: str = "",
    ) -> int:  # fmt: skip
        """A broadcast to those who have had the sources (the original, digests that carried it); its id."""

    def add_pass(self, story_id: int, categories: Collection[str], younger_than: datetime, now: datetime) -> bool:
        """A further pass for followers of late categories, if the broadcast was created after `younger_than`."""

    def next_version(self) -> int:
        """From now on texts are newer than every one that has begun."""

    def broadcast(self, broadcast_id: int) -> Sent | None:
        """One broadcast, or None."""

    def broadcasts(self, limit: int, status: str | None = None) -> list[Sent]:
        """The newest broadcasts, without digests and marks."""

    def story_broadcast(self, story_id: int) -> int | None:
        """The broadcast that told this story."""

    def about(self, original: int) -> list[Sent]:
        """What has been said about this broadcast, oldest first."""

    def digests_since(self, at: datetime) -> list[int]:
        """Digests made since then: each may carry a story told after it."""

    def change_note(self, broadcast_id: int, note: Note) -> None:
        """What the broadcast says from now on."""

    def change_story(self, story_id: int, title: str, summary: str) -> None:
        """What the story says from now on; empty leaves it."""

    def set_status(self, broadcast_id: int, status: Status, reason: str, now: datetime) -> None:
        """Pause, resume (its tellings become new), cancel, withdraw; readers of closed ones are not gone on with."""

    def miss_again(self, broadcast_id: int, states: Collection[str], codes: Collection[str] | None, now: datetime,
                   until: datetime, limit: int) -> int:  # fmt: skip
        """Queue up to `limit` failed or unknown deliveries (codes None: all) once more; how many."""

    def report(self, broadcast_id: int) -> list[Report]:
        """How far it has come, by channel."""

    def missed(self, broadcast_id: int, after: int, limit: int) -> list[tuple[int, str, str, str, str]]:
        """Failed and unknown deliveries by subscriber: id, channel, address, state, code."""

    def audience_size(self, channel: str, categories: Collection[str]) -> int:
        """How many active subscribers follow any of these (none given: all subscribers)."""

    def stand_still(self, reason: str) -> None:
        """Send nothing to audiences until this is called with an empty reason."""

    def note_live(self, channel: str, live: Mapping[str, Any]) -> None:
        """What the running program says about itself, for `stats`."""

    def add_audit(self, who: str, act: str, detail: str, now: datetime) -> None:
        """An act of an editor, an admin or the server's operator."""

    def audits(self, limit: int) -> list[tuple[datetime, str, str, str]]:
        """The newest acts: when, who, what, about what."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A message of somebody of staff that tells how a broadcast goes."""

    broadcast_id: int
    channel: str
    address: str
    message_id: str  # "" where the platform names none
    shown: str = ""


class NewsdeskTx(Protocol):
    """What transactions say about editors at work."""

    def button_key(self) -> bytes:
        """The secret that seals buttons; made when it is first needed."""

    def next_draft(self) -> int:
        """The id of the draft that is begun next."""

    def draft(self, draft_id: int) -> Draft | None:
        """One draft, or None."""

    def draft_of(self, channel: str, address: str) -> Draft | None:
        """The newest draft of this person that is neither sent nor closed."""

    def draft_behind(self, broadcast_id: int) -> Draft | None:
        """The draft that has become this broadcast."""

    def keep_draft(self, draft: Draft, now: datetime) -> None:
        """Write a draft as it is now."""

    def alerts_between(self, begin: datetime, end: datetime) -> int:
        """How many alerts and follow-ups begin in this span, without the cancelled."""

    def told_since(self, at: datetime, limit: int) -> list[Sent]:
        """Stories and alerts that were made since then, the newest first."""

    def scheduled(self, now: datetime, limit: int) -> list[Sent]:
        """Alerts and follow-ups that have not begun, the next first."""

    def begin_at(self, broadcast_id: int, not_before: datetime, expires_at: datetime) -> None:
        """It begins then, and gets old then."""

    def story_behind(self, link: str) -> Story | None:
        """The story that this address of the portal tells."""

    def title_before(self, story_id: int) -> str:
        """What the portal called the story before it called it as it does now; empty when never otherwise."""

    def watch_on(self, broadcast_id: int, channel: str, address: str, message_id: str, at: datetime) -> None:
        """This message shows how the broadcast goes, from then on."""

    def screens_due(self, now: datetime, limit: int) -> list[Screen]:
        """The screens that may be edited now, the longest waiting first."""

    def screen_shown(self, screen: Screen, shown: str, next_at: datetime | None) -> None:
        """What it shows, and when it may be edited again; None: it is over."""

    def unwatch(self, broadcast_id: int, channel: str, address: str) -> None:
        """This person's screen tells no more how it goes."""

    def move_screens(self, broadcast_id: int, at: datetime) -> None:
        """The broadcast's screens have nothing to tell before then."""

    def is_on_its_way(self, channel: str, address: str, message_id: str) -> bool:
        """Whether an edit of this message waits to leave: another one would only make the queue longer."""

    def permission(self) -> str:
        """The reason for which an only editor may sound urgent alerts alone; empty: they may not."""

    def permit(self, reason: str) -> None:
        """Give or (with an empty reason) take that permission."""


# Inbox --------------------------------------------------------------------------------------------------------------


class InboxTx(Protocol):
    """What transactions say about updates that came in."""

    def receive(self, channel: str, updates: Sequence[tuple[int, str]], now: datetime) -> int:
        """Keep raw updates (id, body); known ids are passed over; how many are new."""

    def waiting_updates(self, channel: str, limit: int) -> list[tuple[int, str]]:
        """Updates that are not handled yet, oldest first."""

    def handled(self, channel: str, update_id: int, now: datetime, error: str = "") -> bool:
        """Mark as handled; False when it already was (then nothing else of the transaction may be done)."""

    def last_update(self, channel: str) -> int | None:
        """The highest update id ever received."""

    def forget_updates(self, before: datetime) -> int:
        """Drop handled updates older than this (the highest of each channel stays); how many."""


# WhatsApp -----------------------------------------------------------------------------------------------------------


class WhatsAppTx(Protocol):
    """What transactions say about a channel whose people have two names, and that tells what became of things."""

    def whatsapp_address(self, phone: str | None, user_id: str | None, at: datetime | None) -> str:
        """Where to reach whoever said something then under these names; both are remembered."""

    def whatsapp_moved(
        self, old: tuple[str | None, str | None], new: tuple[str | None, str | None], at: datetime
    ) -> None:  # fmt: skip
        """Whoever had the old (number, id) has the new ones from now on; a stranger's move means nothing to us."""

    def open_window(self, address: str, at: datetime, now: datetime) -> None:
        """This person wrote then: for 24 hours anything may be sent; what they are owed comes at once."""

    def keep_options(self, address: str, options: str | None) -> None:
        """What numbers mean that this person types from now on; None: nothing of their own."""

    def options_of(self, address: str) -> str | None:
        """What was kept."""

    def first_sight(self, message_id: str, what: str, now: datetime) -> bool:
        """Whether this message (`message`), or this status of it, comes for the first time."""

    def forget_sights(self, before: datetime, limit: int) -> int:
        """Drop at most so many that nobody will bring again; how many."""

    def take_receipts(self, receipts: Sequence[Receipt], now: datetime) -> None:
        """What statuses tell, each counted once."""

    def doubtful(self) -> list[Tag]:
        """Attempts that ended without an answer, and that no receipt has settled."""

    def once_more(self, doubts: Sequence[Tag], now: datetime) -> int:
        """No receipt came: these are sent once more, if there is still reason to; how many."""


# Whole --------------------------------------------------------------------------------------------------------------


class StatsTx(Protocol):
    """What transactions say to operators."""

    def stats(self, now: datetime) -> dict[str, Any]:
        """Counts for `stats`: subscribers, stories, broadcasts, deliveries by state and code, inbox, feeds."""


class RetentionTx(Protocol):
    """What transactions say about old things."""

    def forget_old(self, before: datetime, limit: int) -> int:
        """Drop at most `limit` rows: deliveries of broadcasts closed before, invitations and tries of then; how many.

        0 means that nothing is left to drop. Broadcasts stay: they are why a story is not told twice.
        """


class Tx(
    FeedsTx, StoriesTx, LikenessTx, WithdrawalsTx, SearchTx, PeopleTx, WordsTx, WishesTx, TeamTx, OutboxTx, DigestsTx,
    RepliesTx, NewsroomTx, NewsdeskTx, InboxTx, WhatsAppTx, StatsTx, RetentionTx, Protocol,
):  # fmt: skip
    """Everything that a transaction can say."""


class Store(Protocol):
    """The one place where everything is kept."""

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in one transaction on the writer; commits, or rolls back and raises."""

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work` on a reading connection; its writes are refused."""

    async def changed_elsewhere(self) -> bool:
        """Whether another program has written since the last time this was asked."""

    def close(self) -> None:
        """Finish the running transaction, checkpoint, close."""


class To(NamedTuple):
    """Where on a channel something goes."""

    address: str
    thread: str | None = None
    message: str | None = None  # the platform's id of the earlier message that this is about
    delivery: Delivery | None = None  # of which this is an attempt, for platforms that give its name back


class Channel(Protocol):
    """One way to a reader's phone, the outgoing half."""

    name: str
    rate: float  # messages a second, strict

    def chat_rate(self, address: str) -> ChatRate:
        """What this one chat stands."""

    def prepare(self, message: Message) -> object:
        """The message in the channel's form, encoded once for all of its readers."""

    async def deliver(self, prepared: Any, to: To, act: Act = Act.SEND) -> Outcome:  # noqa: ANN401 — each its own form
        """Send a prepared message, or do with it what `act` says; never raises for what platform or network do."""

    async def reply(self, reply: QueuedReply) -> Outcome:
        """Send, replace or toast one answer; never raises for what the platform or the network does."""


# Fetching -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered."""

    url: str  # after redirects
    status: int  # 200 or 304
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case, repeated ones joined by commas
    moved_permanently_to: str | None = None  # where the redirects led that say so for good (301, 308)


class Fetch(Protocol):
    """One careful GET: total deadline, size limit, checked addresses."""

    async def __call__(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Answer:
        """The answer (200 or 304), or FetchError."""


class Post(Protocol):
    """One careful POST of a form, under the same limits and checks."""

    async def __call__(self, url: str, form: Mapping[str, str]) -> Answer:
        """The answer (any 2xx), or FetchError."""


class Parse(Protocol):
    """Feed bytes to a document, in a child that can be killed."""

    async def __call__(self, body: bytes, *, url: str, content_type: str | None = None) -> Document:
        """The document, or FeedError."""
