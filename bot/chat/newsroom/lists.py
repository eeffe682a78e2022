"""What was told and what will be, as lists with a button for each."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from bot.chat.fit import cut
from bot.chat.message import Button, Message, Rows, Span
from bot.chat.newsroom import sent
from bot.chat.newsroom.card import LEVELS
from bot.chat.newsroom.progress import KINDS
from bot.chat.newsroom.visit import Visit
from bot.chat.push import LookIn, Permit, Told
from bot.chat.push_seal import pressed
from bot.chat.texts import joined
from bot.chat.turn import Turn
from bot.delivery.content import BroadcastKind
from bot.delivery.plan import Status

LONGEST_LISTED: Final = 100
A_PAGE: Final = 8  # with a button for each and two to turn the page, as many as WhatsApp lists
_BUTTONS_A_ROW: Final = 4
_LONGEST_REASON: Final = 300
_LONGEST_SEARCHED: Final = 25  # bytes: with them a button of 64 still says which page of which list
_STATES: Final = {
    Status.RUNNING: "desk.state.running",
    Status.PAUSED: "desk.state.paused",
    Status.CANCELLED: "desk.state.cancelled",
    Status.WITHDRAWN: "desk.state.withdrawn",
    Status.EXPIRED: "desk.state.expired",
    Status.INTERRUPTED: "desk.state.interrupted",
}


@dataclass(frozen=True, slots=True)
class _List:
    """A list to choose from: what it asks, the verb of its buttons, what happens with the one that is meant."""

    key: str
    verb: str
    run: Callable[[Visit], Turn]


_LISTS: Final = {
    "correct": _List("desk.choose_correct", "fix", sent.correct),
    "withdraw": _List("desk.choose_withdraw", "back", sent.withdraw),
    "report": _List("desk.choose_report", "rep", sent.show),
}


def correct(visit: Visit) -> Turn:
    """Choose what to correct, or correct what the words behind the command mean."""
    return _command(visit, "correct")


def withdraw(visit: Visit) -> Turn:
    """Choose what to take back, or take back what the words behind the command mean."""
    return _command(visit, "withdraw")


def report(visit: Visit) -> Turn:
    """Choose whose report to see, or see that of what the words behind the command mean."""
    return _command(visit, "report")


def page(visit: Visit) -> Turn:
    """Another page of one of these lists."""
    name = visit.button.parts[0] if visit.button is not None and visit.button.parts else ""
    return _choose(visit, name) if name in _LISTS else visit.toast("error.expired")


def _command(visit: Visit, name: str) -> Turn:
    alone = bool(searched(visit.asked)) and len(visit.room.recent) == 1
    return _LISTS[name].run(visit) if alone else _choose(visit, name)


def _choose(visit: Visit, name: str) -> Turn:
    room, of, words = visit.room, _LISTS[name], searched(visit.asked)
    if not room.recent:
        return _none_such(visit, name, words) if words else visit.told("desk.nothing_told")
    first = 1 + room.page * A_PAGE
    numbers = [Button(str(n), visit.act(of.key, of.verb, told.id).action) for n, told in enumerate(room.recent, first)]
    rows = tuple(tuple(numbers[i : i + _BUTTONS_A_ROW]) for i in range(0, len(numbers), _BUTTONS_A_ROW))
    text = _listed(visit, of.key, room.recent, _told_line, first)
    if len(words.encode(errors="replace")) > _LONGEST_SEARCHED:  # no button has room for them
        more = visit.say.rich("desk.more_such") if room.more else ()
        every = (_every(visit, name),) if room.more else ()
        return visit.show(Message(joined("\n\n", text, more), (*rows, *every)))
    before = (visit.act("office.button.before", "ls", name, room.page - 1, *_packed(words)),) if room.page else ()
    after = (visit.act("office.button.after", "ls", name, room.page + 1, *_packed(words)),) if room.more else ()
    return visit.show(Message(text, (*rows, *(row for row in (before + after,) if row))))


def _none_such(visit: Visit, name: str, words: str) -> Turn:
    text = visit.say.rich("desk.none_such", asked=cut(words, LONGEST_LISTED))
    return visit.show(Message(text, (_every(visit, name),)))


def _every(visit: Visit, name: str) -> tuple[Button, ...]:
    """The whole list, where words do not lead on."""
    return (visit.act("desk.button.all_told", "ls", name, 0),)


def searched(asked: LookIn) -> str:
    """The words that choose from a list: behind the command, or on the button that turns its pages; "" for none."""
    button = pressed(asked.action)
    if button is None:
        return " ".join(asked.text.split())
    packed = button.parts[2] if button.verb == "ls" and len(button.parts) > 2 else ""  # noqa: PLR2004 — list and page
    try:
        return urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""


def _packed(words: str) -> tuple[str, ...]:
    """Words as a button carries them."""
    return (urlsafe_b64encode(words.encode(errors="replace")).decode().rstrip("="),) if words else ()


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
    return visit.show(Message(_listed(visit, "desk.queue", waiting, _queued_line, 1), rows))


def _listed(
    visit: Visit, key: str, among: tuple[Told, ...], line: Callable[[Visit, Told], tuple[Span, ...]], first: int
) -> tuple[Span, ...]:  # fmt: skip
    lines = [joined("", (Span(f"{n}. "),), line(visit, told)) for n, told in enumerate(among, first)]
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
