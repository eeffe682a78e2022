"""Everything that residents wish beside their topics: which word, button, text or answer leads where."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from bot.chat import steps, words
from bot.chat.registry import Handler, InGroup, Run, bare
from bot.chat.residents import acts as residents
from bot.chat.residents import contact, keywords, mydata, pause, quiet, reason, search, share, talk, times
from bot.chat.scene import Scene
from bot.chat.turn import Command, Incoming, Press, Text, Turn
from bot.chat.wishes import (
    ContactAnswered,
    ContactFound,
    DataFound,
    Erase,
    MatchesFound,
    NewsroomTold,
    ReasonFound,
    SetStep,
    WishAnswer,
)
from bot.chat.words import EVERYONE, STAFF

_LONGEST_ID: Final = 18  # digits; what SQLite can count


def cancel(scene: Scene) -> Turn:
    """Never mind: whatever was asked is asked no more."""
    return residents.menu(scene)


COMMANDS: Final[dict[str, Callable[[Scene, str], Turn]]] = {
    "search": search.search,
    "times": times.times,
    "pause": pause.pause,
    "resume": lambda scene, _: pause.resume(scene),
    "quiet": quiet.quiet,
    "keywords": keywords.keywords,
    "mydata": lambda scene, _: mydata.look(scene),
    "erase": lambda scene, _: mydata.ask_to_erase(scene),
    "contact": contact.contact,
    "wrong": contact.report,
    "why": lambda scene, _: reason.why(scene),
    "share": lambda scene, _: share.share(scene),
    "cancel": lambda scene, _: cancel(scene),
}


# Buttons ------------------------------------------------------------------------------------------------------------


def _numbered(run: Callable[[Scene, int], Turn]) -> Run:
    def handle(scene: Scene, subject: str) -> Turn | None:
        plain = subject.isascii() and subject.isdecimal() and len(subject) <= _LONGEST_ID
        return run(scene, int(subject)) if plain else None

    return handle


def _wrong(scene: Scene, subject: str) -> Turn | None:
    return _numbered(contact.report_story)(scene, subject) if subject else contact.report(scene)


def _erase(scene: Scene, subject: str) -> Turn | None:
    return {"": mydata.ask_to_erase, "yes": mydata.erase}.get(subject, lambda _: None)(scene)


def _follow(scene: Scene, word: str) -> Turn | None:
    return keywords.follow(scene, word) if word else None


ACTIONS: Final[dict[str, Handler]] = {
    "times": bare(EVERYONE, times.times),
    "mode": Handler(EVERYONE, times.pressed),
    "quiet": Handler(EVERYONE, lambda scene, span: quiet.pressed(scene, span) if span else quiet.quiet(scene)),
    "urgent": Handler(EVERYONE, quiet.urgent),
    "pause": Handler(EVERYONE, lambda scene, days: pause.pressed(scene, days) if days else pause.pause(scene)),
    "resume": bare(EVERYONE, pause.resume),
    "keywords": bare(EVERYONE, keywords.keywords),
    "word": Handler(EVERYONE, _follow),
    "unword": Handler(EVERYONE, keywords.let_go),
    "search": bare(EVERYONE, search.search),
    "find": Handler(EVERYONE, search.onward, InGroup.MEMBERS),
    "data": bare(EVERYONE, mydata.look),
    "download": bare(EVERYONE, mydata.download),
    "erase": Handler(EVERYONE, _erase),
    "contact": bare(EVERYONE, contact.contact, InGroup.NOBODY),
    "letter": bare(EVERYONE, talk.bring, InGroup.NOBODY),
    "wrong": Handler(EVERYONE, _wrong, InGroup.NOBODY),
    "answer": Handler(STAFF, _numbered(contact.answer), InGroup.NOBODY),
    "why": Handler(EVERYONE, _numbered(reason.why)),
    "cancel": bare(EVERYONE, cancel),
}
# `cari banjir` is no search for the word `cari`, but a letter may well begin with such a word.
_CALLED_AGAIN: Final = dict.fromkeys((steps.SEARCH, steps.WORD), frozenset({"search", "keywords"}))
_PASSING: Final = frozenset({"save", "less", "why"})  # under stories: they interrupt no question


# Texts and answers --------------------------------------------------------------------------------------------------


def asked(scene: Scene, text: str) -> Turn | None:
    """The answer to what the last screen asked; None when it asked nothing, or when the text is a command after all."""
    step = steps.asked(scene)
    name = step.partition(":")[0]
    if not step or words.is_command(text, with_argument=_CALLED_AGAIN.get(name, frozenset())):
        return None
    if name == steps.SEARCH:
        return search.search(scene, text.strip(), again=True)
    if name == steps.WORD:
        return keywords.keywords(scene, text.strip())
    if name == steps.ERASE:
        return mydata.answer_erase(scene, text)
    return contact.write(scene, step, text)


def found(scene: Scene, answer: WishAnswer) -> Turn:
    """Go on with what was looked up."""
    match answer:
        case MatchesFound():
            return search.found(scene, answer)
        case ReasonFound():
            return reason.found(scene, answer)
        case DataFound():
            return mydata.found(scene, answer)
        case NewsroomTold():
            return contact.told(scene, answer)
        case ContactFound():
            return contact.contact_found(scene, answer)
        case ContactAnswered():
            return contact.answered(scene, answer)


def forgetting(scene: Scene, incoming: Incoming, turn: Turn) -> Turn:
    """The same turn; a question is over once somebody does anything else, or has answered it."""
    passing = isinstance(incoming, Press) and incoming.action.partition(":")[0] in _PASSING
    if not scene.person.step or passing or not isinstance(incoming, Command | Press | Text):
        return turn
    if any(isinstance(change, SetStep | Erase) for change in turn.changes):
        return turn
    return replace(turn, changes=(*turn.changes, SetStep("")))
