"""Sending: the last guards, ten seconds for second thoughts, and taking them."""

from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from bot.chat.fit import cut
from bot.chat.message import Message
from bot.chat.newsroom import card as push_card
from bot.chat.newsroom.corrected import added
from bot.chat.newsroom.guard import DAY_LIMIT, has_begun, is_void, may_alone, may_move, needs_two, over_limit
from bot.chat.newsroom.progress import progress
from bot.chat.newsroom.push import show_card
from bot.chat.newsroom.visit import Visit
from bot.chat.push import Act, Aim, Draft, Keep, Move, Send, Show, Stage, Steer, Step, Told, Watch
from bot.chat.turn import Turn
from bot.delivery.plan import Status

SECONDS_TO_THINK: Final = 10
_AT_ONCE: Final = {Aim.CORRECTION: "desk.correcting", Aim.WITHDRAWAL: "desk.withdrawing"}


def send(visit: Visit) -> Turn:
    """Send it, unless something speaks against it."""
    return _not_now(visit) or (_over_limit(visit) if over_limit(visit.draft, visit.room) else leave(visit))


def send_anyway(visit: Visit) -> Turn:
    """More than a day's alerts: said twice, noted in the audit log. Everything else speaks against it all the same."""
    return _not_now(visit) or leave(visit, over_limit(visit.draft, visit.room))


def _not_now(visit: Visit) -> Turn | None:
    """What must not leave by its author's hand, or no longer as it is; None when nothing speaks against it."""
    draft, room = visit.draft, visit.room
    if is_void(draft, room.told):
        closed = visit.changed(stage=Stage.CLOSED, step=Step.NOTHING)
        return visit.told("desk.taken_back", Keep(closed, "draft_cancelled"))
    if needs_two(draft, push_card.level(draft, room.told)) and not may_alone(room):
        return show_card(visit)
    if draft.at is not None and draft.at <= visit.scene.board.now:
        return visit.show(push_card.card(visit, visit.say.rich("desk.too_late")))
    return _move(visit) if draft.aim is Aim.MOVE else None


def _over_limit(visit: Visit) -> Turn:
    rows = ((visit.on_draft("desk.button.anyway", "sendx"),), (visit.on_draft("desk.button.back", "card"),))
    return visit.prompt(visit.say.rich("desk.over_limit", count=visit.room.today, limit=DAY_LIMIT), rows)


def leave(visit: Visit, detail: str = "") -> Turn:
    """Written down to leave in ten seconds, or when it is scheduled."""
    if needs_two(visit.draft, push_card.level(visit.draft, visit.room.told)):
        detail = f"{detail}; alone, permitted: {visit.room.permission}".removeprefix("; ")
    sent, begins = going(visit)
    screens = ((visit.me, visit.asked.screen),)
    return visit.show(countdown(visit.with_draft(sent)), Send(sent, begins, screens, detail, added(visit)))


def going(visit: Visit) -> tuple[Draft, datetime]:
    """The draft once it is sent, and when it begins."""
    now = visit.scene.board.now  # what puts something right need not wait
    at_once = visit.draft.aim in _AT_ONCE
    begins = now if at_once else visit.draft.at or now + timedelta(seconds=SECONDS_TO_THINK)
    told = visit.room.told
    had = told.sent + told.unknown + told.digested if told else 0
    total = sum(visit.room.audience.values()) if visit.draft.aim is Aim.ALERT else had
    return visit.changed(stage=Stage.SENT, step=Step.NOTHING, total=total), begins


def countdown(visit: Visit, seconds: int = SECONDS_TO_THINK) -> Message:
    """It will leave: how to stop it is one tap away."""
    draft, say = visit.draft, visit.say
    if draft.aim in _AT_ONCE:
        return Message(say.rich(_AT_ONCE[draft.aim]))
    if draft.at is not None:
        text = say.rich("desk.scheduled", moment=say.moment(draft.at, visit.scene.board.timezone))
    else:
        text = say.rich("desk.countdown", seconds=seconds)
    return Message(text, ((visit.on_draft("desk.button.hold", "hold"),),))


