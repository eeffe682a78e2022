"""Passing the bot on: an address with which others follow the same topics."""

from typing import Final
from urllib.parse import quote, urlencode

from bot.chat import screens
from bot.chat.choice import ALL
from bot.chat.message import Button, Message, Span
from bot.chat.scene import Scene
from bot.chat.texts import joined
from bot.chat.turn import Turn

_SHARE: Final = "https://t.me/share/url?"
_LONGEST_PAYLOAD: Final = 64  # what the platforms take behind `start=`


def share(scene: Scene) -> Turn:
    """The address, to be passed on; none of the person's own data is in it but their topics."""
    menu = (screens.button(scene, "button.menu", "menu"),)
    address = scene.board.address
    if address is None:
        said = scene.say.rich("share.portal", portal=scene.board.portal, host=scene.board.host)
        return scene.show(Message(said, (menu,)))
    link = address + _payload(scene)
    said = joined("\n", scene.say.rich("share.how", portal=scene.board.portal), (Span(link),))
    query = {"url": link, "text": scene.say.t("share.text", portal=scene.board.portal)}
    passing = Button(scene.say.t("button.share"), url=_SHARE + urlencode(query, quote_via=quote, errors="replace"))
    return scene.show(Message(said, ((passing,), menu)))


def _payload(scene: Scene) -> str:
    topics = ALL if scene.choice.everything else "-".join(sorted(scene.choice.ids))
    return f"?start={topics}" if scene.active and 0 < len(topics) <= _LONGEST_PAYLOAD else ""
