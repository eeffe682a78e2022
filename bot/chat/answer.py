"""The conversation: what one event leads to, for one person, with what is known at this moment."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from bot.chat import screens, words
from bot.chat.admins import acts as admins
from bot.chat.admins import feeds
from bot.chat.admins import invitations as staff
from bot.chat.fit import fitted
from bot.chat.message import Message
from bot.chat.newsroom import acts as editors
from bot.chat.office import OfficeAnswer
from bot.chat.push import LookedIn
from bot.chat.registry import Handler, InGroup, Run, bare
from bot.chat.residents import acts as residents
from bot.chat.residents import contact, groups, talk, wishing
from bot.chat.scene import Scene
from bot.chat.turn import (
    Answer,
    Blocked,
    Board,
    Command,
    Incoming,
    InvitationChecked,
    Mode,
    Moved,
    Person,
    Place,
    Press,
    Reply,
    Status,
    Stop,
    StoriesFound,
    StoryFound,
    Text,
    Turn,
)
from bot.chat.wishes import DataFound
from bot.chat.words import ADMINS, EVERYONE

_LONGEST_ID: Final = 18  # digits; what SQLite can count
_LONGEST_COUNT: Final = 4  # digits; how many stories of a list somebody has been shown


def answer(person: Person, incoming: Incoming, board: Board) -> Turn:
    """The replies, changes and asks that follow; never raises, whatever came in."""
    turn = _bounded(person, incoming, board)
    if not person.group or person.manages:  # what an administrator is asked in a group is theirs to answer or let go
        turn = wishing.forgetting(Scene(person, board), incoming, turn)
    replies = (replace(r, message=groups.without_own(r.message, ACTIONS)) if person.group else r for r in turn.replies)
    return replace(turn, replies=tuple(replace(r, message=fitted(r.message)) for r in replies))


def _bounded(person: Person, incoming: Incoming, board: Board) -> Turn:
    """In a group not everything may be done, and not by everybody."""
    scene = Scene(person, board, pressed=isinstance(incoming, Press))
    instead = groups.bounded(scene, incoming, ACTIONS) if person.group else None
    return _answer(person, incoming, board) if instead is None else instead


def _answer(person: Person, incoming: Incoming, board: Board) -> Turn:
    match incoming:
        case Command(name, argument):
            return _command(Scene(person, board), name, argument)
        case Text(photo=photo, attached=attached):
            scene = Scene(person, board)
            turn = _text(scene, incoming)
            return contact.words_alone(scene, turn) if photo or attached else turn
        case Press(action, message_id):
            scene = Scene(person, board, pressed=True)
            office = editors.press(scene, action, message_id) or admins.press(scene, action)
            return _press(scene, action) or office or _expired(scene)
        case Blocked(back):
            # Whoever lets us in again has not asked for anything yet: they subscribe anew, when they want to.
            arrived = groups.welcome(Scene(person, board)) if person.group else Turn()
            return arrived if back else Turn(changes=(Stop(gone=True),))
        case Moved():
            return Turn(changes=(incoming,))
        case _:
            return _looked_up(person, incoming, board)


def _looked_up(person: Person, found: Answer, board: Board) -> Turn:
    if isinstance(found, OfficeAnswer):
        return admins.found(Scene(person, board), found)
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
        case _:
            return wishing.found(Scene(person, board, pressed=isinstance(found, DataFound)), found)


# Words --------------------------------------------------------------------------------------------------------------

_COMMANDS: Final[dict[str, Callable[[Scene, str], Turn]]] = {
    "start": residents.start,
    "menu": lambda scene, _: _menu(scene),
    "topics": lambda scene, _: residents.topics(scene),
    "finish": lambda scene, _: residents.finish(scene),
    "latest": lambda scene, _: residents.latest(scene),
    "saved": lambda scene, _: residents.saved(scene),
    "language": residents.language,
    "help": lambda scene, _: residents.help_(scene),
    "stop": lambda scene, _: residents.stop(scene),
    **wishing.COMMANDS,
    "cancel": lambda scene, _: editors.leave(scene, "cancel") or wishing.cancel(scene),
    **{name: editors.command(name) for name in editors.COMMANDS},
    **{name: admins.command(name) for name in admins.COMMANDS},
}


def _command(scene: Scene, name: str, argument: str = "") -> Turn:
    known = words.entry(name)
    if known is None:
        return scene.show(screens.lost(scene))
    if scene.person.role not in known.roles:
        return scene.show(screens.staff_only(scene))
    return _COMMANDS[known.name](scene, argument.strip())


def _text(scene: Scene, typed: Text) -> Turn:
    text = typed.text
    answered = feeds.address(scene, text) or wishing.asked(scene, text)
    if answered is not None:
        return answered
    # What staff write may answer a question of the newsroom: `pagi` and `salah` are what was wrong then.
    command = words.insisted(text) or _comes_back(scene, text)
    if command is not None:
        return _command(scene, command.name, command.argument)
    return editors.say(scene, typed) or _talk(scene, text)


def _comes_back(scene: Scene, text: str) -> Command | None:
    """MULAI of somebody who had stopped: they have been promised that it brings them back."""
    command = words.understand(text) if scene.person.status is Status.STOPPED else None
    return command if command == Command("start") else None


def _understood(scene: Scene, text: str) -> Command | None:
    """The command that somebody gives; what only admins may say is one to others behind a slash alone."""
    command = words.understand(text)
    known = words.entry(command.name) if command is not None else None
    strange = known is not None and known.roles == ADMINS and scene.person.role not in ADMINS
    strange = strange and not text.lstrip().startswith("/")
    return None if strange else command


def _talk(scene: Scene, text: str) -> Turn:
    """Words that answer no question of the newsroom."""
    command = None if talk.names_hours(scene, text) else _understood(scene, text)
    if command is not None:
        return _command(scene, command.name, command.argument)
    return talk.typed(scene, text)


def _menu(scene: Scene) -> Turn:
    """The menu; of a question of the newsroom that is open, nothing is to be sent by chance afterwards."""
    return editors.leave(scene, "menu") or residents.menu(scene)


# Buttons ------------------------------------------------------------------------------------------------------------


def _press(scene: Scene, action: str) -> Turn | None:
    """What a button's action leads to, None when there is no such action (any more)."""
    verb, _, rest = action.partition(":")
    handler = ACTIONS.get(verb)
    if handler is None:
        return None
    if scene.person.role not in handler.roles:
        return scene.tell(scene.say.rich("error.staff_only"))
    return handler.run(scene, rest)


