"""The newsroom: what was sent, and what editors do about it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.chat.push import Draft
from bot.delivery.content import BroadcastKind, Level, Note
from bot.delivery.plan import Rank, Status
from bot.news.item import Story


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

    def digests_since(self, at: datetime, broadcast_id: int) -> list[int]:
        """Digests since then, or made after this broadcast whatever the clock said: each may carry its story."""

    def change_note(self, broadcast_id: int, note: Note) -> None:
        """What the broadcast says from now on."""

    def change_story(self, story_id: int, title: str, summary: str) -> None:
        """What the story says from now on; empty leaves it."""

    def set_status(self, broadcast_id: int, status: Status, reason: str, now: datetime) -> None:
        """Pause, resume (its tellings become new), cancel, withdraw; readers of closed ones are not gone on with."""

    def miss_again(self, broadcast_id: int, states: Collection[str], codes: Collection[str] | None, now: datetime,
                   until: datetime, limit: int) -> int:  # fmt: skip
        """Queue up to `limit` failed or unknown deliveries (codes None: all) once more; how many.

        Not those of readers who have had the story in a digest meanwhile.
        """

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

    def keep_nonce(self, channel: str, address: str, nonce: str, now: datetime, remembered: int) -> None:
        """A screen is being shown; of this chat's so many are remembered."""

    def nonces(self, channel: str, address: str) -> list[str]:
        """The nonces of this chat's newest screens, the newest first."""

    def next_draft(self) -> int:
        """The id of the draft that is begun next."""

    def draft(self, draft_id: int) -> Draft | None:
        """One draft, or None."""

    def draft_of(self, channel: str, address: str) -> Draft | None:
        """The newest draft of this person that is neither sent nor closed."""

    def draft_behind(self, broadcast_id: int) -> Draft | None:
        """The draft that has become this broadcast."""

    def waiting_drafts(self) -> list[Draft]:
        """What waits for a colleague's approval, the oldest first; what a correction is about is held."""

    def is_held(self, broadcast_id: int) -> bool:
        """Whether it stands still because a colleague is asked to approve what puts it right."""

    def keep_draft(self, draft: Draft, now: datetime) -> None:
        """Write a draft as it is now."""

    def alerts_between(self, begin: datetime, end: datetime) -> int:
        """How many alerts and follow-ups begin in this span, without the cancelled."""

    def told_since(self, at: datetime, limit: int) -> list[Sent]:
        """Stories that were made since then and alerts that began since then or will, the newest first."""

    def told_page(self, *, every: bool, now: datetime, offset: int, limit: int) -> list[Sent]:
        """What has begun: alerts of two days, what is under way, then the newest.

        With `every` also what can be neither corrected nor withdrawn.
        """

    def told_about(self, asked: str, *, every: bool, now: datetime, limit: int, offset: int = 0) -> list[Sent]:
        """The same, of that which these words or this address name: all words stand in its headline, in any case."""

    def scheduled(self, now: datetime, limit: int) -> list[Sent]:
        """Alerts and follow-ups that have not begun, the next first."""

    def begin_at(self, broadcast_id: int, not_before: datetime, expires_at: datetime) -> None:
        """It begins then, and gets old then."""

    def story_behind(self, link: str) -> Story | None:
        """The story that this address of the portal tells."""

    def title_before(self, story_id: int) -> str:
        """What the portal called the story before it called it as it and we do now; empty when there is no such."""

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
