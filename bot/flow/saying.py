"""What is said to one chat and what is pressed there: buttons leave with a seal, and only those with one are heard."""

from datetime import datetime
from secrets import token_urlsafe
from typing import Final

from bot.chat.answer import ACTIONS
from bot.chat.message import Message, to_json
from bot.chat.registry import is_duty, needs_seal
from bot.chat.screen_seal import NONCE, read, sealed
from bot.delivery.window import Wait
from bot.ports import Tx

REMEMBERED: Final = 20  # screens of one chat whose buttons still lead somewhere


def say(
    tx: Tx, channel: str, address: str, thread: str | None, message: Message, mode: str, now: datetime,
    target: str | None = None, callback: str | None = None, wait: Wait | None = None,
) -> None:  # fmt: skip
    """Queue an answer, with the seals of this chat on its buttons; with `wait` it may wait until they write."""
    said = to_json(_for_them(tx, channel, address, message, now))
    tx.add_reply(channel, address, thread, said, mode, now, target, callback, wait)


def _for_them(tx: Tx, channel: str, address: str, message: Message, now: datetime) -> Message:
    if not any(_wanted(button.action) for row in message.rows for button in row):
        return message
    nonce = token_urlsafe(NONCE)[:NONCE]
    tx.keep_nonce(channel, address, nonce, now, REMEMBERED)
    return sealed(message, tx.button_key(), channel, address, nonce, _wanted)


def _wanted(action: str) -> bool:
    return needs_seal(action, ACTIONS)


def heard(tx: Tx, channel: str, address: str, action: str) -> str:
    """The action of a button that we showed this chat not long ago, or that is the same for all; "" of any other.

    What only staff may press stays: its handler looks at the role and at what it is about.
    """
    button = read(action)
    if not _wanted(button.action):
        return button.action
    if not (button.nonce and button.holds(tx.button_key(), channel, address)):
        return ""
    return button.action if is_duty(button.action, ACTIONS) or button.nonce in tx.nonces(channel, address) else ""