def _toggle(scene: Scene, category: str) -> Turn | None:
    return residents.tick(scene, scene.choice.toggled(category)) if category in scene.board.by_id else None


def _language(scene: Scene, code: str) -> Turn | None:
    return residents.set_language(scene, code) if code in scene.board.texts.catalogs else None


def _let_go(scene: Scene, subject: str) -> Turn | None:
    category = subject.partition(":")[0]
    return residents.let_go(scene, category) if scene.active and category in scene.board.by_id else None


def _on_story(handler: Callable[[Scene, int], Turn]) -> Run:
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


ACTIONS: Final[dict[str, Handler]] = {
    "start": bare(EVERYONE, residents.start, open_=True),
    "menu": bare(EVERYONE, _menu),
    "topics": bare(EVERYONE, residents.topics),
    "all": bare(EVERYONE, residents.tick_all),
    "done": bare(EVERYONE, residents.finish),
    "latest": bare(EVERYONE, residents.latest, InGroup.MEMBERS),
    "saved": bare(EVERYONE, residents.saved, InGroup.NOBODY),
    "language": bare(EVERYONE, residents.language),
    "help": bare(EVERYONE, residents.help_, InGroup.MEMBERS),
    "stop": bare(EVERYONE, residents.stop, open_=True),  # also under a screen of long ago: stopping always works
    "stay": bare(EVERYONE, residents.stay),
    "t": Handler(EVERYONE, _toggle),
    "lang": Handler(EVERYONE, _language),
    "un": Handler(EVERYONE, _let_go),
    "save": Handler(EVERYONE, _on_story(residents.keep), InGroup.THEMSELVES, open=True),
    "drop": Handler(EVERYONE, _on_story(residents.drop), InGroup.NOBODY),
    "less": Handler(EVERYONE, _on_story(residents.less), open=True),
    "more": Handler(EVERYONE, _more, InGroup.MEMBERS, open=True),
    **wishing.ACTIONS,
}


def _expired(scene: Scene) -> Turn:
    """An old button: say so, and show the menu below. The message above stays, for it may be a story."""
    toast = Reply(Message(scene.say.rich("error.expired")), Mode.TOAST)
    return Turn((toast, Reply(screens.home(scene))))
