"""What connects a phone on the page with its messenger: the same acts and the same sight, whichever it is."""

import re
from collections.abc import Iterator
from typing import Any, Protocol

from bot.simulator.telegram import Button, Shown, Telegram
from bot.simulator.whatsapp import Choice, WhatsApp
from bot.simulator.whatsapp import Shown as Bubble

Json = dict[str, Any]
_LOOKS = {"*": "bold", "_": "italic", "~": "strikethrough"}
_MARKED = re.compile(r"(?<![\w*_~])([*_~])(?=\S)([^*_~\n]*?\S)\1(?![\w*_~])|(https?://\S+)")


class Line(Protocol):
    """One owner's messenger."""

    def say(self, text: str) -> None:
        """The owner types."""

    def press(self, message_id: int, data: str) -> None:
        """The owner taps what carries this."""

    def tap(self, label: str) -> None:
        """The owner taps the newest thing with this label."""

    def shown(self) -> list[Shown]:
        """What the chat shows, oldest first."""

    def commands(self) -> list[str]:
        """What the messenger offers to type."""

    def look(self, message_id: int) -> Json:
        """What else the page draws of a message; empty where there is nothing else."""


class TelegramLine:
    """A phone with Telegram."""

    def __init__(self, telegram: Telegram, user_id: int) -> None:
        self._telegram, self._user_id = telegram, user_id

    def say(self, text: str) -> None:
        """The owner types."""
        self._telegram.say(self._user_id, text)

    def press(self, message_id: int, data: str) -> None:
        """The owner taps a button that carries data."""
        self._telegram.press(self._user_id, message_id, data)

    def tap(self, label: str) -> None:
        """The owner taps the button with this label."""
        self._telegram.tap(self._user_id, label)

    def shown(self) -> list[Shown]:
        """What the chat shows, oldest first."""
        return self._telegram.shown(self._user_id)

    def commands(self) -> list[str]:
        """The bot's menu."""
        return [command["command"] for command in self._telegram.menu(self._user_id)]

    def look(self, message_id: int) -> Json:  # noqa: ARG002 — the same for all
        """Nothing else."""
        return {}


class WhatsAppLine:
    """A phone with WhatsApp; its messages have numbers here, as the page knows them."""

    def __init__(self, whatsapp: WhatsApp, phone: str, commands: tuple[str, ...]) -> None:
        self._whatsapp, self._phone, self._commands = whatsapp, phone, commands
        self._numbers: dict[str, int] = {}
        self._names: dict[int, str] = {}

    def number(self, name: str) -> int:
        """The page's number of a message."""
        if name not in self._numbers:
            number = self._numbers[name] = len(self._numbers) + 1
            self._names[number] = name
        return self._numbers[name]

    def say(self, text: str) -> None:
        """The owner types."""
        self._whatsapp.say(self._phone, text)

    def press(self, message_id: int, data: str) -> None:
        """The owner taps what carries this."""
        self._whatsapp.press(self._phone, self._names.get(message_id, ""), data)

    def tap(self, label: str) -> None:
        """The owner taps the newest thing with this label."""
        self._whatsapp.tap(self._phone, label)

    def shown(self) -> list[Shown]:
        """What the chat shows, oldest first."""
        return [self._shown(bubble) for bubble in self._whatsapp.shown(self._phone)]

    def commands(self) -> list[str]:
        """Words: WhatsApp has no menu of its own."""
        return list(self._commands)

    def look(self, message_id: int) -> Json:
        """Its kind, what opens its list, its small print, its ticks."""
        bubble = next((b for b in self._whatsapp.shown(self._phone) if self.number(b.message_id) == message_id), None)
        if bubble is None:
            return {}
        ticks = bubble.statuses[-1] if bubble.from_business and bubble.statuses else "read"
        return {"look": {
            "kind": bubble.kind, "header": bubble.header, "footer": bubble.footer, "opens": bubble.opens_with,
            "ticks": "" if bubble.from_business else ticks,
        }}  # fmt: skip

    def _shown(self, bubble: Bubble) -> Shown:
        text, entities = dressed(bubble.text)
        links = [entity["url"] for entity in entities if "url" in entity]
        return Shown(
            message_id=self.number(bubble.message_id), from_bot=bubble.from_business, text=text, html="",
            entities=tuple(entities), buttons=tuple((_button(choice),) for choice in bubble.choices), edited=False,
            date=bubble.at, sender="", preview_url=links[0] if links and bubble.preview else None,
            reply_to=None if bubble.reply_to is None or not bubble.from_business else self.number(bubble.reply_to),
        )  # fmt: skip


def dressed(text: str) -> tuple[str, list[Json]]:
    """WhatsApp's marks as a phone shows them: plain text, and entities with UTF-16 offsets."""
    plain, entities, end = "", [], 0
    for found in _MARKED.finditer(text):
        plain += text[end : found.start()]
        inside = found[2] or found[3]
        about = {"type": _LOOKS[found[1]]} if found[1] else {"type": "text_link", "url": found[3]}
        entities.append({**about, "offset": _units(plain), "length": _units(inside)})
        plain, end = plain + inside, found.end()
    return plain + text[end:], entities


def _button(choice: Choice) -> Button:
    return Button(choice.label, choice.id or None, choice.url or None)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def labels(shown: Shown) -> Iterator[str]:
    """What stands on everything that can be tapped."""
    return (button.label for row in shown.buttons for button in row)
