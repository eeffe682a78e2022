"""Telegram's HTML parse mode, as strict as the server: text with entities, or the server's own complaint."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape

from bot.simulator.telegram.links import checked_link, mentioned_user
from bot.simulator.telegram.model import Json

_STYLES = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler", "span": "spoiler",
    "code": "code", "pre": "pre", "blockquote": "blockquote", "a": "text_link", "tg-emoji": "custom_emoji",
}  # fmt: skip
_SPACE = " \t\r\n\v"
_CHARACTER = re.compile(r"&(lt|gt|amp|quot|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});?")
_NEXT = re.compile(r"[<&]")
_TAG_NAME = re.compile(rf"[^{_SPACE}>]*")
_ATTRIBUTE_NAME = re.compile(rf"[^{_SPACE}=>]*")
_NAME_TOKEN = re.compile(r"[A-Za-z0-9.\-]*")
_MAX_CODE_POINT = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


class CannotParse(ValueError):  # noqa: N818 — the server's words
    """What the server says after "can't parse entities: "."""


def utf16_length(text: str) -> int:
    """The length as Telegram counts it."""
    return len(text) + sum(1 for c in text if c > "\uffff") if not text.isascii() else len(text)


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    offset: int  # UTF-16, where the entity begins
    piece: int  # how many pieces of text came before


@dataclass(slots=True)
class _Parser:
    source: str
    at: int = 0
    length: int = 0  # UTF-16 units so far
    pieces: list[str] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    def run(self) -> None:
        while found := _NEXT.search(self.source, self.at):
            self.put(self.source[self.at : found.start()])
            self.at = found.start()
            if found.group() == "&":
                self.character()
            elif self.source.startswith("</", self.at):
                self.end_tag()
            else:
                self.start_tag()
        self.put(self.source[self.at :])
        if self.stack:
            raise CannotParse(f'Can\'t find end tag corresponding to start tag "{self.stack[-1].tag}"')

    def put(self, text: str) -> None:
        self.pieces.append(text)
        self.length += utf16_length(text)

    def character(self) -> None:
        found = _CHARACTER.match(self.source, self.at)
        decoded = _decoded(found) if found else None
        self.put("&" if decoded is None else decoded)
        self.at = found.end() if found and decoded is not None else self.at + 1

    def complaint(self, what: str, at: int) -> CannotParse:
        return CannotParse(f"{what} at byte offset {len(self.source[:at].encode())}")

    def skip_space(self) -> None:
        while self.at < len(self.source) and self.source[self.at] in _SPACE:
            self.at += 1

    def peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.source, self.at)
        assert found is not None  # every pattern here also matches nothing
        self.at = found.end()
        return found.group()

    def start_tag(self) -> None:
        begin = self.at
        self.at += 1
        tag = self.take(_TAG_NAME).lower()
        if not self.peek():
            raise self.complaint("Unclosed start tag", begin)
        if tag not in _STYLES:
            raise self.complaint(f'Unsupported start tag "{tag}"', begin)
        argument = self.attributes(tag, begin)
        if tag == "span" and argument != "spoiler":
            raise self.complaint('Tag "span" must have class "tg-spoiler"', begin)
        self.stack.append(_Open(tag, argument, self.length, len(self.pieces)))

    def attributes(self, tag: str, begin: int) -> str:
        argument = ""
        while True:
            self.skip_space()
            if self.peek() == ">":
                self.at += 1
                return argument
            name, value = self.attribute(tag, begin)
            argument = _argument(tag, name, value) or argument

    def attribute(self, tag: str, begin: int) -> tuple[str, str]:
        name = self.take(_ATTRIBUTE_NAME)
        if not name:
            raise self.complaint(f'Empty attribute name in the tag "{tag}"', begin)
        self.skip_space()
        if self.peek() != "=":
            if tag == "blockquote" and name == "expandable":
                return name, name
            raise self.complaint(f'Expected equal sign in declaration of an attribute of the tag "{tag}"', begin)
        self.at += 1
        self.skip_space()
        value = self.quoted() if self.peek() in {'"', "'"} else self.token()
        if not self.peek():
            raise self.complaint("Unclosed start tag", begin)
        return name, value

    def token(self) -> str:
        begin = self.at
        value = self.take(_NAME_TOKEN).lower()
        if self.peek() and self.peek() not in _SPACE + ">":
            raise self.complaint("Unexpected end of name token", begin)
        return value

    def quoted(self) -> str:
        end = self.source.find(self.peek(), self.at + 1)
        value = self.source[self.at + 1 : end if end >= 0 else None]
        self.at = end + 1 if end >= 0 else len(self.source)
        return _CHARACTER.sub(lambda found: _decoded(found) or found.group(), value)

    def end_tag(self) -> None:
        begin = self.at
        if not self.stack:
            raise self.complaint("Unexpected end tag", begin)
        self.at += 2
        tag = self.take(_TAG_NAME).lower()
        self.skip_space()
        if self.peek() != ">":
            raise self.complaint("Unclosed end tag", begin)
        self.at += 1
        opened = self.stack[-1]
        if tag not in ("", opened.tag):
            raise self.complaint_unmatched(begin, opened.tag, tag)
        self.stack.pop()
        self.close(opened)

    def complaint_unmatched(self, begin: int, expected: str, found: str) -> CannotParse:
        complaint = self.complaint("Unmatched end tag", begin)
        return CannotParse(f'{complaint}, expected "</{expected}>", found "</{found}>"')

    def close(self, opened: _Open) -> None:
        length = self.length - opened.offset
        inside_code = any(outer.tag in {"code", "pre"} for outer in self.stack)
        if length == 0 or (inside_code and opened.tag not in {"code", "pre"}):
            return
        entity = {"offset": opened.offset, "length": length, "type": _STYLES[opened.tag]}
        self.add(entity, opened)

    def add(self, entity: Json, opened: _Open) -> None:
        if opened.tag == "a":
            entity = _link(entity, opened.argument or "".join(self.pieces[opened.piece :]))
        elif opened.tag == "tg-emoji":
            if not opened.argument.isdigit():
                raise CannotParse("Invalid custom emoji identifier specified")
            entity["custom_emoji_id"] = opened.argument
        elif opened.tag == "blockquote" and opened.argument:
            entity["type"] = "expandable_blockquote"
        elif opened.tag == "pre" and self.entities:
            entity = self.merged_code(entity)
        elif opened.tag == "code" and opened.argument:
            entity["language"] = opened.argument
        if entity:
            self.entities.append(entity)

    def merged_code(self, entity: Json) -> Json:
        last = self.entities[-1]
        if last["type"] == "code" and (last["offset"], last["length"]) == (entity["offset"], entity["length"]):
            self.entities.pop()
            return {**last, "type": "pre"}
        return entity


def _decoded(found: re.Match[str]) -> str | None:
    name = found.group(1)
    if not name.startswith("#"):
        return unescape(f"&{name};")
    code = int(f"0{name[1:]}", 0) if name[1] in "xX" else int(name[1:])
    return chr(code) if 0 < code <= _MAX_CODE_POINT and code not in _SURROGATES else None


def _argument(tag: str, name: str, value: str) -> str:
    match tag, name:
        case ("a", "href") | ("tg-emoji", "emoji-id") | ("blockquote", "expandable"):
            return value
        case "code", "class":
            return value[9:] if value.startswith("language-") else ""
        case "span", "class":
            return value[3:] if value.startswith("tg-") else ""
        case _:
            return ""


def _link(entity: Json, url: str) -> Json:
    user_id = mentioned_user(url)
    if user_id is not None:
        return {**entity, "type": "text_mention", "user": user_id}
    link = checked_link(url)
    return {**entity, "url": link} if link else {}


@lru_cache(maxsize=512)
def parse_html(source: str) -> tuple[str, tuple[Json, ...]]:
    """The plain text and its entities (offsets in UTF-16 units); CannotParse with the server's words."""
    parser = _Parser(source)
    parser.run()
    for entity in parser.entities:
        if entity["type"] == "code":
            entity.pop("language", None)
    ordered = sorted(parser.entities, key=lambda entity: (entity["offset"], -entity["length"]))
    return "".join(parser.pieces), tuple(ordered)
