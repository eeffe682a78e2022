"""What nobody approved in time, or under which the text has changed: back to its author."""

from bot.chat.fit import cut
from bot.chat.message import Message, Span
from bot.chat.newsroom.card import LONGEST_NAMED
from bot.chat.newsroom.guard import holds_rest, is_void
from bot.chat.newsroom.visit import Visit
from bot.chat.push import Aim, Draft, Stage
from bot.chat.texts import joined


def lapse(visit: Visit) -> tuple[Draft, Message]:
    """The draft as its author has it back, and what they are told, with a way to ask once more."""
    draft, told = visit.draft, visit.room.told
    if is_void(draft, told):
        return visit.changed(stage=Stage.CLOSED), Message(visit.say.rich("desk.taken_back"))
    back = visit.changed(asked_at=draft.asked_at)
    goes_on = visit.say.rich("desk.rest.goes_on") if holds_rest(draft, told) else ()
    key = "desk.button.look_again" if draft.aim is Aim.CORRECTION else "desk.button.see_again"
    again = visit.with_draft(back).on_draft(key, "see")
    return back, Message(joined("\n", _lapsed(visit), goes_on), ((again,),))


def _lapsed(visit: Visit) -> tuple[Span, ...]:
    draft, told = visit.draft, visit.room.told
    if draft.aim is Aim.CORRECTION:
        return visit.say.rich("desk.approve.lapsed", title=cut(told.title if told else "", LONGEST_NAMED))
    title = " ".join((draft.note.title or draft.note.text).split())
    return visit.say.rich("desk.approve.lapsed_alert", title=cut(title, LONGEST_NAMED))
