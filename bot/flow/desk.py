"""Somebody wrote: one transaction from the message in the inbox to changes and queued replies."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.chat.answer import answer
from bot.chat.message import Message, to_json
from bot.chat.push import Did, Keep, LookIn, Move, Permit, Send, Show, Steer, Watch
from bot.chat.turn import (
    Answer,
    Ask,
    Change,
    Draft,
    FindSaved,
    FindStories,
    FindStory,
    Follow,
    Incoming,
    InvitationChecked,
    Mode,
    Person,
    RedeemInvitation,
    Reply,
    Save,
    SetLanguage,
    Stop,
    StoriesFound,
    StoryFound,
)
from bot.flow.editing import Editing
from bot.flow.facts import Facts
from bot.flow.room import look
from bot.flow.wishes import Wishing, grant
from bot.news.following import word_of
from bot.ports import Store, Tx

log = structlog.get_logger(__name__)

LONGEST_CHAIN = 4  # an ask may lead to an ask, but not for ever


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote, as the channel knows them; `language` is what a stranger gets."""

    channel: str
    address: str
    language: str = "id"
    thread: str | None = None


def hash_code(code: str) -> str:
    """How an invitation's code is kept: SHA-256 of 128 random bits needs no salt."""
    return hashlib.sha256(code.encode()).hexdigest()


class Desk:
    """Answers people: marks their update as handled, applies what follows and queues what is said, all or nothing."""

    def __init__(
        self, store: Store, facts: Facts, now: Callable[[], datetime], wake: Callable[[str], None],
        rates: Callable[[], Mapping[str, float]] = dict,
    ) -> None:  # fmt: skip
        """`rates` names the channels on which editors reach readers, with what each sends a second."""
        self._store, self._facts, self._now, self._wake, self._rates = store, facts, now, wake, rates

    async def handle(
        self, update_id: int, sender: Sender, incoming: Incoming,
        *, target: str | None = None, callback: str | None = None,
    ) -> None:  # fmt: skip
        """Handle one update of the inbox, once however often it is delivered.

        `target` is the message whose button was pressed, `callback` the platform's name for that press.
        """
        now = self._now()

        def work(tx: Tx) -> bool:
            if not tx.handled(sender.channel, update_id, now):
                return False
            _Sitting(tx, self._facts, sender, now, target, callback, self._rates()).run(incoming)
            return True

        if await self._store.write(work):
            for channel in {sender.channel, *self._rates()}:  # what an editor does may leave on each
                self._wake(channel)


class _Sitting:
    """One event and all that follows from it, inside one transaction."""

    def __init__(
        self, tx: Tx, facts: Facts, sender: Sender, now: datetime, target: str | None, callback: str | None,
        rates: Mapping[str, float],
    ) -> None:  # fmt: skip
        self._tx, self._facts, self._sender, self._now = tx, facts, sender, now
        self._target, self._callback, self._rates = target, callback, rates

    def run(self, incoming: Incoming) -> None:
        events: list[Incoming] = [incoming]
        for _ in range(LONGEST_CHAIN):
            if not events:
                break
            event = events.pop(0)
            person = self._tx.person(self._sender.channel, self._sender.address, self._sender.language)
            turn = answer(person, event, self._facts.board(self._now, self._tx))
            for change in turn.changes:
                self._apply(change, person)
            for reply in turn.replies:
                self._queue(reply)
            events += [self._look_up(ask, person) for ask in turn.asks]
        if self._callback is not None:
            self._queue(Reply(Message(()), Mode.TOAST))  # a press that nothing follows from must not keep spinning

    def _apply(self, change: Change, person: Person) -> None:
        tx, who = self._tx, (self._sender.channel, self._sender.address)
        match change:
            case Follow(categories, follows_all, wording):
                quiet = self._facts.settings.quiet
                thread, limit = self._sender.thread, self._facts.settings.daily_limit
                tx.follow(*who, categories, follows_all, wording, quiet, person.language, self._now, thread, limit)
            case Draft(categories):
                tx.set_draft(*who, categories)
            case Stop(gone):
                tx.stop(*who, gone, self._now)
            case SetLanguage(new):
                tx.set_language(*who, new)
            case Save(story_id, keep):
                tx.save_story(*who, story_id, keep, self._now)
            case Keep() | Send() | Steer() | Move() | Show() | Watch() | Permit() | Did():
                Editing(tx, person, self._rates, self._now).do(change)
            case _:
                grant(tx, person, change, self._now)

    def _look_up(self, ask: Ask, person: Person) -> Answer:
        tx, who = self._tx, (self._sender.channel, self._sender.address)
        match ask:
            case FindStories(categories, limit, after):
                return StoriesFound(tuple(tx.latest(categories, limit)), after=after)
            case FindSaved(limit):
                return StoriesFound(tuple(tx.saved(*who, limit)), saved=True)
            case FindStory(story_id, purpose):
                words = tuple(word_of(category) for category in tx.words_in(story_id))
                return StoryFound(tx.stories([story_id]).get(story_id), purpose, words)
            case RedeemInvitation(code):
                role, reason = tx.redeem_invitation(*who, hash_code(code), self._now)
                log.info("invitation", channel=who[0], granted=role, reason=reason)
                return InvitationChecked(role, reason)
            case LookIn():
                return look(tx, ask, person, self._rates, self._facts.settings.portal.timezone, self._now)
            case _:
                return Wishing(tx, person, self._facts.board(self._now, tx)).find(ask)

    def _queue(self, reply: Reply) -> None:
        target = self._target if reply.mode is Mode.REPLACE else None
        self._tx.add_reply(
            self._sender.channel, self._sender.address, self._sender.thread, to_json(reply.message), reply.mode,
            self._now, target, self._callback,
        )  # fmt: skip
        self._callback = None  # a press is answered once
