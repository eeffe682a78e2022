"""What fits on a screen: texts are measured as the platforms measure them, and cut at a word."""

from dataclasses import replace
from hashlib import blake2b

from bot.chat.message import Button, Message, Span

LONGEST_TEXT = 4096  # UTF-16 units, the smallest limit of all channels
LONGEST_CAPTION = 1024  # the same below a picture
LONGEST_LABEL = 64  # more than any phone shows
LONGEST_ACTION = 64  # bytes
MOST_BUTTONS = 100
WIDEST_ROW = 8
ELLIPSIS = "…"


def units(text: str) -> int:
    """The length as the platforms count it: UTF-16 units, so that most emoji are two."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, most: int) -> str:
    """The text if it fits into `most` units, else as many whole words as do, and an ellipsis."""
    if units(text) <= most:
        return text
    kept = _first_units(text, most - 1)
    words = kept.rsplit(maxsplit=1)
    # A single word that never ends is cut where it must be; so is one that would take most of the text away.
    at_word = words[0] if len(words) > 1 and len(words[0]) * 2 > len(kept) else kept
    return at_word.rstrip(" ,;:–-") + ELLIPSIS


def fitted(message: Message) -> Message:
    """The message within the limits of every channel; one that fits already is given back as it is."""
    pictured = message.photo or message.caption or message.picture is not None
    text = _fitted_text(message.text, LONGEST_CAPTION if pictured else LONGEST_TEXT)
    return replace(message, text=text, rows=_fitted_rows(message))


def _fitted_text(spans: tuple[Span, ...], longest: int) -> tuple[Span, ...]:
    if sum(units(span.text) for span in spans) <= longest:
        return spans
    kept, left = [], longest
    for span in spans:
        text = cut(span.text, left) if left > 1 else ""
        if text:
            kept.append(replace(span, text=text))
        left -= units(text)
        if text != span.text:
            break
    return tuple(kept)


def _fitted_rows(message: Message) -> tuple[tuple[Button, ...], ...]:
    rows, left = [], MOST_BUTTONS
    for row in message.rows:
        buttons = tuple(replace(b, label=cut(b.label, LONGEST_LABEL)) for b in row[: min(WIDEST_ROW, left)])
        left -= len(buttons)
        if buttons:
            rows.append(buttons)
    return tuple(rows)


def _first_units(text: str, most: int) -> str:
    taken = 0
    for index, character in enumerate(text):
        taken += 1 + (character > "\uffff")
        if taken > most:
            return text[:index]
    return text


def mark_of(word: str) -> str:
    """A word as a button carries it: short, whatever its letters are."""
    return blake2b(word.encode("utf-8", "replace"), digest_size=8).hexdigest()
