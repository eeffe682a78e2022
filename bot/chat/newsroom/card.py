"""What an editor sees of a draft: the message as readers will get it, and the card with everything around it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from bot.chat.broadcasts import broadcast_message, prose
from bot.chat.fit import LONGEST_CAPTION, cut
from bot.chat.message import Button, Message, Rows, Span
from bot.chat.newsroom.corrected import as_corrected
from bot.chat.newsroom.cost import cost_lines
from bot.chat.newsroom.guard import (
    APPROVAL_HOLDS,
    DAY_LIMIT,
    holds_rest,
    is_going,
    like,
    may_alone,
    needs_two,
    original,
)
from bot.chat.newsroom.visit import Visit
from bot.chat.push import Aim, Draft, Told
from bot.chat.righted import is_missing
from bot.chat.texts import Voice, joined
from bot.delivery.content import BroadcastKind, Content, Level, Note
from bot.delivery.estimate import estimate_all
from bot.delivery.life import LIVES, is_outlived, longest_life
from bot.news.following import is_word, word_of

LONGEST_NAMED: Final = 120  # of a title that is named beside other things
LEVELS: Final = {
    Level.ORDINARY: "desk.level.ordinary",
    Level.IMPORTANT: "desk.level.important",
    Level.URGENT: "desk.level.urgent",
}
_KINDS: Final = {
    Aim.ALERT: BroadcastKind.ALERT,
    Aim.FOLLOW_UP: BroadcastKind.FOLLOW_UP,
    Aim.CORRECTION: BroadcastKind.CORRECTION,
    Aim.WITHDRAWAL: BroadcastKind.WITHDRAWAL,
}
_SEND: Final = {
    Aim.ALERT: "desk.button.send",
    Aim.FOLLOW_UP: "desk.button.send_follow_up",
    Aim.CORRECTION: "desk.button.send_correction",
    Aim.WITHDRAWAL: "desk.button.withdraw_now",
    Aim.MOVE: "desk.button.move_now",
}
_PHOTOS: Final = frozenset({"telegram"})  # channels that show them
_CALLED: Final = {"whatsapp": "WhatsApp"}
_Text = tuple[Span, ...]


def preview(visit: Visit, kind: BroadcastKind | None = None, channel: str = "") -> Message:
    """The message as readers of this person's language get it on this channel, else on the person's own.

    `kind` shows it as another kind.
    """
    draft, told = visit.draft, as_corrected(visit, visit.room.told) if visit.room.told else None
    content = Content(
        kind or _KINDS[draft.aim], draft.at or visit.scene.board.now, told.story if told else None, draft.note,
        told.note if told else None, follows="" if told and told.kind is BroadcastKind.FOLLOW_UP else None,
    )  # fmt: skip
    # Here it is a message of its own, whatever it will take the place of.
    photos = (channel or visit.scene.person.channel) in _PHOTOS
    shown = broadcast_message(content, visit.say.language, visit.scene.board, photos=photos)
    return replace(shown, caption=False)


def other_forms(visit: Visit) -> Iterator[Message]:
    """The message in the form of each other channel on which it goes out, where that differs."""
    draft, own = visit.draft, visit.scene.person.channel
    for channel in draft.channels or visit.room.rates:
        form = visit.room.forms.get(channel)
        if form is not None and channel != own and draft.aim is not Aim.MOVE:
            heading, real = visit.say.rich("desk.form", channel=called(channel)), preview(visit, channel=channel)
            alone = visit.say.rich("desk.form_without_photo") if draft.note.photo and not real.photo else ()
            links = tuple(tuple(b for b in row if b.url) for row in real.rows)
            text = joined("\n\n", joined(" ", heading, alone), (Span(form(real)),))
            yield Message(text, tuple(row for row in links if row))


def called(channel: str) -> str:
    """A channel as people call it."""
    return _CALLED.get(channel, channel.capitalize())


def has_text(draft: Draft) -> bool:
    """Whether there is something to show."""
    return bool(draft.note.title.strip() or draft.note.text.strip())


def level(draft: Draft, told: Told | None) -> Level:
    """How urgent it is: what follows up is as urgent as what it follows."""
    return told.level if told is not None and draft.aim is not Aim.ALERT else draft.note.level


def card(visit: Visit, note: _Text = ()) -> Message:
    """Everything that should be known before it is sent, and what can be done."""
    rows = {Aim.ALERT: _alert_rows, Aim.FOLLOW_UP: _follow_up_rows}.get(visit.draft.aim, _plain_rows)
    lines = summary(visit) or visit.say.rich("desk.unfinished")  # what it is about is gone
    return Message(joined("\n\n", note, lines), rows(visit))


def summary(visit: Visit) -> _Text:
    """The card's lines: how urgent, for whom, how many, when, and what speaks against it."""
    lines = {Aim.ALERT: _alert_lines, Aim.MOVE: _move_lines}.get(visit.draft.aim, _about_lines)
    return joined("\n", *lines(visit))


