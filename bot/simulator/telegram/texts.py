"""A message's text: parsed, trimmed, measured, with the entities that Telegram finds by itself."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot.simulator.telegram.answers import ApiError, bad_request
from bot.simulator.telegram.html import CannotParse, parse_html, utf16_length
from bot.simulator.telegram.model import Json

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_SOURCE = 2**15  # bytes before parsing

_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"]+|\b(?:[A-Za-z0-9-]+\.)+(?:com|id|org|net|info|tv|me|io)\b(?:/[^\s<>\"]*)?)"
    r"|(?<![\w/])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)"
    r"|(?<!\w)(?P<hashtag>\#\w*[^\W\d_]\w*)"
    r"|(?<![\w.])(?P<mention>@[A-Za-z0-9_]{3,32})\b"
)
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
_NOTHING = re.compile("[\\s\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2800\u3164\ufeff]*")
_ENTITIES = frozenset({
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic", "underline",
    "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre", "text_link", "text_mention",
    "custom_emoji",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Formatted:
    """Plain text with its entities; shared between messages, so never changed."""

    text: str
    entities: tuple[Json, ...] = ()
    length: int = 0  # UTF-16 units


def formatted(text: str, parse_mode: str, entities: Any, *, caption: bool = False) -> Formatted:  # noqa: ANN401 — JSON
    """The text as a message shows it, or the server's refusal."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_SOURCE:
        raise bad_request("Text is too long")
    result = _parsed(text, parse_mode.lower()) if parse_mode else _given(text, entities)
    if result.length > (MAX_CAPTION if caption else MAX_TEXT):
        raise bad_request("message caption is too long" if caption else "message is too long")
    if _NOTHING.fullmatch(result.text) and not caption:
        raise bad_request("message text is empty")
    return result


@lru_cache(maxsize=512)
def _parsed(text: str, parse_mode: str) -> Formatted:
    if parse_mode == "none":
        return finish(text, ())
    if parse_mode != "html":  # Markdown exists, but this program has no use for it
        raise bad_request("Unsupported parse_mode")
    try:
        plain, entities = parse_html(_clean(text))
    except CannotParse as fault:
        raise ApiError(400, f"Bad Request: can't parse entities: {fault}") from None
    return finish(plain, entities)


def _given(text: str, entities: Any) -> Formatted:  # noqa: ANN401 — JSON
    if not entities:
        return finish(text, ())
    if not isinstance(entities, list) or not all(isinstance(entity, dict) for entity in entities):
        raise bad_request("Can't parse entities JSON object")
    for entity in entities:
        if not all(isinstance(entity.get(name), int) for name in ("offset", "length")) or "type" not in entity:
            raise bad_request("Can't parse MessageEntity: Can't find field")
        if entity["type"] not in _ENTITIES:
            raise bad_request("Can't parse MessageEntity: Unsupported type specified")
        if entity["type"] == "text_link" and not entity.get("url"):
            raise bad_request("Can't parse MessageEntity: Can't find field \"url\"")
    return finish(text, tuple(entities))


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text.replace("\r", ""))


@lru_cache(maxsize=512)
def _plain(text: str) -> Formatted:
    return _finish(text, ())


def finish(text: str, entities: tuple[Json, ...]) -> Formatted:
    """Trim, cut entities to what is left, add those that Telegram finds by itself."""
    return _finish(_clean(text), entities) if entities else _plain(_clean(text))


def _finish(text: str, entities: tuple[Json, ...]) -> Formatted:
    lead = utf16_length(text[: len(text) - len(text.lstrip())])
    text = text.strip()
    length = utf16_length(text)
    kept = [cut for entity in entities if (cut := _cut(entity, lead, length))]
    kept += _found(text, kept)
    kept.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return Formatted(text, tuple(kept), length)


def _cut(entity: Json, lead: int, length: int) -> Json | None:
    begin = max(entity["offset"] - lead, 0)
    end = min(entity["offset"] - lead + entity["length"], length)
    return {**entity, "offset": begin, "length": end - begin} if end > begin else None


def _found(text: str, taken: list[Json]) -> list[Json]:
    closed = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in taken
        if entity["type"] in {"text_link", "text_mention", "code", "pre"}
    ]
    result = []
    for found in _FOUND.finditer(text):
        begin = utf16_length(text[: found.start()])
        length = utf16_length(found.group().rstrip(".,;:!?)…”\"'"))
        if not any(begin < end and start < begin + length for start, end in closed):
            result.append({"offset": begin, "length": length, "type": found.lastgroup})
    return result
