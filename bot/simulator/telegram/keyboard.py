"""Inline keyboards: checked as the server checks them."""

from functools import lru_cache
from typing import Any

from bot.simulator.telegram.answers import bad_request
from bot.simulator.telegram.links import BadLink, strict_link
from bot.simulator.telegram.model import Button, Json

MAX_BUTTONS = 100
MAX_IN_ROW = 8
MAX_DATA = 64  # bytes
_OTHER_TYPES = ("web_app", "switch_inline_query", "switch_inline_query_current_chat", "copy_text", "login_url", "pay")


def checked_markup(value: Any) -> Json | None:  # noqa: ANN401 — JSON
    """The inline keyboard as a message carries it; None when there is none (or only a reply keyboard)."""
    if value in (None, ""):
        return None
    if not isinstance(value, dict):
        raise bad_request("Object expected as reply markup")
    rows = value.get("inline_keyboard")
    if rows is None:
        return None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    checked = [[_checked_button(button) for button in row] for row in rows if row]
    if sum(map(len, checked)) > MAX_BUTTONS or any(len(row) > MAX_IN_ROW for row in checked):
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": checked} if checked else None


def _checked_button(button: Any) -> Json:  # noqa: ANN401 — JSON
    if not isinstance(button, dict):
        raise bad_request("Can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    label = button.get("text")
    if not isinstance(label, str):
        raise bad_request("Can't parse inline keyboard button: Can't find field \"text\"")
    if not label.strip():
        raise bad_request("Inline keyboard button text must be non-empty")
    return {"text": label, **_action(button)}


def _action(button: Json) -> Json:
    if button.get("url"):
        return {"url": _checked_url(str(button["url"]))}
    data = button.get("callback_data")
    if data:
        if not isinstance(data, str) or len(data.encode()) > MAX_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
        return {"callback_data": data}
    for name in _OTHER_TYPES:
        if name in button:
            return {name: button[name]}
    raise bad_request("Can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")


@lru_cache(maxsize=512)
def _checked_url(url: str) -> str:
    try:
        return strict_link(url)
    except BadLink as fault:
        raise bad_request(f"Inline keyboard button URL '{url}' is invalid: {fault}") from None


def buttons(markup: Json | None) -> tuple[tuple[Button, ...], ...]:
    """The buttons as a phone shows them."""
    rows = markup["inline_keyboard"] if markup else ()
    return tuple(tuple(Button(b["text"], b.get("callback_data"), b.get("url")) for b in row) for row in rows)
