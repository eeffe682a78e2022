"""What we have of somebody: to be seen field by field, taken away whole, or forgotten."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from bot.chat import screens, steps
from bot.chat.fit import cut, units
from bot.chat.message import Message, Span
from bot.chat.scene import Scene
from bot.chat.texts import joined
from bot.chat.turn import Reply, Turn
from bot.chat.wishes import DataFound, Erase, FindData, SetStep

LONGEST_VALUE: Final = 500  # of one field on the screen; the download has it whole
PART: Final = 3800  # units of one message of the download
MOST_PARTS: Final = 20
_FIELDS: Final = {
    "channel": "data.channel", "address": "data.address", "thread": "data.thread", "language": "data.language",
    "status": "data.status", "mode": "data.mode", "quiet_from": "data.quiet_from", "quiet_to": "data.quiet_to",
    "urgent": "data.urgent", "paused_until": "data.paused_until", "daily_limit": "data.daily_limit",
    "consent_at": "data.consent_at", "consent_wording": "data.consent_wording", "joined_at": "data.joined_at",
    "chosen_at": "data.chosen_at", "stopped_at": "data.stopped_at", "draft": "data.draft", "id": "data.id",
}  # fmt: skip
_TABLES: Final = {
    "subscription": "data.subscriptions", "saved": "data.saved", "contact": "data.contacts",
    "delivery": "data.deliveries", "inbox": "data.updates", "staff": "data.staff",
}  # fmt: skip
_CLOCKS: Final = frozenset({"quiet_from", "quiet_to"})  # minutes of the day
_MOMENTS: Final = ("_at", "_until")


def look(_scene: Scene) -> Turn:
    """Look up what is stored."""
    return Turn(asks=(FindData(),))


def download(_scene: Scene) -> Turn:
    """The same, whole."""
    return Turn(asks=(FindData(whole=True),))


def found(scene: Scene, data: DataFound) -> Turn:
    """Show it, or hand it over in as many messages as it takes."""
    if data.asked.whole:
        return Turn(tuple(Reply(message) for message in _download(scene, data)))
    return scene.show(_screen(scene, data))


def ask_to_erase(scene: Scene) -> Turn:
    """The one question, with everything that will be gone; not of the only admin."""
    if scene.person.last_admin:
        return _stay(scene)
    rows = (
        (screens.button(scene, "data.button_erase_now", "erase:yes"),),
        (screens.button(scene, "button.cancel", "cancel"),),
    )
    return scene.show(Message(scene.say.rich("data.erase_ask"), rows), SetStep(steps.ERASE))


def erase(scene: Scene) -> Turn:
    """Gone, if it was asked a moment ago; an old button asks anew."""
    if steps.current(scene) != steps.ERASE or scene.person.last_admin:
        return ask_to_erase(scene)
    again = ((screens.button(scene, "button.start", "start"),),)
    return scene.show(Message(scene.say.rich("data.erased"), again), Erase())


def _stay(scene: Scene) -> Turn:
    """With the only admin the newsroom would lose whoever can make another one."""
    menu = ((screens.button(scene, "button.menu", "menu"),),)
    return scene.show(Message(scene.say.rich("data.last_admin"), menu), SetStep(""))


def answer_erase(scene: Scene, typed: str) -> Turn:
    """Typed instead of tapped: a plain yes, or anything else, which keeps everything."""
    if typed.casefold().strip(" .") in {"ya", "iya", "yes"}:
        return erase(scene)
    return scene.show(screens.home(scene, scene.say.rich("data.kept")))


# The screen ---------------------------------------------------------------------------------------------------------


def _screen(scene: Scene, data: DataFound) -> Message:
    row = next(iter(data.tables.get("subscriber", ())), {})
    fields = [_line(scene, _FIELDS.get(name), name, value) for name, value in row.items() if value is not None]
    counts = [
        scene.say.rich(_TABLES[table], n=len(rows)) for table, rows in data.tables.items() if table in _TABLES
    ]  # fmt: skip
    text = joined("\n\n", scene.say.rich("data.heading"), joined("\n", *fields), joined("\n", *counts))
    return Message(text, (
        (screens.button(scene, "data.button_download", "download"),),
        (screens.button(scene, "data.button_erase", "erase"),),
        (screens.button(scene, "button.menu", "menu"),),
    ))  # fmt: skip


def _line(scene: Scene, key: str | None, name: str, value: Any) -> tuple[Span, ...]:  # noqa: ANN401 — as stored
    label = scene.say.t(key) if key else name
    return (Span(label, bold=True), Span(f": {cut(_shown(scene, name, value), LONGEST_VALUE)}"))


def _shown(scene: Scene, name: str, value: Any) -> str:  # noqa: ANN401 — likewise
    if name in _CLOCKS:
        return scene.say.clock(int(value))
    if name.endswith(_MOMENTS) and isinstance(value, int) and value > 0:
        at = datetime.fromtimestamp(value / 1000, UTC)
        return scene.say.t("data.open") if at >= screens.OPEN_END else scene.say.moment(at, scene.board.timezone)
    return str(value)


# The download -------------------------------------------------------------------------------------------------------


def _download(scene: Scene, data: DataFound) -> Iterator[Message]:
    parts = list(_parts(json.dumps({t: list(map(dict, rows)) for t, rows in data.tables.items()},
                                   ensure_ascii=False, indent=1, default=str)))  # fmt: skip
    shown = parts[:MOST_PARTS]
    for number, part in enumerate(shown, 1):
        heading = scene.say.rich("data.part", number=number, last=len(shown))
        end = scene.say.rich("data.too_much") if number == len(shown) < len(parts) else ()
        yield Message(joined("\n", heading, (Span(part),), end))


def _parts(text: str) -> Iterator[str]:
    """Whole lines, as many as a message holds; a line that is longer is cut in pieces."""
    part = ""
    for line in _lines(text):
        if part and units(part) + units(line) > PART:
            yield part.rstrip("\n")
            part = ""
        part += line
    if part:
        yield part.rstrip("\n")


def _lines(text: str) -> Iterator[str]:
    half = PART // 2  # characters: each is two units at most
    for line in text.splitlines(keepends=True):
        yield from (line[i : i + half] for i in range(0, len(line), half))
