"""The newsroom in the chat: every act of editors and admins, who may do it, and what its button must name.

An act goes two steps. What came in is only named (`press`, `command`, `say`); the desk looks up what it is about in the
same transaction, and `looked_in` decides: whose button it is, whether the draft is still as it was, what follows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from bot.chat import screens, words
from bot.chat.message import Message
from bot.chat.newsroom import approvals, audience, card_buttons, details, lists, push, sending
from bot.chat.newsroom import sent as editors_sent
from bot.chat.newsroom.visit import Visit
from bot.chat.push import Aim, LookedIn, LookIn, Stage, Step
from bot.chat.push_seal import pressed
from bot.chat.scene import Scene
from bot.chat.turn import Mode, Reply, Role, Text, Turn

STAFF: Final = frozenset({Role.EDITOR, Role.ADMIN})
ADMINS: Final = frozenset({Role.ADMIN})


class Names(Enum):
    """What the button of an act names."""

    OWN = "own"  # a draft of the presser's, as it is now
    REQUEST = "request"  # a draft of a colleague's
    LEFT = "left"  # a draft that was sent, as it was then
    BROADCAST = "broadcast"
    STORY = "story"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Handler:
    """One act: who may do it, what its button names, and what it does."""

    roles: frozenset[Role]
    names: Names
    run: Callable[[Visit], Turn]


def _staff(names: Names, run: Callable[[Visit], Turn]) -> Handler:
    return Handler(STAFF, names, run)


BUTTONS: Final[Mapping[str, Handler]] = {
    "pick": _staff(Names.OWN, push.pick),
    "take": _staff(Names.OWN, push.take),
    "txt": _staff(Names.OWN, push.edit_text),
    "new": _staff(Names.OWN, push.begin_anew),
    "card": _staff(Names.OWN, push.show_card),
    "see": _staff(Names.OWN, push.look_again),
    "no": _staff(Names.OWN, push.cancel),
    "lv": _staff(Names.OWN, card_buttons.levels),
    "lvs": _staff(Names.OWN, card_buttons.set_level),
    "aud": _staff(Names.OWN, audience.topics),
    "audt": _staff(Names.OWN, audience.toggle_topic),
    "audw": _staff(Names.OWN, audience.let_word_go),
    "auda": _staff(Names.OWN, audience.everybody),
    "word": _staff(Names.OWN, audience.ask_word),
    "chn": _staff(Names.OWN, audience.channels),
    "chns": _staff(Names.OWN, audience.set_channel),
    "dt": _staff(Names.OWN, details.details),
    "unv": _staff(Names.OWN, details.unverified),
    "pl": _staff(Names.OWN, details.ask_place),
    "plx": _staff(Names.OWN, details.no_place),
    "ph": _staff(Names.OWN, details.ask_photo),
    "phx": _staff(Names.OWN, details.no_photo),
    "tm": _staff(Names.OWN, card_buttons.ask_time),
    "now": _staff(Names.OWN, card_buttons.at_once),
    "test": _staff(Names.OWN, card_buttons.test),
    "fu": _staff(Names.OWN, card_buttons.as_follow_up),
    "send": _staff(Names.OWN, sending.send),
    "sendx": _staff(Names.OWN, sending.send_anyway),
    "ask": _staff(Names.OWN, approvals.ask),
    "hold": _staff(Names.LEFT, sending.hold),
    "ok": _staff(Names.REQUEST, approvals.approve),
    "nok": _staff(Names.REQUEST, approvals.refuse),
    "pause": _staff(Names.BROADCAST, editors_sent.pause),
    "go": _staff(Names.BROADCAST, editors_sent.go_on),
    "end": _staff(Names.BROADCAST, editors_sent.stop_rest),
    "endx": _staff(Names.BROADCAST, editors_sent.really_stop),
    "again": _staff(Names.BROADCAST, editors_sent.again),
    "rep": _staff(Names.BROADCAST, editors_sent.show),
    "full": _staff(Names.BROADCAST, editors_sent.full),
    "fup": _staff(Names.BROADCAST, editors_sent.follow_up),
    "fix": _staff(Names.BROADCAST, editors_sent.correct),
    "back": _staff(Names.BROADCAST, editors_sent.withdraw),
    "mv": _staff(Names.BROADCAST, editors_sent.move),
    "unq": _staff(Names.BROADCAST, editors_sent.unschedule),
    "unqx": _staff(Names.BROADCAST, editors_sent.really_unschedule),
    "que": _staff(Names.NOTHING, lists.queue),
    "ls": _staff(Names.NOTHING, lists.page),
    "rev": _staff(Names.STORY, editors_sent.pass_on_title),
    "wd": _staff(Names.STORY, editors_sent.pass_on_withdrawal),
    "unp": Handler(ADMINS, Names.NOTHING, lists.unpermit),
}
COMMANDS: Final[Mapping[str, Handler]] = {
    "push": _staff(Names.NOTHING, push.push),
    "correct": _staff(Names.NOTHING, lists.correct),
    "withdraw": _staff(Names.NOTHING, lists.withdraw),
    "queue": _staff(Names.NOTHING, lists.queue),
    "report": _staff(Names.NOTHING, lists.report),
    "permit": Handler(ADMINS, Names.NOTHING, lists.permit),
}
# Where an act goes on once what it wrote is looked at anew; a number behind the word says which draft or broadcast.
_THEN: Final[Mapping[str, Callable[[Visit], Turn]]] = {
    "card": push.show_card,
    "preview": push.show_preview,
    "topics": audience.topics,
    "look": editors_sent.show,
    "held": sending.held,
    "current": lambda visit: _current(visit),  # noqa: PLW0108 — it is defined below
}
_STEPS: Final[Mapping[Step, Callable[[Visit, str], Turn]]] = {
    Step.TEXT: push.take_text,
    Step.TIME: card_buttons.take_time,
    Step.WRONG: editors_sent.take_wrong,
    Step.RIGHT: editors_sent.take_right,
    Step.REASON: editors_sent.take_reason,
    Step.PHOTO: details.take_no_photo,
    Step.PLACE: details.take_place,
    Step.WORD: audience.take_word,
}
_SAY: Final = "say"
_LEAVE: Final = "leave"


# What came in ---------------------------------------------------------------------------------------------------------


def press(scene: Scene, action: str, screen: str) -> Turn | None:
    """A button of the newsroom; None when there is none like it (any more)."""
    button = pressed(action)
    handler = BUTTONS.get(button.verb) if button else None
    if handler is None:
        return None
    if scene.person.role not in handler.roles:
        return scene.tell(scene.say.rich("error.staff_only"))
    return Turn(asks=(LookIn(action, screen=screen, pressed=True),))


def command(name: str) -> Callable[[Scene, str], Turn]:
    """The command with this name."""

    def run(scene: Scene, argument: str) -> Turn:
        if scene.person.role not in COMMANDS[name].roles:
            return scene.tell(scene.say.rich("error.staff_only"))
        return Turn(asks=(LookIn(name, argument),))

    return run


def say(scene: Scene, typed: Text) -> Turn | None:
    """Words (and photos) of staff may answer an open question; None for everybody else."""
    asked = LookIn(_SAY, typed.text, photo=typed.photo, ours=typed.ours)
    return Turn(asks=(asked,)) if scene.person.role in STAFF else None


def leave(scene: Scene, how: str) -> Turn | None:
    """BATAL or MENU (`cancel`, `menu`) of staff also ends an open question; None for everybody else."""
    return Turn(asks=(LookIn(_LEAVE, how, pressed=scene.pressed),)) if scene.person.role in STAFF else None


# What follows ---------------------------------------------------------------------------------------------------------


def looked_in(scene: Scene, found: LookedIn) -> Turn | None:
    """Decide; None for words that answer no question of ours."""
    visit = Visit(replace(scene, pressed=found.asked.pressed), found.asked, found.room)
    name = found.asked.action
    if name == _SAY:
        return _answered(visit)
    if name == _LEAVE:
        return push.leave(visit, found.asked.text) or visit.show(screens.home(visit.scene))
    if name in COMMANDS:
        return COMMANDS[name].run(visit) if scene.person.role in COMMANDS[name].roles else None
    then = _THEN.get(name.partition(" ")[0])
    return then(visit) if then is not None else _pressed(visit)


def _answered(visit: Visit) -> Turn | None:
    draft = visit.room.draft
    if draft is None or draft.stage is not Stage.OPEN:
        return None
    if visit.asked.photo and details.awaits_photo(visit) and not visit.asked.ours:
        return details.take_photo(visit)
    if draft.step is Step.NOTHING:
        return None
    if visit.asked.ours or not visit.asked.text.strip():
        return visit.told("desk.is_ours") if visit.asked.ours else visit.show(push.question(visit))
    if how := words.lets_go(visit.asked.text):
        return push.leave(visit, how)
    return _STEPS[draft.step](visit, visit.asked.text)


def _pressed(visit: Visit) -> Turn:
    """Whose button it is and whether it still holds is asked here, for every act the same."""
    button, person = pressed(visit.asked.action), visit.scene.person
    handler = BUTTONS.get(button.verb) if button else None
    if button is None or handler is None or person.role not in handler.roles:
        return visit.toast("error.staff_only")
    if not button.holds(visit.room.key, person.channel, person.address):
        return _stale(visit)
    visit = replace(visit, button=button)
    became = sending.what_became(visit) if _is_theirs(visit, handler.names) else None
    if became is not None:
        return became
    if button.verb == "no" and _is_closed(visit):
        return visit.told("desk.cancelled_already")
    if not _holds(visit, handler.names):
        return _stale(visit, "desk.held_already" if handler.names is Names.LEFT and _came_back(visit) else "")
    return handler.run(visit)


def _came_back(visit: Visit) -> bool:
    """Whether what the button would stop was stopped before: by a colleague, or by themselves."""
    draft, button = visit.room.draft, visit.button
    return draft is not None and button is not None and draft.id == button.id and draft.broadcast_id is None


def _is_closed(visit: Visit) -> bool:
    """Whether a draft of theirs that the button would leave has been left already; another time is set, not left."""
    draft, button = visit.room.draft, visit.button
    theirs = draft is not None and button is not None and draft.id == button.id and visit.is_author(draft)
    return theirs and draft is not None and draft.stage is Stage.CLOSED and draft.aim is not Aim.MOVE


def _is_theirs(visit: Visit, names: Names) -> bool:
    """Whether the button is about a draft that is theirs to send or, a colleague's, to approve."""
    draft, button = visit.room.draft, visit.button
    if draft is None or button is None or draft.id != button.id:
        return False
    return names is (Names.OWN if visit.is_author(draft) else Names.REQUEST)


def _holds(visit: Visit, names: Names) -> bool:
    """Whether what the button names is there, and as it was when the button was shown."""
    draft, button = visit.room.draft, visit.button
    if button is None or names in {Names.NOTHING, Names.STORY, Names.BROADCAST}:
        return button is not None
    if draft is None or draft.id != button.id:
        return False
    same = draft.version == button.number(1)
    if names is Names.OWN:
        return same and visit.is_author(draft) and draft.stage in {Stage.OPEN, Stage.WAITING}
    return same and draft.stage is Stage.SENT if names is Names.LEFT else True


def _stale(visit: Visit, why: str = "") -> Turn:
    """An old button: say so, and show what is current below. The message above stays."""
    toast = Reply(Message(visit.say.rich(why or "error.expired")), Mode.TOAST)
    return Turn((toast,), (), (LookIn("current"),))


def _current(visit: Visit) -> Turn:
    """The person's own unfinished draft, else the menu."""
    if visit.room.draft is None:
        return Turn((Reply(screens.home(visit.scene)),))
    return push.current(visit)
