"""What editors do with what was told: stop it, go on with it, correct it, take it back, look at it."""

from dataclasses import replace
from typing import Final

from bot.chat.fit import cut, units
from bot.chat.newsroom import card
from bot.chat.newsroom.guard import has_begun, may_move
from bot.chat.newsroom.progress import TELLABLE, full_report, progress
from bot.chat.newsroom.push import ask_text, question
from bot.chat.newsroom.sending import give_back, not_held_any_more
from bot.chat.newsroom.visit import Visit
from bot.chat.push import Aim, Draft, Keep, Stage, Steer, Step, Told, Watch
from bot.chat.turn import Turn
from bot.delivery.content import Note
from bot.delivery.plan import Status

LONGEST_PART: Final = 1_000  # units of what was wrong, and of what is right
LONGEST_REASON: Final = 300
CONFIRMED_WITHIN: Final = 15 * 60  # seconds
_RUNS: Final = frozenset({Status.RUNNING})
_MOVES: Final = frozenset({Status.RUNNING, Status.PAUSED})


# Under way ------------------------------------------------------------------------------------------------------------


def pause(visit: Visit) -> Turn:
    """Nothing more of it leaves until somebody goes on."""
    return _steer(visit, "pause", _RUNS)


def go_on(visit: Visit) -> Turn:
    """Go on with it."""
    return _steer(visit, "resume", frozenset({Status.PAUSED}))


def stop_rest(visit: Visit) -> Turn:
    """Whoever has not got it gets it no more: asked once."""
    told = visit.room.told
    if told is None or told.status not in _MOVES or told.done_at is not None:
        return show(visit)
    asked = int(visit.scene.board.now.timestamp())
    yes = visit.act("desk.button.really_stop", "endx", told.id, asked)
    rows = ((yes, visit.act("desk.button.back", "rep", told.id)),)
    return visit.prompt(visit.say.rich("desk.really_stop", sent=told.sent), rows)


def really_stop(visit: Visit) -> Turn:
    """Stop the rest, if that was asked just now: of an answer from long ago nobody knows what it was about."""
    asked = visit.button.number(1) if visit.button is not None else 0
    age = visit.scene.board.now.timestamp() - asked
    return _steer(visit, "cancel", _MOVES) if 0 <= age < CONFIRMED_WITHIN + 1 else show(visit)


def again(visit: Visit) -> Turn:
    """Once more to those of whom nobody knows whether they have it."""
    return _steer(visit, "again", frozenset({Status.RUNNING, Status.DONE, Status.EXPIRED}))


def _steer(visit: Visit, act: str, allowed: frozenset[Status]) -> Turn:
    """Do it where it still makes sense; either way the screen shows how it stands."""
    told = visit.room.told
    if told is None:
        return visit.toast("error.expired")
    over = told.done_at is not None and act != "again"
    changes = () if over or told.status not in allowed else (Steer(told.id, act),)
    watch = (Watch(told.id, visit.asked.screen),) if changes else ()
    return Turn((), (*changes, *watch), (replace(visit.asked, action=f"look {told.id}"),))


def show(visit: Visit) -> Turn:
    """How it stands now; while it is under way the screen goes on telling."""
    told = visit.room.told
    if told is None:
        return visit.toast("error.expired")
    watched = (Watch(told.id, visit.asked.screen),) if told.status in _MOVES and visit.asked.screen else ()
    return visit.show(progress(visit, told), *watched)


def full(visit: Visit) -> Turn:
    """The whole report."""
    told = visit.room.told
    return visit.toast("error.expired") if told is None else visit.show(full_report(visit, told))


# Told again -----------------------------------------------------------------------------------------------------------


def follow_up(visit: Visit) -> Turn:
    """News about it, to those who have it."""
    told = _tellable(visit)
    if told is None:
        return _nothing_to_tell(visit)
    draft = visit.begun(aim=Aim.FOLLOW_UP, about=told.id, step=Step.TEXT, note=Note("", level=told.level))
    return ask_text(visit.with_draft(draft), "draft_follow_up")


def correct(visit: Visit) -> Turn:
    """What was wrong in it: asked for first."""
    return _begin(visit, Aim.CORRECTION, Step.WRONG, "draft_correction")


def withdraw(visit: Visit) -> Turn:
    """Why it is taken back."""
    return _begin(visit, Aim.WITHDRAWAL, Step.REASON, "draft_withdrawal")


def move(visit: Visit) -> Turn:
    """Another time for what is scheduled."""
    told = visit.room.told
    if told is None or told.status is not Status.RUNNING or told.at <= visit.scene.board.now:
        return visit.toast("desk.begun")
    if not may_move(visit.room):
        return visit.told("desk.move_needs_two")
    return _ask(visit, visit.begun(aim=Aim.MOVE, about=told.id, step=Step.TIME), "draft_move")


