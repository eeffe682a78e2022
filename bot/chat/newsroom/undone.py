"""What an editor is told when their act could not be done after all: what happened, and what to do."""

from typing import Final

from bot.chat.message import Message
from bot.chat.texts import Voice

_WHY: Final = {
    "not_begun": "desk.not_begun",
    "not_found": "desk.undone.not_found",
    "stopped": "desk.undone.stopped",
    "wrong_status": "desk.undone.wrong_status",
}


def undone(reason: str, say: Voice) -> Message:
    """In plain words, by the reason of a NewsroomError; nothing of the act was done."""
    return Message(say.rich(_WHY.get(reason, "desk.undone.wrong_status")))
