"""/push: an editor writes, looks, changes and sends; one function for each thing they say or tap."""

from dataclasses import replace
from typing import Final

from bot.chat import screens
from bot.chat.fit import cut, units
from bot.chat.message import Button, Message, Rows, Span
from bot.chat.newsroom import card as push_card
from bot.chat.newsroom.guard import has_lapsed, holds_rest
from bot.chat.newsroom.visit import Visit
from bot.chat.push import Aim, Draft, Keep, Stage, Step
from bot.chat.stories import usable
from bot.chat.texts import joined
from bot.chat.turn import Mode, Reply, Turn
from bot.delivery.content import Note
from bot.news.item import Story

LONGEST_TITLE: Final = 200
LONGEST_TEXT: Final = 3_000  # units: heading, closing and the newsroom's own lines must fit beside it
_LONGEST_LABEL: Final = 60


# Beginning ------------------------------------------------------------------------------------------------------------


def push(visit: Visit) -> Turn:
    """Begin, or go on where one stopped; what stands behind the command is the text."""
    draft = visit.room.draft
    if visit.asked.text:
        return take_text(visit.with_draft(_new(visit)), visit.asked.text)
    if draft is not None and (push_card.has_text(draft) or draft.aim is not Aim.ALERT):
        return current(visit, "desk.unfinished")
    return ask_text(visit.with_draft(_new(visit) if draft is None else draft), "draft")


def begin_anew(visit: Visit) -> Turn:
    """Leave the unfinished one and write another."""
    closed = visit.changed(stage=Stage.CLOSED, step=Step.NOTHING)
    asked = ask_text(visit.with_draft(_new(visit)), "draft")
    return replace(asked, changes=(Keep(closed, "draft_cancelled"), *asked.changes))


def _new(visit: Visit) -> Draft:
    return visit.begun(step=Step.TEXT)


def ask_text(visit: Visit, act: str) -> Turn:
    """Ask for the text; it is awaited from now on."""
    rows: Rows = ((visit.on_draft("desk.button.cancel", "no"),),)
    if visit.draft.aim is Aim.ALERT:
        rows = ((visit.on_draft("desk.button.pick", "pick"),), *rows)
    key = {Aim.ALERT: "desk.ask", Aim.FOLLOW_UP: "desk.ask_follow_up"}[visit.draft.aim]
    return visit.prompt(visit.say.rich(key), rows, Keep(visit.draft, act))


def current(visit: Visit, note: str = "") -> Turn:
    """The draft as it stands: the message, and the card or the question that is open."""
    draft, told = visit.draft, visit.say.rich(note) if note else ()
    anew = (visit.on_draft("desk.button.new", "new"),) if note else ()
    if draft.stage is Stage.WAITING and not has_lapsed(draft, visit.room.told, visit.scene.board.now):
        return Turn((Reply(push_card.waiting(visit)),))
    if draft.step is not Step.NOTHING:
        return Turn((Reply(question(visit)),))
    shown = push_card.card(visit, told)
    shown = replace(shown, rows=(*shown.rows, anew)) if anew else shown
    if draft.aim is Aim.MOVE:
        return Turn((Reply(shown),))
    forms = (push_card.preview(visit), *push_card.other_forms(visit), shown)
    return Turn(tuple(map(Reply, forms)))


def question(visit: Visit) -> Message:
    """What the draft waits for, asked again."""
    keys = {
        Step.TEXT: "desk.ask", Step.TIME: "desk.ask_time", Step.WRONG: "desk.ask_wrong", Step.RIGHT: "desk.ask_right",
        Step.REASON: "desk.ask_reason", Step.PHOTO: "desk.ask_photo", Step.PLACE: "desk.ask_place",
        Step.WORD: "desk.ask_word",
    }  # fmt: skip
    draft = visit.draft
    key = "desk.ask_follow_up" if draft.aim is Aim.FOLLOW_UP and draft.step is Step.TEXT else keys[draft.step]
    return ask_again(visit, key)


def ask_again(visit: Visit, key: str) -> Message:
    """A question of its own, with a way out of it."""
    return Message(visit.say.rich(key), (way_back(visit),))


def way_back(visit: Visit) -> tuple[Button, ...]:
    """Back to the card where there is one, else out of it."""
    if push_card.has_text(visit.draft):
        return (visit.on_draft("desk.button.back", "card"),)
    return (visit.on_draft("desk.button.cancel", "no"),)


# The text -------------------------------------------------------------------------------------------------------------


def take_text(visit: Visit, text: str) -> Turn:
    """The text of an alert or a follow-up, or the address of a story."""
    story = visit.room.story
    address = text.strip()
    if story is not None and usable(address) and len(address.split()) == 1:
        return _take_story(visit, story)
    if usable(address) and len(address.split()) == 1:
        return visit.prompt(visit.say.rich("desk.unknown_link"), (way_back(visit),), Keep(visit.draft, "draft"))
    note = read_note(text, visit.draft.note)
    if units(note.title) > LONGEST_TITLE or units(note.text) > LONGEST_TEXT:
        values = {"title": LONGEST_TITLE, "text": LONGEST_TEXT}
        return visit.prompt(
            visit.say.rich("desk.too_long", **values), (way_back(visit),), Keep(visit.draft, "draft")
        )  # fmt: skip
    return visit.keep(visit.changed(note=note, story_id=None, step=Step.NOTHING), "draft_text", "preview", note.title)


