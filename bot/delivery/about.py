"""What is done on the phone of a reader who has had an earlier message, when something is said about it."""

from bot.delivery.content import Act, BroadcastKind
from bot.delivery.plan import Had, State


def act_for(kind: BroadcastKind, had: Had | None, *, erase: bool = False) -> Act | None:
    """The act, or None when there is nothing to do on this phone.

    Who had it in a digest, or of whom nobody knows whether it arrived, gets a message of its own (promise 8).
    """
    if had is None:
        return None
    on_the_phone = had.state is State.SENT and had.message_id is not None and not had.in_digest
    match kind:
        case BroadcastKind.MARK:
            return Act.EDIT if on_the_phone else None
        case BroadcastKind.WITHDRAWAL if on_the_phone:
            return Act.DELETE if erase else Act.EDIT
        case BroadcastKind.CORRECTION | BroadcastKind.FOLLOW_UP if on_the_phone:
            return Act.REPLY
    return Act.SEND