def unschedule(visit: Visit) -> Turn:
    """It will not leave: asked once, for it may be a colleague's."""
    if refused := not_held_any_more(visit):
        return refused
    told, asked = visit.room.told, int(visit.scene.board.now.timestamp())
    assert told is not None  # else it is refused
    yes = visit.act("desk.button.really_unschedule", "unqx", told.id, asked)
    moment = visit.say.moment(told.at, visit.scene.board.timezone)
    text = visit.say.rich("desk.really_unschedule", title=cut(told.title, card.LONGEST_NAMED), moment=moment)
    return visit.prompt(text, ((yes,), (visit.act("desk.button.back", "que"),)))


def really_unschedule(visit: Visit) -> Turn:
    """It will not leave, if that was asked just now; whoever wrote it has it back as a draft, and is told by whom."""
    asked = visit.button.number(1) if visit.button is not None else 0
    if not 0 <= visit.scene.board.now.timestamp() - asked < CONFIRMED_WITHIN + 1:
        return unschedule(visit)
    if refused := not_held_any_more(visit):
        return refused
    told, behind = visit.room.told, visit.room.behind
    assert told is not None  # else it is refused
    title = cut(told.title, card.LONGEST_NAMED)
    if behind is None or behind.stage is not Stage.SENT:
        return visit.told("desk.unscheduled", Steer(told.id, "hold"), title=title)
    given = give_back(visit.with_draft(behind), told)
    if visit.is_author(behind):
        return Turn((), given, (replace(visit.asked, action=f"held {behind.id}"),))
    return visit.told("desk.unscheduled", *given, title=title)


def _tellable(visit: Visit) -> Told | None:
    """What the button names, if there is something to say about it: it has begun, and was not taken back."""
    told = visit.room.told
    if told is None or told.kind not in TELLABLE or told.status is Status.WITHDRAWN:
        return None
    return told if has_begun(told, visit.scene.board.now) else None


def _nothing_to_tell(visit: Visit) -> Turn:
    told = visit.room.told
    planned = told is not None and told.status in _MOVES and not has_begun(told, visit.scene.board.now)
    return visit.toast("desk.not_begun" if planned else "error.expired")


def _begin(visit: Visit, aim: Aim, step: Step, act: str) -> Turn:
    told = _tellable(visit)
    if told is None:
        return _nothing_to_tell(visit)
    return _ask(visit, visit.begun(aim=aim, about=told.id, step=step), act)


def _ask(visit: Visit, draft: Draft, act: str) -> Turn:
    return visit.show(question(visit.with_draft(draft)), Keep(draft, act, f"about #{draft.about}"))


def take_wrong(visit: Visit, text: str) -> Turn:
    """What stood there; next, what is right."""
    if units(text) > LONGEST_PART:
        return visit.told("desk.part_too_long", most=LONGEST_PART)
    draft = visit.changed(note=replace(visit.draft.note, wrong=text.strip()), step=Step.RIGHT)
    return visit.show(question(visit.with_draft(draft)), Keep(draft, "draft_text"))


def take_right(visit: Visit, text: str) -> Turn:
    """What is right: the correction is whole."""
    if units(text) > LONGEST_PART:
        return visit.told("desk.part_too_long", most=LONGEST_PART)
    draft = visit.changed(note=replace(visit.draft.note, text=text.strip()), step=Step.NOTHING)
    return visit.keep(draft, "draft_text", "preview")


def take_reason(visit: Visit, text: str) -> Turn:
    """Why it is withdrawn, in one line."""
    reason = " ".join(text.split())
    if units(reason) > LONGEST_REASON:
        return visit.told("desk.part_too_long", most=LONGEST_REASON)
    draft = visit.changed(note=replace(visit.draft.note, text=reason), step=Step.NOTHING)
    return visit.keep(draft, "draft_text", "preview")


# What the portal did --------------------------------------------------------------------------------------------------


def pass_on_title(visit: Visit) -> Turn:
    """The portal changed the headline of what was told: as a correction, ready to be looked at."""
    told, before = _tellable(visit), visit.room.before
    if told is None or told.story is None or not before:
        return visit.toast("desk.nothing_to_pass_on")
    note = Note(told.story.title, wrong=before)
    return _ready(visit, visit.begun(aim=Aim.CORRECTION, about=told.id, note=note), "draft_correction")


def pass_on_withdrawal(visit: Visit) -> Turn:
    """The portal took the story down: so do we, with its reason."""
    told = _tellable(visit)
    if told is None or told.story is None:
        return visit.toast("desk.nothing_to_pass_on")
    note = Note(visit.scene.board.texts.t(visit.scene.board.texts.fallback, "desk.portal_withdrew"))
    return _ready(visit, visit.begun(aim=Aim.WITHDRAWAL, about=told.id, note=note), "draft_withdrawal")


def _ready(visit: Visit, draft: Draft, act: str) -> Turn:
    """A draft that needs no text; the notice that led here stays, for it says what happened."""
    asked = replace(visit.asked, action=f"preview {draft.id}", pressed=False)
    return Turn((), (Keep(draft, act, f"about #{draft.about}"),), (asked,))
