"""What a person sees: structured text and buttons, not yet in any platform's markup.

Text is kept as spans and escaped once, by the channel that sends it.
"""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Span:
    """A run of plain text with one look."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A button: either an action (1 to 64 bytes, comes back as a Press) or an address to open."""

    label: str
    action: str = ""
    url: str = ""
    hint: str = ""  # a few words below the label, where a channel has room for them: in WhatsApp's lists


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """One message in one language: spans, rows of buttons, an address whose preview is shown, or a picture."""

    text: tuple[Span, ...]
    rows: Rows = ()
    preview: str | None = None
    picture: bytes | None = None  # a PNG or JPEG; the text stands below it
    photo: str = ""  # the same, of which Telegram has a copy: what it calls that; other channels show the text alone
    caption: bool = False  # where it takes the place of an earlier message, that one's text stands below a photo

    def plain(self) -> str:
        """The text without its looks."""
        return "".join(span.text for span in self.text)


def to_json(message: Message) -> str:
    """One compact JSON line, for the store; `from_json` gives the same value back."""
    spans = [[s.text, int(s.bold) | int(s.italic) << 1, s.link] for s in message.text]
    rows = [[[b.label, b.action, b.url, *([b.hint] if b.hint else [])] for b in row] for row in message.rows]
    picture = b64encode(message.picture).decode() if message.picture is not None else None
    pictured = [picture, message.photo, int(message.caption)] if picture or message.photo or message.caption else []
    return json.dumps([spans, rows, message.preview, *pictured], ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Message:
    """The message that `to_json` wrote."""
    data: list[Any] = json.loads(text)
    spans = tuple(Span(t, bool(look & 1), bool(look & 2), link) for t, look, link in data[0])
    rows = tuple(tuple(Button(*kept) for kept in row) for row in data[1])
    picture, photo, caption = data[3:] if data[4:] else [*data[3:4], *[None, "", 0][len(data) - 3 :]]
    return Message(spans, rows, data[2], None if picture is None else b64decode(picture), photo, bool(caption))
