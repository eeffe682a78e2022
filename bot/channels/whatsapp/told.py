"""What webhooks tell of templates: another status, another category, another opinion of readers."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.channels.whatsapp.identity import Json, word
from bot.channels.whatsapp.moments import moment

STATUS: Final = "message_template_status_update"
QUALITY: Final = "message_template_quality_update"
CATEGORY: Final = "template_category_update"
FIELDS: Final = frozenset({STATUS, QUALITY, CATEGORY})
ENTRY_TIME: Final = "entry_time"  # these have no time of their own: that of their entry is put into them
# Words for what happened, where they are not the status that follows from it; None: it says nothing about sending.
_HAPPENED: Final[dict[str, str | None]] = {"REINSTATED": "APPROVED", "LOCKED": None, "UNLOCKED": None}


@dataclass(frozen=True, slots=True)
class TemplateTold:
    """What has become of one of the account's templates; None: nothing is told about that."""

    name: str
    language: str
    at: datetime | None
    status: str | None = None  # the platform's word
    category: str | None = None  # in lower case
    quality: str | None = None
    reason: str | None = None


def read_told(field: str, body: Json) -> TemplateTold | None:
    """What a change of one of these fields tells, None where it names no template."""
    name, language = word(body.get("message_template_name")), word(body.get("message_template_language"))
    if name is None or language is None:
        return None
    told = TemplateTold(name, language, moment(body.get(ENTRY_TIME)))
    if field == STATUS:
        event = word(body.get("event"))
        status = _HAPPENED.get(event, event) if event is not None else None
        category = _lower(body.get("message_template_category"))
        return replace(told, status=status, category=category, reason=_reason(body))
    if field == CATEGORY:
        # With `correct_category` it is a warning of what will follow; `new_category` is what holds now.
        return replace(told, category=_lower(body.get("new_category")))
    return replace(told, quality=word(body.get("new_quality_score")))


def _reason(body: Json) -> str | None:
    info = body.get("rejection_info")
    reason = word(info.get("reason")) if isinstance(info, dict) else None
    reason = reason or word(body.get("reason"))
    return None if reason == "NONE" else reason


def _lower(value: object) -> str | None:
    text = word(value)
    return text.lower() if text is not None else None
