"""A message as WhatsApp takes it: its own marks for looks, and one of five forms for what can be tapped.

    no action, one address     text over one button that opens it
    up to three short actions  text over reply buttons
    up to ten actions          text over a list
    more                       text with numbers, which people type
    none                       text

What is about topics carries numbers in a list too: whoever wants several types them at once, where a list takes one
tap after the other. Portal texts are not escaped, for there is no way to: stray marks change looks, never words.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from bot.chat import typed
from bot.chat.fit import cut, units
from bot.chat.message import Button, Message, Span
from bot.chat.texts import Voice

Json = dict[str, Any]

LONGEST_TEXT: Final = 4096
LONGEST_BODY: Final = 1024  # over buttons
MOST_BUTTONS, LONGEST_BUTTON = 3, 20
MOST_ROWS, LONGEST_ROW, LONGEST_DESCRIPTION = 10, 24, 72
SHORTEST_OPTION: Final = 12  # units of a numbered line, however many there are
TOPIC: Final = "t:"  # actions of topics, whose numbers the conversation itself understands
_SHARE: Final = "https://t.me/share/"  # opens Telegram's own list of chats: of no use here
_LINE: Final = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Form:
    """What is sent, but for whom; and what numbers mean that are typed under it (empty: the conversation's own)."""

    fields: Json
    options: tuple[str, ...] = ()  # the action of 1, 2, …; "" where the conversation understands the number itself


def form(message: Message, say: Voice) -> Form:
    """The message in the form that fits it."""
    actions = [b for row in message.rows for b in row if b.action]
    links = [b for row in message.rows for b in row if b.url and not b.url.startswith(_SHARE)]
    text = marked(message.text)
    if not actions:
        return Form(_without_actions(text, links, message))
    text = _with_links(text, links)
    topics = [b for b in actions if b.action.startswith(TOPIC)]
    if not topics and _fit_buttons(actions, text):
        return Form(_interactive("button", text, {"buttons": [_reply(b) for b in actions]}))
    if len(actions) <= MOST_ROWS and _differ(actions):
        body = _numbered(text, topics, typed.several_numbers(say)) if topics else cut(text, LONGEST_TEXT)
        rows = [_row(b) for b in actions]
        opens = _opens(actions, say)
        section = {"title": opens, "rows": rows}
        return Form(_interactive("list", body, {"button": opens, "sections": [section]}))
    hint = typed.several_numbers(say) if topics else typed.one_number(say)
    options = tuple("" if b.action.startswith(TOPIC) else b.action for b in actions)
    return Form(_text(_numbered(text, actions, hint), preview=False), options)


def plain(message: Message) -> Form:
    """The words alone: for a passing line, and for whatever the forms above are refused for."""
    return Form(_text(cut(marked(message.text), LONGEST_TEXT), preview=False))


# Forms --------------------------------------------------------------------------------------------------------------


def _without_actions(text: str, links: list[Button], message: Message) -> Json:
    if len(links) == 1 and units(text) <= LONGEST_BODY:
        link = {"display_text": cut(links[0].label, LONGEST_BUTTON), "url": links[0].url}
        return _interactive("cta_url", text, {"name": "cta_url", "parameters": link})
    return _text(_with_links(text, links), preview=bool(message.preview))


def _text(text: str, *, preview: bool) -> Json:
    return {"type": "text", "text": {"body": cut(text, LONGEST_TEXT), "preview_url": preview}}


def _interactive(kind: str, text: str, action: Json) -> Json:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": text}, "action": action}}


def _fit_buttons(actions: list[Button], text: str) -> bool:
    short = all(units(b.label) <= LONGEST_BUTTON for b in actions)
    return len(actions) <= MOST_BUTTONS and short and _differ(actions) and units(text) <= LONGEST_BODY


def _differ(actions: list[Button]) -> bool:
    """Whether they can be told apart by what is shown, and by what comes back."""
    shown = {cut(b.label, LONGEST_ROW) for b in actions}
    return len(shown) == len({b.action for b in actions}) == len(actions)


def _reply(button: Button) -> Json:
    return {"type": "reply", "reply": {"id": button.action, "title": button.label}}


def _row(button: Button) -> Json:
    row = {"id": button.action, "title": cut(button.label, LONGEST_ROW)}
    below = button.hint if row["title"] == button.label else button.label
    if below:
        row["description"] = cut(below, LONGEST_DESCRIPTION)
    return row


def _opens(actions: list[Button], say: Voice) -> str:
    """What stands on the button that opens a list; a list of one says what it is."""
    alone = len(actions) == 1 and units(actions[0].label) <= LONGEST_BUTTON
    if alone:
        return actions[0].label
    return typed.choose_topics(say) if any(b.action.startswith(TOPIC) for b in actions) else typed.choose(say)


def _numbered(text: str, options: list[Button], hint: str) -> str:
    """The text, a numbered line for each option, and how to answer; long labels and then the text give way."""
    room = LONGEST_TEXT - min(units(text), LONGEST_BODY) - units(hint) - 4
    most = max(SHORTEST_OPTION, room // len(options) - 5)
    lines = "\n".join(f"{n}. {cut(b.label, most)}" for n, b in enumerate(options, 1))
    tail = f"\n\n{lines}\n\n{hint}"
    return cut(text, LONGEST_TEXT - units(tail)) + tail


# Text ---------------------------------------------------------------------------------------------------------------


def marked(spans: tuple[Span, ...]) -> str:
    """The text with WhatsApp's marks; an address behind words stands in the line below them."""
    return "".join(_marked(span) for span in spans).strip("\n")


def _marked(span: Span) -> str:
    text = span.text.encode("utf-8", "replace").decode()
    for wanted, mark in ((span.bold, "*"), (span.italic, "_")):
        if wanted and mark not in text:
            text = "\n".join(_around(line, mark) for line in text.split("\n"))
    return f"{text}\n{span.link}" if span.link else text


def _around(line: str, mark: str) -> str:
    """A mark counts only where a word begins and ends."""
    match = _LINE.fullmatch(line)
    assert match is not None, "every line fits"
    before, words, after = match.groups()
    return f"{before}{mark}{words}{mark}{after}" if words else line


def _with_links(text: str, links: list[Button]) -> str:
    lines = "\n".join(f"{b.label}: {b.url}" for b in links)
    return f"{cut(text, LONGEST_TEXT - units(lines) - 2)}\n\n{lines}" if lines else text
