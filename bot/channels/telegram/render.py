"""A message as Telegram takes it: HTML (escaped here and nowhere else), an inline keyboard, a preview card."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from bot.chat.message import Button, Message, Rows, Span

LONGEST = 4096  # UTF-16 units of a text, after its entities are parsed
LONGEST_CAPTION = 1024  # the same below a photo
WORD = 60  # units that a cut may give up to end at a word
ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})

Json = dict[str, Any]


def body(message: Message) -> Json:
    """The fields of sendMessage and editMessageText, all but the chat."""
    return {"text": html(message), "parse_mode": "HTML", **_around(message)}


def plain_body(message: Message) -> Json:
    """The same without any markup, for a server that does not take ours."""
    return {"text": "".join(s.text for s in tidy(message.text)), **_around(message)}


def caption_body(message: Message, *, plain: bool = False) -> Json:
    """The fields of sendPhoto with a photo that Telegram has, or of editMessageCaption; all but the chat."""
    spans = cut(tidy(message.text), LONGEST_CAPTION)
    words = "".join(s.text for s in spans) if plain else "".join(map(_marked, spans))
    fields: Json = {"photo": message.photo} if message.photo else {}
    fields |= {"caption": words} if plain else {"caption": words, "parse_mode": "HTML"}
    return fields | _keyboard_of(message)


def _around(message: Message) -> Json:
    return {"link_preview_options": preview(message.preview), **_keyboard_of(message)}


def _keyboard_of(message: Message) -> Json:
    return {"reply_markup": {"inline_keyboard": keyboard(message.rows)}} if message.rows else {}


def html(message: Message) -> str:
    """The text in Telegram's HTML."""
    return "".join(map(_marked, tidy(message.text)))


def preview(url: str | None) -> Json:
    """A large card under a story, without an upload; nothing where no preview is meant."""
    return {"url": url, "prefer_large_media": True} if url else {"is_disabled": True}


def keyboard(rows: Rows) -> list[list[Json]]:
    """The buttons under a message; a row without buttons is left out."""
    return [[_button(button) for button in row] for row in rows if row]


def _button(button: Button) -> Json:
    if button.url:
        return {"text": button.label, "url": button.url}
    return {"text": button.label, "callback_data": button.action}


def _marked(span: Span) -> str:
    text = span.text.translate(ESCAPES)
    if span.italic:
        text = f"<i>{text}</i>"
    if span.bold:
        text = f"<b>{text}</b>"
    if span.link:
        text = f'<a href="{span.link.translate(ESCAPES)}">{text}</a>'
    return text


# Spans --------------------------------------------------------------------------------------------------------------


def tidy(spans: Iterable[Span]) -> list[Span]:
    """The spans as they are sent: encodable, neighbours of one look joined, cut to what a message holds."""
    return cut(list(joined(_encodable(span) for span in spans if span.text)), LONGEST)


def joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Neighbours of one look become one span."""
    last: Span | None = None
    for span in spans:
        if last is None:
            last = span
        elif replace(span, text="") == replace(last, text=""):
            last = replace(last, text=last.text + span.text)
        else:
            yield last
            last = span
    if last is not None:
        yield last


def cut(spans: Sequence[Span], longest: int) -> list[Span]:
    """At most `longest` UTF-16 units; what is cut ends at a word and with an ellipsis.

    A safety net: the conversation keeps the limit by itself, and a cut message is better than one that is refused.
    """
    if sum(units(span.text) for span in spans) <= longest:
        return list(spans)
    room = longest - units("…")
    kept: list[Span] = []
    for span in spans:
        size = units(span.text)
        if size > room:
            kept.append(replace(span, text=head(span.text, room) + "…"))
            break
        kept.append(span)
        room -= size
    return list(joined(kept))


def head(text: str, room: int) -> str:
    """The longest beginning of at most `room` UTF-16 units that ends with a word, if one ends nearby."""
    start = text.encode("utf-16-le")[: room * 2].decode("utf-16-le", "ignore")  # half a surrogate pair is dropped
    if len(start) == len(text) or text[len(start)].isspace():
        return start.rstrip()
    for at in range(len(start) - 1, max(-1, len(start) - WORD), -1):
        if start[at].isspace():
            return start[:at].rstrip()
    return start


def units(text: str) -> int:
    """The length as Telegram counts it: UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _encodable(span: Span) -> Span:
    """Lone surrogates, which no encoding holds, become question marks."""
    return span if span.text.isascii() else replace(span, text=span.text.encode("utf-8", "replace").decode())
