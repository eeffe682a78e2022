"""The whole of an alert or a correction, for somebody who has had as much of it as a template has room for."""

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.channels.whatsapp.templates import fill
from bot.channels.whatsapp.templates.model import Template
from bot.chat.broadcasts import broadcast_message
from bot.chat.message import to_json
from bot.chat.screen_seal import read
from bot.chat.turn import Board, Incoming, Mode, Press, Text
from bot.flow.leaving import is_stop
from bot.ports import Tx

NAME = "whatsapp"


class Rest:
    """Gives it when they write, once, in its present form and before what answers them."""

    def __init__(self, templates: Iterable[Template], board: Callable[[datetime], Board]) -> None:
        self._templates = {template.key: template for template in templates}
        self._board = board

    def give(self, tx: Tx, address: str, incoming: Incoming | None, now: datetime) -> None:
        """In the transaction that opens the window; whoever stops gets nothing more."""
        owed = tx.take_rests(address, now)
        if not owed or _stops(incoming):
            return
        board, language = self._board(now), tx.person(NAME, address).language
        contents = tx.contents({broadcast for broadcast, _ in owed})
        for broadcast, key in owed:
            template = self._templates.get(key)
            if template is not None and fill.is_cut(template, contents[broadcast], board):
                whole = broadcast_message(contents[broadcast], language, board, photos=False)
                tx.add_reply(NAME, address, None, to_json(whole), Mode.NEW, now)


def _stops(incoming: Incoming | None) -> bool:
    if isinstance(incoming, Press):
        return read(incoming.action).action == fill.STOP
    return isinstance(incoming, Text) and is_stop(incoming.text)