def waiting(visit: Visit) -> Message:
    """What the author sees while a colleague is asked."""
    draft, say = visit.draft, visit.say
    until = (draft.asked_at or visit.scene.board.now) + APPROVAL_HOLDS
    text = say.rich("desk.approve.waiting", moment=say.moment(until, visit.scene.board.timezone))
    text = joined("\n", text, say.rich("desk.rest.held") if holds_rest(draft, visit.room.told) else (), _later(visit))
    rows = ((visit.on_draft("desk.button.text", "txt"), visit.on_draft("desk.button.cancel", "no")),)
    return Message(text, rows)


def _later(visit: Visit) -> _Text:
    """Whom the request reaches only once they have written."""
    later = [colleague for colleague in visit.room.colleagues if colleague.later]
    names = ", ".join(c.name or f"{called(c.channel)} {c.address}" for c in later)
    return visit.say.rich("desk.approve.later", names=names) if later else ()


# Lines ----------------------------------------------------------------------------------------------------------------


def _alert_lines(visit: Visit) -> Iterator[_Text]:
    say, draft, room = visit.say, visit.draft, visit.room
    yield say.rich("desk.card.level", level=say.t(LEVELS[draft.note.level]))
    yield from audience_lines(visit)
    yield _readers(visit)
    yield from cost_lines(say, room.costs)
    yield from _takes(visit)
    if draft.at is not None:
        yield say.rich("desk.card.at", moment=say.moment(draft.at, visit.scene.board.timezone))
    yield from _cut(visit)
    yield from _guards(visit)


def _takes(visit: Visit) -> Iterator[_Text]:
    """How long it takes, and what that means for the last readers where it is longer than it is news."""
    say, room, level = visit.say, visit.room, visit.draft.note.level
    seconds = estimate_all(room.audience, room.rates)
    yield say.rich("desk.card.takes", time=duration(seconds, say))
    if is_outlived(level, seconds):
        life, most = (int(span.total_seconds() / 3600) for span in (LIVES[level], longest_life(level)))
        yield say.rich("desk.card.outlived", life=life, most=most)


def _cut(visit: Visit) -> Iterator[_Text]:
    """A photo leaves less room than words alone."""
    shown = preview(visit, channel="telegram")
    if shown.photo and prose(visit.draft.note.text) not in shown.plain():
        yield visit.say.rich("desk.card.cut", most=LONGEST_CAPTION)


def _about_lines(visit: Visit) -> Iterator[_Text]:
    """What is about an earlier message reaches those who have it."""
    say, told = visit.say, visit.room.told
    if told is None:
        return
    keys = {
        Aim.FOLLOW_UP: "desk.card.follow_up",
        Aim.CORRECTION: "desk.card.correction",
        Aim.WITHDRAWAL: "desk.card.withdrawal",
    }
    yield say.rich(keys[visit.draft.aim], title=cut(told.title, LONGEST_NAMED))
    if visit.draft.aim is Aim.FOLLOW_UP:
        yield say.rich("desk.card.level", level=say.t(LEVELS[told.level]))
    yield say.rich("desk.card.had_it", count=told.sent + told.unknown + told.digested)
    yield from cost_lines(say, visit.room.costs)
    if visit.draft.aim is Aim.CORRECTION and _is_added(told, visit.draft.note):
        yield say.rich("desk.card.not_verbatim")
    if visit.draft.aim is Aim.FOLLOW_UP:
        yield from _cut(visit)
        yield from _guards(visit)
    if visit.draft.aim is Aim.CORRECTION:
        yield from _approval(visit)


def _move_lines(visit: Visit) -> Iterator[_Text]:
    say, told, at = visit.say, visit.room.told, visit.draft.at
    if told is not None and at is not None:
        yield say.rich("desk.card.move", title=cut(told.title, LONGEST_NAMED))
        yield say.rich("desk.card.at", moment=say.moment(at, visit.scene.board.timezone))


def _guards(visit: Visit) -> Iterator[_Text]:
    say, draft, room = visit.say, visit.draft, visit.room
    yield say.rich("desk.card.today", count=room.today, limit=DAY_LIMIT)
    found = like(draft, room.lately) if draft.aim is Aim.ALERT else None
    if found is not None:
        yield say.rich("desk.card.like", percent=found.percent, title=cut(found.told.title, LONGEST_NAMED))
    yield from _approval(visit)


