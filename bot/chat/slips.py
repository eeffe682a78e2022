"""Which command one word calls, small slips forgiven."""

import re
from collections.abc import Iterable
from typing import Final

from bot.chat.commands import BY_WORD, EVERYONE

_SHORTEST_FORGIVEN: Final = 4  # letters; shorter words are too near to each other
_SUBSTITUTION_FORGIVEN: Final = 5  # letters; "stok" and "shop" are words of their own, not "stop"
_REPEATED: Final = re.compile(r"(.)\1+")
# What only staff may say, or what cannot be undone, is never guessed.
_GUESSED: Final = {word: e.name for word, e in BY_WORD.items() if e.roles == EVERYONE and not e.exact}
_LONGEST_GUESSED: Final = max(map(len, _GUESSED)) + 1


def _shortened(word: str) -> set[str]:
    """The word, and what is left of it without any one letter: words that are one slip apart have one in common."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _by_shortened() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in _GUESSED:
        for short in _shortened(word):
            found.setdefault(short, []).append(word)
    return found


_NEAR: Final = _by_shortened()


def named_by(word: str) -> str | None:
    """The command that this word calls, exactly or with one slip; None when two are equally near."""
    if word in BY_WORD:
        return BY_WORD[word].name
    if len(word) < _SHORTEST_FORGIVEN:
        return None
    near = set(_near(word))
    return near.pop() if len(near) == 1 else None


def _near(word: str) -> Iterable[str]:
    calm = _REPEATED.sub(r"\1", word)  # "haloooo", "stoppp"
    if calm in _GUESSED:
        yield _GUESSED[calm]
    if len(word) <= _LONGEST_GUESSED:
        for other in {other for short in _shortened(word) for other in _NEAR.get(short, ())}:
            if _one_slip(word, other):
                yield _GUESSED[other]


def _one_slip(word: str, known: str) -> bool:
    """Whether one letter is missing, added, swapped with its neighbour or (in longer words) another."""
    if len(known) < _SHORTEST_FORGIVEN:
        return False
    first = next((i for i, (a, b) in enumerate(zip(word, known, strict=False)) if a != b), min(len(word), len(known)))
    if len(word) == len(known):
        if word[first + 1 :] == known[first + 1 :]:
            return len(known) >= _SUBSTITUTION_FORGIVEN
        return word[first + 2 :] == known[first + 2 :] and word[first : first + 2] == known[first : first + 2][::-1]
    short, long = (word, known) if len(word) < len(known) else (known, word)
    return len(long) - len(short) == 1 and long[first + 1 :] == short[first:]