def what_became(visit: Visit) -> Turn | None:
    """How it goes, for whoever taps once more, or second, on a draft that has left; None while it has not."""
    draft, told, now = visit.draft, visit.room.told, visit.scene.board.now
    if draft.stage is not Stage.SENT or told is None or told.id != draft.broadcast_id:
        return None
    waits = told.status is Status.RUNNING and told.at > now
    shown = countdown(visit, ceil((told.at - now).total_seconds())) if waits else progress(visit, told)
    moves = visit.asked.screen and told.status in {Status.RUNNING, Status.PAUSED}
    return visit.show(shown, *((Watch(told.id, visit.asked.screen),) if moves else ()))


def hold(visit: Visit) -> Turn:
    """Stop it before it has begun; whoever wrote it has it back as a draft."""
    told = visit.room.told
    if told is None or visit.draft.broadcast_id is None:
        return visit.toast("error.expired")
    if refused := not_held_any_more(visit):
        shown = visit.show(progress(visit, told))
        return replace(shown, replies=(*refused.replies, *shown.replies))
    changes = give_back(visit, told)
    if not visit.is_author(visit.draft):
        return visit.told("desk.held", *changes)
    return Turn((), changes, (replace(visit.asked, action=f"held {visit.draft.id}"),))


def not_held_any_more(visit: Visit) -> Turn | None:
    """Why what was to leave cannot be stopped before it begins: it has begun, or was stopped already; else None."""
    told = visit.room.told
    if told is not None and told.status is Status.CANCELLED and not has_begun(told, visit.scene.board.now):
        return visit.toast("desk.held_already")
    begun = told is None or told.status is not Status.RUNNING or told.at <= visit.scene.board.now
    return visit.toast("desk.begun") if begun else None


def give_back(visit: Visit, told: Told) -> tuple[Act, ...]:
    """What stops it, and brings it back to whoever wrote it; of somebody else's doing they are told at once."""
    at = told.at if visit.draft.at is not None else None  # it may have been moved since
    back = visit.changed(broadcast_id=None, at=at)
    changes: tuple[Act, ...] = (Steer(told.id, "hold"), Keep(back, ""))
    author = next((c for c in visit.room.colleagues if (c.channel, c.address) == (back.channel, back.address)), None)
    if author is None:  # who acts, or somebody out of reach
        return changes
    theirs = visit.with_draft(back).as_colleague(author)
    text = theirs.say.rich("desk.held_by", who=_name_of_me(visit), title=cut(told.title, push_card.LONGEST_NAMED))
    return (*changes, Show(author, Message(text, ((theirs.on_draft("desk.button.see_again", "see"),),))))


def _name_of_me(visit: Visit) -> str:
    me = visit.me
    return visit.room.my_name or f"{push_card.called(me.channel)} {me.address}"


def held(visit: Visit) -> Turn:
    """The author has it back: the card as it is now that nothing leaves."""
    return visit.show(push_card.card(visit, visit.say.rich("desk.held_yours")))


def _move(visit: Visit) -> Turn:
    told, at, draft = visit.room.told, visit.draft.at, visit.changed(stage=Stage.CLOSED, step=Step.NOTHING)
    if told is None or at is None:
        return visit.toast("error.expired")
    if told.status is not Status.RUNNING or told.at <= visit.scene.board.now:
        return visit.told("desk.begun", Keep(draft, "draft_cancelled"))
    if not may_move(visit.room):
        return visit.told("desk.move_needs_two", Keep(draft, "draft_cancelled"))
    moment = visit.say.moment(at, visit.scene.board.timezone)
    return visit.told("desk.moved", Keep(draft, "draft_sent"), Move(told.id, at), moment=moment)