def _approval(visit: Visit) -> Iterator[_Text]:
    """Who must agree; of a correction also what becomes meanwhile of what is still being sent."""
    say, draft, room = visit.say, visit.draft, visit.room
    if not needs_two(draft, level(draft, room.told)):
        return
    if may_alone(room):
        yield say.rich("desk.card.alone", reason=room.permission)
        return
    yield say.rich("desk.card.two" if room.colleagues else "desk.card.nobody")
    if draft.aim is Aim.CORRECTION and is_going(room.told) and not holds_rest(draft, room.told):
        yield say.rich("desk.rest.will_be_held" if room.colleagues else "desk.rest.pause_it")


def audience_lines(visit: Visit) -> Iterator[_Text]:
    """Whom it is for."""
    say, chosen, channels = visit.say, visit.draft.categories, visit.draft.channels
    if chosen:
        yield say.rich("desk.card.topics", topics=audience(visit, chosen))
        if any(map(is_word, chosen)):
            yield say.rich("desk.card.and_all")
    else:
        yield say.rich("desk.card.everybody")
    if channels:
        yield say.rich("desk.card.channels", channels=say.listed([called(c) for c in channels]))


def audience(visit: Visit, categories: tuple[str, ...]) -> str:
    """Topics and words by their names."""
    known = visit.scene.board.by_id
    names = [c.name(visit.say.language) for c in known.values() if c.id in categories]
    names += [f"“{word_of(c)}”" for c in categories if is_word(c)]
    return visit.say.listed(names or list(categories))


def _readers(visit: Visit) -> _Text:
    say, audience = visit.say, visit.room.audience
    channels = " · ".join(f"{called(name)} {say.t('desk.count', count=n)}" for name, n in audience.items())
    return say.rich("desk.card.readers", count=sum(audience.values()), channels=channels)


def _is_added(told: Told, note: Note) -> bool:
    """Whether the correction is added to what was told, because its wrong words do not stand there."""
    before, story = told.note, told.story  # a follow-up about a story has both
    said = (before.title, before.text) if before else (story.title, story.summary) if story else ("", "")
    return is_missing(*said, note.wrong, note.text)


def duration(seconds: float, say: Voice) -> str:
    """A length of time as somebody would say it."""
    whole = max(1, round(seconds))
    if whole < 90:  # noqa: PLR2004 — in seconds up to a minute and a half
        return say.t("desk.time.seconds", n=whole)
    minutes = round(whole / 60)
    if minutes < 90:  # noqa: PLR2004 — in minutes up to an hour and a half
        return say.t("desk.time.minutes", n=minutes)
    return say.t("desk.time.hours", n=round(minutes / 60))


# Buttons --------------------------------------------------------------------------------------------------------------


def _alert_rows(visit: Visit) -> Rows:
    on = visit.on_draft
    found = original(visit.draft, visit.room.lately, visit.scene.board.now)
    follow_up = ((on("desk.button.as_follow_up", "fu", found.told.id),),) if found else ()
    return (
        (on("desk.button.text", "txt"), on("desk.button.photo", "ph")),
        (on("desk.button.level", "lv"), on("desk.button.details", "dt")),
        (on("desk.button.topics", "aud"), on("desk.button.time", "tm")),
        *follow_up,
        *_last_rows(visit),
    )


def _follow_up_rows(visit: Visit) -> Rows:
    on = visit.on_draft
    row = (on("desk.button.text", "txt"), on("desk.button.photo", "ph"), on("desk.button.details", "dt"))
    return (row, *_last_rows(visit))


def _plain_rows(visit: Visit) -> Rows:
    on, aim = visit.on_draft, visit.draft.aim
    again = on("desk.button.time", "tm") if aim is Aim.MOVE else on("desk.button.text", "txt")
    return (*((button,) for button in _leaves_or_waits(visit)), (again, on("desk.button.cancel", "no")))


def _leaves_or_waits(visit: Visit) -> Iterator[Button]:
    """Sending, or asking a colleague; where there is none, what is wrong can at least be stopped."""
    if leave := _leave(visit):
        yield leave
    elif visit.room.told is not None and is_going(visit.room.told):
        yield visit.act("desk.button.pause", "pause", visit.room.told.id)


def _last_rows(visit: Visit) -> Rows:
    on = visit.on_draft
    leave = _leave(visit)
    return ((on("desk.button.test", "test"),), *(((leave,),) if leave else ()), (on("desk.button.cancel", "no"),))


def _leave(visit: Visit) -> Button | None:
    """Sending, or asking a colleague; nothing where there is nobody to ask."""
    draft, room = visit.draft, visit.room
    if needs_two(draft, level(draft, room.told)) and not may_alone(room):
        return visit.on_draft("desk.button.ask", "ask") if room.colleagues else None
    key = "desk.button.schedule" if draft.at is not None and draft.aim is not Aim.MOVE else _SEND[draft.aim]
    return visit.on_draft(key, "send")
