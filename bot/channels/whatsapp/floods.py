"""What one person sends by the thousand: most of it is left unheard when its post is taken apart, and costs no more.

The posts keep it as it came. Whatever stops something, or decides for the staff, is heard however much they write.
"""

from collections import Counter
from collections.abc import Callable
from typing import Final

from bot.channels.whatsapp.events import Event, Said
from bot.channels.whatsapp.numbers import chosen
from bot.channels.whatsapp.send import NAME
from bot.chat.screen_seal import read
from bot.chat.turn import Incoming, Press, Text
from bot.flow.desk import Sender
from bot.flow.leaving import is_stop
from bot.flow.patience import is_decision, is_last_word
from bot.ports import Tx

MOST_OF_ONE: Final = 60  # messages of one person that wait: nobody is answered so often (bot/flow/patience.py)
Tired = Callable[[Sender], bool]  # whether nothing of this sender is heard for now (`Desk.leaves_unheard`)


class Floods:
    """How much of each person waits, of the posts that are taken apart together."""

    def __init__(self, tired: Tired) -> None:
        self._tired = tired
        self._waiting: Counter[str] = Counter()

    def leaves_unheard(self, tx: Tx, event: Event) -> bool:
        """Whether this is one too many; what is not is counted."""
        if not isinstance(event, Said):
            return False
        address = event.who.phone or event.who.user_id or ""
        too_many = self._waiting[address] >= MOST_OF_ONE or self._tired(Sender(NAME, address))
        if too_many and not _counts_all_the_same(tx, address, event.incoming):
            return True
        self._waiting[address] += 1
        return False


def _counts_all_the_same(tx: Tx, address: str, incoming: Incoming | None) -> bool:
    if isinstance(incoming, Text) and (action := chosen(incoming.text, tx.options_of(address))):
        incoming = Press(action)
    match incoming:
        case Text(text):
            return is_stop(text)
        case Press(action):
            return is_last_word(Press(read(action).action)) or is_decision(tx, NAME, address, action)
        case _:
            return False
