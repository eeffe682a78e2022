"""Buttons of screens: sealed for the one chat that was shown them, together with the nonce of that screen.

`<action>~<nonce><seal>`. The nonce is kept with the chat's newest screens (`bot.flow.saying`), so a button that was
copied, written by hand, made for somebody else or stood on a screen of long ago leads nowhere. What stands under a
broadcast is one text for all of its readers and has no seal; the newsroom's and the office's buttons have their own
(`bot.chat.push_seal`).
"""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

from bot.chat.fit import LONGEST_ACTION
from bot.chat.message import Button, Message

NONCE: Final = 5  # characters
_DIGEST: Final = 8  # bytes
_SEAL: Final = 11  # characters that they make
LONGEST: Final = LONGEST_ACTION - 1 - NONCE - _SEAL  # bytes of an action that is to have a seal
_SEALED: Final = re.compile(rf"(.*)~([A-Za-z0-9_-]{{{NONCE}}})([A-Za-z0-9_-]{{{_SEAL}}})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A button's action as it came in; nothing of it is trusted before `holds` and before its nonce is found."""

    action: str
    nonce: str = ""  # "" where there is no seal
    seal: str = ""

    def holds(self, key: bytes, channel: str, address: str) -> bool:
        """Whether we made this button, for this chat and that screen."""
        ours = _seal(_key_of(key, channel, address, self.nonce), self.action)
        return hmac.compare_digest(self.seal.encode(), ours.encode())


def read(action: str) -> Sealed:
    """What stands in an action that came in, with its seal if it has one."""
    found = _SEALED.fullmatch(action)
    return Sealed(found[1], found[2], found[3]) if found else Sealed(action)


def sealed(
    message: Message, key: bytes, channel: str, address: str, nonce: str, wanted: Callable[[str], bool]
) -> Message:
    """The message with a seal on every button whose action is `wanted` to have one."""
    screen = _key_of(key, channel, address, nonce)

    def put(button: Button) -> Button:
        if not wanted(button.action):
            return button
        return replace(button, action=f"{button.action}~{nonce}{_seal(screen, button.action)}")

    return replace(message, rows=tuple(tuple(map(put, row)) for row in message.rows))


def _key_of(key: bytes, channel: str, address: str, nonce: str) -> bytes:
    """A screen's own key: its buttons are many."""
    return hmac.digest(key, f"screen\0{channel}\0{address}\0{nonce}".encode(errors="replace"), "sha256")


def _seal(screen: bytes, action: str) -> str:
    seal = blake2b(action.encode(errors="replace"), key=screen, digest_size=_DIGEST).digest()
    return urlsafe_b64encode(seal).decode().rstrip("=")
