"""What admins look at and what their acts do, in the transaction of their update; each act leaves a line in the log.

What takes the world's time stands in `errands`.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Final
from zoneinfo import ZoneInfo

from bot.chat.admins.figures import DAYS
from bot.chat.admins.team import A_PAGE, HOURS
from bot.chat.office import (
    AddFeed,
    EndHalts,
    Enquire,
    Enquired,
    FeedSeen,
    Figures,
    HaltFeed,
    Health,
    MapLabel,
    Office,
    OfficeAct,
    Release,
    RemoveFeed,
    RetryFeed,
    Revoke,
    SetFeedTopics,
)
from bot.chat.push_seal import ADMINS as PREFIX
from bot.chat.push_seal import Pressed, pressed
from bot.chat.turn import Person, Role
from bot.flow import record
from bot.flow.beside import Beside, at_once
from bot.flow.codes import hash_code
from bot.ports import DeclaredFeed, Feed, HeldFlood, Tx

LABELS: Final = 100
_ABOUT_FEEDS: Final = frozenset({"f", "l", "o"})  # how the verbs of buttons about feeds, labels and offers begin
_ABOUT_TEAM: Final = "t"
Condition = Callable[[], Health]  # what only the running program knows of itself


def unknown() -> Health:
    """Nothing is known of the program: for commands and tests."""
    return Health()


@dataclass(frozen=True, slots=True)
class Affairs:
    """One admin's act before the store; `channels` are those on which stories go out."""

    tx: Tx
    person: Person
    channels: Collection[str]
    timezone: ZoneInfo
    now: datetime
    condition: Condition = unknown
    beside: Beside = at_once

    # Looking ----------------------------------------------------------------------------------------------------------

    def look(self, asked: Enquire) -> Enquired:
        """Everything that this act may look at, as it stands now."""
        tx, button = self.tx, pressed(asked.action, PREFIX)
        office = Office(key=tx.button_key())
        word = button.verb if button is not None else asked.action.partition(" ")[0]
        if word == "invited":
            office = replace(office, invitation=self._invite(Role(asked.action.partition(" ")[2])))
        elif word in {"feeds", "feed", "topics", "labels"} or (button and word[0] in _ABOUT_FEEDS):
            office = self._feeds(asked, button, office)
        elif word == "team" or (button and word[0] == _ABOUT_TEAM):
            office = replace(office, team=tuple(tx.team()))
        elif word in {"audit", "au"}:
            deeds = tx.deeds(A_PAGE + 1, A_PAGE * (button.number(0) if button else 0))
            office = replace(office, deeds=tuple(deeds[:A_PAGE]), more=len(deeds) > A_PAGE)
        else:
            office = self._whole(word, office)
        return Enquired(asked, office)

    def _whole(self, word: str, office: Office) -> Office:
        if word in {"health", "he"}:
            return replace(office, health=self._health())
        if word in {"backup", "bk"}:
            return replace(office, copy=self.condition().copy)
        if word in {"statistics", "st"}:
            return replace(office, figures=self._figures())
        return office

    def _feeds(self, asked: Enquire, button: Pressed | None, office: Office) -> Office:
        tx = self.tx
        floods = {flood.feed_id: flood for flood in tx.held_floods()}
        feeds = tuple(seen(feed, floods.get(feed.id)) for feed in tx.feeds())
        meanings = tx.label_meanings()
        unmapped = tuple(pair for pair in tx.unmapped() if pair[0] not in meanings)[:LABELS]
        word, _, number = asked.action.partition(" ")
        named = button.id if button is not None else int(number) if number.isdecimal() else 0
        office = replace(office, feeds=feeds, unmapped=unmapped)
        if button is not None and button.verb in {"ol", "oa"}:
            return replace(office, offer=tx.offer(named))
        return replace(office, feed=next((feed for feed in feeds if feed.id == named), None) if word else None)

    def _health(self) -> Health:
        tx = self.tx
        feeds = tx.feeds()
        return replace(
            self.condition(), standing_still=tx.standing_still(),
            failing=sum(feed.failures > 0 and feed.asked for feed in feeds),
            gone=sum(feed.gone is not None for feed in feeds),
            held=sum(len(flood.stories) for flood in tx.held_floods()),
            paused=tx.standing_broadcasts(), waiting=tx.waiting_count(),
            unanswered=sum(tx.waiting_answers().values()),
            halts=tuple((halt.scope.value, halt.code) for halt in tx.halts()),
        )  # fmt: skip

    def _figures(self) -> Figures:
        figures: Figures = self.beside(self.tx, "figures", lambda tx: tx.figures(self.now, self.timezone, DAYS))
        return figures

    def _invite(self, role: Role) -> str:
        """A fresh one-time code: 128 random bits, kept hashed, for a day."""
        code = token_urlsafe(16)
        me = (self.person.channel, self.person.address)
        self.tx.add_invitation(hash_code(code), role, self.now, self.now + timedelta(hours=HOURS), me)
        self._note("invite", role.value)
        return code

    # Acting -----------------------------------------------------------------------------------------------------------

    def do(self, act: OfficeAct) -> None:
        """One act."""
        match act:
            case MapLabel(label, category):
                self.tx.map_label(label, category, self.now)
                self._note("label", f"{label} = {category or '-'}")
            case Revoke(member):
                if self.tx.revoke(member.id):
                    self._note("revoke", f"{member.name} {member.role} {member.channel}:{member.address}".strip())
            case AddFeed(offer_id):
                self._add(offer_id)
            case EndHalts():
                ended = self.tx.end_halts(self.now)
                self._note(
                    "resume", ", ".join(f"{halt.scope}: {halt.code}" for halt in ended) or "nothing was held back"
                )
            case Release(feed_id, tell):
                self._release(feed_id, tell=tell)
            case _:
                self._to_feed(act)

    def _to_feed(self, act: HaltFeed | RetryFeed | RemoveFeed | SetFeedTopics) -> None:
        tx, feed_id, url = self.tx, act.feed_id, self._url(act.feed_id)
        match act:
            case HaltFeed():
                tx.halt_feed(feed_id, act.halted)
                self._note("feeds_pause" if act.halted else "feeds_resume", url)
            case RetryFeed():
                tx.ask_soon(feed_id)
                self._note("feeds_retry", url)
            case RemoveFeed():
                if tx.remove_feed(feed_id):
                    self._note("feeds_remove", url)
            case SetFeedTopics():
                if tx.set_feed_topics(feed_id, act.categories):
                    self._note("feeds_topics", f"{url} {','.join(act.categories) or '-'}")

    def _add(self, offer_id: int) -> None:
        offer = self.tx.offer(offer_id)
        if offer is not None and self.tx.add_feed(DeclaredFeed(offer.url)):
            self._note("feeds_add", offer.url)

    def _release(self, feed_id: int, *, tell: bool) -> None:
        held = sum(len(flood.stories) for flood in self.tx.held_floods() if flood.feed_id == feed_id)
        sent = record.release(self.tx, feed_id, self.channels, self.now, tell=tell)
        self._note("feeds_release", f"{self._url(feed_id)} {held} held, {sent} sent")

    def _url(self, feed_id: int) -> str:
        feed = self.tx.feed(feed_id)
        return feed.url if feed is not None else f"feed {feed_id}"

    def _note(self, act: str, detail: str) -> None:
        person = self.person
        self.tx.add_audit(f"{person.role}:{person.channel}:{person.address}", act, detail[:200], self.now)


def seen(feed: Feed, flood: HeldFlood | None) -> FeedSeen:
    """A feed as admins see it."""
    return FeedSeen(
        feed.id, feed.url, feed.title, feed.categories, feed.origin == "file", feed.paused, feed.halted,
        feed.gone is not None, feed.failures, feed.error, feed.checked_at, feed.ok_at, feed.next_check, feed.volume,
        len(flood.stories) if flood else 0, flood.why if flood else "", feed.moves.moved_to or "",
    )  # fmt: skip
