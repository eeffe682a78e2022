"""A correction that nobody approved in time, or under which the text has changed: back to its author."""

from bot.chat.fit import cut
from bot.chat.message import Message
from bot.chat.newsroom.card import LONGEST_NAMED
from bot.chat.newsroom.guard import holds_rest, is_void
from bot.chat.newsroom.visit import Visit
from bot.chat.push import Draft, Stage
from bot.chat.texts import joined


def lapse(visit: Visit) -> tuple[Draft, Message]:
    """The draft as its author has it back, and what they are told, with a way to ask once more."""
    draft, told = visit.draft, visit.room.told
    if told is None or is_void(draft, told):
        return visit.changed(stage=Stage.CLOSED), Message(visit.say.rich("desk.taken_back"))
    back = visit.changed()
    goes_on = visit.say.rich("desk.rest.goes_on") if holds_rest(draft, told) else ()
    text = joined("\n", visit.say.rich("desk.approve.lapsed", title=cut(told.title, LONGEST_NAMED)), goes_on)
    return back, Message(text, ((visit.with_draft(back).on_draft("desk.button.look_again", "card"),),))
