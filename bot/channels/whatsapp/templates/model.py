"""A message template as its file describes it, and in the form in which Meta takes it for approval."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from bot.delivery.templates import DeclaredTemplate, Use, template_key

Json = dict[str, Any]
PLACE: Final = re.compile(r"\{\{([1-9]\d*)\}\}", re.ASCII)
_VERSION: Final = re.compile(r"(?P<stem>.+)_v(?P<version>\d+)")


class Category(StrEnum):
    """What Meta takes a template for; it decides the price, and whether people can stop it in WhatsApp's own menu."""

    MARKETING = "marketing"
    UTILITY = "utility"


class Means(StrEnum):
    """What is put into a place."""

    HEADLINE = "headline"  # of a digest: the next one
    NEWS = "news"  # of an alert: place, title, text and address in one line
    MOMENT = "moment"  # when it was sent
    SUBJECT = "subject"  # of a correction: what it is about
    RIGHT = "right"  # of a correction: what is right


class Leads(StrEnum):
    """Where a button leads: each stands for an action of the conversation (`fill`)."""

    MORE = "more"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One place of the body: what it means, and what Meta's reviewers see there."""

    means: Means
    example: str


@dataclass(frozen=True, slots=True)
class QuickReply:
    """A button; tapping it says what stands on it, and opens the window."""

    text: str
    leads: Leads


@dataclass(frozen=True, slots=True)
class Template:
    """One template in one language; `{{1}}` … in the body are its places."""

    name: str
    language: str
    use: Use
    category: Category
    body: str
    header: str = ""
    footer: str = ""
    parameters: tuple[Parameter, ...] = ()
    buttons: tuple[QuickReply, ...] = ()
    reserve: bool = False  # sent only while the use's own template may not be

    @property
    def key(self) -> str:
        """How the store names it."""
        return template_key(self.name, self.language)

    @property
    def version(self) -> int:
        """The number at the end of its name."""
        match = _VERSION.fullmatch(self.name)
        return int(match["version"]) if match else 0

    @property
    def declared(self) -> DeclaredTemplate:
        """What the store must know of it."""
        return DeclaredTemplate(self.name, self.language, self.use.value, self.category.value)

    def next_name(self) -> str:
        """A name for the same template with another text."""
        match = _VERSION.fullmatch(self.name)
        return f"{match['stem'] if match else self.name}_v{self.version + 1}"

    def filled(self, values: list[str]) -> str:
        """The body with something in its places."""
        return PLACE.sub(lambda place: values[int(place[1]) - 1], self.body)

    def components(self) -> list[Json]:
        """Its parts as Meta takes them."""
        parts: list[Json] = []
        if self.header:
            parts.append({"type": "HEADER", "format": "TEXT", "text": self.header})
        examples = [parameter.example for parameter in self.parameters]
        parts.append({"type": "BODY", "text": self.body} | ({"example": {"body_text": [examples]}} if examples else {}))
        if self.footer:
            parts.append({"type": "FOOTER", "text": self.footer})
        if self.buttons:
            buttons = [{"type": "QUICK_REPLY", "text": button.text} for button in self.buttons]
            parts.append({"type": "BUTTONS", "buttons": buttons})
        return parts

    def to_create(self) -> Json:
        """The request that creates it."""
        return {
            "name": self.name, "language": self.language, "category": self.category.value.upper(),
            "components": self.components(),
        }  # fmt: skip


def in_order(templates: list[Template], fallback: str) -> list[Template]:
    """The most wanted first: of each use the newest version, reserves last, and `fallback` before other languages."""
    return sorted(templates, key=lambda t: (t.use, t.language != fallback, t.reserve, -t.version, t.language, t.name))
