"""What may stand in a parameter: one line, never empty, no tab, no run of more than four spaces."""

import re
import unicodedata
from typing import Final

from bot.chat.fit import cut

NOTHING: Final = "–"  # where nothing is left to say
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # nobody sees them, and Meta refuses some
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp", "Mn"})


def clean(text: str, most: int) -> str:
    """The text as a parameter of at most so many UTF-16 units; white space of all kinds becomes single spaces."""
    plain = text.encode("utf-8", "replace").decode()
    line = cut(" ".join(_CONTROL.sub(" ", plain).split()), most).strip()
    return line if any(unicodedata.category(c) not in _INVISIBLE for c in line) else NOTHING
