"""What becomes of a text that a draft corrects: whoever has not had it yet gets it so."""

from dataclasses import replace

from bot.chat.broadcasts import broadcast_message
from bot.chat.message import Message
from bot.chat.newsroom.visit import Visit
from bot.chat.push import Aim, Told
from bot.chat.righted import ALERT_ROOM, STORY_ROOM, amendment, righted
from bot.delivery.content import Content


def added(visit: Visit) -> str:
    """What a correction adds where its wrong words do not stand; "" of other drafts.

    It becomes part of a text for all readers, so it is in the portal's language.
    """
    texts, draft = visit.scene.board.texts, visit.draft
    return amendment(texts.voice(texts.fallback), draft.note.text) if draft.aim is Aim.CORRECTION else ""


def corrected_form(visit: Visit) -> Message | None:
    """The alert or follow-up that the draft corrects, as later readers get it; None where it corrects none."""
    told = visit.room.told
    if visit.draft.aim is not Aim.CORRECTION or told is None or told.note is None:
        return None
    told = as_corrected(visit, told)
    content = Content(told.kind, told.at, told.story, told.note)
    return broadcast_message(content, visit.say.language, visit.scene.board)


def as_corrected(visit: Visit, told: Told) -> Told:
    """What was told, as it stands once the draft has left: a correction's own heading names it so, too."""
    if visit.draft.aim is not Aim.CORRECTION:
        return told
    words = (visit.draft.note.wrong, visit.draft.note.text, added(visit))
    if (note := told.note) is not None:
        title, text = righted(note.title, note.text, *words, ALERT_ROOM)
        return replace(told, note=replace(note, title=title or note.title, text=text or note.text))
    if (story := told.story) is not None:
        title, summary = righted(story.title, story.summary, *words, STORY_ROOM)
        return replace(told, story=replace(story, title=title or story.title, summary=summary or story.summary))
    return told
