"""The office in the chat: every act of admins, and who may do it.

An act goes two steps, as those of editors do. What came in is only named (`press`, `command`); the desk looks up what
it is about in the same transaction, and `enquired` decides: whose button it is, what follows. What takes the world's
time (finding feeds, a backup, a picture) is an errand: it runs outside of any transaction and comes back as an event of
its own (`brought`), before somebody whose role is looked up anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from bot.chat import screens
from bot.chat.admins import exchange, feeds, figures, find, health, labels, team
from bot.chat.admins.call import Call
from bot.chat.message import Message
from bot.chat.office import BackedUp, Brought, Drawn, Enquire, Enquired, Looked, Office, OfficeAnswer, Tried
from bot.chat.push_seal import ADMINS as PREFIX
from bot.chat.push_seal import pressed
from bot.chat.scene import Scene
from bot.chat.turn import Mode, Reply, Role, Turn

ADMINS: Final = frozenset({Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Handler:
    """One act: who may do it, and what it does."""

    roles: frozenset[Role]
    run: Callable[[Call], Turn]


def _admin(run: Callable[[Call], Turn]) -> Handler:
    return Handler(ADMINS, run)


BUTTONS: Final[Mapping[str, Handler]] = {
    "fl": _admin(feeds.feeds),
    "fp": _admin(feeds.page),
    "fh": _admin(feeds.how_to_add),
    "fo": _admin(exchange.export),
    "fra": _admin(feeds.retry_failing),
    "f": _admin(feeds.feed),
    "fz": _admin(feeds.halt),
    "fg": _admin(feeds.go_on),
    "fr": _admin(feeds.retry),
    "fy": _admin(feeds.try_out),
    "ft": _admin(feeds.tell_held),
    "fd": _admin(feeds.let_held_be),
    "fx": _admin(feeds.ask_remove),
    "fxx": _admin(feeds.remove),
    "fc": _admin(feeds.topics),
    "fct": _admin(feeds.toggle_topic),
    "ol": _admin(find.look),
    "oa": _admin(find.add),
    "lb": _admin(labels.labels),
    "lbl": _admin(labels.label),
    "lbm": _admin(labels.mean),
    "tl": _admin(team.team),
    "tr": _admin(team.ask_revoke),
    "trx": _admin(team.revoke),
    "ti": _admin(team.invite),
    "tn": _admin(team.make),
    "au": _admin(team.audit),
    "he": _admin(health.health),
    "hx": _admin(health.go_on),
    "bk": _admin(health.backup),
    "bkx": _admin(health.back_up),
    "st": _admin(figures.statistics),
}
COMMANDS: Final[Mapping[str, Handler]] = {
    "feeds": _admin(feeds.feeds),
    "team": _admin(team.team),
    "recruit": _admin(team.invite),
    "audit": _admin(team.audit),
    "health": _admin(health.health),
    "backup": _admin(health.backup),
    "statistics": _admin(figures.statistics),
}
# Where an act goes on once what it wrote is looked at anew; a number behind the word says which feed.
_THEN: Final[Mapping[str, Callable[[Call], Turn]]] = {
    "feed": feeds.feed,
    "topics": feeds.topics,
    "labels": labels.labels,
    "invited": team.invited,
    "health": health.health,
}


# What came in ---------------------------------------------------------------------------------------------------------


def press(scene: Scene, action: str) -> Turn | None:
    """A button of the office; None when there is none like it (any more)."""
    button = pressed(action, PREFIX)
    handler = BUTTONS.get(button.verb) if button else None
    if handler is None:
        return None
    if scene.person.role not in handler.roles:
        return scene.tell(scene.say.rich("error.staff_only"))
    return Turn(asks=(Enquire(action, pressed=True),))


def command(name: str) -> Callable[[Scene, str], Turn]:
    """The command with this name."""

    def run(scene: Scene, argument: str) -> Turn:
        if scene.person.role not in COMMANDS[name].roles:
            return scene.tell(scene.say.rich("error.staff_only"))
        return Turn(asks=(Enquire(name, argument),))

    return run


# What follows ---------------------------------------------------------------------------------------------------------


def found(scene: Scene, answer: OfficeAnswer) -> Turn:
    """What was looked up, or what an errand brought."""
    return enquired(scene, answer) if isinstance(answer, Enquired) else brought(scene, answer)


def enquired(scene: Scene, found: Enquired) -> Turn:
    """Decide; the role is asked once more, for what was looked up may have come later than the act."""
    scene = replace(scene, pressed=found.asked.pressed)
    if scene.person.role not in ADMINS:
        return scene.tell(scene.say.rich("error.staff_only"))
    call = Call(scene, found.asked, found.office)
    name = found.asked.action
    if name.startswith(PREFIX):
        return _pressed(call)
    if name in COMMANDS:
        return COMMANDS[name].run(call)
    return _THEN[name.partition(" ")[0]](call)


def _pressed(call: Call) -> Turn:
    """Whose button it is and who may press it is asked here, for every act the same."""
    button, person = pressed(call.asked.action, PREFIX), call.scene.person
    handler = BUTTONS.get(button.verb) if button else None
    if button is None or handler is None or person.role not in handler.roles:
        return call.toast("error.staff_only")
    if not button.holds(call.office.key, person.channel, person.address):
        toast = Reply(Message(call.say.rich("error.expired")), Mode.TOAST)
        return Turn((toast, Reply(screens.home(call.scene))))
    return handler.run(replace(call, button=button))


def brought(scene: Scene, found: Brought) -> Turn:
    """An errand is done."""
    if scene.person.role not in ADMINS:
        return Turn()  # the role was taken away meanwhile
    match found:
        case Looked():
            return find.looked(_called(scene, found.key), found)
        case Tried():
            return find.tried(_called(scene, found.key), found)
        case BackedUp():
            return health.backed_up(_called(scene), found)
        case Drawn():
            return figures.drawn(_called(scene), found)


def _called(scene: Scene, key: bytes = b"") -> Call:
    return Call(scene, Enquire(""), Office(key))
