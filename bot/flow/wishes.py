"""Residents' wishes: what they change in the store, and what is looked up for them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.chat.message import Message
from bot.chat.residents import contact
from bot.chat.turn import Board, Mode, Person, Status
from bot.chat.wishes import (
    AnswerContact,
    ContactAnswered,
    ContactFound,
    DataFound,
    Erase,
    FindContact,
    FindData,
    FindMatches,
    FindReason,
    FollowWord,
    MatchesFound,
    NewsroomTold,
    ReasonFound,
    SetStep,
    SetTimes,
    SetUrgent,
    TellNewsroom,
    Wish,
    WishAnswer,
    WishAsk,
)
from bot.delivery.content import BroadcastKind
from bot.delivery.window import Wait, is_open
from bot.flow import saying
from bot.ports import StaffMember, Tx

_DAY: Final = timedelta(days=1)
_AWAY: Final = frozenset({Status.STOPPED, Status.GONE})


def grant(tx: Tx, person: Person, wish: Wish, now: datetime) -> None:
    """Do as this person wishes."""
    who = (person.channel, person.address)
    match wish:
        case SetTimes(mode, quiet, paused_until):
            tx.set_times(*who, mode, quiet, paused_until, now)
        case SetUrgent(urgent):
            tx.set_urgent(*who, urgent)
        case FollowWord(word, follow):
            if follow:
                tx.follow_word(*who, word)
            else:
                tx.unfollow_word(*who, word, now)
        case SetStep(step):
            tx.set_step(*who, step, now)
        case Erase():
            tx.erase(*who, now)


@dataclass(frozen=True, slots=True)
class Wishing:
    """What is looked up, and who is written to because of it, in one transaction; `channels` are those that run."""

    tx: Tx
    person: Person
    board: Board
    channels: Collection[str]

    def find(self, ask: WishAsk) -> WishAnswer:
        """The answer."""
        match ask:
            case FindMatches(query, shown, limit):
                found = self.tx.search(query, limit + 1, shown)
                return MatchesFound(ask, tuple(found[:limit]), more=len(found) > limit)
            case FindReason(story_id):
                return self._last() if story_id is None else self._of_story(story_id)
            case FindData():
                return DataFound(ask, self.tx.data_of(self.person.channel, self.person.address))
            case TellNewsroom():
                return self._tell_newsroom(ask)
            case FindContact(contact_id):
                letter = self.tx.contact(contact_id)
                return ContactFound(None if letter is None or letter.status in _AWAY else letter.contact)
            case AnswerContact(contact_id, text):
                return self._answer(contact_id, text)

    def _of_story(self, story_id: int) -> ReasonFound:
        story = self.tx.stories([story_id]).get(story_id)
        if story is None:
            return ReasonFound()
        return ReasonFound(BroadcastKind.STORY, story.title, self.tx.story_audience(story_id))

    def _last(self) -> ReasonFound:
        last = self.tx.last_received(self.person.channel, self.person.address)
        if last is None:
            return ReasonFound()
        kind, story_id, audience = last
        story = None if story_id is None else self.tx.stories([story_id]).get(story_id)
        return ReasonFound(kind, story.title if story else "", audience)

    def _tell_newsroom(self, told: TellNewsroom) -> NewsroomTold:
        who, now = (self.person.channel, self.person.address), self.board.now
        readers = [m for m in self.tx.staff() if m.channel in self.channels and m.status not in _AWAY]
        if not readers:
            return NewsroomTold("nobody")
        if self.tx.contacts_since(*who, now - _DAY) >= contact.A_DAY:
            return NewsroomTold("too_many")
        made = self.tx.add_contact(*who, told.kind, told.text, told.story_id, now)
        letter = self.tx.contact(made)
        assert letter is not None
        for member in readers:
            say = self.board.texts.voice(member.language)
            self._queue(member, contact.letter(letter.contact, say, self.board))
        return NewsroomTold("" if any(is_open(reader.window_until, now) for reader in readers) else "kept")

    def _answer(self, contact_id: int, text: str) -> ContactAnswered:
        letter = self.tx.contact(contact_id)
        if letter is None or letter.status in _AWAY:
            return ContactAnswered(brought=False)
        now = self.board.now
        say = self.board.texts.voice(letter.language or self.board.texts.fallback)
        message = contact.reply_message(letter.contact, text, say, self.board)
        saying.say(
            self.tx, letter.channel, letter.address, letter.thread, message, Mode.NEW, now, wait=Wait.ANSWER
        )  # fmt: skip
        self.tx.contact_answered(contact_id)
        by = f"{self.person.role}:{self.person.channel}:{self.person.address}"
        self.tx.add_audit(by, "answer_letter", f"#{contact_id}", now)
        return ContactAnswered(brought=True, later=not is_open(letter.window_until, now))

    def _queue(self, member: StaffMember, message: Message) -> None:
        saying.say(
            self.tx, member.channel, member.address, member.thread, message, Mode.NEW, self.board.now, wait=Wait.LETTER
        )  # fmt: skip
