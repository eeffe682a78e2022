"""What we have of somebody, or of a group: to be seen field by field, taken away whole, or forgotten."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bot.chat import screens, steps
from bot.chat.message import Message, Span
from bot.chat.pieces import MOST, pieces
from bot.chat.residents import myfields
from bot.chat.scene import Scene
from bot.chat.texts import joined
from bot.chat.turn import Reply, Turn
from bot.chat.wishes import DataFound, Erase, FindData, SetStep

Tables = Mapping[str, Sequence[Mapping[str, Any]]]
_TABLES: Final = {
    "subscription": "data.subscriptions", "saved": "data.saved", "contact": "data.contacts",
    "delivery": "data.deliveries", "inbox": "data.updates", "posts": "data.posts", "staff": "data.staff",
}  # fmt: skip
_POSTS: Final = "-posts"  # how the channel's name ends under which the inbox keeps what WhatsApp's server posted
# What is said otherwise where the data are those of a group or channel.
_IN_A_GROUP: Final = {
    "data.heading": "group.data", "data.part": "group.data_part", "data.updates": "group.data_updates",
    "data.button_download": "group.button_download", "data.button_erase": "group.button_erase",
    "data.erase_ask": "group.erase_ask", "data.erased": "group.erased", "data.kept": "group.kept",
}  # fmt: skip


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
    return scene.show(Message(scene.say.rich(_key(scene, "data.erase_ask")), rows), SetStep(steps.ERASE))


def erase(scene: Scene) -> Turn:
    """Gone, if it was asked a moment ago; an old button asks anew."""
    if steps.current(scene) != steps.ERASE or scene.person.last_admin:
        return ask_to_erase(scene)
    again = ((screens.button(scene, "button.start", "start"),),)
    return scene.show(Message(scene.say.rich(_key(scene, "data.erased")), again), Erase())


def _stay(scene: Scene) -> Turn:
    """With the only admin the newsroom would lose whoever can make another one."""
    menu = ((screens.button(scene, "button.menu", "menu"),),)
    return scene.show(Message(scene.say.rich("data.last_admin"), menu), SetStep(""))


def answer_erase(scene: Scene, typed: str) -> Turn:
    """Typed instead of tapped: a plain yes, or anything else, which keeps everything."""
    if typed.casefold().strip(" .") in {"ya", "iya", "yes"}:
        return erase(scene)
    return scene.show(screens.home(scene, scene.say.rich(_key(scene, "data.kept"))))


def _key(scene: Scene, key: str) -> str:
    return _IN_A_GROUP.get(key, key) if scene.person.group else key


# The screen ---------------------------------------------------------------------------------------------------------


def _screen(scene: Scene, data: DataFound) -> Message:
    row = next(iter(data.tables.get("subscriber", ())), {})
    counts = [
        scene.say.rich(_key(scene, _TABLES[table]), n=len(rows))
        for table, rows in _told_apart(data.tables).items() if table in _TABLES
    ]  # fmt: skip
    heading = scene.say.rich(_key(scene, "data.heading"))
    text = joined("\n\n", heading, myfields.lines(scene, row), joined("\n", *counts))
    return Message(text, (
        (screens.button(scene, _key(scene, "data.button_download"), "download"),),
        (screens.button(scene, _key(scene, "data.button_erase"), "erase"),),
        (screens.button(scene, "button.menu", "menu"),),
    ))  # fmt: skip


def _told_apart(tables: Tables) -> Tables:
    """The tables, and of the inbox what nobody wrote by itself: receipts, and each message a second time."""
    apart: dict[str, list[Mapping[str, Any]]] = {"inbox": [], "posts": []}
    for row in tables.get("inbox", ()):
        apart["posts" if str(row.get("channel")).endswith(_POSTS) else "inbox"].append(row)
    return {table: rows for table, rows in (dict(tables) | apart).items() if rows}


# The download -------------------------------------------------------------------------------------------------------


def _download(scene: Scene, data: DataFound) -> Iterator[Message]:
    parts = list(pieces(json.dumps({t: list(map(dict, rows)) for t, rows in _theirs(scene, data).items()},
                                    ensure_ascii=False, indent=1, default=str)))  # fmt: skip
    shown = parts[:MOST]
    for number, part in enumerate(shown, 1):
        heading = scene.say.rich(_key(scene, "data.part"), number=number, last=len(shown))
        end = scene.say.rich("data.too_much") if number == len(shown) < len(parts) else ()
        yield Message(joined("\n", heading, (Span(part),), end))


def _theirs(scene: Scene, data: DataFound) -> Tables:
    """What is handed over: of a group not what its members wrote to us, for everybody there would read who they are."""
    return {t: rows for t, rows in data.tables.items() if not (scene.person.group and t == "inbox")}
