"""When a member of staff whom messages did not reach is written to again about the newsroom's matters."""

from bot.chat import words
from bot.chat.turn import Blocked, Command, Incoming, Person, Press, Role, Status, Text


def comes_back(person: Person, incoming: Incoming) -> bool:
    """Whether this shows it: of one who was gone whatever they do, of one who stopped that they ask for it."""
    if person.role is Role.RESIDENT:
        return False
    if person.status is Status.GONE:
        return isinstance(incoming, Command | Text | Press) or incoming == Blocked(back=True)
    return person.status is Status.STOPPED and _starts(incoming)


def _starts(incoming: Incoming) -> bool:
    match incoming:
        case Command(name):
            return name == "start"
        case Press(action):
            return action == "start"
        case Text(text):
            command = words.understand(text)
            return command is not None and command.name == "start"
        case _:
            return False