def read_note(text: str, before: Note) -> Note:
    """What was typed: the first line is the title, an address alone in the last line becomes the button."""
    lines = text.strip().splitlines()
    link = usable(lines[-1].strip()) if len(lines) > 1 and len(lines[-1].split()) == 1 else ""
    if link:
        lines.pop()
    title, body = " ".join(lines[0].split()) if lines else "", "\n".join(lines[1:]).strip()
    return replace(before, title=title, text=body, link=link)


def _take_story(visit: Visit, story: Story) -> Turn:
    note = replace(visit.draft.note, title=story.title, text=story.summary, link=usable(story.link))
    draft = visit.changed(note=note, story_id=story.id, step=Step.NOTHING)
    return visit.keep(draft, "draft_text", "preview", f"story {story.id}")


def pick(visit: Visit) -> Turn:
    """The newest stories, to take one."""
    rows = [
        (Button(cut(s.title, _LONGEST_LABEL), visit.on_draft("desk.button.pick", "take", s.id).action),)
        for s in visit.room.stories
    ]
    key = "desk.pick" if rows else "desk.pick_none"
    return visit.prompt(visit.say.rich(key), (*rows, (visit.on_draft("desk.button.cancel", "no"),)))


def take(visit: Visit) -> Turn:
    """The story that was picked becomes the text."""
    story = visit.room.story
    return visit.toast("error.no_story") if story is None else _take_story(visit, story)


def edit_text(visit: Visit) -> Turn:
    """Write it anew; an approval that was asked for is void from now on."""
    steps = {Aim.CORRECTION: Step.WRONG, Aim.WITHDRAWAL: Step.REASON}
    draft = visit.changed(step=steps.get(visit.draft.aim, Step.TEXT))
    asked = question(visit.with_draft(draft))
    asked = replace(asked, text=joined("\n\n", _goes_on(visit), asked.text))
    return visit.show(asked, Keep(draft, "draft_reopened"))


def leave(visit: Visit, how: str) -> Turn | None:
    """BATAL or MENU (`cancel`, `menu`): what is written next is no answer any more; None when nothing is asked.

    What has a card stays as it was; what has none yet is let go.
    """
    draft = visit.room.draft
    if draft is None or draft.stage is not Stage.OPEN or draft.step is Step.NOTHING:
        return None
    if not (push_card.has_text(draft) or draft.at is not None):
        closed = Keep(visit.changed(stage=Stage.CLOSED, step=Step.NOTHING), "draft_cancelled")
        note = visit.say.rich("desk.cancelled")
        return visit.show(screens.home(visit.scene, note) if how == "menu" else Message(note), closed)
    kept = visit.changed(step=Step.NOTHING)
    if how == "menu":
        left = visit.say.rich("desk.left_for_later")
        return visit.show(screens.home(visit.scene, left), Keep(kept, "draft_reopened"))
    card = push_card.card(visit.with_draft(kept), visit.say.rich("desk.question_closed"))
    return visit.show(card, Keep(kept, "draft_reopened"))


def _goes_on(visit: Visit) -> tuple[Span, ...]:
    """Where a colleague is asked no longer, what stood still meanwhile goes on as it was."""
    return visit.say.rich("desk.rest.goes_on") if holds_rest(visit.draft, visit.room.told) else ()


# The card -------------------------------------------------------------------------------------------------------------


def show_card(visit: Visit) -> Turn:
    """The card as it is now."""
    if visit.draft.step is not Step.NOTHING:
        draft = visit.changed(step=Step.NOTHING)
        return visit.show(push_card.card(visit.with_draft(draft)), Keep(draft, "draft_reopened"))
    return visit.show(push_card.card(visit))


def look_again(visit: Visit) -> Turn:
    """The whole draft once more; another time alone has nothing that readers will see."""
    return show_card(visit) if visit.draft.aim is Aim.MOVE else show_preview(visit)


def show_preview(visit: Visit) -> Turn:
    """The message as readers will get it, in place of the card that was pressed, and a card below."""
    real = push_card.preview(visit)
    shown = visit.show(real)
    if real.photo and visit.asked.pressed:  # words do not become a photo
        below = visit.show(Message(visit.say.rich("desk.preview_below")))
        shown = replace(below, replies=(*below.replies, Reply(real)))
    others = [Reply(message) for message in push_card.other_forms(visit)]
    return replace(shown, replies=(*shown.replies, *others, Reply(push_card.card(visit), Mode.NEW)))


def cancel(visit: Visit) -> Turn:
    """Leave it."""
    closed = visit.changed(stage=Stage.CLOSED, step=Step.NOTHING)
    if goes_on := _goes_on(visit):
        text = joined(" ", visit.say.rich("desk.rest.let_go"), goes_on)
        return visit.show(Message(text), Keep(closed, "draft_cancelled"))
    return visit.told("desk.cancelled", Keep(closed, "draft_cancelled"))
