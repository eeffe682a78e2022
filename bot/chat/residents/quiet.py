"""Hours in which nothing is sent, and whether urgent alerts come all the same."""

from typing import Final

from bot.chat import screens, steps
from bot.chat.message import Button, Message, Rows, Span
from bot.chat.residents.quiet_hours import read_span
from bot.chat.scene import Scene
from bot.chat.texts import joined
from bot.chat.turn import Turn
from bot.chat.wishes import SetTimes, SetUrgent

_PRESETS: Final = ((21 * 60, 5 * 60), (20 * 60, 6 * 60), (22 * 60, 4 * 60 + 30))
_OFF: Final = frozenset({"mati", "matikan", "off", "tidak", "none", "no"})
_MINUTES: Final = 24 * 60


def quiet(scene: Scene, typed: str = "") -> Turn:
    """Ask for quiet hours, or take those that were typed; what is not understood is refused with an example."""
    if not scene.active:
        return screens.subscribe_first(scene)
    if not typed:
        return _shown(scene)
    if typed.casefold() in _OFF:
        return choose(scene, None)
    span = read_span(typed)
    if span is None:
        return _shown(scene, note=scene.say.rich("quiet.unclear"))
    return choose(scene, span)


def choose(scene: Scene, span: tuple[int, int] | None) -> Turn:
    """From now on quiet in these hours (None: never)."""
    if not scene.active:
        return screens.subscribe_first(scene)
    person = scene.person
    return _shown(scene.changed(quiet=span), SetTimes(person.mode, span, person.paused_until))


def pressed(scene: Scene, subject: str) -> Turn | None:
    """A button of the screen: `off`, or minutes of the day `1260-300`; None for anything else."""
    if subject == "off":
        return choose(scene, None)
    start, _, end = subject.partition("-")
    if not (_is_minute(start) and _is_minute(end)) or int(start) == int(end):
        return None
    return choose(scene, (int(start), int(end)))


def urgent(scene: Scene, wanted: str) -> Turn | None:
    """Whether urgent alerts come in quiet hours too: `1` or `0`."""
    if wanted not in {"0", "1"}:
        return None
    if not scene.active:
        return screens.subscribe_first(scene)
    return _shown(scene.changed(urgent=wanted == "1"), SetUrgent(wanted == "1"))


def _shown(scene: Scene, *changes: SetTimes | SetUrgent, note: tuple[Span, ...] = ()) -> Turn:
    """The screen; hours that are typed under it are quiet ones."""
    return scene.show(_screen(scene, note), *changes, *steps.under(scene, steps.QUIET))


def _is_minute(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 4 and int(text) < _MINUTES  # noqa: PLR2004 — digits


def _screen(scene: Scene, note: tuple[Span, ...] = ()) -> Message:
    span = screens.quiet_of(scene)
    now = scene.say.rich("quiet.off") if span is None else scene.say.rich("quiet.now", hours=scene.say.hours(span))
    alerts = scene.say.rich("quiet.urgent" if scene.person.urgent else "quiet.no_urgent") if span is not None else ()
    return Message(joined("\n\n", note, joined(" ", now, alerts), scene.say.rich("quiet.how")), _rows(scene))


def _rows(scene: Scene) -> Rows:
    say, now, person = scene.say, screens.quiet_of(scene), scene.person
    spans = [*_PRESETS, *([now] if now is not None and now not in _PRESETS else [])]
    buttons = [Button(screens.TICK * (s == now) + say.hours(s), f"quiet:{s[0]}-{s[1]}") for s in spans]
    off = Button(screens.TICK * (now is None) + say.t("quiet.button_off"), "quiet:off")
    toggled = ("quiet.button_urgent", "urgent:0") if person.urgent else ("quiet.button_no_urgent", "urgent:1")
    alerts = ((screens.button(scene, *toggled),),) if now is not None else ()
    return (
        (off, buttons[0]), tuple(buttons[1:3]), *((b,) for b in buttons[3:]), *alerts,
        (screens.button(scene, "button.menu", "menu"),),
    )  # fmt: skip
