"""Groups and channels: one subscription for all who read along, looked after by the chat's own administrators.

A group is a person like any other to the rest of the conversation; here stands what it does not let happen. Nobody
holds a role of ours in a group, whoever they are elsewhere: what staff sees is for their own chat.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.chat import screens, steps, words
from bot.chat.deeplink import INVITATION
from bot.chat.message import Button, Message
from bot.chat.registry import Handler, InGroup
from bot.chat.scene import Scene
from bot.chat.texts import joined
from bot.chat.turn import Command, Incoming, Mode, Press, Reply, Status, Text, Turn

# What can be said in a group, and by whom; everything else belongs into a chat of one's own.
_COMMANDS: Final[Mapping[str, InGroup]] = {
    **dict.fromkeys(
        ("start", "menu", "topics", "finish", "stop", "language", "times", "pause", "resume", "quiet", "keywords",
         "mydata", "erase", "cancel"),
        InGroup.MANAGERS,
    ),
    **dict.fromkeys(("latest", "search", "help"), InGroup.MEMBERS),
}  # fmt: skip


def in_a_group(name: str) -> bool:
    """Whether this command means something in a group."""
    return name in _COMMANDS


def needs_manager(incoming: Incoming, actions: Mapping[str, Handler]) -> bool:
    """Whether only an administrator of the group may do this: then the platform has to be asked who it is."""
    match incoming:
        case Command(name, argument):
            asks = name == "search" and not argument  # a question in a group waits for its administrators' answer
            return asks or _COMMANDS.get(name) is InGroup.MANAGERS
        case Press(action):
            return _of(action, actions) is InGroup.MANAGERS
        case Text():
            return True
        case _:
            return False


def about_presser(action: str, actions: Mapping[str, Handler]) -> bool:
    """Whether a button under a message is about the data of whoever presses it, wherever the message stands."""
    return _of(action, actions) is InGroup.THEMSELVES


def without_own(message: Message, actions: Mapping[str, Handler]) -> Message:
    """The message without the buttons that lead nowhere in a group."""

    def leads(button: Button) -> bool:
        return not button.action or _of(button.action, actions) is not InGroup.NOBODY

    rows = (tuple(filter(leads, row)) for row in message.rows)
    return replace(message, rows=tuple(row for row in rows if row))


def _of(action: str, actions: Mapping[str, Handler]) -> InGroup:
    """Whose business an action is in a group; what we do not know is nobody's but the administrators'."""
    handler = actions.get(action.partition(":")[0])
    return handler.group if handler is not None else InGroup.MANAGERS


def bounded(scene: Scene, incoming: Incoming, actions: Mapping[str, Handler]) -> Turn | None:
    """What happens instead in a group; None where all goes on as usual."""
    match incoming:
        case Command(name, argument) if not in_a_group(name) or argument.casefold().startswith(INVITATION):
            return _refused(scene, "group.alone")
        case Press(action) if _of(action, actions) is InGroup.NOBODY:
            return _refused(scene, "group.alone")
        case Text(text):
            return _text(scene, text, actions)
        case _ if needs_manager(incoming, actions) and scene.person.manages is None:
            return _refused(scene, "group.cannot_check")
        case _ if needs_manager(incoming, actions) and not scene.person.manages:
            return _refused(scene, "group.managers_only")
        case _:
            return None


def _text(scene: Scene, text: str, actions: Mapping[str, Handler]) -> Turn | None:
    """A reply to one of our messages: a command, or the answer to what we asked; talk is nobody's business of ours."""
    if not scene.person.manages:
        return Turn()
    command = words.understand(text)
    if command is not None:
        return bounded(scene, command, actions)
    return None if steps.asked(scene) else Turn()


def _refused(scene: Scene, key: str) -> Turn:
    return scene.tell(scene.say.rich(key))


def welcome(scene: Scene) -> Turn:
    """The bot was added: who may set it up, and the topics; a group that follows something already hears nothing."""
    if scene.person.status is Status.ACTIVE:
        return Turn()
    start = screens.start(scene)
    text = joined("\n\n", start.text, scene.say.rich("group.who"))
    return Turn((Reply(Message(text, start.rows), Mode.NEW),))
