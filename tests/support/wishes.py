"""Residents' wishes with no store behind them: what `bot/flow/wishes.py` does, on values in memory."""

from dataclasses import dataclass, field, replace
from typing import Any

from bot.chat.message import Message
from bot.chat.residents import contact
from bot.chat.turn import Board, Mode, Person, Reply, Role, Status
from bot.chat.wishes import (
    AnswerContact,
    Contact,
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
from bot.news.following import WORD
from bot.news.keywords import Keywords
from tests.support.town import STORIES


def wished(person: Person, wish: Wish, board: Board) -> Person:
    """The person afterwards."""
    match wish:
        case SetTimes(mode, quiet, paused_until):
            return replace(person, mode=mode, quiet=quiet, paused_until=paused_until)
        case SetUrgent(urgent):
            return replace(person, urgent=urgent)
        case FollowWord(word, follow):
            words = set(person.words) | {word} if follow else set(person.words) - {word}
            return replace(person, words=tuple(sorted(words)))
        case SetStep(step):
            return replace(person, step=step, step_at=board.now if step else None)
        case Erase():
            return Person(person.channel, person.address, language=person.language, group=person.group)


def words_in(story_id: int, person: Person) -> tuple[str, ...]:
    """The followed words of this person that stand in a story."""
    story = STORIES.get(story_id)
    return () if story is None else tuple(sorted(Keywords(person.words).match(f"{story.title}\n{story.summary}")))


@dataclass
class Wishing:
    """What is looked up, and what comes of it: letters to the newsroom reach this person where they belong to it."""

    board: Board
    received: list[tuple[str, int | None, tuple[str, ...]]] = field(default_factory=list)  # kind, story, audience
    letters: list[Contact] = field(default_factory=list)

    def find(self, ask: WishAsk, person: Person) -> tuple[WishAnswer, list[Reply]]:
        """The answer, and what is said before it."""
        match ask:
            case FindMatches():
                return self._search(ask), []
            case FindReason(story_id):
                return self._reason(story_id, person), []
            case FindData():
                return DataFound(ask, data_of(person)), []
            case TellNewsroom():
                return self._tell(ask, person)
            case FindContact(contact_id):
                return ContactFound(self._letter(contact_id)), []
            case AnswerContact(contact_id, text):
                return self._answer(contact_id, text, person)

    def _search(self, ask: FindMatches) -> MatchesFound:
        words = ask.query.casefold().split()
        newest = sorted(STORIES.values(), key=lambda s: s.published, reverse=True)
        found = [s for s in newest if all(word in f"{s.title} {s.summary}".casefold() for word in words)][ask.shown :]
        return MatchesFound(ask, tuple(found[: ask.limit]), more=len(found) > ask.limit)

    def _reason(self, story_id: int | None, person: Person) -> ReasonFound:
        if story_id is None:
            if not self.received:
                return ReasonFound()
            kind, story_id, audience = self.received[-1]
        else:
            kind, audience = "story", STORIES[story_id].categories if story_id in STORIES else ()
        story = STORIES.get(story_id or 0)
        if story is None:
            return ReasonFound(kind if kind != "story" else "", "", audience)
        words = [WORD + word for word in words_in(story.id, person)]
        return ReasonFound(kind, story.title, (*story.categories, *words))

    def _tell(self, ask: TellNewsroom, person: Person) -> tuple[NewsroomTold, list[Reply]]:
        if person.role is Role.RESIDENT:
            return NewsroomTold("nobody"), []
        if len(self.letters) >= contact.A_DAY:
            return NewsroomTold("too_many"), []
        about = STORIES.get(ask.story_id or 0)
        letter = Contact(len(self.letters) + 1, ask.kind, ask.text, self.board.now, about)
        self.letters.append(letter)
        return NewsroomTold(), [self._said(contact.letter(letter, self._say(person), self.board))]

    def _letter(self, contact_id: int) -> Contact | None:
        return next((letter for letter in self.letters if letter.id == contact_id), None)

    def _answer(self, contact_id: int, text: str, person: Person) -> tuple[ContactAnswered, list[Reply]]:
        letter = self._letter(contact_id)
        if letter is None:
            return ContactAnswered(brought=False), []
        self.letters[letter.id - 1] = replace(letter, answers=letter.answers + 1)
        return ContactAnswered(brought=True), [
            self._said(contact.reply_message(letter, text, self._say(person), self.board))
        ]

    def _say(self, person: Person) -> Any:
        return self.board.texts.voice(person.language)

    @staticmethod
    def _said(message: Message) -> Reply:
        return Reply(message, Mode.NEW)


def data_of(person: Person) -> dict[str, list[dict[str, Any]]]:
    """As much of it as the store would have."""
    if person.status is Status.NEW and person.draft is None:
        return {"inbox": [{"body": "{}"}]}
    row = {"channel": person.channel, "address": person.address, "language": person.language,
           "status": person.status.value, "mode": person.mode}  # fmt: skip
    return {"subscriber": [row], "subscription": [{"category": c} for c in sorted(person.categories)]}
