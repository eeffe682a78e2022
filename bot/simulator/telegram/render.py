"""Text with entities as safe HTML, for pages that show phones."""

from html import escape

from bot.simulator.telegram.model import Json

_TAGS = {
    "bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "code": "code", "pre": "pre",
    "blockquote": "blockquote", "expandable_blockquote": "blockquote",
}  # fmt: skip


def render(text: str, entities: tuple[Json, ...]) -> str:
    """HTML in which every character of the text is escaped and only known tags stand."""
    units = text.encode("utf-16-le")
    stack: list[tuple[int, str]] = []  # (end, closing tag)
    pieces: list[str] = []
    at = 0

    def flow(until: int) -> None:
        nonlocal at
        pieces.append(escape(units[2 * at : 2 * until].decode("utf-16-le")))
        at = until

    for entity in entities:
        begin = entity["offset"]
        end = begin + entity["length"]
        while stack and stack[-1][0] <= begin:
            flow(stack[-1][0])
            pieces.append(stack.pop()[1])
        flow(begin)
        opening, closing = _tags(entity, units[2 * begin : 2 * end].decode("utf-16-le"))
        pieces.append(opening)
        stack.append((min(end, stack[-1][0]) if stack else end, closing))
    for end, closing in reversed(stack):
        flow(end)
        pieces.append(closing)
    flow(len(units) // 2)
    return "".join(pieces)


def _tags(entity: Json, words: str) -> tuple[str, str]:
    kind = entity["type"]
    if kind in _TAGS:
        return f"<{_TAGS[kind]}>", f"</{_TAGS[kind]}>"
    if kind in {"text_link", "url"}:
        url = entity.get("url") or (words if "://" in words else f"http://{words}")
        return f'<a href="{escape(url)}">', "</a>"
    return f'<span class="{escape(kind)}">', "</span>"


def first_link(text: str, entities: tuple[Json, ...]) -> str | None:
    """The address whose preview Telegram would show."""
    for entity in entities:
        if entity["type"] == "text_link":
            return str(entity["url"])
        if entity["type"] == "url":
            units = text.encode("utf-16-le")
            words = units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")
            return words if "://" in words else f"http://{words}"
    return None
