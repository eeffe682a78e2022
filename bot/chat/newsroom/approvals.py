"""Two people for what wakes a town: a colleague approves exactly what they have seen, within a quarter of an hour."""

from bot.chat.message import Message
from bot.chat.newsroom import card as push_card
from bot.chat.newsroom.corrected import added, corrected_form
from bot.chat.newsroom.guard import (
    APPROVAL_HOLDS,
    approvable,
    fingerprint,
    holds_rest,
    is_too_late,
    is_void,
    needs_two,
    over_limit,
)
from bot.chat.newsroom.sending import countdown, going
from bot.chat.newsroom.visit import Visit
from bot.chat.push import Aim, Colleague, Draft, Keep, Send, Show, Stage, Step
from bot.chat.texts import joined
from bot.chat.turn import Turn


def ask(visit: Visit) -> Turn:
    """Every colleague sees the message and two buttons; the author waits, and so does what a correction puts right."""
    if not visit.room.colleagues or not needs_two(visit.draft, push_card.level(visit.draft, visit.room.told)):
        return visit.show(push_card.card(visit))
    if is_void(visit.draft, visit.room.told):
        closed = visit.changed(stage=Stage.CLOSED, step=Step.NOTHING)
        return visit.told("desk.taken_back", Keep(closed, "draft_cancelled"))
    now = visit.scene.board.now
    if visit.draft.at is not None and visit.draft.at <= now:
        return visit.show(push_card.card(visit, visit.say.rich("desk.too_late")))
    draft = visit.changed(
        stage=Stage.WAITING, step=Step.NOTHING, asked_at=now, asked_hash=fingerprint(visit.draft, visit.room.told),
        screen=visit.asked.screen,
    )  # fmt: skip
    asking = visit.with_draft(draft)
    shows = [show for c in visit.room.colleagues for show in _requests(asking, c)]
    detail = f"draft {draft.id} {draft.asked_hash[:12]}"
    return visit.show(push_card.waiting(asking), Keep(draft, "approval_asked", detail), *shows)


def _requests(visit: Visit, colleague: Colleague) -> tuple[Show, ...]:
    """The message itself, of a correction also what later readers get, then the question."""
    theirs = visit.as_colleague(colleague)
    corrected = corrected_form(theirs)
    messages = [push_card.preview(theirs), *([corrected] if corrected else [])]
    rows = ((theirs.on_draft("desk.button.approve", "ok"), theirs.on_draft("desk.button.refuse", "nok")),)
    key = "desk.approve.ask_correction" if visit.draft.aim is Aim.CORRECTION else "desk.approve.ask"
    held = theirs.say.rich("desk.rest.held") if holds_rest(visit.draft, visit.room.told) else ()
    asked = joined("\n", theirs.say.rich(key, minutes=_minutes()), held)
    messages.append(Message(joined("\n\n", asked, push_card.summary(theirs)), rows))
    return tuple(Show(colleague, message) for message in messages)


def approve(visit: Visit) -> Turn:
    """A colleague approves: it leaves, if it is still what they saw."""
    draft = visit.draft
    if visit.is_author(draft):
        return visit.toast("desk.approve.own")
    author = _author(visit, draft)
    now, told = visit.scene.board.now, visit.room.told
    void = is_too_late(draft, now) or is_void(draft, told)
    if author is None or void or visit.button is None or not approvable(draft, visit.button.number(1), now, told):
        return _no_more(visit)
    sent, begins = going(visit)
    shown = visit.with_draft(sent)
    detail = "; ".join(filter(None, (f"approved {draft.asked_hash[:12]}", over_limit(draft, visit.room))))
    screens = ((author, draft.screen), (visit.me, visit.asked.screen))
    tell = Show(author, countdown(shown.as_colleague(author)), draft.screen)
    return visit.show(countdown(shown), Send(sent, begins, screens, detail, added(visit)), tell)


def refuse(visit: Visit) -> Turn:
    """A colleague would rather not: the author has it back."""
    draft = visit.draft
    if visit.is_author(draft):
        return visit.toast("desk.approve.own")
    author = _author(visit, draft)
    if author is None or visit.button is None or draft.stage is not Stage.WAITING or (
        draft.version != visit.button.number(1)
    ):  # fmt: skip
        return _no_more(visit)
    back = visit.changed()
    theirs = visit.with_draft(back).as_colleague(author)
    key = "desk.approve.refused_correction" if draft.aim is Aim.CORRECTION else "desk.approve.refused"
    goes_on = theirs.say.rich("desk.rest.goes_on") if holds_rest(draft, visit.room.told) else ()
    card = push_card.card(theirs, joined("\n", theirs.say.rich(key), goes_on))
    return visit.told("desk.approve.you_refused", Keep(back, "approval_refused"), Show(author, card, draft.screen))


def _no_more(visit: Visit) -> Turn:
    """Why there is nothing to decide any more: its time is over, or it is no longer what they were shown."""
    draft, version = visit.draft, visit.button.number(1) if visit.button is not None else 0
    same = draft.version == version if draft.stage is Stage.WAITING else draft.version == version + 1
    late = same and draft.stage in {Stage.OPEN, Stage.WAITING} and is_too_late(draft, visit.scene.board.now)
    return visit.toast("desk.approve.late" if late else "desk.approve.void")


def _author(visit: Visit, draft: Draft) -> Colleague | None:
    """Whoever wrote it, if they are still of staff: what somebody wrote who has left is not sent."""
    return next((c for c in visit.room.colleagues if (c.channel, c.address) == (draft.channel, draft.address)), None)


def _minutes() -> int:
    return int(APPROVAL_HOLDS.total_seconds() // 60)
