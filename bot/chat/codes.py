"""Why something did not arrive, in words: for every code that the channels and the outbox write down."""

from collections.abc import Collection
from typing import Final

from bot.chat.fit import cut
from bot.chat.texts import Voice

_LONGEST: Final = 40
_WORDS: Final[dict[str, Collection[str]]] = {
    # The reader
    "desk.code.blocked": ("blocked", "forbidden"),
    "desk.code.deactivated": ("deactivated",),
    "desk.code.kicked": ("kicked", "not_a_member"),
    "desk.code.not_found": ("chat_not_found",),
    "desk.code.never_started": ("never_started",),
    "desk.code.no_rights": ("no_rights", "topic_closed", "thread_not_found"),
    "desk.code.stopped": ("stopped", "gone"),
    "desk.code.unfollowed": ("unfollowed",),
    "desk.code.moved": ("moved", "migrated"),
    "desk.code.undeliverable": ("undeliverable",),
    "desk.code.marketing_stopped": ("marketing_stopped",),
    "desk.code.spared": ("ecosystem", "experiment"),
    "desk.code.window_closed": ("window_closed",),
    # What was to be said
    "desk.code.text": (
        "parse_entities", "too_long", "empty", "button", "no_caption", "bad_request", "parameter",
        "template_parameters", "template_too_long", "refused",
    ),
    "desk.code.photo": ("photo", "media"),
    "desk.code.edit": ("edit_not_found", "edit_refused", "delete_not_found", "delete_refused", "query_too_old"),
    "desk.code.template": ("template_paused", "template_disabled", "template_unknown"),
    "desk.code.expired": ("expired",),
    "desk.code.cancelled": ("cancelled", "paused"),
    "desk.code.withdrawn": ("withdrawn",),
    "desk.code.digest": ("digest",),
    # Money and the account
    "desk.code.budget": ("budget",),
    "desk.code.portfolio": ("portfolio",),
    "desk.code.payment": ("payment",),
    "desk.code.limited": ("spam_limit", "marketing_limited"),
    "desk.code.policy": ("policy", "template_policy"),
    "desk.code.locked": ("locked",),
    "desk.code.access": ("unauthorized", "no_permission"),
    "desk.code.halted": ("halted",),
    # The platform and the way there
    "desk.code.too_fast": ("flood", "pair_rate"),
    "desk.code.platform": ("server_error", "maintenance", "failed"),
    "desk.code.no_answer": ("read_timeout", "strange_answer", "crash", "our_fault"),
}  # fmt: skip
_KEYS: Final = {code: key for key, codes in _WORDS.items() for code in codes}


def in_words(code: str, say: Voice) -> str:
    """The code in the reader's language; one that nobody foresaw as it is."""
    return say.t(_KEYS[code]) if code in _KEYS else cut(code, _LONGEST)
