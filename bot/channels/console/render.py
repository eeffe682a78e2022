"""A message as lines of a terminal, its buttons numbered so that they can be typed."""

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import count

from bot.chat.message import Button, Message, Span
from bot.delivery.content import Act

_SHARE = "https://t.me/share/"  # opens Telegram's own list of chats: of no use here
# In both languages, like the greeting: whoever sits at the terminal is told before a language is known.
_ACTS = {
    Act.REPLY: "menanggapi · in reply to",
    Act.EDIT: "disunting · edited",
    Act.DELETE: "dihapus · deleted",
}
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


def screen(message: Message, *, looks: bool = False) -> str:
    """The text and its buttons; with `looks` bold is shown as a terminal shows it."""
    text = "".join(_shown(span, looks=looks) for span in message.text)
    numbers = count(1)
    rows = [_row(row, numbers) for row in message.rows]
    return "\n".join([text, *(row for row in rows if row)])


def toast(message: Message) -> str:
    """A passing line, set apart from what stays."""
    return f"({_clean(message.plain())})"


def about(act: Act, earlier: str | None) -> str:
    """A line that tells what is done to which earlier message; None: to one that is no longer known here."""
    return f"({_ACTS[act]}: {earlier or '…'})"


def first_line(message: Message) -> str:
    """What a message is called by later."""
    return next((line for line in _clean(message.plain()).splitlines() if line.strip()), "").strip()


def choices(message: Message) -> list[Button]:
    """The buttons that can be chosen by number, in order."""
    return [button for row in message.rows for button in row if button.action]


def _row(row: Iterable[Button], numbers: Iterator[int]) -> str:
    return "   ".join(_button(b, numbers) for b in row if b.action or not b.url.startswith(_SHARE))


def _button(button: Button, numbers: Iterator[int]) -> str:
    label = _clean(button.label)
    return f"[{next(numbers)}] {label}" if button.action else f"{label}: {_clean(button.url)}"


def _shown(span: Span, *, looks: bool) -> str:
    text = _clean(span.text)
    if looks and span.bold:
        text = f"{_BOLD}{text}{_PLAIN}"
    return f"{text} <{_clean(span.link)}>" if span.link else text


def _clean(text: str) -> str:
    """Without control characters: what a portal writes must not move the cursor or ring the bell."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in {"Cc", "Cs"})
