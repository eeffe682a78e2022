"""When news comes: as it is published, or together in the morning, in the evening, or both."""

import re
from typing import Final

from bot.chat import screens
from bot.chat.message import Button, Message, Rows, Span
from bot.chat.scene import Scene
from bot.chat.texts import joined
from bot.chat.turn import Turn
from bot.chat.wishes import SetTimes

_BUTTONS: Final = {
    "instant": "times.instant", "morning": "times.morning", "evening": "times.evening", "both": "times.both",
}  # fmt: skip
_NAMED: Final = {
    "instant": frozenset({"langsung", "terbit", "segera", "instant", "now"}),
    "morning": frozenset({"pagi", "morning"}),
    "evening": frozenset({"sore", "petang", "evening"}),
    "both": frozenset({"keduanya", "both"}),
}


def times(scene: Scene, named: str = "") -> Turn:
    """Ask when news should come, or take what was named."""
    if not scene.active:
        return screens.subscribe_first(scene)
    mode = mode_named(named)
    return scene.show(_screen(scene)) if mode is None else choose(scene, mode)


def choose(scene: Scene, mode: str) -> Turn:
    """From now on like this; a pause ends only by its own word."""
    if not scene.active:
        return screens.subscribe_first(scene)
    person = scene.person
    changed = scene.changed(mode=mode)
    return scene.show(_screen(changed, screens.sends(changed)), SetTimes(mode, person.quiet, person.paused_until))


def pressed(scene: Scene, mode: str) -> Turn | None:
    """A button of the screen; None when it names nothing."""
    return choose(scene, mode) if mode in _BUTTONS else None


def mode_named(words: str) -> str | None:
    """The mode that typed words name ("pagi & sore"), or None."""
    said = set(re.findall(r"[a-z]+", words.casefold()))
    meant = {mode for mode, names in _NAMED.items() if said & names}
    if meant >= {"morning", "evening"} or "both" in meant:
        return "both"
    return meant.pop() if len(meant) == 1 else None


def _screen(scene: Scene, note: tuple[Span, ...] = ()) -> Message:
    return Message(joined("\n\n", note, scene.say.rich("times.ask")), _rows(scene))


def _rows(scene: Scene) -> Rows:
    values = {"morning": screens.morning(scene), "evening": screens.evening(scene)}
    ticks = {mode: screens.TICK if scene.person.mode == mode else "" for mode in _BUTTONS}
    rows = ((Button(ticks[m] + scene.say.t(key, **values), f"mode:{m}"),) for m, key in _BUTTONS.items())
    return (*rows, (screens.button(scene, "button.menu", "menu"),))
