"""What an editor adds to an alert beside its text: a photo, where it is, and whether it is still being checked."""

from dataclasses import replace
from typing import Any, Final

from bot.chat.fit import cut
from bot.chat.message import Button
from bot.chat.newsroom import card
from bot.chat.newsroom.push import ask_again, take_text, way_back
from bot.chat.newsroom.visit import Visit
from bot.chat.push import Aim, Keep, Step
from bot.chat.screens import TICK
from bot.chat.texts import joined
from bot.chat.turn import Turn

LONGEST_PLACE: Final = 60
_WITH_PHOTO: Final = frozenset({Aim.ALERT, Aim.FOLLOW_UP})
_AWAITED: Final = frozenset({Step.NOTHING, Step.TEXT, Step.PHOTO})


def details(visit: Visit) -> Turn:
    """Where it is, and whether it is certain."""
    on, note = visit.on_draft, visit.draft.note
    place = visit.say.rich("desk.place_now", place=note.place) if note.place else visit.say.rich("desk.no_place")
    tick = TICK if note.unverified else ""
    drop = ((on("desk.button.no_place", "plx"),),) if note.place else ()
    rows = (
        (on("desk.button.place", "pl"),), *drop,
        (Button(tick + visit.say.t("desk.button.unverified"), on("desk.button.unverified", "unv").action),),
        (on("desk.button.back", "card"),),
    )  # fmt: skip
    return visit.prompt(joined("\n", place, visit.say.rich("desk.about_unverified")), rows)


def unverified(visit: Visit) -> Turn:
    """Still being checked, or no longer."""
    now = not visit.draft.note.unverified
    return _noted(visit, "draft_unverified", "unverified" if now else "verified", unverified=now)


def ask_place(visit: Visit) -> Turn:
    """Where it is, in a few words."""
    return _ask(visit, Step.PLACE, "desk.ask_place")


def take_place(visit: Visit, text: str) -> Turn:
    """What was typed stands in the heading."""
    place = cut(" ".join(text.split()), LONGEST_PLACE)
    return _noted(visit, "draft_place", place, place=place)


def no_place(visit: Visit) -> Turn:
    """No place after all."""
    return _noted(visit, "draft_place", "-", place="")


# A photo --------------------------------------------------------------------------------------------------------------


def ask_photo(visit: Visit) -> Turn:
    """The next photo stands above the text."""
    draft = visit.changed(step=Step.PHOTO)
    asking = visit.with_draft(draft)
    drop = ((asking.on_draft("desk.button.no_photo", "phx"),),) if draft.note.photo else ()
    return visit.prompt(visit.say.rich("desk.ask_photo"), (*drop, way_back(asking)), Keep(draft, "draft_reopened"))


def no_photo(visit: Visit) -> Turn:
    """The text alone."""
    return _noted(visit, "draft_photo", "-", photo="")


def awaits_photo(visit: Visit) -> bool:
    """Whether a photo that comes now belongs to the draft."""
    draft = visit.room.draft
    if draft is None or draft.aim not in _WITH_PHOTO or draft.step not in _AWAITED:
        return False
    return draft.step is not Step.NOTHING or card.has_text(draft)


def take_photo(visit: Visit) -> Turn:
    """It stands above the text; its caption is the text where one is asked for."""
    noted = visit.with_draft(replace(visit.draft, note=replace(visit.draft.note, photo=visit.asked.photo)))
    caption = visit.asked.text.strip()
    if caption and visit.draft.step is Step.TEXT:
        return take_text(noted, caption)
    if not card.has_text(visit.draft):
        kept = noted.changed(step=Step.TEXT)
        return visit.show(ask_again(visit.with_draft(kept), "desk.photo_kept"), Keep(kept, "draft_photo"))
    return _noted(visit, "draft_photo", "", photo=visit.asked.photo)


def take_no_photo(visit: Visit, _text: str) -> Turn:
    """Words where a photo was asked for."""
    return visit.show(ask_again(visit, "desk.ask_photo"))


def _ask(visit: Visit, step: Step, key: str) -> Turn:
    draft = visit.changed(step=step)
    return visit.prompt(visit.say.rich(key), (way_back(visit.with_draft(draft)),), Keep(draft, "draft_reopened"))


def _noted(visit: Visit, act: str, detail: str, **fields: Any) -> Turn:  # noqa: ANN401 — the fields of Note
    note = replace(visit.draft.note, **fields)
    return visit.keep(visit.changed(note=note, step=Step.NOTHING), act, "preview", detail)
