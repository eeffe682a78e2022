"""What was told and what will be, as lists with a button for each."""

from collections.abc import Callable
from typing import Final
from zlib import crc32

from bot.chat.fit import cut
from bot.chat.message import Button, Message, Rows, Span
from bot.chat.newsroom.card import LEVELS
from bot.chat.newsroom.progress import KINDS
from bot.chat.newsroom.visit import Visit
from bot.chat.push import Permit, Told
from bot.chat.texts import joined
from bot.chat.turn import Turn
from bot.delivery.content import BroadcastKind
from bot.delivery.plan import Status

LONGEST_LISTED: Final = 100
_BUTTONS_A_ROW: Final = 5
_LONGEST_REASON: Final = 300
_STATES: Final = {
    Status.RUNNING: "desk.state.running",
    Status.PAUSED: "desk.state.paused",
    Status.CANCELLED: "desk.state.cancelled",
    Status.WITHDRAWN: "desk.state.withdrawn",
    Status.EXPIRED: "desk.state.expired",
    Status.INTERRUPTED: "desk.state.interrupted",
}


def correct(visit: Visit) -> Turn:
    """Choose what to correct."""
    return _choose(visit, "desk.choose_correct", "fix", visit.room.recent)


def withdraw(visit: Visit) -> Turn:
    """Choose what to take back."""
    return _choose(visit, "desk.choose_withdraw", "back", visit.room.recent)


def report(visit: Visit) -> Turn:
    """Choose whose report to see."""
    return _choose(visit, "desk.choose_report", "rep", visit.room.recent)


def _choose(visit: Visit, key: str, verb: str, among: tuple[Told, ...]) -> Turn:
    if not among:
        return visit.told("desk.nothing_told")
    buttons = [Button(str(n), visit.act(key, verb, told.id).action) for n, told in enumerate(among, 1)]
    rows = tuple(tuple(buttons[i : i + _BUTTONS_A_ROW]) for i in range(0, len(buttons), _BUTTONS_A_ROW))
    return visit.show(Message(_listed(visit, key, among, _told_line), rows))


def queue(visit: Visit) -> Turn:
    """What is scheduled, with a way to move and to stop each."""
    waiting = visit.room.scheduled
    if not waiting:
        return visit.told("desk.nothing_scheduled")
    rows: Rows = tuple(
        (
            visit.act("desk.button.move", "mv", told.id, number=str(n)),
            visit.act("desk.button.unschedule", "unq", told.id, number=str(n)),
        )
        for n, told in enumerate(waiting, 1)
    )
    return visit.show(Message(_listed(visit, "desk.queue", waiting, _queued_line), rows))


def _listed(
    visit: Visit, key: str, among: tuple[Told, ...], line: Callable[[Visit, Told], tuple[Span, ...]]
) -> tuple[Span, ...]:  # fmt: skip
    lines = [joined("", (Span(f"{n}. "),), line(visit, told)) for n, told in enumerate(among, 1)]
    return joined("\n\n", visit.say.rich(key), joined("\n", *lines))


def _told_line(visit: Visit, told: Told) -> tuple[Span, ...]:
    say = visit.say
    state = say.t(_STATES.get(told.status, "desk.state.running")) if told.status is not Status.DONE else ""
    what = say.t(KINDS[told.kind]) if told.kind is not BroadcastKind.ALERT else say.t(LEVELS[told.level])
    parts = (what, say.moment(told.at, visit.scene.board.timezone), state)
    return joined("\n", _title(told), (Span(" · ".join(part for part in parts if part), italic=True),))


def _queued_line(visit: Visit, told: Told) -> tuple[Span, ...]:
    level = visit.say.t(LEVELS[told.level])
    moment = visit.say.moment(told.at, visit.scene.board.timezone)
    return joined("\n", _title(told), (Span(f"{moment} · {level}", italic=True),))


def _title(told: Told) -> tuple[Span, ...]:
    return (Span(cut(" ".join(told.title.split()), LONGEST_LISTED), bold=True),)


# Alone ----------------------------------------------------------------------------------------------------------------


def permit(visit: Visit) -> Turn:
    """An admin lets an only editor sound urgent alerts alone, and says why; or looks, or takes it back."""
    reason = " ".join(visit.asked.text.split())
    if reason:
        reason = cut(reason, _LONGEST_REASON)
        return visit.told("desk.permit.given", Permit(reason), reason=reason)
    if not visit.room.permission:
        return visit.told("desk.permit.none")
    rows = ((visit.act("desk.button.unpermit", "unp", _name_of(visit.room.permission)),),)
    return visit.prompt(visit.say.rich("desk.permit.now", reason=visit.room.permission), rows)


def unpermit(visit: Visit) -> Turn:
    """From now on two people are needed again; a button under an earlier permission leaves the present one alone."""
    if visit.argument != _name_of(visit.room.permission):
        return permit(visit)
    return visit.told("desk.permit.taken", Permit(""))


def _name_of(reason: str) -> str:
    """A permission as its button names it."""
    return f"{crc32(reason.encode(errors='replace')):x}"
