"""The conversation: what one event leads to, for one person, with what is known at this moment."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from bot.chat import editors, residents, screens, staff, words
from bot.chat.fit import fitted
from bot.chat.message import Message
from bot.chat.push import LookedIn
from bot.chat.scene import Scene
from bot.chat.turn import (
    Answer,
    Blocked,
    Board,
    Command,
    Incoming,
    InvitationChecked,
    Mode,
    Person,
    Place,
    Press,
    Reply,
    Stop,
    StoriesFound,
    StoryFound,
    Text,
    Turn,
)

_LONGEST_ID: Final = 18  # digits; what SQLite can count
_LONGEST_COUNT: Final = 4  # digits; how many stories of a list somebody has been shown

_Handler = Callable[[Scene, str], Turn | None]


def answer(person: Person, incoming: Incoming, board: Board) -> Turn:
    """The replies, changes and asks that follow; never raises, whatever came in."""
    turn = _answer(person, incoming, board)
    return replace(turn, replies=tuple(replace(r, message=fitted(r.message)) for r in turn.replies))


def _answer(person: Person, incoming: Incoming, board: Board) -> Turn:
    match incoming:
        case Command(name, argument):
            return _command(Scene(person, board), name, argument)
        case Text(text):
            return _text(Scene(person, board), text)
        case Press(action, message_id):
            scene = Scene(person, board, pressed=True)
            return _press(scene, action) or editors.press(scene, action, message_id) or _expired(scene)
        case Blocked(back):
            # Whoever lets us in again has not asked for anything yet: they subscribe anew, when they want to.
            return Turn() if back else Turn(changes=(Stop(gone=True),))
        case _:
            return _looked_up(person, incoming, board)


def _looked_up(person: Person, found: Answer, board: Board) -> Turn:
    match found:
        case StoriesFound():
            return residents.stories_found(Scene(person, board, pressed=True), found)
        case StoryFound():
            return residents.story_found(Scene(person, board, pressed=True), found)
        case InvitationChecked():
            return staff.invitation_checked(Scene(person, board), found)
        case LookedIn():
            scene = Scene(person, board)
            return editors.looked_in(scene, found) or _talk(scene, found.asked.text)


# Words --------------------------------------------------------------------------------------------------------------

_COMMANDS: Final[dict[str, Callable[[Scene, str], Turn]]] = {
    "start": residents.start,
    "menu": lambda scene, _: residents.menu(scene),
    "topics": lambda scene, _: residents.topics(scene),
    "finish": lambda scene, _: residents.finish(scene),
    "latest": lambda scene, _: residents.latest(scene),
    "saved": lambda scene, _: residents.saved(scene),
    "language": residents.language,
    "help": lambda scene, _: residents.help_(scene),
    "stop": lambda scene, _: residents.stop(scene),
    **{name: editors.command(name) for name in editors.COMMANDS},
}


def _command(scene: Scene, name: str, argument: str = "") -> Turn:
    known = words.entry(name)
    if known is None:
        return scene.show(screens.lost(scene))
    if scene.person.role not in known.roles:
        return scene.tell(scene.say.rich("error.staff_only"))
    return _COMMANDS[known.name](scene, argument.strip())


def _text(scene: Scene, text: str) -> Turn:
    command = words.understand(text)
    if command is not None:
        return _command(scene, command.name, command.argument)
    return editors.say(scene, text) or _talk(scene, text)


def _talk(scene: Scene, text: str) -> Turn:
    """Words that are no command and answer no question."""
    chosen = words.numbers(text)
    return residents.tick_numbers(scene, chosen) if chosen else scene.show(screens.lost(scene))


# Buttons ------------------------------------------------------------------------------------------------------------


def _press(scene: Scene, action: str) -> Turn | None:
    """What a button's action leads to, None when there is no such action (any more)."""
    verb, _, rest = action.partition(":")
    if not rest and verb in _PLAIN:
        return _PLAIN[verb](scene)
    handler = _WITH_SUBJECT.get(verb)
    return handler(scene, rest) if handler else None


def _toggle(scene: Scene, category: str) -> Turn | None:
    return residents.tick(scene, scene.choice.toggled(category)) if category in scene.board.by_id else None


def _language(scene: Scene, code: str) -> Turn | None:
    return residents.set_language(scene, code) if code in scene.board.texts.catalogs else None


def _let_go(scene: Scene, subject: str) -> Turn | None:
    category = subject.partition(":")[0]
    return residents.let_go(scene, category) if scene.active and category in scene.board.by_id else None


def _on_story(handler: Callable[[Scene, int], Turn]) -> _Handler:
    def handle(scene: Scene, subject: str) -> Turn | None:
        number = _number(subject, _LONGEST_ID)
        return None if number is None else handler(scene, number)

    return handle


def _more(scene: Scene, subject: str) -> Turn | None:
    story, _, count = subject.partition(":")
    story_id, shown = _number(story, _LONGEST_ID), _number(count, _LONGEST_COUNT)
    return None if story_id is None or shown is None else residents.more(scene, Place(story_id, shown))


def _number(text: str, digits: int) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


_PLAIN: Final[dict[str, Callable[[Scene], Turn]]] = {
    "start": residents.start,
    "menu": residents.menu,
    "topics": residents.topics,
    "all": residents.tick_all,
    "done": residents.finish,
    "latest": residents.latest,
    "saved": residents.saved,
    "language": residents.language,
    "help": residents.help_,
    "stop": residents.stop,
    "stay": residents.stay,
}

_WITH_SUBJECT: Final[dict[str, _Handler]] = {
    "t": _toggle,
    "lang": _language,
    "un": _let_go,
    "save": _on_story(residents.keep),
    "drop": _on_story(residents.drop),
    "less": _on_story(residents.less),
    "more": _more,
}


def _expired(scene: Scene) -> Turn:
    """An old button: say so, and show the menu below. The message above stays, for it may be a story."""
    toast = Reply(Message(scene.say.rich("error.expired")), Mode.TOAST)
    return Turn((toast, Reply(screens.home(scene))))
