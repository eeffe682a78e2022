"""Residents and the team: who they are, what they wish, what they wrote."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from bot.chat.office import Deed, Figures, Member, Offer
from bot.chat.turn import Person, Role
from bot.chat.turn import Status as SubscriberStatus
from bot.chat.wishes import Contact, ContactKind
from bot.news.item import Story


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
    words: tuple[str, ...] = ()  # that they follow beside their categories, folded
    consent_wording: str | None = None  # what they said yes to


@dataclass(frozen=True, slots=True)
class StaffMember:
    """An editor or admin, and where they are reached."""

    channel: str
    address: str
    thread: str | None
    language: str
    role: Role
    status: SubscriberStatus
    window_until: datetime | None = None  # None: their channel may always be sent to


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

    def add_invitation(
        self, code_hash: str, role: Role, now: datetime, expires_at: datetime, made_by: tuple[str, str] | None = None
    ) -> None:
        """A one-time code, kept hashed; `made_by` is the channel and address of who may lose their role."""

    def redeem_invitation(self, channel: str, address: str, code_hash: str, now: datetime) -> tuple[Role | None, str]:
        """The role now held (never lowered), or None and why: unknown, expired, used, too_many (5 wrong in 24 h)."""

    def has_admin(self) -> bool:
        """Whether anyone holds the role admin."""

    def staff(self) -> list[StaffMember]:
        """All editors and admins, in the order in which they came."""

    def reach_again(self, channel: str, address: str) -> None:
        """A member of staff who was gone or had stopped hears of the newsroom's matters again, and of nothing else."""

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
    window_until: datetime | None = None  # as of staff


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

    def waiting_answers(self) -> dict[str, int]:
        """How many answers to people wait for their turn, by channel."""

    def waiting_count(self) -> int:
        """How many updates are not handled yet."""

    def move_chat(self, channel: str, address: str, to: str) -> None:
        """The platform says that a chat has a new address; what is queued for it goes there."""
