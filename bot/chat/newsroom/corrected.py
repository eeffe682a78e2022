"""What becomes of a text that a draft corrects: whoever has not had it yet gets it so."""

from dataclasses import replace

from bot.chat.broadcasts import broadcast_message
from bot.chat.message import Message
from bot.chat.newsroom.visit import Visit
from bot.chat.push import Aim
from bot.chat.righted import ALERT_ROOM, amendment, righted
from bot.delivery.content import Content


def added(visit: Visit) -> str:
    """What a correction adds where its wrong words do not stand; "" of other drafts.

    It becomes part of a text for all readers, so it is in the portal's language.
    """
    texts, draft = visit.scene.board.texts, visit.draft
    return amendment(texts.voice(texts.fallback), draft.note.text) if draft.aim is Aim.CORRECTION else ""


def corrected_form(visit: Visit) -> Message | None:
    """The alert or follow-up that the draft corrects, as later readers get it; None where it corrects none."""
    told, note = visit.room.told, visit.draft.note
    if visit.draft.aim is not Aim.CORRECTION or told is None or told.note is None:
        return None
    title, text = righted(told.note.title, told.note.text, note.wrong, note.text, added(visit), ALERT_ROOM)
    content = Content(told.kind, told.at, told.story, replace(told.note, title=title, text=text))
    return broadcast_message(content, visit.say.language, visit.scene.board)
