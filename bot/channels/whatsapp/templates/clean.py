"""What may stand in a parameter: one line, never empty, no tab, no run of more than four spaces."""

import unicodedata
from typing import Final

from bot.chat.fit import cut

NOTHING: Final = "–"  # where nothing is left to say
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp", "Mn"})


def clean(text: str, most: int) -> str:
    """The text as a parameter of at most so many UTF-16 units; white space of all kinds becomes single spaces."""
    plain = text.encode("utf-8", "replace").decode()
    line = cut(" ".join(_printable(plain).split()), most).strip()
    return line if any(unicodedata.category(c) not in _INVISIBLE for c in line) else NOTHING


def _printable(text: str) -> str:
    """Without control characters, which nobody sees and Meta refuses."""
    return "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)
