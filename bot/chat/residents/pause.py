"""Silence for a while: for everything, also for urgent alerts; what is missed comes together afterwards."""

import re
from datetime import datetime, timedelta
from typing import Final

from bot.chat import screens
from bot.chat.message import Button, Message
from bot.chat.scene import Scene
from bot.chat.turn import Turn
from bot.chat.wishes import SetTimes

_LENGTHS: Final = {"1": "pause.one_day", "3": "pause.three_days", "7": "pause.one_week"}
_LONGEST: Final = 365  # days; more than that is no pause any more
_TYPED: Final = re.compile(
    r"(?:selama |for )?(?P<n>\d{1,3}|se|satu|dua|tiga|a|one)?\s*(?P<unit>hari|minggu|pekan|bulan|days?|weeks?|months?)"
)
_NUMBERS: Final = {"se": 1, "satu": 1, "a": 1, "one": 1, "dua": 2, "tiga": 3}
_DAYS: Final = {"hari": 1, "day": 1, "minggu": 7, "pekan": 7, "week": 7, "bulan": 30, "month": 30}


def pause(scene: Scene, typed: str = "") -> Turn:
    """Ask for how long, or take what was typed ("3 hari", "seminggu")."""
    if not scene.active:
        return screens.subscribe_first(scene)
    days = read_days(typed)
    return scene.show(_ask(scene)) if days is None else begin(scene, days)


def begin(scene: Scene, days: int) -> Turn:
    """Silent for so many days; 0 is until they say otherwise."""
    if not scene.active:
        return screens.subscribe_first(scene)
    until = scene.board.now + timedelta(days=days) if days else screens.OPEN_END
    return scene.show(_paused(scene, until), _until(scene, until))


def pressed(scene: Scene, days: str) -> Turn | None:
    """A button of the screen."""
    return begin(scene, int(days)) if days in _LENGTHS or days == "0" else None


def resume(scene: Scene) -> Turn:
    """Go on at once."""
    if not scene.active:
        return screens.subscribe_first(scene)
    menu = ((screens.button(scene, "button.menu", "menu"),),)
    if screens.paused_until(scene) is None:
        return scene.show(Message(scene.say.rich("pause.none"), menu))
    return scene.show(Message(scene.say.rich("pause.over"), menu), _until(scene, None))


def read_days(typed: str) -> int | None:
    """How many days typed words mean, None when they mean none."""
    found = _TYPED.fullmatch(" ".join(typed.casefold().split()))
    if found is None:
        return None
    number = found["n"] or ""
    days = (int(number) if number.isdecimal() else _NUMBERS.get(number, 1)) * _DAYS[found["unit"].removesuffix("s")]
    return days if 0 < days <= _LONGEST else None


def _until(scene: Scene, until: datetime | None) -> SetTimes:
    return SetTimes(scene.person.mode, scene.person.quiet, until)


def _ask(scene: Scene) -> Message:
    lengths = tuple(Button(scene.say.t(key), f"pause:{days}") for days, key in _LENGTHS.items())
    rows = (
        lengths, (screens.button(scene, "pause.open", "pause:0"),),
        (screens.button(scene, "button.stop", "stop"), screens.button(scene, "button.menu", "menu")),
    )  # fmt: skip
    return Message(scene.say.rich("pause.ask"), rows)


def _paused(scene: Scene, until: datetime) -> Message:
    if until == screens.OPEN_END:
        text = scene.say.rich("pause.begun_open")
    else:
        text = scene.say.rich("pause.begun", moment=scene.say.moment(until, scene.board.timezone))
    on = screens.button(scene, "button.resume", "resume")
    return Message(text, ((on,), (screens.button(scene, "button.menu", "menu"),)))
