"""What an editor can do with one tap when the portal changes or takes down a story that was sent."""

from typing import Final

from bot.chat.message import Button, Rows
from bot.chat.push_seal import sealed
from bot.chat.texts import Voice

_OFFERS: Final = {
    "revised": ("desk.button.pass_on_title", "rev"),
    "withdrawn": ("desk.button.pass_on_withdrawal", "wd"),
}


def offers(kind: str, story_id: int | None, say: Voice, key: bytes, channel: str, address: str) -> Rows:
    """The button under a notice of this kind (`bot.flow.notice`), for one member of staff; none for other kinds."""
    if story_id is None or kind not in _OFFERS:
        return ()
    label, verb = _OFFERS[kind]
    return ((Button(say.t(label), sealed(key, channel, address, verb, story_id)),),)
