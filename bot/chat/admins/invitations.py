"""How somebody becomes an editor or an admin: a one-time invitation was tried."""

from typing import Final

from bot.chat import screens
from bot.chat.message import Message
from bot.chat.scene import Scene
from bot.chat.texts import joined
from bot.chat.turn import InvitationChecked, Reply, Turn

_REFUSED: Final = {
    "expired": "invitation.expired",
    "used": "invitation.used",
    "too_many": "invitation.too_many",
}


def invitation_checked(scene: Scene, checked: InvitationChecked) -> Turn:
    """Welcome a new colleague, or say why the code does not count and what to do."""
    menu = ((screens.button(scene, "button.menu", "menu"),),)
    if checked.role is None:
        key = _REFUSED.get(checked.reason, "invitation.unknown")
        return Turn((Reply(Message(scene.say.rich(key), menu)),))
    joins = scene.changed(role=checked.role)
    welcome = scene.say.rich("invitation.accepted", portal=scene.board.portal)
    return Turn((Reply(Message(joined("\n\n", welcome, screens.role_line(joins)), menu)),))
