"""Message templates: which one may be sent for what."""

from collections.abc import Sequence
from typing import Protocol

from bot.delivery.receipts import Tag
from bot.delivery.templates import DeclaredTemplate, KnownTemplate, TemplateNews


class TemplatesTx(Protocol):
    """What transactions say about templates; a key is a name and a language (`bot.delivery.templates.template_key`)."""

    def declare_templates(self, declared: Sequence[DeclaredTemplate], fallback: str = "id") -> None:
        """These are described by files, in the order of preference; what was and is no more serves no use.

        `fallback` is the language for readers whose own has none.
        """

    def template_news(self, news: Sequence[TemplateNews]) -> None:
        """What the platform tells; of each fact the latest word counts, in whatever order they come."""

    def templates(self, keys: Sequence[str] | None = None) -> list[KnownTemplate]:
        """All templates that we know of, or these."""

    def usable_template(self, use: str, language: str) -> str | None:
        """The key of the template that may be sent for this use: in this language, else in the fallback.

        An indexed read of a row or two. None: nothing may be sent for this use now.
        """

    def template_of(self, tag: Tag) -> str | None:
        """The key of the template that this attempt was sent with; None: with none."""

    def template_category(self, key: str) -> str | None:
        """What a message of this template is billed as, `marketing` or `utility`; None: no such template."""
