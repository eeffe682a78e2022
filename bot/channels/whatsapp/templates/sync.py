"""What the account has beside what our files say: what is missing, what waits, what says something else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.channels.whatsapp.templates.graph import Found
from bot.channels.whatsapp.templates.model import Json, Template
from bot.delivery.templates import MISSING, SENDABLE, TemplateNews


class Standing(StrEnum):
    """How a template of ours stands in the account."""

    MISSING = "missing"
    SAME = "same"
    DIFFERS = "differs"  # the name is taken by another text: ours needs a new version


@dataclass(frozen=True, slots=True)
class Compared:
    """A template of ours, and what the account has under its name."""

    template: Template
    standing: Standing
    found: Found | None = None
    differs: tuple[str, ...] = ()  # what: header, body, footer, buttons


def compare(templates: Iterable[Template], found: Iterable[Found]) -> list[Compared]:
    """Each of our templates, in the order in which they came."""
    by_key = {one.key: one for one in found}
    return [_compared(template, by_key.get(template.key)) for template in templates]


def news_of(templates: Sequence[Template], found: Sequence[Found], at: datetime) -> list[TemplateNews]:
    """A whole listing as news: what is not in it is missing; what has our name and another text must not be sent."""
    news = [TemplateNews(f.name, f.language, at, f.status, f.category or None, f.quality or None, f.reason)
            for f in found]  # fmt: skip
    for compared in compare(templates, found):
        name, language = compared.template.name, compared.template.language
        if compared.standing is Standing.MISSING:
            news.append(TemplateNews(name, language, at, MISSING))
        elif compared.standing is Standing.DIFFERS:
            news.append(TemplateNews(name, language, at, OTHER_TEXT, reason=", ".join(compared.differs)))
    return news


OTHER_TEXT: Final = "OTHER_TEXT"  # our word: what the account has under this name is not what our file says
_PAUSES: Final = "Meta lets it go after some hours; if readers go on complaining, write another text as {new}"
_NEW: Final = "write another text as {new}, then `kentongan whatsapp templates sync`"
_RECATEGORISED: Final = "Write it more plainly as {new}, or accept that category in {new}"
_TO_DO: Final = {
    MISSING: "`kentongan whatsapp templates sync` creates it",
    OTHER_TEXT: "the account has another text under this name: name yours {new}, then sync",
    "PENDING": "wait: Meta reviews it, mostly within a day",
    "IN_APPEAL": "wait for Meta's answer",
    "REJECTED": "see the reason; " + _NEW,
    "PAUSED": _PAUSES,
    "DISABLED": _NEW,
    "FLAGGED": "it can still be sent; readers complain: say less, or less often",
    "LIMIT_EXCEEDED": "the account holds too many templates: delete old ones in WhatsApp Manager",
    "ARCHIVED": "unarchive it in WhatsApp Manager",
    "PENDING_DELETION": "somebody deleted it in WhatsApp Manager; " + _NEW,
    "DELETED": "somebody deleted it in WhatsApp Manager; " + _NEW,
}


def to_do(template: Template, status: str, category: str, quality: str = "") -> str:
    """What somebody should do about it, empty where nothing is."""
    if status in _TO_DO:
        return _TO_DO[status].format(new=template.next_name())
    if category not in {"", template.category}:
        return f"Meta takes it for {category}: it is not sent. {_RECATEGORISED.format(new=template.next_name())}"
    if status in SENDABLE:
        return "readers complain: say less, or less often" if quality == "RED" else ""
    return "not told yet" if not status else "ask Meta's support what this status means"


def _compared(template: Template, found: Found | None) -> Compared:
    if found is None:
        return Compared(template, Standing.MISSING)
    ours, theirs = _texts(template.components()), _texts(found.components)
    differs = tuple(sorted(kind for kind in ours.keys() | theirs.keys() if ours.get(kind) != theirs.get(kind)))
    return Compared(template, Standing.DIFFERS if differs else Standing.SAME, found, differs)


def _texts(components: Iterable[Json]) -> dict[str, tuple[str, ...]]:
    """What readers see, by component; examples are for reviewers, and Meta tells them back in forms of its own."""
    texts: dict[str, tuple[str, ...]] = {}
    for component in components:
        kind = str(component.get("type", "")).lower()
        buttons = component.get("buttons")
        shown = [b.get("text") for b in buttons if isinstance(b, dict)] if isinstance(buttons, list) else []
        texts[kind] = tuple(str(text).strip() for text in (shown or [component.get("text", "")]))
    return texts
