"""A stored field of somebody's row as they read it: its label, its value in words, and what is only technical."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final

from bot.chat import screens
from bot.chat.fit import cut
from bot.chat.message import Span
from bot.chat.scene import Scene
from bot.chat.texts import joined

LONGEST_VALUE: Final = 500  # of one field on the screen; the download has it whole
LABELS: Final = {
    "channel": "data.channel", "address": "data.address", "thread": "data.thread", "language": "data.language",
    "status": "data.status", "mode": "data.mode", "quiet_from": "data.quiet_from", "quiet_to": "data.quiet_to",
    "urgent": "data.urgent", "paused_until": "data.paused_until", "daily_limit": "data.daily_limit",
    "consent_at": "data.consent_at", "consent_wording": "data.consent_wording", "joined_at": "data.joined_at",
    "chosen_at": "data.chosen_at", "stopped_at": "data.stopped_at", "draft": "data.draft",
}  # fmt: skip
# What only our own bookkeeping needs; it is shown apart, for nothing that is stored is hidden.
TECHNICAL: Final = {
    "id": "data.id", "covered_until": "data.covered_until", "covered_telling": "data.covered_telling",
    "digest_at": "data.digest_at", "day": "data.day", "day_count": "data.day_count",
    "window_until": "data.window_until",
}  # fmt: skip
_CALLED: Final = {"whatsapp": "WhatsApp", "telegram": "Telegram"}
_STATUSES: Final = {
    "new": "data.status_new", "active": "data.status_active", "stopped": "data.status_stopped",
    "gone": "data.status_gone",
}  # fmt: skip
_MODES: Final = {
    "instant": "times.instant", "morning": "times.morning", "evening": "times.evening", "both": "times.both",
}  # fmt: skip


def lines(scene: Scene, row: Mapping[str, Any]) -> tuple[Span, ...]:
    """Every field that holds something, a line each; the technical ones below, under a heading of their own."""
    held = {name: value for name, value in row.items() if value is not None}
    plain = [_line(scene, LABELS[name], name, value) for name, value in held.items() if name in LABELS]
    technical = [
        _line(scene, TECHNICAL.get(name), name, value) for name, value in held.items() if name not in LABELS
    ]  # fmt: skip
    heading = scene.say.rich("data.technical") if technical else ()
    return joined("\n\n", joined("\n", *plain), joined("\n", heading, *technical))


def _line(scene: Scene, key: str | None, name: str, value: Any) -> tuple[Span, ...]:  # noqa: ANN401 — as stored
    label = scene.say.t(key) if key else name
    return (Span(label, bold=True), Span(f": {cut(_IN_WORDS.get(name, _literally)(scene, value), LONGEST_VALUE)}"))


# Values in words; one that is not known is shown as it is stored ----------------------------------------------------


def _literally(_scene: Scene, value: Any) -> str:  # noqa: ANN401 — likewise
    return str(value)


def _channel(_scene: Scene, value: str) -> str:
    return _CALLED.get(value, value)


def _language(scene: Scene, value: str) -> str:
    texts = scene.say.texts
    return texts.t(value, "language.name") if value in texts.catalogs else value


def _status(scene: Scene, value: str) -> str:
    return scene.say.t(_STATUSES[value]) if value in _STATUSES else value


def _mode(scene: Scene, value: str) -> str:
    if value not in _MODES:
        return value
    return scene.say.t(_MODES[value], morning=screens.morning(scene), evening=screens.evening(scene))


def _draft(scene: Scene, value: str) -> str:
    """The ticked topics' names; one that is gone by the identifier it had."""
    topics = scene.board.by_id
    names = [topics[id_].name(scene.say.language) if id_ in topics else str(id_) for id_ in json.loads(value)]
    return scene.say.listed(names) or scene.say.t("data.never")


def _yes(scene: Scene, value: int) -> str:
    return scene.say.t("data.yes" if value else "data.no")


def _clock(scene: Scene, value: int) -> str:
    return scene.say.clock(value)


def _moment(scene: Scene, value: int) -> str:
    if value <= 0:
        return scene.say.t("data.never")
    at = datetime.fromtimestamp(value / 1000, UTC)
    return scene.say.t("data.open") if at >= screens.OPEN_END else scene.say.moment(at, scene.board.timezone)


def _day(scene: Scene, value: int) -> str:
    """The local day behind its ordinal."""
    zone = scene.board.timezone
    return scene.say.day(datetime.combine(date.fromordinal(value), time(12), zone), zone)


_IN_WORDS: Final[Mapping[str, Callable[[Scene, Any], str]]] = {
    "channel": _channel, "language": _language, "status": _status, "mode": _mode, "urgent": _yes, "draft": _draft,
    "quiet_from": _clock, "quiet_to": _clock, "day": _day,
    **dict.fromkeys(
        ("paused_until", "consent_at", "joined_at", "chosen_at", "stopped_at", "covered_until", "digest_at",
         "window_until"),
        _moment,
    ),
}  # fmt: skip
