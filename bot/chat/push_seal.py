"""Buttons of the newsroom's screens: what they name, and a seal that only we can set, for one person.

`e:<verb>:<subject>:<seal>`. A subject is an id with what else the verb needs, joined by dots: of a draft its version,
the nonce of the screen. Whoever gets hold of a button of somebody else, or writes one, has no seal for it.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

PREFIX: Final = "e:"
ADMINS: Final = "a:"
_SEAL: Final = 11  # characters: 66 bits of the HMAC
_LONGEST_ID: Final = 18  # digits; what SQLite can count


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button as it came in; nothing of it is trusted before `holds`."""

    verb: str
    parts: tuple[str, ...]
    seal: str

    @property
    def id(self) -> int:
        """The id of what it is about; 0 when it names none."""
        return self.number(0)

    def number(self, place: int) -> int:
        """The number at this place; 0 when there is none."""
        part = self.parts[place] if place < len(self.parts) else ""
        return int(part) if part.isascii() and part.isdecimal() and len(part) <= _LONGEST_ID else 0

    def holds(self, key: bytes, channel: str, address: str) -> bool:
        """Whether we made this button, for this person."""
        ours = _seal(key, channel, address, self.verb, self.parts)
        return hmac.compare_digest(self.seal.encode(errors="replace"), ours.encode())


def sealed(key: bytes, channel: str, address: str, verb: str, *subject: str | int, prefix: str = PREFIX) -> str:
    """The action of a button for this person: at most 64 bytes for ids and names of ours."""
    parts = tuple(str(part) for part in subject)
    return f"{prefix}{verb}:{'.'.join(parts)}:{_seal(key, channel, address, verb, parts)}"


def pressed(action: str, prefix: str = PREFIX) -> Pressed | None:
    """The button behind an action; None for one that is no button of the newsroom (of the office, with its prefix)."""
    pieces = action.removeprefix(prefix).split(":") if action.startswith(prefix) else []
    if len(pieces) != 3:  # noqa: PLR2004 — verb, subject, seal
        return None
    verb, subject, seal = pieces
    return Pressed(verb, tuple(subject.split(".")) if subject else (), seal)


def _seal(key: bytes, channel: str, address: str, verb: str, parts: tuple[str, ...]) -> str:
    said = "\0".join((channel, address, verb, *parts)).encode(errors="replace")
    return urlsafe_b64encode(hmac.digest(key, said, "sha256")).decode()[:_SEAL]
