"""The card's buttons: how urgent, for whom, when, and a test to the newsroom."""

from dataclasses import replace
from typing import Final

from bot.chat import when
from bot.chat.message import Button, Span
from bot.chat.newsroom import card as push_card
from bot.chat.newsroom.guard import has_begun
from bot.chat.newsroom.push import way_back
from bot.chat.newsroom.visit import Visit
from bot.chat.push import Aim, Did, Keep, Show, Step
from bot.chat.screens import TICK
from bot.chat.turn import Reply, Turn
from bot.delivery.content import BroadcastKind, Level

_FAULTS: Final = {
    "unclear": "desk.when.unclear",
    "no_time": "desk.when.no_time",
    "past": "desk.when.past",
    "too_far": "desk.when.too_far",
    "which_day": "desk.when.which_day",
    "weekday": "desk.when.weekday",
    "zone": "desk.when.zone",
}


def levels(visit: Visit) -> Turn:
    """How urgent it is, and what that means."""
    now = visit.draft.note.level
    rows = [
        (Button((TICK if one is now else "") + visit.say.t(key), visit.on_draft(key, "lvs", one.value).action),)
        for one, key in push_card.LEVELS.items()
    ]
    return visit.prompt(visit.say.rich("desk.levels"), (*rows, (visit.on_draft("desk.button.back", "card"),)))


def set_level(visit: Visit) -> Turn:
    """The level that was tapped."""
    chosen = next((one for one in Level if one.value == visit.argument), visit.draft.note.level)
    draft = visit.changed(note=replace(visit.draft.note, level=chosen))
    return visit.keep(draft, "draft_level", "preview", chosen.value)


def ask_time(visit: Visit) -> Turn:
    """When it leaves."""
    draft = visit.changed(step=Step.TIME)
    asking = visit.with_draft(draft)
    at_once = ((asking.on_draft("desk.button.at_once", "now"),),) if draft.aim is Aim.ALERT else ()
    rows = (*at_once, way_back(asking))
    return visit.prompt(visit.say.rich("desk.ask_time"), rows, Keep(draft, "draft_reopened"))


def at_once(visit: Visit) -> Turn:
    """No time: as soon as it is sent."""
    return visit.keep(visit.changed(at=None, step=Step.NOTHING), "draft_time", "card", "-")


def take_time(visit: Visit, text: str) -> Turn:
    """What was typed, where it is one moment and nothing else; the card reads it back."""
    board = visit.scene.board
    read = when.read(text, board.now, board.timezone)
    if isinstance(read, when.Fault):
        return visit.prompt(_why_not(visit, read), (way_back(visit),))
    draft = visit.changed(at=read.at, step=Step.NOTHING)
    return visit.keep(draft, "draft_time", "card", read.at.isoformat(timespec="minutes"))


def _why_not(visit: Visit, fault: when.Fault) -> tuple[Span, ...]:
    board = visit.scene.board
    now = visit.say.moment(board.now, board.timezone)
    values = {"now": now} if fault.why == "past" else {"zone": now.rpartition(" ")[2]} if fault.why == "zone" else {}
    return visit.say.rich(_FAULTS[fault.why], **values)


def test(visit: Visit) -> Turn:
    """To every colleague, and to oneself, looking different."""
    seen = [Show(c, push_card.preview(visit.as_colleague(c), BroadcastKind.TEST)) for c in visit.room.colleagues]
    own = Reply(push_card.preview(visit, BroadcastKind.TEST))
    told = visit.toast("desk.tested", count=len(seen) + 1)
    return Turn((*told.replies, own), (*seen, Did("test", f"draft {visit.draft.id} to {len(seen) + 1}")))


def as_follow_up(visit: Visit) -> Turn:
    """Not another alert: news about what was told already, to those who have that."""
    told = visit.room.told
    if told is None:
        return visit.toast("error.expired")
    if not has_begun(told, visit.scene.board.now):
        return visit.toast("desk.not_begun")
    note = replace(visit.draft.note, level=told.level)
    draft = visit.changed(aim=Aim.FOLLOW_UP, about=told.id, note=note, categories=(), channels=(), at=None)
    return visit.keep(draft, "draft_follow_up", "preview", f"about #{told.id}")
