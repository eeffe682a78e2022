"""What a message may be: every limit of the Cloud API for the kinds that the simulator takes."""

from collections.abc import Callable
from typing import Any, Final

from bot.simulator.whatsapp.errors import CloudError, invalid, missing
from bot.simulator.whatsapp.model import Choice
from bot.simulator.whatsapp.shape import Shape

LONGEST_TEXT: Final = 4096
LONGEST_BODY: Final = 1024
LONGEST_SMALL: Final = 60  # header, footer
LONGEST_TAG: Final = 512
LONGEST_ID: Final = 1000
_COMMON: Final = frozenset(
    {"messaging_product", "recipient_type", "to", "recipient", "type", "context", "biz_opaque_callback_data"}
)


def check_envelope(body: Shape) -> tuple[str, str, str | None, str | None]:
    """Recipient, type, the message replied to, and the tag."""
    body.exactly("messaging_product", "whatsapp")
    if body.has("recipient_type"):
        body.exactly("recipient_type", "individual")
    if not (body.has("to") or body.has("recipient")):
        raise missing("to")
    to = body.text("to" if body.has("to") else "recipient", LONGEST_ID)
    kind: str = body.exactly("type", "text", "interactive", "template")
    body.only(_COMMON | {kind})
    tag = body.optional("biz_opaque_callback_data", LONGEST_TAG) or None
    return to, kind, _context(body), tag


def _context(body: Shape) -> str | None:
    if not body.has("context"):
        return None
    context = body.inside("context")
    context.only({"message_id"})
    return context.text("message_id", LONGEST_ID)


def text(body: Shape) -> dict[str, Any]:
    """A text message."""
    content = body.inside("text")
    content.only({"body", "preview_url"})
    if content.has("preview_url"):
        content.exactly("preview_url", True, False)
    shown = content.text("body", LONGEST_TEXT)
    return {"kind": "text", "text": shown, "preview": bool(content.value.get("preview_url"))}


def interactive(body: Shape) -> dict[str, Any]:
    """A message with reply buttons, with a list, or with one address to open."""
    content = body.inside("interactive")
    kind = content.exactly("type", *_ACTIONS)
    content.only({"type", "header", "body", "footer", "action"})
    shown = content.inside("body").text("text", LONGEST_TEXT if kind == "list" else LONGEST_BODY)
    made = _ACTIONS[kind](content.inside("action"))
    return {"kind": kind, "text": shown, "header": _header(content), "footer": _footer(content), **made}


def _header(content: Shape) -> str:
    if not content.has("header"):
        return ""
    header = content.inside("header")
    header.exactly("type", "text")
    return header.text("text", LONGEST_SMALL)


def _footer(content: Shape) -> str:
    return content.inside("footer").text("text", LONGEST_SMALL) if content.has("footer") else ""


def _buttons(action: Shape) -> dict[str, Any]:
    action.only({"buttons"})
    choices = []
    for button in action.each("buttons", 1, 3):
        button.only({"type", "reply"})
        button.exactly("type", "reply")
        reply = button.inside("reply")
        reply.only({"id", "title"})
        choices.append(Choice(reply.text("title", 20), reply.text("id", 256)))
    _unique([choice.id for choice in choices], "ids of buttons")
    _unique([choice.title for choice in choices], "titles of buttons")
    return {"choices": tuple(choices)}


def _list(action: Shape) -> dict[str, Any]:
    action.only({"button", "sections"})
    sections = action.each("sections", 1, 10)
    choices: list[Choice] = []
    for section in sections:
        section.only({"title", "rows"})
        if len(sections) > 1 or section.has("title"):
            section.text("title", 24)
        choices += [_row(row) for row in section.each("rows", 1, 10)]
    if len(choices) > 10:  # noqa: PLR2004 — rows of all sections together
        raise invalid("A list has at most 10 rows.")
    _unique([choice.id for choice in choices], "ids of rows")
    return {"choices": tuple(choices), "opens_with": action.text("button", 20)}


def _row(row: Shape) -> Choice:
    row.only({"id", "title", "description"})
    return Choice(row.text("title", 24), row.text("id", 200), row.optional("description", 72))


def _cta_url(action: Shape) -> dict[str, Any]:
    action.only({"name", "parameters"})
    action.exactly("name", "cta_url")
    parameters = action.inside("parameters")
    parameters.only({"display_text", "url"})
    url = parameters.text("url", 2000)
    if not url.startswith(("https://", "http://")):
        raise invalid("action.parameters.url is no address.")
    return {"choices": (Choice(parameters.text("display_text", 20), url=url),)}


_ACTIONS: Final[dict[str, Callable[[Shape], dict[str, Any]]]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _cta_url,
}


def _unique(values: list[str], what: str) -> None:
    if len(set(values)) != len(values):
        raise CloudError(131009, f"The {what} must differ.")
